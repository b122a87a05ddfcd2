// Which application is served, where it is looked for, and what becomes of one that is not there.
#include <sys/stat.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forklift/tests/integration/wsgi_test.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr int kBadUsage = 2;
constexpr int kDoesNotLoad = 4;

using WsgiLoadingTest = WsgiTest;
INSTANTIATE_TEST_SUITE_P(Models, WsgiLoadingTest, WsgiModels(), NameOfWsgiModel);

Finished Fail(std::string_view model, const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {ServerBinary(), "--port=0",
                                      absl::StrCat("--pythonpath=", WsgiApplications())};
  for (const std::string& flag : FlagsOfWsgiModel(model)) command.push_back(flag);
  command.insert(command.end(), arguments.begin(), arguments.end());
  return RunProgram(command);
}

TEST_P(WsgiLoadingTest, WaysToNameAnApplication) {
  const struct {
    std::string_view name;
    std::string_view answer;
  } kCases[] = {{"nested.site:application", "the usual name\n"},
                {"nested.site", "the usual name\n"},
                {"nested.site:site.application", "an attribute of an attribute\n"},
                {"nested.site:Site.application", "an attribute of an attribute\n"},
                {"nested.site:instance", "an instance\n"},
                {"nested.site:instance.method", "a method\n"},
                {"nested.site:make_application()", "made by a factory\n"}};
  for (const auto& [name, answer] : kCases) {
    const RunningServer server = Serve(name);
    EXPECT_EQ(ContentOf(Exchange(server.address(), kRequest)), answer) << name;
  }
}

TEST_P(WsgiLoadingTest, OneThatDoesNotLoad) {
  const struct {
    std::string name;
    std::string_view error;
  } kCases[] = {{"not_there:application", "not_there"},
                {"hello:not_there", "not_there"},
                {"process_of.application:application", "process_of"},
                {"nested.site:site.not_there", "not_there"},
                {"nested.site:not_callable", "not_callable"},
                {"nested.site:raise_in_factory()", "ValueError: of the factory"},
                {"nested.site:Site()", "Site"},
                {"raises_at_import:application", "ValueError: of the module"},
                {"exits_at_import:application", "exits_at_import"}};
  for (const auto& [name, error] : kCases) {
    for (const char* preload : {"--nopreload", "--preload"}) {
      const Finished server = Fail(GetParam(), {preload, name});
      EXPECT_EQ(server.status.code(), kDoesNotLoad) << name << preload << ": " << server.error;
      EXPECT_THAT(server.error, HasSubstr(error)) << name << preload;
      EXPECT_EQ(server.output, "") << "it is never ready";
    }
  }
}

TEST_P(WsgiLoadingTest, TheTracebackSaysWhere) {
  EXPECT_THAT(Fail(GetParam(), {"raises_at_import:application"}).error,
              AllOf(HasSubstr("Traceback (most recent call last)"),
                    HasSubstr("raises_at_import.py\", line 3")));
}

TEST_P(WsgiLoadingTest, BadUsage) {
  const std::vector<std::string> kCases[] = {{},
                                             {"hello:application", "hello:application"},
                                             {":application"},
                                             {"hello:"},
                                             {"hello:application("},
                                             {"hello:application(1)"},
                                             {"hello application"},
                                             {"hello:a..b"},
                                             {".hello"},
                                             {"hello:application", "--url-scheme=ftp"},
                                             {"hello:application", "--chdir=/not/there"},
                                             {"hello:application", "--venv=/not/there"},
                                             {"hello:application", "--model=event"},
                                             {"hello:application", "--threads=0"},
                                             {"hello:application", "--not-a-flag"}};
  for (const std::vector<std::string>& arguments : kCases) {
    const Finished server = Fail(GetParam(), arguments);
    const std::string all = absl::StrCat(arguments.empty() ? "nothing" : arguments.front(), " ",
                                         arguments.size() < 2 ? "" : arguments.back());
    EXPECT_EQ(server.status.code(), kBadUsage) << all << ": " << server.error;
    EXPECT_THAT(server.error, Not(testing::IsEmpty())) << all;
    EXPECT_EQ(server.output, "") << all;
  }
}

// A folder with a module of its own.
std::string FolderWith(std::string_view name, std::string_view answer) {
  const std::string folder = TemporaryPath(name);
  ::mkdir(folder.c_str(), 0700);
  WriteFile(absl::StrCat(folder, "/only_here.py"),
            absl::StrCat("import os\n\n\ndef application(environ, start_response):\n"
                         "    start_response('200 OK', [('Content-Type', 'text/plain')])\n"
                         "    return [b'",
                         answer, "']\n"));
  return folder;
}

TEST_P(WsgiLoadingTest, ModulesAreLookedForInTheFolderThatItGoesTo) {
  const RunningServer server =
      Serve("only_here:application", {absl::StrCat("--chdir=", FolderWith("chdir", "chdir"))});
  EXPECT_EQ(ContentOf(Exchange(server.address(), kRequest)), "chdir");
}

TEST_P(WsgiLoadingTest, ModulesAreLookedForInTheFirstPathThatHasThem) {
  const std::string first = absl::StrCat("--pythonpath=", FolderWith("first", "first"));
  const std::string second = absl::StrCat("--pythonpath=", FolderWith("second", "second"));
  EXPECT_EQ(
      ContentOf(Exchange(Serve("only_here:application", {first, second}).address(), kRequest)),
      "first");
  EXPECT_EQ(
      ContentOf(Exchange(Serve("only_here:application", {second, first}).address(), kRequest)),
      "second");
}

TEST_P(WsgiLoadingTest, ModulesAreLookedForInAVirtualEnvironment) {
  const std::string venv = TemporaryPath("venv");
  if (Finished made = RunProgram({"/usr/bin/python3", "-m", "venv", "--without-pip", venv});
      !made.status.success()) {
    GTEST_SKIP() << "this Python makes no virtual environments: " << made.error;
  }
  const Finished folder = RunProgram({absl::StrCat(venv, "/bin/python3"), "-c",
                                      "import sysconfig; print(sysconfig.get_path('purelib'))"});
  const std::string packages = folder.output.substr(0, folder.output.find('\n'));
  WriteFile(absl::StrCat(packages, "/only_here.py"),
            "import sys\n\n\ndef application(environ, start_response):\n"
            "    start_response('200 OK', [('Content-Type', 'text/plain')])\n"
            "    return [sys.prefix.encode()]\n");
  const RunningServer server = Serve("only_here:application", {absl::StrCat("--venv=", venv)});
  EXPECT_EQ(ContentOf(Exchange(server.address(), kRequest)), venv) << "as sys.prefix";
}

// What of the standard library is written in C is there, too.
TEST_P(WsgiLoadingTest, ExtensionModules) {
  const std::string folder = TemporaryPath("extensions");
  ::mkdir(folder.c_str(), 0700);
  WriteFile(absl::StrCat(folder, "/extensions.py"),
            "import _ctypes, _decimal, hashlib, sqlite3, ssl, zlib\n\n\n"
            "def application(environ, start_response):\n"
            "    start_response('200 OK', [('Content-Type', 'text/plain')])\n"
            "    return [hashlib.sha256(b'').hexdigest().encode()]\n");
  const RunningServer server =
      Serve("extensions:application", {absl::StrCat("--pythonpath=", folder)});
  EXPECT_THAT(ContentOf(Exchange(server.address(), kRequest)), testing::StartsWith("e3b0c442"));
}

}  // namespace
}  // namespace forklift::tests
