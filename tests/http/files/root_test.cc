#include "forklift/http/files/root.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forklift/tests/http/files/tree.h"
#include "forklift/tests/support/descriptor_shortage.h"
#include "gtest/gtest.h"

namespace forklift::http::files {
namespace {

using Outcome = OpenedFile::Outcome;

Root OpenRoot(const std::string& path) {
  absl::StatusOr<Root> root = Root::Open(path);
  CHECK_OK(root);
  return *std::move(root);
}

// What `path` comes to for one whose rights are those that the files' modes give their owner: root
// without its capabilities, which a thread can give up for itself.
Outcome OutcomeWithoutPrivilege(const Root& root, const char* path) {
  Outcome outcome = Outcome::kFailed;
  std::thread([&] {
    __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
    PCHECK(::syscall(SYS_capset, &header, none) == 0);
    outcome = root.OpenFile(path).outcome;
  }).join();
  return outcome;
}

TEST(RootTest, GivesAFileWithWhatIsKnownOfIt) {
  const tests::Tree tree;
  const absl::Time modified = absl::FromUnixSeconds(784111777) + absl::Nanoseconds(123456789);
  tree.Write("a/file", "content");
  tree.SetModified("a/file", modified);
  const OpenedFile opened = OpenRoot(tree.Path()).OpenFile("a/file");
  ASSERT_EQ(opened.outcome, Outcome::kFile);
  EXPECT_EQ(tests::ContentOf(opened.file.get()), "content");
  EXPECT_EQ(opened.info.size, 7u);
  EXPECT_EQ(opened.info.modified, modified);
  EXPECT_LE(opened.info.changed, absl::Now());
  EXPECT_GT(opened.info.changed, absl::Now() - absl::Hours(1));
  EXPECT_EQ(::fcntl(opened.file.get(), F_GETFD), FD_CLOEXEC);
}

TEST(RootTest, TellsWhyThereIsNoFile) {
  const tests::Tree tree;
  tree.Write("root/file", "");
  tree.MakeFolder("root/folder");
  tree.MakeFifo("root/fifo");
  tree.MakeSocket("root/socket");
  tree.Write("secret", "");
  tree.Link("root/out", "../secret");
  tree.Link("root/loop", "loop");
  tree.Link("root/null", "/dev/null");
  const Root root = OpenRoot(tree.Path("root"));
  struct Case {
    std::string path;
    Outcome outcome;
  };
  for (const Case& c : {
           Case{"folder", Outcome::kFolder},
           Case{"folder/", Outcome::kFolder},
           Case{"nothing", Outcome::kNotFound},
           Case{"file/", Outcome::kNotFound},
           Case{"file/x", Outcome::kNotFound},
           Case{"loop", Outcome::kNotFound},
           Case{std::string(256, 'x'), Outcome::kNotFound},
           Case{std::string(8000, 'x'), Outcome::kNotFound},
           Case{"fifo", Outcome::kForbidden},
           Case{"socket", Outcome::kForbidden},
           Case{"out", Outcome::kForbidden},
           Case{"null", Outcome::kForbidden},
           Case{"../secret", Outcome::kForbidden},
       }) {
    const OpenedFile opened = root.OpenFile(c.path.c_str());
    EXPECT_EQ(opened.outcome, c.outcome) << c.path;
    EXPECT_FALSE(opened.file.valid()) << c.path;
    EXPECT_TRUE(opened.error.ok()) << opened.error;
  }
}

TEST(RootTest, ADeviceIsForbidden) {
  EXPECT_EQ(OpenRoot("/dev").OpenFile("null").outcome, Outcome::kForbidden);
}

// /proc/self/fd and the like lead anywhere.
TEST(RootTest, AMagicLinkIsNotFollowed) {
  const tests::Tree tree;
  tree.Write("file", "");
  const OpenedFile file = OpenRoot(tree.Path()).OpenFile("file");
  const std::string link = absl::StrCat("self/fd/", file.file.get());
  EXPECT_NE(OpenRoot("/proc").OpenFile(link.c_str()).outcome, Outcome::kFile);
}

TEST(RootTest, WhatMustNotBeReadIsForbidden) {
  const tests::Tree tree;
  tree.Write("unreadable", "");
  tree.SetMode("unreadable", 0);
  tree.Write("closed/file", "");
  tree.SetMode("closed", 0);
  tree.Write("unlisted/file", "");
  tree.SetMode("unlisted", 0111);
  const Root root = OpenRoot(tree.Path());
  EXPECT_EQ(OutcomeWithoutPrivilege(root, "unreadable"), Outcome::kForbidden);
  EXPECT_EQ(OutcomeWithoutPrivilege(root, "closed/file"), Outcome::kForbidden);
  EXPECT_EQ(OutcomeWithoutPrivilege(root, "closed"), Outcome::kFolder);
  EXPECT_EQ(OutcomeWithoutPrivilege(root, "unlisted"), Outcome::kFolder);
  EXPECT_EQ(OutcomeWithoutPrivilege(root, "unlisted/file"), Outcome::kFile);
  for (std::string_view folder : {"closed", "unlisted"}) tree.SetMode(folder, 0700);  // to remove
}

TEST(RootTest, WithoutDescriptorsItIsExhausted) {
  const tests::Tree tree;
  tree.Write("file", "");
  const Root root = OpenRoot(tree.Path());
  const tests::DescriptorShortage shortage(0);
  const OpenedFile opened = root.OpenFile("file");
  EXPECT_EQ(opened.outcome, Outcome::kExhausted);
  EXPECT_EQ(opened.error.message(), "open a file: Too many open files (EMFILE)");
}

TEST(RootTest, AnOpenFileOutlivesItsName) {
  const tests::Tree tree;
  tree.Write("file", "old");
  const Root root = OpenRoot(tree.Path());
  const OpenedFile opened = root.OpenFile("file");
  std::filesystem::remove(tree.Path("file"));
  EXPECT_EQ(root.OpenFile("file").outcome, Outcome::kNotFound);
  tree.Write("file", "new!");
  EXPECT_EQ(tests::ContentOf(opened.file.get()), "old");
  EXPECT_EQ(tests::ContentOf(root.OpenFile("file").file.get()), "new!");
}

TEST(RootTest, IsTheFolderThatItWas) {
  const tests::Tree tree;
  tree.Write("root/file", "first");
  const Root root = OpenRoot(tree.Path("root"));
  tree.Rename("root", "moved");
  tree.Write("root/file", "second");
  EXPECT_EQ(tests::ContentOf(root.OpenFile("file").file.get()), "first");
  std::filesystem::remove_all(tree.Path("moved"));
  EXPECT_EQ(root.OpenFile("file").outcome, Outcome::kNotFound);
}

TEST(RootTest, ALinkInsideSwitchesTrees) {
  const tests::Tree tree;
  tree.Write("releases/1/file", "first");
  tree.Write("releases/2/file", "second");
  tree.Link("current", "releases/1");
  const Root root = OpenRoot(tree.Path());
  EXPECT_EQ(tests::ContentOf(root.OpenFile("current/file").file.get()), "first");
  tree.Link("next", "releases/2");
  tree.Rename("next", "current");
  EXPECT_EQ(tests::ContentOf(root.OpenFile("current/file").file.get()), "second");
}

TEST(RootTest, IsAFolder) {
  const tests::Tree tree;
  tree.Write("file", "");
  EXPECT_EQ(Root::Open(tree.Path("nothing")).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Root::Open(tree.Path("file")).status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(Root::Open("").status().code(), absl::StatusCode::kNotFound);
  tree.Link("link", ".");
  EXPECT_EQ(OpenRoot(tree.Path("link")).OpenFile("file").outcome, Outcome::kFile);
}

}  // namespace
}  // namespace forklift::http::files
