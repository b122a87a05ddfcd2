// The access log on what takes no lines, or none any more: the server serves on, says so at most
// once a second, and does not spin. And it is read by those for whom it is written.
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

size_t CountIn(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

// What all processes of a server have used.
absl::Duration CpuTimeOf(RunningServer& server) {
  absl::Duration sum = CpuTime(server.process().pid());
  for (const pid_t worker : server.Workers()) sum += CpuTime(worker);
  for (const pid_t connection : server.Connections()) sum += CpuTime(connection);
  return sum;
}

class LogTest : public ModelTest {
 protected:
  static std::string NewPath() {
    std::string folder = absl::StrCat(::getenv("TEST_TMPDIR"), "/log.XXXXXX");
    EXPECT_NE(::mkdtemp(folder.data()), nullptr);
    return absl::StrCat(folder, "/log");
  }

  // Keeps a server busy, on one connection and by new ones, for longer than two seconds: each
  // answer comes, whole. Then has it idle, with a client that stays.
  static void ExpectToServeOn(const std::string& log) {
    RunningServer server(
        {ModelFlag(), absl::StrCat("--access-log=", log), "--keep-alive-requests=1000000000"});
    std::string requests;
    for (int i = 0; i < 100; ++i) absl::StrAppend(&requests, kKeepAliveRequest);
    absl::StrAppend(&requests, kRequest);
    const absl::Time begin = absl::Now();
    const net::Deadline busy = net::Deadline::After(absl::Milliseconds(2200));
    while (!busy.expired()) {
      const net::UniqueFd client = Connect(server.address());
      ASSERT_TRUE(Send(client, requests));
      ASSERT_EQ(CountIn(ReceiveAll(client), kGreeting), 101u);
    }
    const net::UniqueFd idle = Connect(server.address());
    ASSERT_TRUE(Send(idle, kKeepAliveRequest));
    ASSERT_THAT(ReceiveUntil(idle, kGreeting), EndsWith(kGreeting));
    const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
    const size_t warnings = CountIn(server.process().Stderr(), "lines dropped so far");
    EXPECT_GE(warnings, 2u) << server.process().Stderr();
    EXPECT_LE(static_cast<double>(warnings), seconds + 1) << server.process().Stderr();
    EXPECT_EQ(CountIn(server.process().Stderr(), "\n"), warnings + 1) << "the rest is no news";

    constexpr absl::Duration kWindow = absl::Seconds(2);
    const absl::Duration before = CpuTimeOf(server);
    ::poll(nullptr, 0, static_cast<int>(absl::ToInt64Milliseconds(kWindow)));
    EXPECT_LE(CpuTimeOf(server) - before, kWindow / 100);
    EXPECT_EQ(server.Stop(), 0);
  }
};

INSTANTIATE_TEST_SUITE_P(Models, LogTest, AllModels(), NameOfModel);

TEST_P(LogTest, AFullDisk) { ExpectToServeOn("/dev/full"); }

TEST_P(LogTest, AFifoThatNobodyReads) {
  const std::string path = NewPath();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  ExpectToServeOn(path);
}

TEST_P(LogTest, AnalysersUnderstandEachLine) {
  if (!HaveProgram("goaccess")) GTEST_SKIP() << "goaccess is not installed";
  const std::string path = NewPath();
  RunningServer server({ModelFlag(), absl::StrCat("--access-log=", path), "--max-body=10"});
  const std::vector<std::string> requests = {
      std::string(kRequest),
      "HEAD /head HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      "GET /old HTTP/1.0\r\n\r\n",
      "GET /a?query=1&b=%22%20c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
      "GET /named HTTP/1.1\r\nHost: a\r\nReferer: http://a/\"b\\c\r\nUser-Agent: A/1 (\"b\")\r\n"
      "Connection: close\r\n\r\n",
      "GET /bytes HTTP/1.1\r\nHost: a\r\nUser-Agent: \xc3\xa4\xff\tb\r\nConnection: close\r\n\r\n",
      "POST /long HTTP/1.1\r\nHost: a\r\nContent-Length: 11\r\n\r\n12345678901",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
  };
  for (const std::string& request : requests) {
    EXPECT_THAT(Exchange(server.address(), request), StartsWith("HTTP/1.1 "));
  }
  EXPECT_EQ(server.Stop(), 0);
  const std::string report = absl::StrCat(path, ".json");
  const Finished goaccess =
      RunProgram({"goaccess", path, "--no-global-config", "--log-format=COMBINED", "--no-progress",
                  "--num-tests=0", absl::StrCat("--output=", report)});
  EXPECT_TRUE(goaccess.status.success()) << goaccess.output << goaccess.error;
  const Finished found = RunProgram({"cat", report});
  EXPECT_THAT(found.output, HasSubstr(absl::StrCat("\"total_requests\": ", requests.size(), ",")));
  EXPECT_THAT(found.output, HasSubstr("\"failed_requests\": 0,"));
}

}  // namespace
}  // namespace forklift::tests
