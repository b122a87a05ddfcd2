// What a person does before and while a server is put into service: checks its flags without
// starting it, and asks its log for more or less.
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::string InTmpDir(std::string_view name) {
  return absl::StrCat(::getenv("TEST_TMPDIR"), "/", name);
}

Finished Check(const std::vector<std::string>& flags) {
  std::vector<std::string> command = {ServerBinary(), "--check-config"};
  command.insert(command.end(), flags.begin(), flags.end());
  return RunProgram(command);
}

TEST(CheckConfigTest, SaysThatTheFlagsMakeSenseAndMakesNothing) {
  const RunningServer other;
  const std::string log = InTmpDir("never.log");
  const Finished checked = Check({absl::StrCat("--bind=", other.address(), ",[::1]:0,unix:@name"),
                                  absl::StrCat("--access-log=", log), "--log-level=debug",
                                  absl::StrCat("--port-file=", InTmpDir("never.port"))});
  EXPECT_EQ(checked.status.code(), 0) << checked.error;
  EXPECT_EQ(checked.output, "the flags make sense\n");
  EXPECT_EQ(checked.error, "");
  EXPECT_FALSE(std::filesystem::exists(log));
}

TEST(CheckConfigTest, SaysWhatIsWrongWithTheRest) {
  struct Case {
    std::vector<std::string> flags;
    int exit_code;
    std::string text;
  };
  for (const Case& bad : {
           Case{{"--bind=nonsense"}, 2, "nonsense"},
           Case{{"--bind=127.0.0.1:0,nonsense"}, 2, "nonsense"},
           Case{{"--bind=fd:1"}, 2, "fd:1"},
           Case{{"--bind=unix:/x", "--port=1"}, 2, "--port does not go with"},
           Case{{"--ready-fd=99"}, 2, "--ready-fd=99"},
           Case{{"--access-log-format=xml"}, 2, "xml"},
           Case{{"--access-log=/no/such/folder/log"}, 1, "/no/such/folder/log"},
           Case{{"--log-level=loud"}, 2, "loud"},
           Case{{"--max-requests-jitter=1"}, 2, "max-requests-jitter"},
           Case{{"--root=/no/such/folder"}, 1, "/no/such/folder"},
       }) {
    const Finished checked = Check(bad.flags);
    EXPECT_EQ(checked.status.code(), bad.exit_code) << bad.text;
    EXPECT_EQ(checked.output, "");
    EXPECT_THAT(checked.error, HasSubstr(bad.text));
  }
}

TEST(CheckConfigTest, APortOfTheEnvironmentDoesNotMove) {
  const TestProcessOptions options = {.environment = {{"PORT", "1"}}};
  TestProcess server({ServerBinary(), "--bind=unix:@forklift-check-config-test"}, options);
  EXPECT_THAT(server.ReadLine(), HasSubstr("unix:@forklift-check-config-test"));
}

TEST(LogLevelTest, DebugHasTheWorkersComeAndGo) {
  RunningServer server({"--log-level=debug"});
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(server.process().Stderr(), "started"); }))
      << server.process().Stderr();
  EXPECT_EQ(server.Stop(), 0);
}

TEST(LogLevelTest, ErrorHasNothingToSayOfAServerThatServes) {
  RunningServer server({"--log-level=error"});
  EXPECT_EQ(server.Stop(), 0);
  EXPECT_THAT(server.process().Stderr(), IsEmpty());
  RunningServer usual;
  EXPECT_EQ(usual.Stop(), 0);
  EXPECT_THAT(usual.process().Stderr(), Not(IsEmpty()));
}

TEST(DescriptorsTest, TheSoftLimitIsNoLimit) {
  const RunningServer server({"--model=event", "--workers=1"}, {},
                             {"sh", "-c", "ulimit -S -n 32; exec \"$@\"", "sh"});
  EXPECT_THAT(server.GetAtOnce(100), testing::Each(testing::EndsWith(kGreeting)));
}

}  // namespace
}  // namespace forklift::tests
