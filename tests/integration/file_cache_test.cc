// With --file-cache, a worker of each concurrency model answers with what it has of a small file,
// up to the reload that replaces it; of a large one it sees the change at once.
#include <signal.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/files/tree.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kSmall = "/small";
constexpr std::string_view kLarge = "/large";

std::string LargeOf(std::string_view text) {
  return absl::StrCat(std::string(10'000, '-'), "\n\n", text);
}

class FileCacheTest : public ModelTest {
 protected:
  FileCacheTest() { WriteBoth("before!\n"); }

  // As new files: the way that keeps a reader from half of the content.
  void WriteBoth(std::string_view text) const {
    tree_.Write("new", absl::StrCat("\n\n", text));
    tree_.Rename("new", kSmall.substr(1));
    tree_.Write("new", LargeOf(text));
    tree_.Rename("new", kLarge.substr(1));
  }

  // One worker, so that it is the same that answers.
  std::vector<std::string> Flags(std::string_view file_cache) const {
    return {ModelFlag(), "--workers=1", "--keep-alive-requests=1000000",
            absl::StrCat("--root=", tree_.Path()), absl::StrCat("--file-cache=", file_cache)};
  }

  static std::string Get(const net::UniqueFd& client, std::string_view path) {
    if (!Send(client, absl::StrCat("GET ", path, " HTTP/1.1\r\nHost: a\r\n\r\n")))
      return "<closed>";
    return ReceiveUntil(client, "!\n");
  }

  // Files are not kept while they are so fresh that their tags are weak.
  static bool BothAreKept(const net::UniqueFd& client) {
    return Eventually([&] {
      return absl::StrContains(Get(client, kSmall), "ETag: \"") &&
             absl::StrContains(Get(client, kLarge), "ETag: \"");
    });
  }

  const Tree tree_;
};
INSTANTIATE_TEST_SUITE_P(Models, FileCacheTest, AllModels(), NameOfModel);

TEST_P(FileCacheTest, KeepsSmallFilesUntilAReload) {
  RunningServer server(Flags("1h"));
  net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(BothAreKept(client));
  WriteBoth("after!\n");
  EXPECT_THAT(Get(client, kSmall),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\nbefore!\n")));
  EXPECT_THAT(Get(client, kLarge),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith("\nafter!\n")));

  const std::vector<pid_t> old = server.Workers();
  server.process().Signal(SIGHUP);
  ASSERT_TRUE(Eventually([&] {
    const std::vector<pid_t> now = server.Workers();
    return now.size() == 1 && now != old;
  }));
  client = Connect(server.address());
  EXPECT_THAT(Get(client, kSmall), EndsWith("\nafter!\n"));
  EXPECT_THAT(Get(client, kLarge), EndsWith("\nafter!\n"));
  client.reset();
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(FileCacheTest, WithoutTheFlagEachChangeIsSeen) {
  RunningServer server(Flags("0"));
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(BothAreKept(client)) << "or would be";
  WriteBoth("after!\n");
  EXPECT_THAT(Get(client, kSmall), EndsWith("\nafter!\n"));
  EXPECT_THAT(Get(client, kLarge), EndsWith("\nafter!\n"));
}

}  // namespace
}  // namespace forklift::tests
