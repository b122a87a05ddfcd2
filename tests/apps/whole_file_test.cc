#include "forklift/apps/whole_file.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::apps {
namespace {

using ::testing::HasSubstr;

class WholeFileTest : public ::testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directory(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  static std::string Read(const std::string& path) {
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
  }

  ptrdiff_t Files() const {
    return std::distance(std::filesystem::directory_iterator(folder_),
                         std::filesystem::directory_iterator());
  }

  const std::string folder_ = absl::StrCat(::testing::TempDir(), "/whole_file.", ::getpid());
  const std::string path_ = absl::StrCat(folder_, "/report.html");
};

TEST_F(WholeFileTest, MakesAFileOrReplacesIt) {
  ASSERT_TRUE(CheckWholeFile(path_).ok());
  EXPECT_EQ(Files(), 0);
  ASSERT_TRUE(WriteWholeFile(path_, "a long first text").ok());
  EXPECT_EQ(Read(path_), "a long first text");
  ASSERT_TRUE(WriteWholeFile(path_, "second").ok());
  EXPECT_EQ(Read(path_), "second");
  EXPECT_EQ(Files(), 1);
}

TEST_F(WholeFileTest, AFolderThatIsNotThereIsTold) {
  const absl::Status checked = CheckWholeFile(absl::StrCat(folder_, "/none/report.html"));
  EXPECT_TRUE(absl::IsFailedPrecondition(checked));
  EXPECT_THAT(checked.message(), HasSubstr("/none/report.html' cannot be written"));
  EXPECT_THAT(checked.message(), HasSubstr("ENOENT"));
  EXPECT_TRUE(absl::IsFailedPrecondition(CheckWholeFile(absl::StrCat(path_, "/"))));
  EXPECT_TRUE(absl::IsFailedPrecondition(CheckWholeFile("")));
}

TEST_F(WholeFileTest, AFileInPlaceOfTheFolderIsTold) {
  std::ofstream(path_) << "a file";
  EXPECT_THAT(CheckWholeFile(absl::StrCat(path_, "/report.html")).message(), HasSubstr("ENOTDIR"));
}

TEST_F(WholeFileTest, NothingIsWrittenInPlaceOfWhatIsNoFile) {
  EXPECT_THAT(CheckWholeFile("/dev/null").message(), HasSubstr("no regular file"));
  EXPECT_FALSE(WriteWholeFile("/dev/null", "text").ok());
  EXPECT_THAT(CheckWholeFile(folder_).message(), HasSubstr("no regular file"));
}

// What was there stays, and nothing lies beside it.
TEST_F(WholeFileTest, AFileThatCannotBeNamedChangesNothing) {
  EXPECT_TRUE(absl::IsFailedPrecondition(
      WriteWholeFile(absl::StrCat(folder_, "/", std::string(300, 'x')), "text")));
  EXPECT_EQ(Files(), 0);
}

TEST_F(WholeFileTest, AnotherOnesUnfinishedFileIsLeftAlone) {
  const std::string unfinished = absl::StrCat(path_, ".", ::getpid(), ".tmp");
  std::ofstream(unfinished) << "theirs";
  EXPECT_FALSE(WriteWholeFile(path_, "ours").ok());
  EXPECT_EQ(Read(unfinished), "theirs");
}

}  // namespace
}  // namespace forklift::apps
