#include "forklift/http/wsgi/body_spool.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/descriptor_shortage.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/in_child.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using ::testing::HasSubstr;
using tests::Holdings;

// From where it stands.
std::string RestOf(const net::UniqueFd& file) {
  std::string content;
  char piece[100];
  while (true) {
    const ssize_t size = ::read(file.get(), piece, sizeof(piece));
    PCHECK(size >= 0);
    if (size == 0) return content;
    content.append(piece, static_cast<size_t>(size));
  }
}

std::string ContentOf(BodySpool& spool) {
  return spool.in_file() ? RestOf(spool.TakeFile()) : std::string(spool.memory());
}

class BodySpoolTest : public ::testing::Test {
 protected:
  BodySpoolTest() {
    std::filesystem::create_directories(folder_);
    ::setenv("TMPDIR", folder_.c_str(), 1);
  }
  ~BodySpoolTest() override { EXPECT_EQ(Holdings::Now(), before_); }

  const std::string folder_ = absl::StrCat(::testing::TempDir(), "/spool");
  const Holdings before_ = Holdings::Now();
};

TEST_F(BodySpoolTest, NothingIsInMemory) {
  BodySpool spool;
  EXPECT_TRUE(spool.status().ok());
  EXPECT_EQ(spool.size(), 0);
  EXPECT_FALSE(spool.in_file());
  EXPECT_EQ(spool.memory(), "");
  EXPECT_TRUE(spool.Append(""));
  EXPECT_FALSE(spool.in_file());
}

TEST_F(BodySpoolTest, WhatIsBeyondTheLimitIsInAFile) {
  for (const size_t limit : {0, 1, 10, 1000}) {
    for (const size_t size : {limit, limit + 1, 3 * limit + 1}) {
      std::string body(size, 'x');
      for (size_t i = 0; i < size; ++i) body[i] = static_cast<char>('a' + i % 26);
      BodySpool spool(limit);
      ASSERT_TRUE(spool.Append(body));
      EXPECT_EQ(spool.size(), size);
      EXPECT_EQ(spool.in_file(), size > limit);
      EXPECT_EQ(spool.memory(), size > limit ? "" : body);
      EXPECT_EQ(ContentOf(spool), body);
    }
  }
}

TEST_F(BodySpoolTest, TheUsualLimitIs64KiB) {
  BodySpool spool;
  ASSERT_TRUE(spool.Append(std::string(64 * 1024, 'x')));
  EXPECT_FALSE(spool.in_file());
  ASSERT_TRUE(spool.Append("x"));
  EXPECT_TRUE(spool.in_file());
}

TEST_F(BodySpoolTest, ABodyIsTheSameHoweverItIsSplit) {
  const std::string body = absl::StrCat("0123456789", std::string("\0\xff\n", 3), "abc");
  for (size_t limit = 0; limit <= body.size(); ++limit) {
    for (size_t split = 0; split <= body.size(); ++split) {
      BodySpool spool(limit);
      ASSERT_TRUE(spool.Append(std::string_view(body).substr(0, split)));
      ASSERT_TRUE(spool.Append(std::string_view(body).substr(split)));
      EXPECT_EQ(spool.size(), body.size());
      EXPECT_EQ(ContentOf(spool), body) << limit << " " << split;
    }
    BodySpool spool(limit);
    for (const char byte : body) ASSERT_TRUE(spool.Append(std::string_view(&byte, 1)));
    EXPECT_EQ(ContentOf(spool), body) << limit;
  }
}

TEST_F(BodySpoolTest, TheFileHasNoNameAndIsNobodyElses) {
  BodySpool spool(0);
  ASSERT_TRUE(spool.Append("secret"));
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  const net::UniqueFd file = spool.TakeFile();
  struct stat status;
  ASSERT_EQ(::fstat(file.get(), &status), 0);
  EXPECT_EQ(status.st_nlink, 0);
  EXPECT_TRUE(S_ISREG(status.st_mode));
  EXPECT_EQ(status.st_mode & 07777, static_cast<mode_t>(S_IRUSR | S_IWUSR));
  EXPECT_NE(::fcntl(file.get(), F_GETFD) & FD_CLOEXEC, 0);
  struct stat folder;
  ASSERT_EQ(::stat(folder_.c_str(), &folder), 0);
  EXPECT_EQ(status.st_dev, folder.st_dev);
  EXPECT_EQ(RestOf(file), "secret");
}

TEST_F(BodySpoolTest, WithoutTmpdirTheFileIsInTmp) {
  for (const bool is_set : {false, true}) {
    if (is_set) {
      ::setenv("TMPDIR", "", 1);
    } else {
      ::unsetenv("TMPDIR");
    }
    BodySpool spool(0);
    ASSERT_TRUE(spool.Append("body")) << spool.status();
    EXPECT_EQ(ContentOf(spool), "body");
  }
}

TEST_F(BodySpoolTest, AFolderThatIsNotThereIsToldOnceAndForAll) {
  ::setenv("TMPDIR", "/no/such/folder", 1);
  BodySpool spool(4);
  EXPECT_TRUE(spool.Append("body"));
  EXPECT_FALSE(spool.Append("x"));
  EXPECT_EQ(spool.status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(spool.status().message(), HasSubstr("/no/such/folder"));
  EXPECT_FALSE(spool.in_file());
  EXPECT_EQ(spool.memory(), "");
  ::setenv("TMPDIR", folder_.c_str(), 1);
  EXPECT_FALSE(spool.Append("")) << "a part of it is lost";
}

// /proc has neither files without a name nor room for one with a name.
TEST_F(BodySpoolTest, AFolderWithoutUnnamedFilesIsTriedWithANamedOne) {
  ::setenv("TMPDIR", "/proc", 1);
  BodySpool spool(0);
  EXPECT_FALSE(spool.Append("x"));
  EXPECT_THAT(spool.status().message(), HasSubstr("mkostemp /proc/forklift-"));
}

TEST_F(BodySpoolTest, WithoutADescriptorItFails) {
  const tests::DescriptorShortage shortage(0);
  BodySpool spool(0);
  EXPECT_FALSE(spool.Append("x"));
  EXPECT_FALSE(spool.status().ok());
}

TEST_F(BodySpoolTest, AFullDiskIsToldAndLeavesNothing) {
  const int result = tests::InChild([] {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {.rlim_cur = 1000, .rlim_max = 1000};
    PCHECK(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
    const Holdings before = Holdings::Now();
    {
      BodySpool spool(100);
      if (!spool.Append(std::string(1000, 'x'))) return 1;
      if (spool.Append("x") || spool.status().ok()) return 2;
      if (spool.Append("")) return 3;
      BodySpool at_once(100);
      if (at_once.Append(std::string(2000, 'x'))) return 4;
    }
    return Holdings::Now() == before ? 0 : 5;
  });
  EXPECT_EQ(result, 0);
}

}  // namespace
}  // namespace forklift::http::wsgi
