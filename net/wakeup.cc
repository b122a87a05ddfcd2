#include "forklift/net/wakeup.h"

#include <errno.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "forklift/net/eintr.h"
#include "forklift/net/pipe.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"

#ifdef __linux__
#include <sys/eventfd.h>
#endif

namespace forklift::net {

absl::StatusOr<Wakeup> Wakeup::Create() {
#ifdef __linux__
  UniqueFd both(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!both.valid()) return PosixError(errno, "eventfd");
  return Wakeup(std::move(both), UniqueFd());
#else
  return CreatePortableForTest();
#endif
}

absl::StatusOr<Wakeup> Wakeup::CreatePortableForTest() {
  absl::StatusOr<Pipe> pipe = CreatePipe(BlockingMode::kNonBlocking);
  if (!pipe.ok()) return pipe.status();
  return Wakeup(std::move(pipe->read_end), std::move(pipe->write_end));
}

Wakeup::Wakeup(UniqueFd read_end, UniqueFd write_end)
    : owner_pid_(::getpid()), read_end_(std::move(read_end)), write_end_(std::move(write_end)) {}

void Wakeup::Wake() const {
  const int saved_errno = errno;
  if (::getpid() == owner_pid_) {
    const uint64_t one = 1;  // what an eventfd takes; a pipe takes its eight bytes
    const int fd = write_end_.valid() ? write_end_.get() : read_end_.get();
    // EAGAIN: the pipe or the counter is full, so the loop is going to wake up anyway.
    [[maybe_unused]] const ssize_t written =
        RetryOnEintr([&] { return ::write(fd, &one, sizeof(one)); });
  }
  errno = saved_errno;
}

void Wakeup::Clear() {
  CHECK(::getpid() == owner_pid_)
      << "Wakeup::Clear in a child would swallow its parent's wake-ups; create one of its own";
  char bytes[512];
  ssize_t count;
  // A short read has emptied a pipe; one read always empties an eventfd.
  do {
    count = RetryOnEintr([&] { return ::read(read_end_.get(), bytes, sizeof(bytes)); });
  } while (count == static_cast<ssize_t>(sizeof(bytes)));
}

}  // namespace forklift::net
