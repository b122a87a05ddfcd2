// What open_beneath_test.cc cannot show: a tree that changes during the walk.
#include "forklift/http/files/walk_beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>

#include <atomic>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "forklift/http/files/open_beneath.h"
#include "forklift/http/files/opened_path.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/files/tree.h"
#include "forklift/tests/support/descriptor_shortage.h"
#include "gtest/gtest.h"

namespace forklift::http::files {
namespace {

using Way = OpenedPath (*)(int root, const char* path, int flags);

net::UniqueFd OpenFolder(const std::string& path) {
  return net::UniqueFd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

void ExpectToStayInsideWhileFoldersAreExchanged(Way way) {
  const tests::Tree tree;
  tree.Write("root/a/b/file", "inside");
  tree.Write("outside/b/file", "outside");
  tree.Link("root/a/up", "../a/b/file");
  tree.Link("evil", "../outside");
  const net::UniqueFd root = OpenFolder(tree.Path("root"));
  const std::string folder = tree.Path("root/a");
  const std::string evil = tree.Path("evil");
  std::atomic<bool> done = false;
  std::thread attacker([&] {
    while (!done) ::renameat2(AT_FDCWD, folder.c_str(), AT_FDCWD, evil.c_str(), RENAME_EXCHANGE);
  });
  int inside = 0;
  int refused = 0;
  for (int i = 0; i < 200'000 && (i < 5'000 || inside == 0 || refused == 0); ++i) {
    const char* path = i % 2 == 0 ? "a/b/file" : "a/up";
    const OpenedPath opened = way(root.get(), path, O_RDONLY);
    if (!opened.descriptor.valid()) {
      ++refused;
      continue;
    }
    ++inside;
    EXPECT_EQ(tests::ContentOf(opened.descriptor.get()), "inside") << path;
  }
  done = true;
  attacker.join();
  EXPECT_GT(inside, 0);
  EXPECT_GT(refused, 0);
}

TEST(WalkBeneathTest, StaysInsideWhileFoldersAreExchanged) {
  ExpectToStayInsideWhileFoldersAreExchanged(WalkBeneath);
}

TEST(OpenBeneathTest, StaysInsideWhileFoldersAreExchanged) {
  ExpectToStayInsideWhileFoldersAreExchanged(OpenBeneath);
}

TEST(WalkBeneathTest, WithoutDescriptorsItSaysSo) {
  const tests::Tree tree;
  tree.Write("a/b/c/file", "file");
  const net::UniqueFd root = OpenFolder(tree.Path());
  for (size_t free = 0; free < 4; ++free) {
    const tests::DescriptorShortage shortage(free);
    EXPECT_EQ(WalkBeneath(root.get(), "a/b/c/file", O_RDONLY).error_number, EMFILE) << free;
  }
  const tests::DescriptorShortage shortage(4);
  EXPECT_TRUE(WalkBeneath(root.get(), "a/b/c/file", O_RDONLY).descriptor.valid());
}

TEST(WalkBeneathTest, ALongPathIsWalkedInLinearTime) {
  const tests::Tree tree;
  tree.Write("file", "file");
  tree.Link("long", absl::StrCat(std::string(PATH_MAX - 6, '/').replace(0, 1, "."), "file"));
  tree.Link("wide", absl::StrCat("long/../", std::string(3000, '/'), "file"));
  const net::UniqueFd root = OpenFolder(tree.Path());
  EXPECT_TRUE(WalkBeneath(root.get(), "long", O_RDONLY).descriptor.valid());
  EXPECT_EQ(WalkBeneath(root.get(), "wide", O_RDONLY).error_number, ENOTDIR);
}

}  // namespace
}  // namespace forklift::http::files
