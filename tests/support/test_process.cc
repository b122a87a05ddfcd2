#include "forklift/tests/support/test_process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/eintr.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/tests/support/eventually.h"

namespace forklift::tests {
namespace {

std::string FindProgram(std::string_view name) {
  if (absl::StrContains(name, '/')) return std::string(name);
  const char* path = ::getenv("PATH");
  for (std::string_view folder : absl::StrSplit(path == nullptr ? "/usr/bin:/bin" : path, ':')) {
    std::string candidate = absl::StrCat(folder, "/", name);
    if (::access(candidate.c_str(), X_OK) == 0) return candidate;
  }
  return "";
}

int FailInChild(const char* call) {
  ::fprintf(stderr, "%s: %s\n", call, ::strerror(errno));
  ::fflush(stderr);
  return 127;
}

// In the child. `program` is open already: the user that it is to run as may not reach its path.
int Execute(int program, const std::vector<std::string>& command,
            const TestProcessOptions& options) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed runs no destructor
  for (const auto& [resource, value] : options.limits) {
    const rlimit limit = {.rlim_cur = value, .rlim_max = value};
    if (::setrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0)
      return FailInChild("setrlimit");
  }
  if (options.user) {
    if (::setgroups(0, nullptr) != 0) return FailInChild("setgroups");
    if (::setgid(*options.user) != 0) return FailInChild("setgid");
    if (::setuid(*options.user) != 0) return FailInChild("setuid");
  }
  for (const auto& [name, value] : options.environment) ::setenv(name.c_str(), value.c_str(), 1);
  std::vector<char*> arguments;
  for (const std::string& argument : command)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  ::fexecve(program, arguments.data(), environ);
  return FailInChild("fexecve");
}

}  // namespace

TestProcess::TestProcess(const std::vector<std::string>& command,
                         const TestProcessOptions& options) {
  const std::string path = FindProgram(command.at(0));
  net::UniqueFd program(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  PCHECK(program.valid()) << "open '" << path << "' for " << command[0];
  error_file_ = net::UniqueFd(::memfd_create("stderr", MFD_CLOEXEC));
  PCHECK(error_file_.valid()) << "memfd_create";
  PCHECK(::fcntl(error_file_.get(), F_SETFL, O_APPEND) == 0) << "fcntl O_APPEND";
  absl::StatusOr<net::Pipe> output = net::CreatePipe(net::BlockingMode::kBlocking);
  CHECK_OK(output);
  const absl::StatusOr<pid_t> child = proc::Fork([&] {
    const net::UniqueFd nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    ::dup2(nothing.get(), STDIN_FILENO);
    ::dup2(output->write_end.get(), STDOUT_FILENO);
    ::dup2(error_file_.get(), STDERR_FILENO);
    return Execute(program.get(), command, options);
  });
  CHECK_OK(child);
  pid_ = *child;
  output_ = std::move(output->read_end);
}

TestProcess::~TestProcess() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  net::RetryOnEintr([&] { return ::waitpid(pid_, nullptr, 0); });
}

bool TestProcess::ReceiveOutput(absl::Duration timeout) {
  const net::Deadline deadline = net::Deadline::After(timeout);
  pollfd entry = {.fd = output_.get(), .events = POLLIN, .revents = 0};
  if (net::RetryOnEintr([&] { return ::poll(&entry, 1, deadline.PollTimeout()); }) <= 0)
    return false;
  char buffer[4096];
  const ssize_t count =
      net::RetryOnEintr([&] { return ::read(output_.get(), buffer, sizeof(buffer)); });
  if (count <= 0) return false;
  text_.append(buffer, static_cast<size_t>(count));
  return true;
}

std::string TestProcess::ReadLine(absl::Duration timeout) {
  const net::Deadline deadline = net::Deadline::After(timeout);
  while (true) {
    const size_t line_end = text_.find('\n', line_begin_);
    if (line_end != text_.npos) {
      const size_t line_begin = std::exchange(line_begin_, line_end + 1);
      return text_.substr(line_begin, line_end - line_begin);
    }
    if (!ReceiveOutput(deadline.Remaining())) return "";
  }
}

proc::ExitStatus TestProcess::Wait(absl::Duration timeout) {
  int status = 0;
  CHECK_GT(pid_, 0) << "TestProcess::Wait: already waited for";
  const bool ended = Eventually(
      [&] { return net::RetryOnEintr([&] { return ::waitpid(pid_, &status, WNOHANG); }) == pid_; },
      timeout);
  if (!ended) return proc::ExitStatus::Unknown();
  pid_ = -1;
  return proc::ExitStatus::FromWaitStatus(status);
}

void TestProcess::Signal(int signal) {
  CHECK_GT(pid_, 0) << "TestProcess::Signal: already waited for";
  ::kill(pid_, signal);
}

std::string TestProcess::ReadAll(absl::Duration timeout) {
  const net::Deadline deadline = net::Deadline::After(timeout);
  while (ReceiveOutput(deadline.Remaining())) {
  }
  return text_;
}

std::string TestProcess::Stderr() const {
  struct stat file;
  PCHECK(::fstat(error_file_.get(), &file) == 0);
  std::string text(static_cast<size_t>(file.st_size), '\0');
  const ssize_t count = ::pread(error_file_.get(), text.data(), text.size(), 0);
  text.resize(count < 0 ? 0 : static_cast<size_t>(count));
  return text;
}

Finished RunProgram(const std::vector<std::string>& command, const TestProcessOptions& options) {
  TestProcess process(command, options);
  std::string output = process.ReadAll();  // before the wait, for a program that fills the pipe
  const proc::ExitStatus status = process.Wait();
  return {status, std::move(output), process.Stderr()};
}

bool HaveProgram(std::string_view name) { return !FindProgram(name).empty(); }

}  // namespace forklift::tests
