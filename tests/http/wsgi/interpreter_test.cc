#include "forklift/http/wsgi/interpreter.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/wsgi/python.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/files/tree.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "forklift/tests/support/in_child.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using ::testing::HasSubstr;
using tests::Evaluate;
using tests::Execute;
using tests::InChild;
using tests::Repr;

const std::string kModules =
    absl::StrCat("lib/python", PY_MAJOR_VERSION, ".", PY_MINOR_VERSION, "/site-packages/");

// Python starts once a process: in children.
class InterpreterTest : public ::testing::Test {
 protected:
  InterpreterTest() { tree_.MakeFolder("app"); }

  // What a child that has started Python is told to exit with, whose output is in output_.
  int InPython(absl::FunctionRef<int()> body) {
    const net::UniqueFd file(::memfd_create("stdout", MFD_CLOEXEC));
    const int result = InChild([&] {
      PCHECK(::dup2(file.get(), STDOUT_FILENO) == STDOUT_FILENO);
      CHECK_OK(StartInterpreter(options_));
      return body();
    });
    output_ = tests::ContentOf(file.get());
    return result;
  }

  // The same of an expression's value, in output_.
  void Ask(const std::string& expression) {
    ASSERT_EQ(InPython([&] {
                ::dprintf(STDOUT_FILENO, "%s", Repr(Evaluate(expression).get()).c_str());
                return 0;
              }),
              0);
  }

  const tests::Tree tree_;
  InterpreterOptions options_ = {.folder = tree_.Path("app"), .venv = {}, .python_path = {}};
  std::string output_;
};

TEST_F(InterpreterTest, RunsTheSystemsPython) {
  Ask("(__import__('sys').executable, __import__('sys').prefix == __import__('sys').base_prefix)");
  EXPECT_EQ(output_, absl::StrCat("('", CPYTHON_PROGRAM, "', True)"));
}

TEST_F(InterpreterTest, ExtensionModulesAndThoseOfTheStandardLibraryAreFound) {
  Ask("[bool(__import__(name)) for name in ('_ctypes', 'hashlib', 'json', 'ssl', 'zlib')]");
  EXPECT_EQ(output_, "[True, True, True, True, True]");
}

TEST_F(InterpreterTest, ModulesAreLookedForInTheFolderThenThePathThenElsewhere) {
  options_.python_path = {tree_.Path("first"), tree_.Path("second")};
  for (const char* name : {"a", "b", "c", "json"}) {
    tree_.Write(absl::StrCat("second/", name, ".py"), "here = 'second'");
  }
  for (const char* name : {"a", "b"}) {
    tree_.Write(absl::StrCat("first/", name, ".py"), "here = 'first'");
  }
  tree_.Write("app/a.py", "here = 'app'");
  Ask("[__import__(name).here for name in ('a', 'b', 'c', 'json')]");
  EXPECT_EQ(output_, "['app', 'first', 'second', 'second']");
  Ask("__import__('sys').path[:3]");
  EXPECT_EQ(output_, absl::StrCat("['", options_.folder, "', '", options_.python_path[0], "', '",
                                  options_.python_path[1], "']"));
}

TEST_F(InterpreterTest, AFolderMayHaveAnyName) {
  options_.folder = tree_.Path("gr\xc3\xb6\xc3\x9f\x65\xff");
  tree_.Write("gr\xc3\xb6\xc3\x9f\x65\xff/a.py", "here = 'app'");
  Ask("__import__('a').here");
  EXPECT_EQ(output_, "'app'");
}

TEST_F(InterpreterTest, SignalsAndArgumentsAreTheServers) {
  EXPECT_EQ(InPython([] {
              for (const int signal : {SIGINT, SIGPIPE, SIGXFSZ, SIGTERM}) {
                struct sigaction action;
                PCHECK(::sigaction(signal, nullptr, &action) == 0);
                if (action.sa_handler != SIG_DFL) return signal;
              }
              return 0;
            }),
            0);
  Ask("__import__('sys').argv");
  EXPECT_EQ(output_, "['']");
}

TEST_F(InterpreterTest, AVirtualEnvironmentHasItsModules) {
  EXPECT_TRUE(Check(options_).ok()) << "without any";
  options_.venv = tree_.Path("venv");
  tree_.Write("venv/pyvenv.cfg", "home = /usr/bin\ninclude-system-site-packages = false\n");
  tree_.Link("venv/bin/python3", CPYTHON_PROGRAM);
  tree_.Write(absl::StrCat("venv/", kModules, "only_there.py"), "here = 'venv'");
  EXPECT_TRUE(Check(options_).ok());
  Ask("(__import__('only_there').here, __import__('sys').prefix, __import__('sys').executable)");
  EXPECT_EQ(output_,
            absl::StrCat("('venv', '", options_.venv, "', '", options_.venv, "/bin/python3')"));
}

TEST_F(InterpreterTest, AFolderThatIsNoVirtualEnvironmentIsTold) {
  for (const char* venv : {"app", "no_such_folder"}) {
    options_.venv = tree_.Path(venv);
    const absl::Status status = Check(options_);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), absl::StrCat("the folder '", tree_.Path(venv),
                                             "' is no virtual environment: it has no pyvenv.cfg"));
    EXPECT_EQ(StartInterpreter(options_), status);
  }
}

TEST_F(InterpreterTest, AVirtualEnvironmentOfAnotherPythonIsTold) {
  tree_.Write("venv/pyvenv.cfg", "home = /usr/bin\n");
  tree_.MakeFolder("venv/lib/python2.7/site-packages");
  options_.venv = tree_.Path("venv");
  const absl::Status status = Check(options_);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(status.message(), HasSubstr(absl::StrCat("is of another Python: this is ",
                                                       PY_MAJOR_VERSION, ".", PY_MINOR_VERSION)));
  EXPECT_EQ(StartInterpreter(options_), status);
}

TEST_F(InterpreterTest, AnErrorIsSafeToPrint) {
  options_.venv = "\x1b\n";
  const absl::Status status = Check(options_);
  EXPECT_THAT(status.message(), HasSubstr("'\\x1b\\n'"));
}

TEST_F(InterpreterTest, WithoutItsStandardLibraryPythonDoesNotStart) {
  EXPECT_EQ(InChild([&] {
              ::setenv("PYTHONHOME", tree_.Path("app").c_str(), 1);
              const absl::Status status = StartInterpreter(options_);
              EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
              EXPECT_THAT(status.message(), HasSubstr("Python does not start: "));
              return HasFailure() ? 1 : 0;
            }),
            0);
}

TEST_F(InterpreterTest, WithoutStandardOutputPythonStarts) {
  EXPECT_EQ(InChild([&] {
              ::close(STDIN_FILENO);
              ::close(STDOUT_FILENO);
              CHECK_OK(StartInterpreter(options_));
              Execute("print('unheard')");
              FlushOutput();
              return 0;
            }),
            0);
}

TEST_F(InterpreterTest, ALineIsPrintedAtOnceAndTheRestWhenItIsFlushed) {
  EXPECT_EQ(InPython([] {
              Execute("print('line\\nrest', end='')");
              ::dprintf(STDOUT_FILENO, "|");
              FlushOutput();
              ::dprintf(STDOUT_FILENO, "|");
              return 0;
            }),
            0);
  EXPECT_EQ(output_, "line\nrest||");
}

TEST_F(InterpreterTest, OutputThatCannotBeWrittenIsLost) {
  EXPECT_EQ(InPython([] {
              Execute(
                  "import sys\n"
                  "class Failing:\n  def flush(self): raise OSError\n"
                  "sys.stdout = Failing()\nsys.stderr = None");
              FlushOutput();
              if (PyErr_Occurred() != nullptr) return 1;
              Execute("import sys\ndel sys.stdout");
              FlushOutput();
              return PyErr_Occurred() == nullptr ? 0 : 2;
            }),
            0);
}

TEST_F(InterpreterTest, TheEndWaitsForThreadsAndRunsWhatAtexitHas) {
  EXPECT_EQ(InPython([] {
              Execute(R"(
import atexit, threading
atexit.register(print, 'atexit')
def wait():
    threading.main_thread().join()
    print('thread')
threading.Thread(target=wait).start()
print('rest', end=' ')
)");
              StopInterpreter();
              return 0;
            }),
            0);
  EXPECT_EQ(output_, "rest thread\natexit\n");
}

TEST_F(InterpreterTest, EntersAFolder) {
  EXPECT_EQ(
      InChild([&] {
        CHECK_OK(EnterFolder(tree_.Path("app")));
        return std::filesystem::current_path() == std::filesystem::canonical(tree_.Path("app")) ? 0
                                                                                                : 1;
      }),
      0);
  const absl::Status status = EnterFolder(tree_.Path("no\nfolder"));
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(status.message(), HasSubstr("no\\nfolder"));
}

}  // namespace
}  // namespace forklift::http::wsgi
