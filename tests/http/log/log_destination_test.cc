#include "forklift/http/log/log_destination.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/in_child.h"
#include "forklift/tests/support/refused_system_calls.h"
#include "gtest/gtest.h"

namespace forklift::http::log {
namespace {

const std::string kLine = std::string(99, 'a') + "\n";

ssize_t Write(const LogDestination& destination, std::string_view line = kLine) {
  return WriteWithoutWaiting(destination.fd.get(), destination.mode, line);
}

// Writes until a line is refused: its errno, or 0 where a part of it was taken.
int ErrorOfWritingOn(const LogDestination& destination) {
  while (true) {
    const ssize_t written = Write(destination);
    if (written < 0) return errno;
    if (written < static_cast<ssize_t>(kLine.size())) return 0;
  }
}

// What is in a pipe.
std::string Drain(int fd) {
  std::string text;
  char buffer[65536];
  pollfd entry = {.fd = fd, .events = POLLIN, .revents = 0};
  while (::poll(&entry, 1, 0) == 1 && (entry.revents & POLLIN) != 0) {
    text.append(buffer, static_cast<size_t>(::read(fd, buffer, sizeof(buffer))));
  }
  return text;
}

class LogDestinationTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = absl::StrCat(testing::TempDir(), "/log.XXXXXX");
    ASSERT_NE(::mkdtemp(folder_.data()), nullptr);
    path_ = folder_ + "/log";
  }

  std::string Text() const {
    std::stringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

  std::string folder_;
  std::string path_;
};

TEST_F(LogDestinationTest, ANewFileIsForItsOwnerAndGroup) {
  const mode_t before = ::umask(0);
  const absl::StatusOr<LogDestination> file = OpenLogFile(path_);
  ::umask(before);
  ASSERT_TRUE(file.ok()) << file.status();
  struct stat status;
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640u);
  EXPECT_EQ(::fcntl(file->fd.get(), F_GETFD), FD_CLOEXEC);
}

TEST_F(LogDestinationTest, AFileIsAppendedTo) {
  std::ofstream(path_) << "before\n";
  const absl::StatusOr<LogDestination> file = OpenLogFile(path_);
  const absl::StatusOr<LogDestination> other = OpenLogFile(path_);
  ASSERT_TRUE(file.ok() && other.ok());
  EXPECT_EQ(Write(*file, "one\n"), 4);
  EXPECT_EQ(Write(*other, "two\n"), 4);
  EXPECT_EQ(Write(*file, "three\n"), 6);
  EXPECT_EQ(Text(), "before\none\ntwo\nthree\n");
}

TEST_F(LogDestinationTest, WhatIsNoFileIsAnError) {
  EXPECT_FALSE(OpenLogFile(folder_).ok());
  EXPECT_FALSE(OpenLogFile(folder_ + "/none/log").ok());
  EXPECT_FALSE(OpenLogFile("").ok());
}

TEST_F(LogDestinationTest, AFifoThatNobodyReadsTakesLinesUntilItIsFull) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  const absl::StatusOr<LogDestination> fifo = OpenLogFile(path_);
  ASSERT_TRUE(fifo.ok()) << fifo.status();
  EXPECT_EQ(ErrorOfWritingOn(*fifo), EAGAIN);
  const net::UniqueFd reader(::open(path_.c_str(), O_RDONLY | O_NONBLOCK));
  const std::string text = Drain(reader.get());
  EXPECT_GT(text.size(), 10 * kLine.size());
  EXPECT_EQ(text.size() % kLine.size(), 0u) << "a line was torn";
  EXPECT_EQ(Write(*fifo), static_cast<ssize_t>(kLine.size()));
}

TEST_F(LogDestinationTest, AFifoOutlivesItsReader) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  net::UniqueFd reader(::open(path_.c_str(), O_RDONLY | O_NONBLOCK));
  const absl::StatusOr<LogDestination> fifo = OpenLogFile(path_);
  ASSERT_TRUE(fifo.ok()) << fifo.status();
  reader.reset();
  EXPECT_EQ(Write(*fifo), -1);  // SIGPIPE would have ended the test
  EXPECT_EQ(errno, EPIPE);
  reader = net::UniqueFd(::open(path_.c_str(), O_RDONLY | O_NONBLOCK));
  EXPECT_EQ(Write(*fifo), static_cast<ssize_t>(kLine.size()));
  EXPECT_EQ(Drain(reader.get()), kLine);
}

// Standard output is the whole process's: each test has its own.
class StandardOutputTest : public LogDestinationTest {
 protected:
  // In a child whose standard output is `fd`, gives `body` what OpenStandardOutput opens. 0 for
  // success, or what `body` returns; with `refuse_open` open(2) fails there.
  static int With(int fd, absl::FunctionRef<int(const LogDestination&)> body,
                  bool refuse_open = false) {
    return tests::InChild([&] {
      ::dup2(fd, STDOUT_FILENO);
      if (refuse_open && !tests::RefuseSystemCalls({SYS_openat}, EACCES)) return 98;
      const absl::StatusOr<LogDestination> output = OpenStandardOutput();
      return output.ok() ? body(*output) : 99;
    });
  }
};

TEST_F(StandardOutputTest, AFullPipeNeitherWaitsNorChangesForThoseWhoShareIt) {
  for (const bool refuse_open : {false, true}) {
    const absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
    ASSERT_TRUE(pipe.ok());
    EXPECT_EQ(With(pipe->write_end.get(), ErrorOfWritingOn, refuse_open), EAGAIN);
    EXPECT_EQ(::fcntl(pipe->write_end.get(), F_GETFL) & O_NONBLOCK, 0);
    EXPECT_EQ(Drain(pipe->read_end.get()).size() % kLine.size(), 0u) << "a line was torn";
  }
}

TEST_F(StandardOutputTest, TheModeIsTheDescriptors) {
  const absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok());
  const auto mode = [](const LogDestination& output) { return static_cast<int>(output.mode); };
  EXPECT_EQ(With(pipe->write_end.get(), mode), static_cast<int>(LogWriteMode::kPipe));
  EXPECT_EQ(With(pipe->write_end.get(), mode, true), static_cast<int>(LogWriteMode::kPolled));
  const net::UniqueFd null(::open("/dev/null", O_WRONLY));
  EXPECT_EQ(With(null.get(), mode), static_cast<int>(LogWriteMode::kPlain));
}

TEST_F(StandardOutputTest, APipeWhoseReaderLeavesIsEpipeAndNoSignal) {
  for (const bool leaves_before_the_start : {false, true}) {
    absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kBlocking);
    ASSERT_TRUE(pipe.ok());
    if (leaves_before_the_start) pipe->read_end.reset();
    ::fflush(stdout);
    const net::UniqueFd tests_own(::dup(STDOUT_FILENO));
    ::dup2(pipe->write_end.get(), STDOUT_FILENO);
    const absl::StatusOr<LogDestination> output = OpenStandardOutput();
    ::dup2(tests_own.get(), STDOUT_FILENO);
    pipe->read_end.reset();
    ASSERT_TRUE(output.ok()) << output.status();
    EXPECT_EQ(Write(*output), -1);
    EXPECT_EQ(errno, EPIPE);
  }
}

TEST_F(StandardOutputTest, ASocketNeitherWaitsNorSignals) {
  absl::StatusOr<net::SocketPair> pair =
      net::CreateSocketPair(net::SocketPairType::kStream, net::BlockingMode::kBlocking);
  ASSERT_TRUE(pair.ok());
  EXPECT_EQ(With(pair->first.get(), ErrorOfWritingOn), EAGAIN);
  EXPECT_EQ(::fcntl(pair->first.get(), F_GETFL) & O_NONBLOCK, 0);
  pair->second.reset();
  EXPECT_EQ(With(pair->first.get(), ErrorOfWritingOn), EPIPE);
}

TEST_F(StandardOutputTest, ATerminalThatIsNotReadDoesNotWait) {
  const net::UniqueFd terminal(::posix_openpt(O_RDWR | O_NOCTTY));
  if (!terminal.valid() || ::grantpt(terminal.get()) != 0 || ::unlockpt(terminal.get()) != 0) {
    GTEST_SKIP() << "no terminals here";
  }
  const net::UniqueFd user(::open(::ptsname(terminal.get()), O_RDWR | O_NOCTTY));
  ASSERT_TRUE(user.valid());
  const int error = With(user.get(), ErrorOfWritingOn);
  EXPECT_TRUE(error == EAGAIN || error == 0) << error;
  EXPECT_EQ(::fcntl(user.get(), F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(StandardOutputTest, ARegularFileKeepsTheOffsetThatItsWritersShare) {
  const net::UniqueFd file(::open(path_.c_str(), O_WRONLY | O_CREAT, 0600));  // as the shell's >
  ASSERT_EQ(::write(file.get(), "before\n", 7), 7);
  EXPECT_EQ(With(file.get(),
                 [](const LogDestination& output) { return Write(output, "line\n") == 5 ? 0 : 1; }),
            0);
  ASSERT_EQ(::write(file.get(), "after\n", 6), 6);
  EXPECT_EQ(Text(), "before\nline\nafter\n");
}

TEST_F(StandardOutputTest, ClosedIsAnError) {
  EXPECT_EQ(tests::InChild([] {
              ::close(STDOUT_FILENO);
              return OpenStandardOutput().ok() ? 1 : 0;
            }),
            0);
}

}  // namespace
}  // namespace forklift::http::log
