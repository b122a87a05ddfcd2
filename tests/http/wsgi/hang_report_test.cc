#include "forklift/http/wsgi/hang_report.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forklift/http/wsgi/gil.h"
#include "forklift/http/wsgi/running_requests.h"
#include "forklift/http/wsgi/traceback.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/wsgi/parsed_request.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "forklift/tests/support/in_child.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using ::testing::HasSubstr;
using tests::Execute;
using tests::InChild;
using tests::ParsedRequest;

constexpr int kKilledByAlarm = 128 + SIGALRM;

constexpr char kGetsAlarm[] = R"(
import os, signal
def gets_alarm():
    os.kill(os.getpid(), signal.SIGALRM)
gets_alarm()
)";

class HangReportTest : public ::testing::Test {
 protected:
  // The result of a child that runs Python, holds the GIL and is at a request; error_ is what it
  // has written to standard error.
  int InPython(absl::FunctionRef<int()> body) {
    const net::UniqueFd file(::memfd_create("stderr", MFD_CLOEXEC));
    const int result = InChild([&] {
      PCHECK(::dup2(file.get(), STDERR_FILENO) == STDERR_FILENO);
      tests::StartPython();
      const GilHold hold;
      const RunningRequest running(request_.In(nullptr));
      return body();
    });
    error_.resize(static_cast<size_t>(::lseek(file.get(), 0, SEEK_END)));
    PCHECK(::pread(file.get(), error_.data(), error_.size(), 0) ==
           static_cast<ssize_t>(error_.size()));
    return result;
  }

  int Count(std::string_view part) const {
    return static_cast<int>(std::vector<std::string>(absl::StrSplit(error_, part)).size()) - 1;
  }

  const ParsedRequest request_ = ParsedRequest("GET /slow HTTP/1.1\r\nHost: a\r\n");
  std::string error_;
};

TEST_F(HangReportTest, SaysWhatHangsAndWhereAndDies) {
  EXPECT_EQ(InPython([] {
              if (!ReportHangs(AfterReport::kDie)) return 1;
              Execute(kGetsAlarm);
              return 2;
            }),
            kKilledByAlarm);
  EXPECT_THAT(error_, HasSubstr("File \"<string>\", line 4 in gets_alarm\n"));
  EXPECT_THAT(error_, HasSubstr(" s: GET /slow\n"));
  EXPECT_EQ(Count("GET /slow"), 1);
}

TEST_F(HangReportTest, SaysItEachTimeAndGoesOn) {
  EXPECT_EQ(InPython([] {
              if (!ReportHangs(AfterReport::kGoOn)) return 1;
              for (int i = 0; i < 3; ++i) Execute(kGetsAlarm);
              return 0;
            }),
            0);
  EXPECT_EQ(Count("in gets_alarm\n"), 3);
  EXPECT_EQ(Count("GET /slow\n"), 3);
}

// No Python code gets to run then.
TEST_F(HangReportTest, WhatNeverGivesTheGilBackIsReported) {
  EXPECT_EQ(InPython([] {
              if (!ReportHangs(AfterReport::kDie)) return 1;
              ::ualarm(20'000, 0);
              Execute(
                  "import collections, itertools\n"
                  "def computes():\n  collections.deque(itertools.repeat(0), maxlen=0)\n"
                  "computes()");
              return 2;
            }),
            kKilledByAlarm);
  EXPECT_THAT(error_, HasSubstr("in computes\n"));
  EXPECT_THAT(error_, HasSubstr("GET /slow\n"));
}

TEST_F(HangReportTest, EachThreadsStackIsPrinted) {
  EXPECT_EQ(InPython([] {
              if (!ReportHangs(AfterReport::kDie)) return 1;
              Execute(absl::StrCat(R"(
import threading
begun = threading.Event()
def waits():
    begun.set()
    threading.Event().wait()
threading.Thread(target=waits, daemon=True).start()
begun.wait()
)",
                                   kGetsAlarm));
              return 2;
            }),
            kKilledByAlarm);
  EXPECT_THAT(error_, HasSubstr("in waits\n"));
  EXPECT_THAT(error_, HasSubstr("in gets_alarm\n"));
}

// As the process of a connection in the fork model, whose server has set it for itself.
TEST_F(HangReportTest, IsSetAnewInAForkedChild) {
  for (const bool before : {false, true}) {
    EXPECT_EQ(InPython([before] {
                if (before && !ReportHangs(AfterReport::kGoOn)) return 1;
                PyOS_BeforeFork();
                const int result = InChild([] {
                  PyOS_AfterFork_Child();
                  if (!ReportHangs(AfterReport::kDie)) return 1;
                  Execute(kGetsAlarm);
                  return 2;
                });
                PyOS_AfterFork_Parent();
                return result;
              }),
              kKilledByAlarm);
    EXPECT_EQ(Count("in gets_alarm\n"), 1);
    EXPECT_EQ(Count("GET /slow\n"), 1);
  }
}

TEST_F(HangReportTest, ACrashIsReportedToo) {
  EXPECT_EQ(InPython([] {
              if (!ReportHangs(AfterReport::kGoOn)) return 1;
              Execute("import os\ndef aborts(): os.abort()\naborts()");
              return 2;
            }),
            128 + SIGABRT);
  EXPECT_THAT(error_, HasSubstr("Fatal Python error: Aborted"));
  EXPECT_THAT(error_, HasSubstr("in aborts\n"));
}

TEST_F(HangReportTest, WithoutTheStandardLibraryItFails) {
  EXPECT_EQ(InPython([] {
              Execute("import sys\nsys.modules['faulthandler'] = None");
              if (ReportHangs(AfterReport::kGoOn)) return 1;
              return TakeTraceback().empty() ? 2 : 0;
            }),
            0);
}

}  // namespace
}  // namespace forklift::http::wsgi
