#include "forklift/http/server/upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "forklift/net/inherited_sockets.h"
#include "forklift/net/listener.h"
#include "forklift/net/pipe.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/child.h"
#include "forklift/proc/spawn.h"
#include "forklift/proc/spawn_options.h"

namespace forklift::http::server {
namespace {

constexpr char kVariable[] = "FORKLIFT_UPGRADE";
constexpr int kReadyPipe = 3;
constexpr int kFirstListener = 4;
constexpr size_t kMaxListeners = 1024;
constexpr std::string_view kOwn = "own";
constexpr std::string_view kLent = "lent";
constexpr char kReady = 'R';

std::string WordsOf(const std::vector<net::Listener>& listeners) {
  return absl::StrJoin(listeners, ",", [](std::string* out, const net::Listener& listener) {
    out->append(listener.in_charge() ? kOwn : kLent);
  });
}

std::optional<std::vector<bool>> ParseWords(std::string_view words) {
  std::vector<bool> own;
  for (const std::string_view word : absl::StrSplit(words, ',')) {
    if ((word != kOwn && word != kLent) || own.size() == kMaxListeners) return std::nullopt;
    own.push_back(word == kOwn);
  }
  return own;
}

}  // namespace

absl::StatusOr<UpgradeCommand> ThisCommand(int argc, char** argv) {
  UpgradeCommand command = {.program = "",
                            .arguments = std::vector<std::string>(argv, argv + argc)};
  const std::filesystem::path name = argc > 0 ? argv[0] : "";
  std::error_code error;
  if (name.has_parent_path()) {
    command.program = std::filesystem::absolute(name, error);
  } else {
    command.program = std::filesystem::read_symlink("/proc/self/exe", error);
  }
  if (error) return net::PosixError(error.value(), "the path of this program");
  return command;
}

absl::StatusOr<std::unique_ptr<Successor>> Successor::Start(
    const UpgradeCommand& command, const std::vector<net::Listener>& listeners) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kNonBlocking);
  if (!pipe.ok()) return pipe.status();
  proc::SpawnOptions options;
  options.argv = command.arguments;
  options.program = command.program;
  options.environment = {{kVariable, WordsOf(listeners)}};
  options.unset = {"WATCHDOG_PID"};  // which is this process's
  options.descriptors = {{kReadyPipe, proc::Redirection::Descriptor(pipe->write_end.get())}};
  int number = kFirstListener;
  for (const net::Listener& listener : listeners) {
    options.descriptors.emplace(number++, proc::Redirection::Descriptor(listener.fd()));
  }
  absl::StatusOr<proc::SpawnedProgram> program = proc::Spawn(options);
  if (!program.ok()) return program.status();
  return absl::WrapUnique(new Successor(std::move(program->child), std::move(pipe->read_end)));
}

Successor::Successor(proc::Child child, net::UniqueFd ready_pipe)
    : child_(std::move(child)), ready_pipe_(std::move(ready_pipe)) {}

Successor::State Successor::Look() {
  char word = 0;
  const ssize_t size = ::read(ready_pipe_.get(), &word, 1);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return State::kStarting;
  return size == 1 && word == kReady ? State::kReady : State::kFailed;
}

absl::StatusOr<Inheritance> TakeInheritance() {
  Inheritance inheritance;
  const char* const value = ::getenv(kVariable);
  if (value == nullptr) return inheritance;
  std::optional<std::vector<bool>> own = ParseWords(value);
  if (!own) {
    return absl::InvalidArgumentError(absl::StrCat(
        kVariable,
        " must have \"own\" or \"lent\" for each listener; it is not for people to set"));
  }
  ::unsetenv(kVariable);
  for (size_t i = 0; i < own->size(); ++i) {
    absl::StatusOr<net::InheritedSocket> socket =
        net::TakeNumberedSocket(absl::StrCat("fd:", kFirstListener + i));
    if (!socket.ok()) return socket.status();
    absl::StatusOr<net::Listener> listener = net::Listener::Adopt(std::move(socket->socket));
    if (!listener.ok()) return listener.status();
    inheritance.listeners.push_back(*std::move(listener));
  }
  if (::fcntl(kReadyPipe, F_SETFD, FD_CLOEXEC) != 0) {
    return net::PosixError(errno, "the pipe to the predecessor, descriptor 3");
  }
  inheritance.predecessor =
      Predecessor{.ready_pipe = net::UniqueFd(kReadyPipe), .was_in_charge = *std::move(own)};
  return inheritance;
}

void TakeOver(const Predecessor& predecessor, std::vector<net::Listener>& listeners) {
  CHECK_EQ(listeners.size(), predecessor.was_in_charge.size()) << "TakeOver of other listeners";
  if (::write(predecessor.ready_pipe.get(), &kReady, 1) != 1) {
    PLOG(WARNING) << "the predecessor does not hear that this process is ready";
  }
  for (size_t i = 0; i < listeners.size(); ++i) {
    if (!predecessor.was_in_charge[i]) continue;
    const absl::Status taken = listeners[i].TakeCharge();
    if (!taken.ok()) LOG(WARNING) << taken.message();
  }
}

}  // namespace forklift::http::server
