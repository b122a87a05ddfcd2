#include "forklift/http/server/service_notices.h"

#include <poll.h>
#include <stddef.h>
#include <sys/types.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/proc/notify.h"

namespace forklift::http::server {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kInterval = absl::Milliseconds(100);  // between tries
constexpr size_t kMaxOwed = 16;                                // then the oldest is dropped

}  // namespace

ServiceNotices::ServiceNotices(proc::Notifier notifier) : notifier_(std::move(notifier)) {
  watchdog_due_ = net::Deadline::After(notifier_.watchdog_timeout() / 2);
}

void ServiceNotices::Ready() {
  Say([](const proc::Notifier& notifier) { return notifier.Ready(); });
}

void ServiceNotices::Reloading() {
  Say([](const proc::Notifier& notifier) { return notifier.Reloading(); });
}

void ServiceNotices::Stopping() {
  Say([](const proc::Notifier& notifier) { return notifier.Stopping(); });
}

void ServiceNotices::MainPid(pid_t pid) {
  Say([pid](const proc::Notifier& notifier) { return notifier.MainPid(pid); });
}

void ServiceNotices::Status(std::string text) {
  Say([text = std::move(text)](const proc::Notifier& notifier) { return notifier.Status(text); });
}

void ServiceNotices::Say(std::function<absl::Status(const proc::Notifier&)> send) {
  if (!notifier_.active()) return;
  if (owed_.size() >= kMaxOwed) owed_.pop_front();
  owed_.push_back({.send = std::move(send), .until = net::Deadline::After(kPatience)});
  SendOwed();
}

void ServiceNotices::SendOwed() {
  next_try_ = net::Deadline::Infinite();
  while (!owed_.empty()) {
    const absl::Status sent = owed_.front().send(notifier_);
    if (!sent.ok() && !owed_.front().until.expired()) {
      next_try_ = net::Deadline::After(kInterval);
      return;
    }
    if (!sent.ok()) LOG(WARNING) << sent.message() << "; the service manager does not hear of it";
    owed_.pop_front();
  }
}

void ServiceNotices::Advance() {
  if (next_try_.expired()) SendOwed();
  if (!watchdog_due_.expired()) return;
  const absl::Status sent = notifier_.Watchdog();
  if (!sent.ok()) LOG_EVERY_N_SEC(WARNING, 1) << sent.message();
  watchdog_due_ = net::Deadline::After(notifier_.watchdog_timeout() / 2);
}

net::Deadline ServiceNotices::deadline() const { return std::min(next_try_, watchdog_due_); }

void ServiceNotices::Finish() {
  const net::Deadline end = net::Deadline::After(absl::Seconds(1));
  while (!owed_.empty() && !end.expired()) {
    ::poll(nullptr, 0, std::min(next_try_, end).PollTimeout());
    SendOwed();
  }
}

}  // namespace forklift::http::server
