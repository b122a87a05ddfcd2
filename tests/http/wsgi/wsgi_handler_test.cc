#include "forklift/http/wsgi/wsgi_handler.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/server/testing/answer.h"
#include "forklift/http/status_code.h"
#include "forklift/http/wsgi/application.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/files/tree.h"
#include "forklift/tests/http/wsgi/logged_text.h"
#include "forklift/tests/support/in_child.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using server::Model;
using server::testing::Answer;
using server::testing::AnswerBytes;
using server::testing::TestResponse;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using tests::InChild;

// Prints when it is imported and when it ends, and answers with the process, and what it was sent.
constexpr std::string_view kModule = R"(
import atexit, os
print('import', flush=True)
atexit.register(print, 'exit')
cwd = os.getcwd()
def application(environ, start_response):
    print('call')
    body = environ['wsgi.input']
    start_response('200 OK', [])
    return [('%d %s %s %d' % (os.getpid(), type(body).__name__, os.path.basename(os.getcwd()),
                              len(body.read()))).encode()]
)";

// One handler a process, which owns its Python: each test in children.
class WsgiHandlerTest : public ::testing::Test {
 protected:
  WsgiHandlerTest() { tree_.Write("app/site_of_test.py", kModule); }

  WsgiOptions Options(std::string_view name = "site_of_test", Model model = Model::kPrefork) const {
    return {.application = *ApplicationName::Parse(name),
            .interpreter = {.folder = tree_.Path("app"), .venv = {}, .python_path = {}},
            .environ = {},
            .model = model};
  }

  // Runs a child, which succeeds, with its standard output in output_.
  void InProcess(absl::FunctionRef<void()> body) {
    const net::UniqueFd file(::memfd_create("stdout", MFD_CLOEXEC));
    const int result = InChild([&] {
      PCHECK(::dup2(file.get(), STDOUT_FILENO) == STDOUT_FILENO);
      body();
      return HasFailure() ? 1 : 0;
    });
    output_ = tests::ContentOf(file.get());
    EXPECT_EQ(result, 0) << output_;
  }

  static void ExpectAnswer(WsgiHandler& handler) {
    EXPECT_EQ(Answer(handler, {}).body, absl::StrCat(::getpid(), " BytesIO app 0"));
  }

  const tests::Tree tree_;
  std::string output_;
};

TEST_F(WsgiHandlerTest, LoadsServesAndStops) {
  for (const Model model : {Model::kPrefork, Model::kThread, Model::kIterative, Model::kFork}) {
    InProcess([&] {
      WsgiHandler handler(Options("site_of_test", model));
      CHECK_OK(handler.Start());
      ExpectAnswer(handler);
      ExpectAnswer(handler);
      handler.Stop();
    });
    EXPECT_EQ(output_, "import\ncall\ncall\nexit\n");
  }
}

TEST_F(WsgiHandlerTest, WorkersShareWhatIsPreloaded) {
  InProcess([&] {
    const std::filesystem::path before = std::filesystem::current_path();
    WsgiHandler handler(Options());
    CHECK_OK(handler.Preload());
    EXPECT_EQ(std::filesystem::current_path(), before);
    for (int i = 0; i < 2; ++i) {
      handler.BeforeFork();
      const int worker = InChild([&] {
        handler.AfterForkInChild();
        CHECK_OK(handler.Start());
        ExpectAnswer(handler);
        handler.Stop();
        return HasFailure() ? 1 : 0;
      });
      handler.AfterForkInParent();
      EXPECT_EQ(worker, 0);
    }
  });
  EXPECT_EQ(output_, "import\ncall\nexit\ncall\nexit\nexit\n");
}

// Which ends without Stop.
TEST_F(WsgiHandlerTest, TheProcessThatHasForkedTheWorkersEndsPythonToo) {
  InProcess([&] {
    {
      WsgiHandler handler(Options());
      CHECK_OK(handler.Preload());
    }
    ::dprintf(STDOUT_FILENO, "gone\n");
  });
  EXPECT_EQ(output_, "import\nexit\ngone\n");
}

TEST_F(WsgiHandlerTest, EachConnectionHasAProcessInTheForkModel) {
  InProcess([&] {
    WsgiHandler handler(Options("site_of_test", Model::kFork));
    handler.BeforeFork();  // of the worker, which has no Python yet
    handler.AfterForkInParent();
    CHECK_OK(handler.Start());
    for (int i = 0; i < 2; ++i) {
      handler.BeforeFork();
      const int connection = InChild([&] {
        handler.AfterForkInChild();
        ExpectAnswer(handler);
        handler.Stop();
        return HasFailure() ? 1 : 0;
      });
      handler.AfterForkInParent();
      EXPECT_EQ(connection, 0);
    }
    handler.Stop();
  });
  EXPECT_EQ(output_, "import\ncall\ncall\nexit\n");
}

TEST_F(WsgiHandlerTest, WhatCannotBeLoadedIsTold) {
  tree_.Write("app/broken.py", "1 / 0");
  const struct {
    std::string_view name;
    std::string_view message;
  } kCases[] = {
      {"broken", "cannot import the module broken\n"},
      {"no_such_module", "cannot import the module no_such_module\n"},
      {"site_of_test:app", "the module site_of_test has no app\n"},
      {"site_of_test:cwd", "site_of_test:cwd is no callable, but of the type str"},
  };
  for (const auto& [name, message] : kCases) {
    for (const bool preload : {false, true}) {
      InProcess([&, name = name, message = message] {
        WsgiHandler handler(Options(name));
        const absl::Status status = preload ? handler.Preload() : handler.Start();
        EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
        EXPECT_THAT(status.message(), HasSubstr(message));
      });
    }
  }
}

TEST_F(WsgiHandlerTest, AFolderOrVenvThatIsNotThereIsTold) {
  InProcess([&] {
    WsgiOptions options = Options();
    options.interpreter.folder = tree_.Path("no_such_folder");
    WsgiHandler no_folder(options);
    EXPECT_EQ(no_folder.Start().code(), absl::StatusCode::kNotFound);
    options = Options();
    options.interpreter.venv = tree_.Path("app");
    WsgiHandler no_venv(options);
    EXPECT_EQ(no_venv.Start().code(), absl::StatusCode::kInvalidArgument);
  });
}

// No fork would copy it. Nor is it waited for then.
TEST_F(WsgiHandlerTest, AThreadThatTheImportHasStartedIsRefusedBeforeForks) {
  tree_.Write("app/threaded.py",
              "import threading\nend = threading.Event()\n"
              "threading.Thread(target=end.wait).start()\n"
              "def application(environ, start_response):\n  end.set()\n"
              "  start_response('200 OK', [])\n  return [b'threaded']");
  InProcess([&] {
    WsgiHandler handler(Options("threaded"));
    const absl::Status status = handler.Preload();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(status.message(), HasSubstr("the application has started 1 thread"));
  });
  InProcess([&] {
    WsgiHandler handler(Options("threaded", Model::kFork));
    EXPECT_EQ(handler.Start().code(), absl::StatusCode::kFailedPrecondition);
  });
  InProcess([&] {
    WsgiHandler handler(Options("threaded"));
    CHECK_OK(handler.Start());
    EXPECT_EQ(Answer(handler, {}).body, "threaded");
    handler.Stop();
  });
}

TEST_F(WsgiHandlerTest, ALongBodyIsInAFile) {
  InProcess([&] {
    WsgiHandler handler(Options());
    CHECK_OK(handler.Start());
    const std::string pid = absl::StrCat(::getpid());
    for (const auto& [size, type] : {std::pair(1, "BytesIO"), std::pair(65'536, "BytesIO"),
                                     std::pair(65'537, "BufferedReader")}) {
      EXPECT_EQ(Answer(handler, {.method = "POST", .body = std::string(size, 'x')}).body,
                absl::StrCat(pid, " ", type, " app ", size));
    }
    EXPECT_THAT(AnswerBytes(handler, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
                EndsWith(" BytesIO app 0"));
    handler.Stop();
  });
}

TEST_F(WsgiHandlerTest, ABodyThatCannotBeKeptIsAnswered503) {
  InProcess([&] {
    WsgiHandler handler(Options());
    CHECK_OK(handler.Start());
    ::setenv("TMPDIR", "/no/such/folder", 1);
    tests::LoggedText log;
    const TestResponse response =
        Answer(handler, {.method = "POST", .body = std::string(100'000, 'x')});
    EXPECT_EQ(response.status, StatusCode::kServiceUnavailable);
    EXPECT_THAT(log.Take(), HasSubstr("/no/such/folder"));
    handler.Stop();
  });
  EXPECT_EQ(output_, "import\nexit\n") << "the application is not called";
}

}  // namespace
}  // namespace forklift::http::wsgi
