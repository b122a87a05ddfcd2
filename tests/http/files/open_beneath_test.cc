// Both ways to resolve a path, held against one table and against each other.
#include "forklift/http/files/open_beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <iterator>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/files/opened_path.h"
#include "forklift/http/files/walk_beneath.h"
#include "forklift/net/deadline.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/child.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/tests/http/files/tree.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/refused_system_calls.h"
#include "gtest/gtest.h"

namespace forklift::http::files {
namespace {

using Way = OpenedPath (*)(int root, const char* path, int flags);

constexpr int kFlags = O_RDONLY | O_NONBLOCK;

// Either what the file says or why there is none; "folder", "fifo" for such.
struct Case {
  std::string path;
  std::string content;
  int error_number = 0;
};

void MakeTree(const tests::Tree& tree) {
  tree.Write("secret", "secret");
  tree.Write("root/file", "file");
  tree.Write("root/a/b/deep", "deep");
  tree.Write(absl::StrCat("root/", std::string(255, 'n')), "long");
  tree.MakeFifo("root/fifo");
  tree.MakeSocket("root/socket");
  tree.Link("root/a/up", "../file");
  tree.Link("root/a/upup", "../../secret");
  tree.Link("root/out", "../secret");
  tree.Link("root/outside", "..");
  tree.Link("root/absolute", tree.Path("root/file"));
  tree.Link("root/absolute_folder", "/");
  tree.Link("root/out_and_in", "../root/file");
  tree.Link("root/loop1", "loop2");
  tree.Link("root/loop2", "loop1");
  tree.Link("root/self", "self");
  tree.Link("root/dangling", "nowhere");
  tree.Link("root/here", ".");
  tree.Link("root/to_folder", "a");
  tree.Link("root/to_folder_slash", "a/b/");
  tree.Link("root/to_file_slash", "file/");
  tree.Link("root/back", "a/b/.././/../file");
  tree.Link("root/through_links", "to_folder/up");
  tree.Link("root/chain1", "file");
  for (int i = 2; i <= 41; ++i) {
    tree.Link(absl::StrCat("root/chain", i), absl::StrCat("chain", i - 1));
  }
}

std::vector<Case> Cases() {
  const std::string n255(255, 'n');
  const std::string longest = absl::StrCat(".", std::string(PATH_MAX - 6, '/'), "file");
  return {
      {"file", "file"},
      {"a/b/deep", "deep"},
      {"a//b///deep", "deep"},
      {"./file", "file"},
      {"a/../file", "file"},
      {"a/b/../../file", "file"},
      {"a", "folder"},
      {"a/", "folder"},
      {"a/b/.", "folder"},
      {"a/..", "folder"},
      {".", "folder"},
      {n255, "long"},
      {longest, "file"},
      {"fifo", "fifo"},

      {"a/up", "file"},
      {"to_folder/b/deep", "deep"},
      {"to_folder/up", "file"},
      {"to_folder/../file", "file"},
      {"to_folder_slash", "folder"},
      {"to_folder_slash/deep", "deep"},
      {"back", "file"},
      {"through_links", "file"},
      {"here/here/here/file", "file"},
      {"chain40", "file"},

      {"", "", ENOENT},
      {"nowhere", "", ENOENT},
      {"nowhere/..", "", ENOENT},
      {"nowhere/../file", "", ENOENT},
      {"dangling", "", ENOENT},
      {"a/b/c/d", "", ENOENT},
      {"file/", "", ENOTDIR},
      {"file/.", "", ENOTDIR},
      {"file/..", "", ENOTDIR},
      {"file/x", "", ENOTDIR},
      {"fifo/x", "", ENOTDIR},
      {"to_file_slash", "", ENOTDIR},
      {"socket", "", ENXIO},

      {"/", "", EXDEV},
      {"/file", "", EXDEV},
      {"..", "", EXDEV},
      {"../secret", "", EXDEV},
      {"../root/file", "", EXDEV},
      {"a/../../secret", "", EXDEV},
      {"a/b/../../../secret", "", EXDEV},
      {"a/upup", "", EXDEV},
      {"out", "", EXDEV},
      {"outside", "", EXDEV},
      {"outside/secret", "", EXDEV},
      {"outside/root/file", "", EXDEV},
      {"out_and_in", "", EXDEV},
      {"absolute", "", EXDEV},
      {"absolute_folder", "", EXDEV},
      {"absolute_folder/etc/passwd", "", EXDEV},

      {"loop1", "", ELOOP},
      {"loop1/x", "", ELOOP},
      {"self", "", ELOOP},
      {"chain41", "", ELOOP},
      {n255 + "n", "", ENAMETOOLONG},
      {std::string(PATH_MAX, 'a'), "", ENAMETOOLONG},
      {std::string(PATH_MAX - 1, '.') + "/", "", ENAMETOOLONG},
  };
}

std::string ContentOf(int descriptor) {
  struct stat status;
  if (::fstat(descriptor, &status) != 0) return "?";
  if (S_ISDIR(status.st_mode)) return "folder";
  if (S_ISFIFO(status.st_mode)) return "fifo";
  return tests::ContentOf(descriptor);
}

// How many cases come out otherwise.
int Differences(Way way, int root) {
  int differences = 0;
  for (const Case& c : Cases()) {
    const OpenedPath opened = way(root, c.path.c_str(), kFlags);
    const bool valid = opened.descriptor.valid();
    const std::string content = valid ? ContentOf(opened.descriptor.get()) : "";
    EXPECT_EQ(valid, c.error_number == 0) << c.path << " " << opened.error_number;
    EXPECT_EQ(content, c.content) << c.path;
    EXPECT_EQ(opened.error_number, c.error_number) << c.path;
    if (valid) {
      EXPECT_EQ(::fcntl(opened.descriptor.get(), F_GETFD), FD_CLOEXEC) << c.path;
    }
    if (content != c.content || opened.error_number != c.error_number) ++differences;
  }
  return differences;
}

net::UniqueFd OpenRoot(const tests::Tree& tree) {
  return net::UniqueFd(::open(tree.Path("root").c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

TEST(OpenBeneathTest, NeverLeaves) {
  const tests::Tree tree;
  MakeTree(tree);
  const net::UniqueFd root = OpenRoot(tree);
  const tests::Holdings before = tests::Holdings::Now();
  EXPECT_EQ(Differences(OpenBeneath, root.get()), 0);
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST(WalkBeneathTest, NeverLeaves) {
  const tests::Tree tree;
  MakeTree(tree);
  const net::UniqueFd root = OpenRoot(tree);
  const tests::Holdings before = tests::Holdings::Now();
  EXPECT_EQ(Differences(WalkBeneath, root.get()), 0);
  EXPECT_EQ(tests::Holdings::Now(), before);
}

// An old kernel, and the filter of an old container.
TEST(OpenBeneathTest, WithoutTheSystemCallItWalks) {
  const tests::Tree tree;
  MakeTree(tree);
  const net::UniqueFd root = OpenRoot(tree);
  for (const int error : {ENOSYS, EPERM, EAGAIN}) {
    constexpr int kSkipped = 77;
    const absl::StatusOr<pid_t> pid = proc::Fork([&] {
      if (!tests::RefuseSystemCalls({SYS_openat2}, error)) return kSkipped;
      return Differences(OpenBeneath, root.get());
    });
    ASSERT_TRUE(pid.ok()) << pid.status();
    const std::optional<proc::ExitStatus> status =
        proc::Child(*pid).Wait(net::Deadline::After(tests::kPatience));
    ASSERT_TRUE(status.has_value());
    if (status->code() == kSkipped) GTEST_SKIP() << "the kernel has no filters of system calls";
    EXPECT_TRUE(status->success()) << error << ": " << status->ToString();
  }
}

TEST(OpenBeneathTest, BothWaysLeadToTheSame) {
  const tests::Tree tree;
  MakeTree(tree);
  const net::UniqueFd root = OpenRoot(tree);
  constexpr std::string_view kNames[] = {".",
                                         "..",
                                         "a",
                                         "a",
                                         "b",
                                         "b",
                                         "file",
                                         "deep",
                                         "up",
                                         "out",
                                         "..",
                                         "absolute",
                                         "outside",
                                         "to_folder",
                                         "back",
                                         "loop1",
                                         "here",
                                         "chain20",
                                         "",
                                         "upup",
                                         "to_folder_slash",
                                         "through_links",
                                         "dangling",
                                         "out_and_in",
                                         "to_file_slash"};
  std::mt19937 random(1);
  int files = 0;
  int outside = 0;
  for (int i = 0; i < 30'000; ++i) {
    std::string path;
    for (int names = 1 + static_cast<int>(random() % 7); names > 0; --names) {
      absl::StrAppend(&path, path.empty() ? "" : "/", kNames[random() % std::size(kNames)]);
    }
    const OpenedPath by_kernel = OpenBeneath(root.get(), path.c_str(), kFlags);
    const OpenedPath by_walk = WalkBeneath(root.get(), path.c_str(), kFlags);
    ASSERT_EQ(by_kernel.error_number, by_walk.error_number) << path;
    if (by_kernel.error_number == EXDEV) ++outside;
    if (!by_kernel.descriptor.valid()) continue;
    struct stat one;
    struct stat other;
    ASSERT_EQ(::fstat(by_kernel.descriptor.get(), &one), 0);
    ASSERT_EQ(::fstat(by_walk.descriptor.get(), &other), 0);
    ASSERT_EQ(one.st_ino, other.st_ino) << path;
    ++files;
  }
  EXPECT_GT(files, 1'000);
  EXPECT_GT(outside, 3'000);
}

}  // namespace
}  // namespace forklift::http::files
