#include "forklift/proc/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/eintr.h"
#include "forklift/net/pipe.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/child.h"
#include "forklift/proc/child_setup.h"
#include "forklift/proc/spawn_options.h"
#include "forklift/signals/signal_mask.h"
#include "forklift/signals/signal_set.h"

namespace forklift::proc {
namespace {

absl::Status Check(const SpawnOptions& options) {
  if (options.argv.empty()) return absl::InvalidArgumentError("Spawn: no argv");
  const auto has_zero = [](std::string_view text) { return absl::StrContains(text, '\0'); };
  bool zero = has_zero(options.program) || has_zero(options.working_directory);
  for (const std::string& argument : options.argv) zero = zero || has_zero(argument);
  for (const auto& [name, value] : options.environment) {
    zero = zero || has_zero(name) || has_zero(value);
    if (name.empty() || absl::StrContains(name, '=')) {
      return absl::InvalidArgumentError(absl::StrCat("Spawn: no variable is named '", name, "'"));
    }
  }
  if (options.new_session && options.process_group.value_or(0) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("Spawn: a new session leads a process group of its own, and cannot join ",
                     *options.process_group));
  }
  const auto& who = options.credentials;
  if (who && (who->uid == static_cast<uid_t>(-1) || who->gid == static_cast<gid_t>(-1))) {
    return absl::InvalidArgumentError("Spawn: the ID -1 would leave the program the caller's");
  }
  for (const auto& [number, redirection] : options.descriptors) {
    zero = zero || has_zero(redirection.path());
    if (number < 0 || number == std::numeric_limits<int>::max()) {
      return absl::InvalidArgumentError(absl::StrCat("Spawn: descriptor ", number));
    }
    if (redirection.kind() != Redirection::Kind::kSameAs) continue;
    const auto same = options.descriptors.find(redirection.number());
    if (same == options.descriptors.end() || same->second.kind() == Redirection::Kind::kSameAs) {
      return absl::InvalidArgumentError(absl::StrCat("Spawn: ", number, " is to be the same as ",
                                                     redirection.number(),
                                                     ", which is not redirected itself"));
    }
  }
  if (zero) return absl::InvalidArgumentError("Spawn: a zero byte in a string would cut it short");
  return absl::OkStatus();
}

// What the parent opens for the program.
struct Opened {
  std::map<int, int> sources;           // by number in the program
  std::vector<net::UniqueFd> programs;  // closed in the parent once the program has them
  std::map<int, net::UniqueFd> pipes;   // the parent's ends
};

absl::StatusOr<int> OpenFile(const Redirection& file, Opened& opened) {
  net::UniqueFd fd(net::RetryOnEintr([&] {
    return ::open(file.path().c_str(), file.flags() | O_CLOEXEC | O_NOCTTY, file.mode());
  }));
  if (!fd.valid()) return net::PosixError(errno, absl::StrCat("open ", file.path()));
  opened.programs.push_back(std::move(fd));
  return opened.programs.back().get();
}

absl::StatusOr<int> OpenPipe(int number, bool to_program, Opened& opened) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  if (!pipe.ok()) return pipe.status();
  opened.programs.push_back(std::move(to_program ? pipe->read_end : pipe->write_end));
  opened.pipes.emplace(number, std::move(to_program ? pipe->write_end : pipe->read_end));
  return opened.programs.back().get();
}

absl::StatusOr<int> OpenOne(int number, const Redirection& redirection, Opened& opened) {
  switch (redirection.kind()) {
    case Redirection::Kind::kFile:
      return OpenFile(redirection, opened);
    case Redirection::Kind::kPipeToProgram:
      return OpenPipe(number, true, opened);
    case Redirection::Kind::kPipeFromProgram:
      return OpenPipe(number, false, opened);
    case Redirection::Kind::kDescriptor:
    case Redirection::Kind::kSameAs:
      break;
  }
  return redirection.number();
}

absl::StatusOr<Opened> OpenAll(const SpawnOptions& options) {
  Opened opened;
  for (int number : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (options.descriptors.contains(number)) continue;
    opened.sources[number] = number;
    if (::fcntl(number, F_GETFD) >= 0) continue;
    // Closed here: the next file that the program opens must not become its standard output.
    const absl::StatusOr<int> null = OpenFile(Redirection::Null(), opened);
    if (!null.ok()) return null.status();
    opened.sources[number] = *null;
  }
  for (const auto& [number, redirection] : options.descriptors) {
    const absl::StatusOr<int> source = OpenOne(number, redirection, opened);
    if (!source.ok()) return source.status();
    opened.sources[number] = *source;
  }
  for (const auto& [number, redirection] : options.descriptors) {
    if (redirection.kind() == Redirection::Kind::kSameAs)
      opened.sources[number] = opened.sources[redirection.number()];
  }
  return opened;
}

// StartChild returns the child's pid, or errno as a negative number.

#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_THREAD_SANITIZER) || \
    defined(ABSL_HAVE_MEMORY_SANITIZER)
// Sanitizers keep notes of the memory and the stacks that a borrower would spoil. The parent waits
// for the end of the report.
constexpr net::BlockingMode kReportMode = net::BlockingMode::kBlocking;

pid_t StartChild(ChildSetup& setup) {
  const pid_t pid = ::fork();
  if (pid == 0) RunChild(setup);
  return pid < 0 ? -errno : pid;
}
#else
// The parent goes on when the child has executed or ended: then the report is there, or never will
// be. Its end may be held up by a copy of the pipe that another thread's fork has made.
constexpr net::BlockingMode kReportMode = net::BlockingMode::kNonBlocking;

int ChildMain(void* setup) { RunChild(*static_cast<ChildSetup*>(setup)); }

// As vfork(2), but with a stack of its own: nothing that the child calls can overwrite the frames
// to which the parent returns.
pid_t StartChild(ChildSetup& setup) {
  constexpr size_t kStackSize = size_t{64} << 10;
  const auto stack = std::make_unique_for_overwrite<char[]>(kStackSize);
  const pid_t pid =
      ::clone(ChildMain, stack.get() + kStackSize, CLONE_VM | CLONE_VFORK | SIGCHLD, &setup);
  return pid < 0 ? -errno : pid;  // read before the stack is freed
}
#endif

// A thread that is cancelled (pthread_cancel(3)) would unwind in the child, on the parent's
// thread-local state, or leave the child to nobody.
class ScopedUncancellable {
 public:
  ScopedUncancellable() { ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &previous_); }
  ~ScopedUncancellable() { ::pthread_setcancelstate(previous_, nullptr); }
  ScopedUncancellable(const ScopedUncancellable&) = delete;
  ScopedUncancellable& operator=(const ScopedUncancellable&) = delete;

 private:
  int previous_;
};

// The step and errno of a child that could not become its program; empty where it did.
absl::Status ReadReport(const net::UniqueFd& report, const ChildSetup& setup) {
  ChildFailure failure;
  const ssize_t size =
      net::RetryOnEintr([&] { return ::read(report.get(), &failure, sizeof(failure)); });
  if (size != static_cast<ssize_t>(sizeof(failure))) return absl::OkStatus();
  std::string call = StepName(failure.step);
  const SpawnOptions& options = *setup.options;
  if (failure.number >= 0) absl::StrAppend(&call, " ", failure.number);
  if (failure.step == ChildFailure::kWorkingDirectory) {
    absl::StrAppend(&call, " ", options.working_directory);
  } else if (failure.step == ChildFailure::kExec) {
    absl::StrAppend(&call, " ", options.program.empty() ? options.argv[0] : options.program);
  }
  return net::PosixError(failure.error, call);
}

}  // namespace

absl::StatusOr<SpawnedProgram> Spawn(const SpawnOptions& options) {
  const ScopedUncancellable uncancellable;
  if (absl::Status status = Check(options); !status.ok()) return status;
  absl::StatusOr<Opened> opened = OpenAll(options);
  if (!opened.ok()) return opened.status();
  absl::StatusOr<net::Pipe> report = net::CreatePipe(kReportMode);
  if (!report.ok()) return report.status();
  ChildSetup setup = PrepareChild(options);
  setup.report = report->write_end.get();
  for (const auto& [target, source] : opened->sources) {
    setup.placements.push_back({.source = source, .target = target});
  }
  pid_t pid;
  {
    // No handler of the parent may run in the child, whose memory is the parent's.
    const signals::ScopedSignalMask blocked(signals::SignalSet::All());
    pid = StartChild(setup);
  }
  if (pid < 0) return net::PosixError(-pid, "clone");
  report->write_end.reset();
  if (absl::Status failed = ReadReport(report->read_end, setup); !failed.ok()) {
    net::RetryOnEintr([&] { return ::waitpid(pid, nullptr, 0); });
    return failed;
  }
  return SpawnedProgram{.child = Child(pid), .pipes = std::move(opened->pipes)};
}

}  // namespace forklift::proc
