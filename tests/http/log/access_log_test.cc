#include "forklift/http/log/access_log.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "forklift/http/log/access_format.h"
#include "forklift/http/log/access_record.h"
#include "forklift/http/status_code.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/in_child.h"
#include "gtest/gtest.h"

namespace forklift::http::log {
namespace {

AccessRecord Record(std::string_view target) {
  return {.method = "GET", .target = target, .status = StatusCode::kOk, .content_bytes = 1};
}

std::string Line(std::string_view target) {
  return absl::StrCat("- - - [01/Jan/1970:00:00:00 +0000] \"GET ", target,
                      " HTTP/1.1\" 200 1 \"-\" \"-\"\n");
}

// The target of a line; empty where it is no whole one.
std::string TargetOf(std::string_view line) {
  const std::vector<std::string_view> words = absl::StrSplit(line, ' ');
  const std::string target(words.size() > 6 ? words[6] : "");
  return absl::StrCat(line, "\n") == Line(target) ? target : "";
}

std::unique_ptr<AccessLog> Open(const std::string& path) {
  absl::StatusOr<std::unique_ptr<AccessLog>> log =
      AccessLog::Open({.path = path, .zone = absl::UTCTimeZone()});
  EXPECT_TRUE(log.ok()) << log.status();
  return *std::move(log);
}

std::string Text(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

class AccessLogTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(testing::TempDir(), "/access_log.XXXXXX");
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/access.log";
  }

  std::string folder_;
  std::string path_;
};

TEST_F(AccessLogTest, ALineForEachRequest) {
  const std::unique_ptr<AccessLog> log = Open(path_);
  log->Write(Record("/a"));
  log->Write(Record("/b"));
  EXPECT_EQ(Text(path_), Line("/a") + Line("/b"));
  EXPECT_EQ(log->dropped(), 0u);
}

TEST_F(AccessLogTest, TheFormatIsTheOptions) {
  absl::StatusOr<std::unique_ptr<AccessLog>> log =
      AccessLog::Open({.path = path_, .format = AccessFormat::kJson});
  ASSERT_TRUE(log.ok());
  (*log)->Write(Record("/a"));
  EXPECT_TRUE(absl::StrContains(Text(path_), "\"url.path\":\"/a\""));
}

TEST_F(AccessLogTest, OffWritesNothing) {
  const std::unique_ptr<AccessLog> log = Open("off");
  log->Write(Record("/a"));
  EXPECT_TRUE(log->Reopen().ok());
  EXPECT_EQ(log->dropped(), 0u);
  EXPECT_FALSE(std::filesystem::exists("off"));
}

TEST_F(AccessLogTest, AHyphenIsStandardOutput) {
  const net::UniqueFd file(::open(path_.c_str(), O_WRONLY | O_CREAT, 0600));
  EXPECT_EQ(tests::InChild([&] {
              ::dup2(file.get(), STDOUT_FILENO);
              const std::unique_ptr<AccessLog> log = Open("-");
              ::close(STDOUT_FILENO);
              log->Write(Record("/a"));
              if (!log->Reopen().ok()) return 1;
              log->Write(Record("/b"));
              return static_cast<int>(log->dropped());
            }),
            0);
  EXPECT_EQ(Text(path_), Line("/a") + Line("/b"));
}

TEST_F(AccessLogTest, AFolderThatIsNotThereIsAnError) {
  const auto log = AccessLog::Open({.path = folder_ + "/none/access.log"});
  EXPECT_TRUE(absl::StrContains(log.status().message(), "none/access.log: No such file"))
      << log.status();
}

TEST_F(AccessLogTest, AFullDiskDropsAndCounts) {
  const std::unique_ptr<AccessLog> log = Open("/dev/full");
  for (int i = 0; i < 100; ++i) log->Write(Record("/a"));
  EXPECT_EQ(log->dropped(), 100u);
}

void LimitFiles(rlim_t bytes) {
  const rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

TEST_F(AccessLogTest, AfterATornLineTheNextBeginsOnItsOwn) {
  const size_t size = Line("/a").size();
  const std::unique_ptr<AccessLog> log = Open(path_);
  EXPECT_EQ(tests::InChild([&] {
              ::signal(SIGXFSZ, SIG_IGN);
              LimitFiles(2 * size + 10);
              for (int i = 0; i < 5; ++i) log->Write(Record("/a"));
              return 0;
            }),
            0);
  EXPECT_EQ(log->dropped(), 3u);
  log->Write(Record("/b"));  // another process than the one that tore it
  log->Write(Record("/c"));
  const std::string whole = Line("/a");
  EXPECT_EQ(Text(path_),
            absl::StrCat(whole, whole, whole.substr(0, 10), "\n", Line("/b"), Line("/c")));
}

TEST_F(AccessLogTest, AFifoThatNobodyReadsHoldsNobodyUp) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const std::unique_ptr<AccessLog> log = Open(path_);
  for (int i = 0; i < 10'000; ++i) log->Write(Record("/a"));
  EXPECT_GT(log->dropped(), 0u);
}

// How many whole lines a full pipe holds; -1 where there is another.
int CountLines(int fd) {
  std::string text;
  char buffer[65536];
  pollfd entry = {.fd = fd, .events = POLLIN, .revents = 0};
  while (::poll(&entry, 1, 0) == 1 && (entry.revents & POLLIN) != 0) {
    text.append(buffer, static_cast<size_t>(::read(fd, buffer, sizeof(buffer))));
  }
  int lines = 0;
  for (; !text.empty(); ++lines) {
    if (!absl::StartsWith(text, Line("/a"))) return -1;
    text.erase(0, Line("/a").size());
  }
  return lines;
}

TEST_F(AccessLogTest, AFullPipeLosesWholeLinesAndCountsThem) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  ::fflush(stdout);
  const net::UniqueFd tests_own(::dup(STDOUT_FILENO));
  ::dup2(pipe->write_end.get(), STDOUT_FILENO);
  const std::unique_ptr<AccessLog> log = Open("-");
  ::dup2(tests_own.get(), STDOUT_FILENO);

  for (int i = 0; i < 10'000; ++i) log->Write(Record("/a"));
  EXPECT_GT(log->dropped(), 0u);
  EXPECT_EQ(CountLines(pipe->read_end.get()), 10'000 - static_cast<int>(log->dropped()));
  const uint64_t dropped = log->dropped();
  log->Write(Record("/a"));
  EXPECT_EQ(CountLines(pipe->read_end.get()), 1) << "it recovers";
  pipe->read_end.reset();
  log->Write(Record("/a"));
  EXPECT_EQ(log->dropped(), dropped + 1) << "nobody reads: no signal";
}

TEST_F(AccessLogTest, OneFullPipeForOutputAndErrorsHoldsNobodyUp) {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  EXPECT_EQ(tests::InChild([&] {
              ::dup2(pipe->write_end.get(), STDOUT_FILENO);
              ::dup2(pipe->write_end.get(), STDERR_FILENO);
              const std::unique_ptr<AccessLog> log = Open("-");
              for (int i = 0; i < 10'000; ++i) log->Write(Record("/a"));
              return log->dropped() > 0 ? 0 : 1;
            }),
            0);
}

TEST_F(AccessLogTest, AProcessFollowsAnotherThatOpensTheFileAgain) {
  const std::unique_ptr<AccessLog> log = Open(path_);
  log->Write(Record("/a"));
  const std::string renamed = path_ + ".1";
  EXPECT_EQ(tests::InChild([&] {
              std::filesystem::rename(path_, renamed);
              return log->Reopen().ok() ? 0 : 1;
            }),
            0);
  log->Write(Record("/b"));
  EXPECT_EQ(Text(renamed), Line("/a"));
  EXPECT_EQ(Text(path_), Line("/b"));
}

TEST_F(AccessLogTest, WhereItCannotFollowItTriesAgain) {
  const std::unique_ptr<AccessLog> log = Open(path_);
  EXPECT_EQ(tests::InChild([&] { return log->Reopen().ok() ? 0 : 1; }), 0);
  const std::string moved = folder_ + ".moved";
  std::filesystem::rename(folder_, moved);
  log->Write(Record("/a"));
  std::filesystem::create_directory(folder_);
  log->Write(Record("/b"));
  EXPECT_EQ(Text(moved + "/access.log"), Line("/a"));
  EXPECT_EQ(Text(path_), Line("/b"));
}

TEST_F(AccessLogTest, AFileThatCannotBeOpenedAgainStays) {
  const std::unique_ptr<AccessLog> log = Open(path_);
  log->Write(Record("/a"));
  const std::string moved = folder_ + ".moved";
  std::filesystem::rename(folder_, moved);
  EXPECT_FALSE(log->Reopen().ok());
  log->Write(Record("/b"));
  EXPECT_EQ(Text(moved + "/access.log"), Line("/a") + Line("/b"));
  EXPECT_EQ(log->dropped(), 0u);
  std::filesystem::rename(moved, folder_);
  EXPECT_TRUE(log->Reopen().ok());
}

TEST_F(AccessLogTest, ReopeningKeepsNoDescriptor) {
  const std::unique_ptr<AccessLog> log = Open(path_);
  const net::UniqueFd before(::open("/dev/null", O_RDONLY));
  for (int i = 0; i < 10; ++i) EXPECT_TRUE(log->Reopen().ok());
  const net::UniqueFd after(::open("/dev/null", O_RDONLY));
  EXPECT_EQ(after.get(), before.get() + 1);
}

constexpr int kProcesses = 4;

// Two threads write. One of them opens the file again now and then, and renames it before where it
// is this process's turn.
int WriteAndRotate(AccessLog& log, const std::string& path, int process) {
  constexpr int kLines = 1000;
  constexpr int kRound = 50;
  const auto write = [&](int thread) {
    for (int i = 0; i < kLines; ++i) {
      log.Write(Record(absl::StrCat("/", process, "/", thread, "/", i)));
      if (thread != 0 || i % kRound != 0) continue;
      if (i / kRound % kProcesses == process) {
        ::rename(path.c_str(), absl::StrCat(path, ".", process, ".", i).c_str());
      }
      if (!log.Reopen().ok()) ::_exit(1);
    }
  };
  std::thread other(write, 1);
  write(0);
  other.join();
  return log.dropped() == 0 ? 0 : 2;
}

TEST_F(AccessLogTest, RotationUnderManyWritersLosesAndTearsNoLine) {
  const std::unique_ptr<AccessLog> log = Open(path_);
  std::vector<pid_t> children;
  for (int process = 0; process < kProcesses; ++process) {
    children.push_back(
        tests::StartChild([&, process] { return WriteAndRotate(*log, path_, process); }));
  }
  for (const pid_t child : children) EXPECT_EQ(tests::WaitForChild(child), 0);

  std::set<std::string> targets;
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
    ++files;
    const std::string text = Text(entry.path());
    ASSERT_TRUE(text.empty() || absl::EndsWith(text, "\n"));
    for (std::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      const std::string target = TargetOf(line);
      ASSERT_FALSE(target.empty()) << "torn: " << line;
      EXPECT_TRUE(targets.insert(target).second) << "twice: " << line;
    }
  }
  EXPECT_GT(files, 10);
  EXPECT_EQ(targets.size(), kProcesses * 2 * 1000u);
}

}  // namespace
}  // namespace forklift::http::log
