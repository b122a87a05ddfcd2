// TestProcess runs a program for a test, and never outlives it: what is still running at the end is
// killed.
#ifndef FORKLIFT_TESTS_SUPPORT_TEST_PROCESS_H_
#define FORKLIFT_TESTS_SUPPORT_TEST_PROCESS_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/support/eventually.h"

namespace forklift::tests {

struct TestProcessOptions {
  std::map<int, rlim_t> limits;                    // RLIMIT_NOFILE and the like; soft and hard
  std::optional<uid_t> user;                       // to run as, with the group of the same number
  std::map<std::string, std::string> environment;  // beside the test's own
};

class TestProcess {
 public:
  // Starts command[0], looked up on PATH where it has no slash. Dies where that fails.
  explicit TestProcess(const std::vector<std::string>& command,
                       const TestProcessOptions& options = {});
  ~TestProcess();

  TestProcess(const TestProcess&) = delete;
  TestProcess& operator=(const TestProcess&) = delete;

  pid_t pid() const { return pid_; }

  // The next whole line of its standard output; empty at the end of it, or when none comes in time.
  std::string ReadLine(absl::Duration timeout = kPatience);

  // Its exit; kUnknown where it has not ended in time.
  proc::ExitStatus Wait(absl::Duration timeout = kPatience);

  void Signal(int signal);

  // Its whole standard output, up to its end or to where it stands after the time.
  std::string ReadAll(absl::Duration timeout = kPatience);

  // What it has written to its standard error so far.
  std::string Stderr() const;

 private:
  bool ReceiveOutput(absl::Duration timeout);

  pid_t pid_ = -1;  // -1 once waited for
  net::UniqueFd output_;
  net::UniqueFd error_file_;
  std::string text_;       // of the standard output, as far as it was received
  size_t line_begin_ = 0;  // of the next line in it
};

// Runs a program to its end.
struct Finished {
  proc::ExitStatus status;
  std::string output;
  std::string error;
};
Finished RunProgram(const std::vector<std::string>& command,
                    const TestProcessOptions& options = {});

// Whether a program can be found on PATH. Tests that need one skip loudly where it is missing.
bool HaveProgram(std::string_view name);

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_TEST_PROCESS_H_
