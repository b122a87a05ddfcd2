// SIGHUP takes in an application's new version worker by worker, and keeps the old one where the
// new one does not load.
#include <signal.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forklift/tests/integration/wsgi_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/load_client.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

class WsgiReloadTest : public WsgiTest {
 protected:
  WsgiReloadTest() { ::mkdir(folder_.c_str(), 0700); }

  void Write(std::string_view source) const {
    WriteFile(absl::StrCat(folder_, "/versioned.py"), source);
  }

  // Each version's source has another length: a cached one of the same second would pass for it.
  void WriteVersion(int version) const {
    Write(absl::StrCat("VERSION = b'version ", version, "\\n'  #", std::string(version, '#'),
                       "\n\n\ndef application(environ, start_response):\n"
                       "    start_response('200 OK', [('Content-Type', 'text/plain')])\n"
                       "    return [VERSION]\n"));
  }

  RunningServer ServeVersions(std::vector<std::string> flags = {}) const {
    flags.push_back(TwoWorkersFlag());
    flags.push_back(absl::StrCat("--pythonpath=", folder_));
    return Serve("versioned:application", flags);
  }

  static std::string Answer(const RunningServer& server) {
    return ContentOf(Exchange(server.address(), kRequest));
  }

  const std::string folder_ = TemporaryPath("reload");
};
INSTANTIATE_TEST_SUITE_P(Models, WsgiReloadTest, WsgiModels(), NameOfWsgiModel);

constexpr std::string_view kAllNew = "all workers are of the new generation";

TEST_P(WsgiReloadTest, TheNewVersionServes) {
  WriteVersion(1);
  RunningServer server = ServeVersions();
  EXPECT_EQ(Answer(server), "version 1\n");
  WriteVersion(2);
  EXPECT_EQ(Answer(server), "version 1\n");
  server.process().Signal(SIGHUP);
  ASSERT_TRUE(ComesToLog(server, kAllNew));
  for (int i = 0; i < 10; ++i) EXPECT_EQ(Answer(server), "version 2\n");
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(WsgiReloadTest, ABrokenVersionLeavesTheOldOneServing) {
  WriteVersion(1);
  RunningServer server = ServeVersions();
  const std::vector<pid_t> workers = server.Workers();
  const struct {
    std::string_view source;
    std::string_view error;
  } kCases[] = {{"raise ValueError('of the new version')\n", "ValueError: of the new version"},
                {"this is no Python\n", "SyntaxError"},
                {"import sys\nsys.exit(7)\n", "SystemExit: 7"},
                {"nothing = 'an application is not in it'\n", "has no attribute 'application'"}};
  for (const auto& [source, error] : kCases) {
    Write(source);
    server.process().Signal(SIGHUP);
    ASSERT_TRUE(ComesToLog(server, error)) << source << server.process().Stderr();
    for (int i = 0; i < 5; ++i) EXPECT_EQ(Answer(server), "version 1\n") << source;
  }
  EXPECT_TRUE(Eventually([&] { return server.Workers() == workers; }));
  WriteVersion(2);
  server.process().Signal(SIGHUP);
  EXPECT_TRUE(Eventually([&] { return Answer(server) == "version 2\n"; }))
      << "one that is mended: " << server.process().Stderr();
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(WsgiReloadTest, NoRequestIsLost) {
  RunningServer server =
      Serve("hello:application", {TwoWorkersFlag(), "--keep-alive-requests=100"});
  LoadClient client(server.address());
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(client.HasAnswers(20));
    const std::vector<pid_t> old = server.Workers();
    server.process().Signal(SIGHUP);
    ASSERT_TRUE(Eventually([&] {
      const std::vector<pid_t> now = server.Workers();
      for (const pid_t pid : now) {
        for (const pid_t before : old) {
          if (pid == before) return false;
        }
      }
      return now.size() == old.size();
    })) << server.process().Stderr();
  }
  client.Stop();
  EXPECT_THAT(client.Failures(), IsEmpty());
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(WsgiReloadTest, WorkersAreReplacedAfterTheirMostRequests) {
  RunningServer server =
      Serve("hello:application", {"--workers=1", "--max-requests=20", "--keep-alive-requests=10"});
  LoadClient client(server.address());
  for (int i = 0; i < 3; ++i) {
    const std::vector<pid_t> old = server.Workers();
    ASSERT_TRUE(Eventually([&] {
      const std::vector<pid_t> now = server.Workers();
      return now.size() == 1 && now != old;
    }));
  }
  client.Stop();
  EXPECT_THAT(client.Failures(), IsEmpty());
}

TEST_P(WsgiReloadTest, WithPreloadTheVersionStays) {
  WriteVersion(1);
  RunningServer server = ServeVersions({"--preload"});
  WriteVersion(2);
  server.process().Signal(SIGHUP);
  ASSERT_TRUE(ComesToLog(server, kAllNew));
  EXPECT_EQ(Answer(server), "version 1\n");
  EXPECT_EQ(server.Stop(), 0);
}

}  // namespace
}  // namespace forklift::tests
