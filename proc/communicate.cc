#include "forklift/proc/communicate.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/eintr.h"
#include "forklift/net/sigpipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/child.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/spawn.h"
#include "forklift/proc/terminate.h"

namespace forklift::proc {
namespace {

// Between two looks at a child that cannot be polled.
constexpr int kLookMilliseconds = 5;

net::UniqueFd TakePipe(SpawnedProgram& program, int number) {
  const auto pipe = program.pipes.find(number);
  if (pipe == program.pipes.end()) return net::UniqueFd();
  net::UniqueFd fd = std::move(pipe->second);
  const int flags = ::fcntl(fd.get(), F_GETFL);
  PCHECK(::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) == 0);
  return fd;
}

class Conversation {
 public:
  Conversation(SpawnedProgram program, std::string_view input, const CommunicateOptions& options)
      : options_(options),
        child_(std::move(program.child)),
        input_left_(input),
        input_(TakePipe(program, STDIN_FILENO)),
        output_(TakePipe(program, STDOUT_FILENO)),
        error_(TakePipe(program, STDERR_FILENO)),
        can_poll_child_(child_.fd() >= 0) {
    CHECK(input_.valid() || input.empty()) << "Communicate: input, but no pipe to the program";
  }

  Communication Run() {
    while (true) {
      if (input_.valid() && !Feed()) input_.reset();
      // Looked at before the pipes: what an ended program has said is in them by now.
      const bool ended = child_.WaitWithoutReaping(net::Deadline::After(absl::ZeroDuration()));
      if (!Collect(output_, said_.output) || !Collect(error_, said_.error)) {
        return End(Communication::Outcome::kTooMuch);
      }
      if (ended) return End(Communication::Outcome::kEnded);
      if (options_.deadline.expired()) return End(Communication::Outcome::kTimedOut);
      Await();
    }
  }

 private:
  // False when there is nothing more to write: all is written, or nobody reads.
  bool Feed() {
    while (!input_left_.empty()) {
      const ssize_t count = net::RetryOnEintr([&] {
        return net::WithoutSigpipe(
            [&] { return ::write(input_.get(), input_left_.data(), input_left_.size()); });
      });
      if (count < 0) return errno == EAGAIN;
      input_left_.remove_prefix(static_cast<size_t>(count));
    }
    return false;
  }

  // Appends to `text` what is there now. False where that is too much.
  bool Collect(net::UniqueFd& pipe, std::string& text) {
    while (pipe.valid()) {
      char buffer[16384];
      const ssize_t count =
          net::RetryOnEintr([&] { return ::read(pipe.get(), buffer, sizeof(buffer)); });
      if (count < 0 && errno == EAGAIN) return true;
      if (count <= 0) {
        pipe.reset();
        return true;
      }
      const size_t left = options_.max_bytes - said_.output.size() - said_.error.size();
      text.append(buffer, std::min(static_cast<size_t>(count), left));
      if (static_cast<size_t>(count) > left) return false;
    }
    return true;
  }

  // Until a pipe is ready or the child ends; where neither can be polled, for a moment.
  void Await() {
    pollfd entries[] = {{.fd = input_.get(), .events = POLLOUT, .revents = 0},
                        {.fd = output_.get(), .events = POLLIN, .revents = 0},
                        {.fd = error_.get(), .events = POLLIN, .revents = 0},
                        {.fd = can_poll_child_ ? child_.fd() : -1, .events = POLLIN, .revents = 0}};
    int timeout = options_.deadline.PollTimeout();
    if (!can_poll_child_)
      timeout = timeout < 0 ? kLookMilliseconds : std::min(timeout, kLookMilliseconds);
    ::poll(entries, std::size(entries), timeout);
    // It has ended, or else a tracer has it first, and lets go in silence.
    if (entries[3].revents != 0) can_poll_child_ = false;
  }

  Communication End(Communication::Outcome outcome) {
    said_.outcome = outcome;
    said_.input_taken = input_left_.empty();
    const Termination end = Terminate(child_, {.signal = SIGKILL,
                                               .grace = options_.kill_patience,
                                               .kill_patience = absl::ZeroDuration(),
                                               .group = options_.group});
    if (end.status) {
      said_.status = *end.status;
    } else {
      said_.outcome = Communication::Outcome::kNotKilled;
      said_.child = std::move(child_);
    }
    return std::move(said_);
  }

  const CommunicateOptions& options_;
  Child child_;
  std::string_view input_left_;
  net::UniqueFd input_;
  net::UniqueFd output_;
  net::UniqueFd error_;
  bool can_poll_child_;
  Communication said_ = {.outcome = Communication::Outcome::kEnded,
                         .status = ExitStatus::Unknown(),
                         .output = {},
                         .error = {},
                         .input_taken = false,
                         .child = std::nullopt};
};

}  // namespace

Communication Communicate(SpawnedProgram program, std::string_view input,
                          const CommunicateOptions& options) {
  return Conversation(std::move(program), input, options).Run();
}

}  // namespace forklift::proc
