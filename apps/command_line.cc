#include "forklift/apps/command_line.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "absl/flags/commandlineflag.h"
#include "absl/flags/reflection.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"

namespace forklift::apps {
namespace {

constexpr std::string_view kVersion = "0.1.0";

using FlagMap = std::map<std::string, absl::CommandLineFlag*>;
using FlagSet = std::set<const absl::CommandLineFlag*>;

std::string_view BaseName(std::string_view path) { return path.substr(path.rfind('/') + 1); }

// The flags of this program by the name to type, without those that Abseil itself defines.
FlagMap OwnFlags() {
  FlagMap own;
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (!absl::StrContains(flag->Filename(), "/absl/"))
      own[absl::StrReplaceAll(name, {{"_", "-"}})] = flag;
  }
  return own;
}

// The flag that "--no..." switches off; null where there is none.
absl::CommandLineFlag* FindNegated(const FlagMap& flags, std::string_view name) {
  if (!absl::ConsumePrefix(&name, "no-") && !absl::ConsumePrefix(&name, "no")) return nullptr;
  const auto found = flags.find(std::string(name));
  return found != flags.end() && found->second->IsOfType<bool>() ? found->second : nullptr;
}

// "name", and with its letter "name, -n".
std::string NameInHelp(const std::string& name, const CommandLineStyle& style) {
  for (const auto& [letter, flag] : style.letters) {
    if (flag == name) return absl::StrFormat("%s, -%c", name, letter);
  }
  return name;
}

void PrintHelp(std::string_view program, std::string_view summary, const FlagMap& flags,
               const CommandLineStyle& style) {
  absl::PrintF("%s\n\nUsage: %s [--flag=value ...]%s%s\n\n", summary, program,
               style.operand_name.empty() ? "" : " ", style.operand_name);
  for (const auto& [name, flag] : flags) {
    const auto other = style.meanings.find(name);
    const bool differs = other != style.meanings.end();
    const std::string value = differs ? other->second.default_value : flag->DefaultValue();
    absl::PrintF("  --%-26s %s%s\n", NameInHelp(name, style),
                 differs ? other->second.help : flag->Help(),
                 value.empty() ? "" : absl::StrCat(" (default: ", value, ")"));
  }
  absl::PrintF("  --%-26s %s\n", "help", "print this and exit");
  absl::PrintF("  --%-26s %s\n", "version", "print the version and exit");
}

absl::Status SetValue(absl::CommandLineFlag& flag, std::string_view source,
                      const std::string& value) {
  std::string reason;  // says the same at more length
  const bool left_empty = value.empty() && !flag.IsOfType<std::string>();
  if (!left_empty && flag.ParseFrom(value, &reason)) return absl::OkStatus();
  const std::string_view hint = flag.IsOfType<absl::Duration>() ? " (write 10s or 500ms)" : "";
  return absl::InvalidArgumentError(
      absl::StrCat(source, " cannot be '", absl::CHexEscape(value), "'", hint));
}

// Whether the arguments, in which the flags of `given` are, leave nothing for a variable to say. A
// host that has a PORT for every program does not mean one that was told where to listen.
bool IsSettled(const std::string& name, absl::CommandLineFlag* flag, const FlagMap& flags,
               const FlagSet& given) {
  if (given.contains(flag)) return true;
  const auto bind = flags.find("bind");
  return name == "port" && bind != flags.end() && given.contains(bind->second);
}

// Sets the flags whose variables are set, and that are not in `given`: FORKLIFT_DRAIN_TIMEOUT for
// --drain-timeout, and two that hosts of web applications set.
absl::Status SetFromEnvironment(const FlagMap& flags, const FlagSet& given,
                                const CommandLineStyle& style) {
  for (const auto& [name, flag] : flags) {
    if (IsSettled(name, flag, flags, given)) continue;
    std::string variable =
        absl::StrCat("FORKLIFT_", absl::AsciiStrToUpper(absl::StrReplaceAll(name, {{"-", "_"}})));
    const char* value = ::getenv(variable.c_str());
    if (value == nullptr && style.host_variables && (name == "port" || name == "workers")) {
      variable = name == "port" ? "PORT" : "WEB_CONCURRENCY";
      value = ::getenv(variable.c_str());
    }
    if (value == nullptr) continue;
    absl::Status set = SetValue(*flag, absl::StrCat("the environment's ", variable), value);
    if (!set.ok()) return set;
  }
  return absl::OkStatus();
}

// What is left to read of the arguments, and what was read.
struct Arguments {
  int argc;
  char** argv;
  const FlagMap& flags;
  const CommandLineStyle& style;
  int next = 1;
  FlagSet given = {};
};

// "--connections=64" for "-c64"; as it is where it is no letter's.
std::string SpellOut(std::string_view argument, const CommandLineStyle& style) {
  if (argument.size() < 2 || argument[0] != '-') return std::string(argument);
  const auto found = style.letters.find(argument[1]);
  if (found == style.letters.end()) return std::string(argument);
  const std::string_view value = argument.substr(2);
  return absl::StrCat("--", found->second, value.empty() ? "" : "=", value);
}

// Sets the flag that the next argument names, and steps over its value where that is an argument of
// its own.
absl::Status SetFlag(Arguments& arguments) {
  const std::string spelt = SpellOut(arguments.argv[arguments.next++], arguments.style);
  std::string_view argument = spelt;
  if (!absl::ConsumePrefix(&argument, "--")) {
    if (arguments.style.operands == nullptr || absl::StartsWith(argument, "-")) {
      return absl::InvalidArgumentError(
          absl::StrCat("unexpected argument '", absl::CHexEscape(argument), "'"));
    }
    arguments.style.operands->push_back(spelt);
    return absl::OkStatus();
  }
  const size_t equals = argument.find('=');
  const std::string name = absl::StrReplaceAll(argument.substr(0, equals), {{"_", "-"}});
  std::optional<std::string> value;
  if (equals != argument.npos) value = argument.substr(equals + 1);

  const auto found = arguments.flags.find(name);
  absl::CommandLineFlag* flag = found == arguments.flags.end() ? nullptr : found->second;
  if (flag == nullptr && !value) {
    flag = FindNegated(arguments.flags, name);
    value = "false";
  } else if (flag != nullptr && !value && flag->IsOfType<bool>()) {
    value = "true";
  }
  if (flag == nullptr)
    return absl::InvalidArgumentError(absl::StrCat("unknown flag --", absl::CHexEscape(name)));
  if (!value) {
    if (arguments.next == arguments.argc)
      return absl::InvalidArgumentError(absl::StrCat("--", name, " wants a value"));
    value = arguments.argv[arguments.next++];
  }
  const bool again = !arguments.given.insert(flag).second;
  if (again && arguments.style.repeatable.contains(name))
    value = absl::StrCat(flag->CurrentValue(), "\n", *value);
  return SetValue(*flag, absl::StrCat("--", name), *value);
}

}  // namespace

std::optional<int> ParseCommandLine(int argc, char** argv, std::string_view summary,
                                    const CommandLineStyle& style) {
  const FlagMap flags = OwnFlags();
  for (const auto& [name, meaning] : style.meanings) {
    CHECK_OK(SetValue(*flags.at(name), "the default", meaning.default_value));
  }
  Arguments arguments = {.argc = argc, .argv = argv, .flags = flags, .style = style};
  while (arguments.next < argc) {
    const std::string_view argument = argv[arguments.next];
    if (argument == "--help" || argument == "-h") {
      PrintHelp(BaseName(argv[0]), summary, flags, style);
      return ::fflush(stdout) == 0 ? kExitSuccess : kExitFailure;
    }
    if (argument == "--version") {
      absl::PrintF("%s %s\n", BaseName(argv[0]), kVersion);
      return ::fflush(stdout) == 0 ? kExitSuccess : kExitFailure;
    }
    const absl::Status set = SetFlag(arguments);
    if (!set.ok()) {
      return Complain(argv[0], absl::InvalidArgumentError(
                                   absl::StrCat(set.message(), "; --help lists the flags")));
    }
  }
  const absl::Status set = SetFromEnvironment(flags, arguments.given, style);
  if (!set.ok()) return Complain(argv[0], set);
  return std::nullopt;
}

int Complain(std::string_view program, const absl::Status& status) {
  absl::FPrintF(stderr, "%s: %s\n", BaseName(program), status.message());
  return absl::IsInvalidArgument(status) ? kExitUsage : kExitFailure;
}

}  // namespace forklift::apps
