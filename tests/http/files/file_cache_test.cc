#include "forklift/http/files/file_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forklift/http/files/root.h"
#include "forklift/tests/http/files/tree.h"
#include "forklift/tests/support/descriptor_shortage.h"
#include "forklift/tests/support/holdings.h"
#include "gtest/gtest.h"

namespace forklift::http::files {
namespace {

using Outcome = OpenedFile::Outcome;

constexpr absl::Duration kAge = absl::Seconds(10);
const std::string kLarge(FileCache::kMaxContent + 1, 'x');

// In a folder "root" beside a file "secret", at a time when what the test has written is old.
class FileCacheTest : public testing::Test {
 protected:
  FileCacheTest() {
    tree_.Write("secret", "secret");
    tree_.Write("root/small", "text");
    tree_.Write("root/large", kLarge);
    tree_.Write("root/1/file", "first");
    tree_.Write("root/2/file", "second");
    tree_.Link("root/current", "1");
    LetTicksPass();
    Start(kAge);
  }

  void Start(absl::Duration age) {
    absl::StatusOr<Root> root = Root::Open(tree_.Path("root"));
    CHECK_OK(root);
    cache_.emplace(*std::move(root), age);
  }

  // Until a change of a file gets another time than those before.
  void LetTicksPass() const {
    const absl::Time before = TimeOfChange();
    const absl::Time end = absl::Now() + absl::Seconds(10);
    while (TimeOfChange() == before) CHECK(absl::Now() < end);
  }
  absl::Time TimeOfChange() const {
    tree_.Write("changed", "");
    struct stat status;
    PCHECK(::stat(tree_.Path("changed").c_str(), &status) == 0);
    return absl::TimeFromTimespec(status.st_ctim);
  }

  void Relink(std::string_view target) const {
    std::filesystem::remove(tree_.Path("root/current"));
    tree_.Link("root/current", target);
  }

  OpenedFile Open(std::string_view path) { return cache_->OpenFile(std::string(path), now_); }
  std::string Content(std::string_view path) {
    const OpenedFile opened = Open(path);
    CHECK(opened.outcome == Outcome::kFile) << path;
    std::string content =
        opened.content == nullptr ? tests::ContentOf(opened.file.get()) : *opened.content;
    CHECK_EQ(content.size(), opened.info.size);
    return content;
  }
  // Whether the file comes from the cache.
  bool IsKept(std::string_view path) {
    const OpenedFile first = Open(path);
    const OpenedFile second = Open(path);
    return first.content == second.content && first.file.get() == second.file.get();
  }

  const tests::Tree tree_;
  absl::Time now_ = absl::Now() + absl::Hours(1);
  std::optional<FileCache> cache_;
};

TEST_F(FileCacheTest, AFileThatIsKeptIsNotOpenedAgain) {
  const OpenedFile first = Open("large");
  const OpenedFile second = Open("large");
  EXPECT_EQ(second.outcome, Outcome::kFile);
  EXPECT_EQ(second.file.get(), first.file.get());
  EXPECT_EQ(second.info, first.info);
  EXPECT_EQ(second.info.size, kLarge.size());
  EXPECT_EQ(second.content, nullptr);
}

TEST_F(FileCacheTest, ASmallFilesContentIsKeptToo) {
  const OpenedFile first = Open("small");
  const OpenedFile second = Open("small");
  ASSERT_NE(second.content, nullptr);
  EXPECT_EQ(*second.content, "text");
  EXPECT_EQ(second.content, first.content);
  EXPECT_FALSE(first.file.valid());
  EXPECT_FALSE(second.file.valid());
  tree_.Write("root/empty", "");
  EXPECT_EQ(Content("empty"), "");
  tree_.Write("root/most", std::string(FileCache::kMaxContent, 'x'));
  EXPECT_NE(Open("most").content, nullptr);
}

TEST_F(FileCacheTest, WithoutAnAgeNothingIsKept) {
  Start(absl::ZeroDuration());
  EXPECT_FALSE(IsKept("small"));
  EXPECT_EQ(Open("small").content, nullptr);
}

TEST_F(FileCacheTest, WhatIsNoFileIsLookedUpEachTime) {
  EXPECT_EQ(Open("new").outcome, Outcome::kNotFound);
  tree_.Write("root/new", "new");
  EXPECT_EQ(Content("new"), "new");
  EXPECT_EQ(Open("1").outcome, Outcome::kFolder);
  EXPECT_EQ(Open("../secret").outcome, Outcome::kForbidden);
}

TEST_F(FileCacheTest, ALinkThatIsChangedIsSeenAtTheEndOfTheAge) {
  EXPECT_EQ(Content("current/file"), "first");
  Relink("2");
  now_ += kAge - absl::Nanoseconds(1);
  EXPECT_EQ(Content("current/file"), "first");
  now_ += absl::Nanoseconds(1);
  EXPECT_EQ(Content("current/file"), "second");
  Relink("..");
  tree_.Write("file", "outside");
  EXPECT_EQ(Content("current/file"), "second");
  now_ += kAge;
  EXPECT_EQ(Open("current/file").outcome, Outcome::kForbidden);
}

TEST_F(FileCacheTest, TheAgeEndsWhereTheClockIsSetBack) {
  EXPECT_EQ(Content("current/file"), "first");
  Relink("2");
  now_ -= kAge;
  EXPECT_EQ(Content("current/file"), "second");
}

TEST_F(FileCacheTest, AFileThatIsReplacedIsSeenAtOnceOrAtTheEndOfTheAge) {
  EXPECT_EQ(*Open("small").content, "text");
  const OpenedFile before = Open("large");
  for (const std::string_view name : {"small", "large"}) {
    tree_.Write("root/next", "next");
    tree_.Rename("root/next", absl::StrCat("root/", name));
  }
  EXPECT_EQ(*Open("small").content, "text");
  EXPECT_EQ(*Open("large").content, "next");
  EXPECT_EQ(tests::ContentOf(before.file.get()), kLarge);
  now_ += kAge;
  EXPECT_EQ(*Open("small").content, "next");
}

TEST_F(FileCacheTest, AFileThatIsRemovedIsSeenAtOnceOrAtTheEndOfTheAge) {
  for (const std::string_view name : {"small", "large"}) {
    EXPECT_TRUE(IsKept(name));
    std::filesystem::remove(tree_.Path(absl::StrCat("root/", name)));
  }
  EXPECT_EQ(*Open("small").content, "text");
  EXPECT_EQ(Open("large").outcome, Outcome::kNotFound);
  now_ += kAge;
  EXPECT_EQ(Open("small").outcome, Outcome::kNotFound);
}

TEST_F(FileCacheTest, AFileThatShrinksIsNeverSeenHalf) {
  EXPECT_TRUE(IsKept("small"));
  const OpenedFile large = Open("large");
  for (const std::string_view name : {"small", "large"}) {
    PCHECK(::truncate(tree_.Path(absl::StrCat("root/", name)).c_str(), 2) == 0);
  }
  const OpenedFile small = Open("small");
  EXPECT_EQ(small.info.size, 4u);
  EXPECT_EQ(*small.content, "text");
  EXPECT_EQ(tests::ContentOf(large.file.get()), "xx");  // whoever is being sent it gets no more
  EXPECT_EQ(Open("large").info.size, 2u);
  now_ += kAge;
  EXPECT_EQ(*Open("small").content, "te");
}

TEST_F(FileCacheTest, AFreshFileIsNotKept) {
  now_ = absl::Now();
  EXPECT_FALSE(IsKept("small"));
  EXPECT_FALSE(IsKept("large"));
}

TEST_F(FileCacheTest, KeepsNoMoreThanSoManyFiles) {
  EXPECT_TRUE(IsKept("large"));
  const size_t before = tests::Holdings::Now().descriptors.size();
  for (size_t i = 0; i < FileCache::kMostFiles + 10; ++i) {
    const std::string name = absl::StrCat("many/", i);
    tree_.Write(absl::StrCat("root/", name), kLarge);
    EXPECT_EQ(Content(name), kLarge);
  }
  EXPECT_EQ(tests::Holdings::Now().descriptors.size(), before - 1 + FileCache::kMostFiles);
  EXPECT_TRUE(IsKept(absl::StrCat("many/", FileCache::kMostFiles)));
}

TEST_F(FileCacheTest, ClosesWhatIsTooOldWithTheNextFile) {
  const tests::Holdings before = tests::Holdings::Now();
  for (const std::string_view name : {"small", "large"}) EXPECT_TRUE(IsKept(name));
  EXPECT_EQ(tests::Holdings::Now().descriptors.size(), before.descriptors.size() + 1);
  now_ += kAge;
  EXPECT_EQ(Open("nothing").outcome, Outcome::kNotFound);
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST_F(FileCacheTest, GivesItsDescriptorsUpWhereTheyRunShort) {
  EXPECT_TRUE(IsKept("large"));
  const tests::DescriptorShortage shortage(0);
  EXPECT_EQ(Content("small"), "text");
  const OpenedFile in_use = Open("large");
  EXPECT_EQ(Open("1/file").outcome, Outcome::kExhausted);
}

TEST_F(FileCacheTest, ServesThreads) {
  std::atomic<bool> done = false;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, now = now_]() mutable {
      while (!done) {
        for (const std::string name : {"small", "large", "1/file", "2/file", "replaced"}) {
          const OpenedFile opened = cache_->OpenFile(name, now += kAge / 100);
          CHECK(opened.outcome == Outcome::kFile || name == "replaced");
          CHECK(opened.content == nullptr || opened.content->size() == opened.info.size);
        }
      }
    });
  }
  for (int i = 0; i < 200; ++i) {
    tree_.Write("root/next", absl::StrCat(i));
    tree_.Rename("root/next", "root/replaced");
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
  LetTicksPass();
  now_ += absl::Hours(10);
  EXPECT_EQ(Content("replaced"), "199");
}

}  // namespace
}  // namespace forklift::http::files
