// ParseCommandLine gives a binary's Abseil flags their values, with the manners that all our
// binaries share: help on stdout and exit code 0, one clear line on stderr and exit code 2 for bad
// usage. (absl::ParseCommandLine leaves with 1 in both cases, and has its own flags in the help.)
//
// For the beginning of main, before threads.
//
//   const std::optional<int> exit_code = ParseCommandLine(argc, argv, "Serves HTTP.");
//   if (exit_code) return *exit_code;
#ifndef FORKLIFT_APPS_COMMAND_LINE_H_
#define FORKLIFT_APPS_COMMAND_LINE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace forklift::apps {

// The exit codes of our binaries.
inline constexpr int kExitSuccess = 0;
inline constexpr int kExitFailure = 1;
inline constexpr int kExitUsage = 2;
inline constexpr int kExitWorkers = 3;      // workers fail to boot
inline constexpr int kExitApplication = 4;  // the application fails to load

// What a program takes beside --flag=value.
struct CommandLineStyle {
  // Flags by one letter: with {'c', "connections"}, -c 64 and -c64 are --connections=64.
  std::map<char, std::string> letters = {};
  // Flags, of strings, that may be given several times: their values are joined by line ends.
  std::set<std::string> repeatable = {};
  // Where what is no flag goes to, and what it is in the help. None: it is an error.
  std::vector<std::string>* operands = nullptr;
  std::string_view operand_name = {};
  // Whether PORT and WEB_CONCURRENCY, which hosts of web applications set, are meant for it: they
  // are for servers.
  bool host_variables = true;
  // What is different here from how flags are defined, by their names.
  struct Meaning {
    std::string default_value;
    std::string_view help;
  };
  std::map<std::string, Meaning> meanings = {};
};

// Takes --flag=value and --flag value, or --flag, --noflag and --no-flag for a bool; - and _ in a
// name are the same. For flags that are not given the environment counts: FORKLIFT_NAME_OF_FLAG,
// and for --port and --workers PORT and WEB_CONCURRENCY; that of --port where --bind is not given
// either. The exit code to leave with at once, where the arguments are wrong or only ask for help.
// `summary` says in a sentence or two what the program does.
std::optional<int> ParseCommandLine(int argc, char** argv, std::string_view summary,
                                    const CommandLineStyle& style = {});

// Prints "program: what is wrong" to stderr, and returns the exit code for a program that could not
// start: kExitUsage where an argument is at fault (kInvalidArgument), kExitFailure otherwise.
int Complain(std::string_view program, const absl::Status& status);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_COMMAND_LINE_H_
