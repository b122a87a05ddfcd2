#include "forklift/apps/command_line.h"

#include <stdlib.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

ABSL_FLAG(int, some_number, 3, "a number");
ABSL_FLAG(bool, verbose, false, "a switch");
ABSL_FLAG(absl::Duration, pause, absl::Seconds(1), "a time");
ABSL_FLAG(std::string, bind, "any", "where to listen");
ABSL_FLAG(int, port, 1, "where to listen");

namespace forklift::apps {
namespace {

using testing::HasSubstr;

struct Parsed {
  std::optional<int> exit_code;
  std::string output;
  std::string error;
};

Parsed Parse(std::vector<std::string> arguments, const CommandLineStyle& style = {}) {
  arguments.insert(arguments.begin(), "/some/where/program");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  Parsed parsed;
  parsed.exit_code =
      ParseCommandLine(static_cast<int>(arguments.size()), argv.data(), "Does this.", style);
  parsed.output = testing::internal::GetCapturedStdout();
  parsed.error = testing::internal::GetCapturedStderr();
  return parsed;
}

class CommandLineTest : public testing::Test {
  absl::FlagSaver saver_;  // restores the flags
};

TEST_F(CommandLineTest, AProgramMayMeanAFlagOtherwise) {
  const CommandLineStyle style = {.meanings = {{"some-number", {"7", "its own number"}}}};
  EXPECT_EQ(Parse({}, style).exit_code, std::nullopt);
  EXPECT_EQ(absl::GetFlag(FLAGS_some_number), 7);
  EXPECT_THAT(Parse({"--help"}, style).output, HasSubstr("its own number (default: 7)"));
  EXPECT_EQ(Parse({"--some-number=4"}, style).exit_code, std::nullopt);
  EXPECT_EQ(absl::GetFlag(FLAGS_some_number), 4);
}

TEST_F(CommandLineTest, TakesEveryWayToWriteAFlag) {
  EXPECT_EQ(Parse({}).exit_code, std::nullopt);
  EXPECT_EQ(Parse({"--some-number=4", "--verbose", "--pause", "2s"}).exit_code, std::nullopt);
  EXPECT_EQ(absl::GetFlag(FLAGS_some_number), 4);
  EXPECT_TRUE(absl::GetFlag(FLAGS_verbose));
  EXPECT_EQ(absl::GetFlag(FLAGS_pause), absl::Seconds(2));
  EXPECT_EQ(Parse({"--some_number", "-5", "--noverbose"}).exit_code, std::nullopt);
  EXPECT_EQ(absl::GetFlag(FLAGS_some_number), -5);
  EXPECT_FALSE(absl::GetFlag(FLAGS_verbose));
  EXPECT_EQ(Parse({"--verbose=true"}).exit_code, std::nullopt);
  EXPECT_TRUE(absl::GetFlag(FLAGS_verbose));
}

TEST_F(CommandLineTest, HelpIsNoErrorAndShowsOurFlagsOnly) {
  EXPECT_EQ(Parse({"-h"}).output, Parse({"--help"}).output);
  const Parsed parsed = Parse({"--help"});
  EXPECT_EQ(parsed.exit_code, kExitSuccess);
  EXPECT_EQ(parsed.error, "");
  EXPECT_THAT(parsed.output, HasSubstr("Does this.\n\nUsage: program "));
  EXPECT_THAT(parsed.output, HasSubstr("--some-number                a number (default: 3)\n"));
  EXPECT_THAT(parsed.output, HasSubstr("--pause                      a time (default: 1s)\n"));
  EXPECT_THAT(parsed.output, testing::Not(HasSubstr("flagfile")));
}

TEST_F(CommandLineTest, TheEnvironmentCountsWhereNoArgumentDoes) {
  ASSERT_EQ(::setenv("FORKLIFT_SOME_NUMBER", "7", 1), 0);
  EXPECT_EQ(Parse({}).exit_code, std::nullopt);
  EXPECT_EQ(absl::GetFlag(FLAGS_some_number), 7);
  EXPECT_EQ(Parse({"--some-number=8"}).exit_code, std::nullopt);
  EXPECT_EQ(absl::GetFlag(FLAGS_some_number), 8);
  ASSERT_EQ(::setenv("FORKLIFT_SOME_NUMBER", "many", 1), 0);
  const Parsed parsed = Parse({});
  EXPECT_EQ(parsed.exit_code, kExitUsage);
  EXPECT_EQ(parsed.error, "program: the environment's FORKLIFT_SOME_NUMBER cannot be 'many'\n");
  ASSERT_EQ(::unsetenv("FORKLIFT_SOME_NUMBER"), 0);
}

TEST_F(CommandLineTest, APortOfTheEnvironmentIsForWhoWasNotToldWhereToListen) {
  for (const char* variable : {"PORT", "FORKLIFT_PORT"}) {
    const absl::FlagSaver saver;
    ASSERT_EQ(::setenv(variable, "7", 1), 0);
    EXPECT_EQ(Parse({"--bind=here"}).exit_code, std::nullopt);
    EXPECT_EQ(absl::GetFlag(FLAGS_port), 1);
    EXPECT_EQ(Parse({}).exit_code, std::nullopt);
    EXPECT_EQ(absl::GetFlag(FLAGS_port), 7);
    EXPECT_EQ(Parse({"--bind=here", "--port=8"}).exit_code, std::nullopt);
    EXPECT_EQ(absl::GetFlag(FLAGS_port), 8);
    ASSERT_EQ(::unsetenv(variable), 0);
  }
}

TEST_F(CommandLineTest, LettersStandForFlags) {
  const CommandLineStyle style = {.letters = {{'n', "some-number"}, {'p', "pause"}}};
  EXPECT_EQ(Parse({"-n4", "-p", "2s"}, style).exit_code, std::nullopt);
  EXPECT_EQ(absl::GetFlag(FLAGS_some_number), 4);
  EXPECT_EQ(absl::GetFlag(FLAGS_pause), absl::Seconds(2));
  EXPECT_EQ(Parse({"-n", "-5"}, style).exit_code, std::nullopt);
  EXPECT_EQ(absl::GetFlag(FLAGS_some_number), -5);
  EXPECT_THAT(Parse({"--help"}, style).output, HasSubstr("--some-number, -n "));
  EXPECT_EQ(Parse({"-x"}, style).exit_code, kExitUsage);
  EXPECT_EQ(Parse({"-n"}, style).error,
            "program: --some-number wants a value; --help lists the flags\n");
}

TEST_F(CommandLineTest, ASwitchIsTurnedOffInBothSpellings) {
  for (const char* off : {"--noverbose", "--no-verbose"}) {
    EXPECT_EQ(Parse({"--verbose", off}).exit_code, std::nullopt) << off;
    EXPECT_FALSE(absl::GetFlag(FLAGS_verbose)) << off;
  }
}

TEST_F(CommandLineTest, AFlagThatIsRepeatedKeepsAllOfItsValues) {
  EXPECT_EQ(Parse({"--bind=a", "--bind=b", "--bind", "c"}, {.repeatable = {"bind"}}).exit_code,
            std::nullopt);
  EXPECT_EQ(absl::GetFlag(FLAGS_bind), "a\nb\nc");
  EXPECT_EQ(Parse({"--bind=a", "--bind=b"}).exit_code, std::nullopt);
  EXPECT_EQ(absl::GetFlag(FLAGS_bind), "b");
}

TEST_F(CommandLineTest, OperandsAreForWhoAsksForThem) {
  std::vector<std::string> operands;
  const CommandLineStyle style = {.operands = &operands, .operand_name = "[FILE ...]"};
  EXPECT_EQ(Parse({"one", "--some-number=4", "two"}, style).exit_code, std::nullopt);
  EXPECT_THAT(operands, testing::ElementsAre("one", "two"));
  EXPECT_THAT(Parse({"--help"}, style).output, HasSubstr("[--flag=value ...] [FILE ...]\n"));
  EXPECT_EQ(Parse({"-one"}, style).exit_code, kExitUsage);
  EXPECT_EQ(Parse({"one"}).exit_code, kExitUsage);
}

TEST_F(CommandLineTest, WhatHostsSetIsForServers) {
  ASSERT_EQ(::setenv("PORT", "7", 1), 0);
  EXPECT_EQ(Parse({}, {.host_variables = false}).exit_code, std::nullopt);
  EXPECT_EQ(absl::GetFlag(FLAGS_port), 1);
  ASSERT_EQ(::unsetenv("PORT"), 0);
}

TEST_F(CommandLineTest, VersionNamesTheProgram) {
  const Parsed parsed = Parse({"--version"});
  EXPECT_EQ(parsed.exit_code, kExitSuccess);
  EXPECT_THAT(parsed.output, testing::MatchesRegex("program [0-9]+\\.[0-9]+\\.[0-9]+\n"));
}

TEST_F(CommandLineTest, BadUsageIsOneClearLineAndExitCode2) {
  struct Case {
    std::vector<std::string> arguments;
    std::string message;
  };
  for (const Case& bad : {
           Case{{"--nope"}, "unknown flag --nope"},
           Case{{"--nope=1"}, "unknown flag --nope"},
           Case{{"--flagfile=/etc/passwd"}, "unknown flag --flagfile"},
           Case{{"--nosome-number"}, "unknown flag --nosome-number"},
           Case{{"--"}, "unknown flag --"},
           Case{{"--bad\x1b[31m"}, "unknown flag --bad\\x1b[31m"},
           Case{{"word"}, "unexpected argument 'word'"},
           Case{{"-v"}, "unexpected argument '-v'"},
           Case{{"--some-number"}, "--some-number wants a value"},
           Case{{"--some-number=x"}, "--some-number cannot be 'x'"},
           Case{{"--some-number="}, "--some-number cannot be ''"},
           Case{{"--some-number=99999999999"}, "--some-number cannot be '99999999999'"},
           Case{{"--pause=3"}, "--pause cannot be '3' (write 10s or 500ms)"},
           Case{{"--verbose=perhaps"}, "--verbose cannot be 'perhaps'"},
       }) {
    const Parsed parsed = Parse(bad.arguments);
    EXPECT_EQ(parsed.exit_code, kExitUsage) << bad.message;
    EXPECT_EQ(parsed.output, "");
    EXPECT_EQ(parsed.error, "program: " + bad.message + "; --help lists the flags\n");
  }
}

TEST_F(CommandLineTest, ComplaintsChooseTheExitCode) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(Complain("/bin/program", absl::InvalidArgumentError("bad")), kExitUsage);
  EXPECT_EQ(Complain("program", absl::UnavailableError("not now")), kExitFailure);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "program: bad\nprogram: not now\n");
}

}  // namespace
}  // namespace forklift::apps
