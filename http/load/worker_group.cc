#include "forklift/http/load/worker_group.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include <thread>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/load/load_options.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/parent_death.h"

namespace forklift::http::load {

WorkerGroup::~WorkerGroup() {
  for (std::thread& thread : threads_) thread.join();
  while (processes_.size() > 0) {
    if (processes_.ReapAll() == 0) ::poll(nullptr, 0, 1);
  }
}

absl::Status WorkerGroup::Start(WorkerKind kind, size_t count, const Body& body) {
  for (size_t i = 0; i < count; ++i) {
    if (kind == WorkerKind::kThreads) {
      StartThread(i, body);
    } else if (absl::Status started = StartProcess(i, body); !started.ok()) {
      return started;
    }
    ++running_;
  }
  return absl::OkStatus();
}

absl::Status WorkerGroup::StartProcess(size_t index, const Body& body) {
  const pid_t parent = ::getpid();
  // The signals are the parent's, which tells its workers what to make of them.
  const absl::StatusOr<pid_t> child = proc::Fork(
      [&] {
        proc::EndWithParent(parent, absl::ZeroDuration());
        const absl::Status ran = body(index);
        if (!ran.ok()) LOG(ERROR) << "worker " << index << ": " << ran.message();
        return ran.ok() ? 0 : 1;
      },
      {SIGINT, SIGTERM, SIGTTIN, SIGTTOU, SIGPIPE});
  if (!child.ok()) return child.status();
  processes_.Adopt(*child, [this, index](pid_t, proc::ExitStatus status) {
    Ended(status.success() ? absl::OkStatus()
                           : absl::InternalError(absl::StrCat("worker ", index, " ", status)));
  });
  return absl::OkStatus();
}

void WorkerGroup::StartThread(size_t index, const Body& body) {
  threads_.emplace_back([this, index, body] {
    const absl::Status ran = body(index);
    loop_.Post([this, ran] { Ended(ran); });
  });
}

void WorkerGroup::Ended(const absl::Status& status) {
  --running_;
  on_end_(status);
}

}  // namespace forklift::http::load
