// What a listener does with it is in listener_test.cc.
#include "forklift/net/unix_socket_path.h"

#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "forklift/net/unique_fd.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

class UnixSocketPathTest : public testing::Test {
 protected:
  UnixSocketPathTest() {
    char pattern[] = "/tmp/unix_socket_path.XXXXXX";
    EXPECT_NE(::mkdtemp(pattern), nullptr);
    folder_ = pattern;
    path_ = folder_ + "/socket";
  }
  ~UnixSocketPathTest() override { std::filesystem::remove_all(folder_); }

  void BindSocket() {
    socket_ = UniqueFd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = {}};
    path_.copy(address.sun_path, sizeof(address.sun_path) - 1);
    ASSERT_EQ(::bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  }
  bool Exists() const { return std::filesystem::exists(path_); }

  std::string folder_;
  std::string path_;
  UniqueFd socket_;
};

TEST_F(UnixSocketPathTest, RemovesItsFileOnce) {
  BindSocket();
  absl::StatusOr<UnixSocketPath> path = UnixSocketPath::Take(path_);
  ASSERT_TRUE(path.ok()) << path.status();
  {
    const UnixSocketPath moved = *std::move(path);
    EXPECT_TRUE(Exists());
  }
  EXPECT_FALSE(Exists());
  std::ofstream(path_) << "the next one's";
  path->Remove();  // NOLINT(bugprone-use-after-move): its state is promised
  EXPECT_TRUE(Exists()) << "what was moved from removes nothing";
}

TEST_F(UnixSocketPathTest, KeptForAnother) {
  BindSocket();
  UnixSocketPath::Take(path_)->Keep();
  EXPECT_TRUE(Exists());
}

TEST_F(UnixSocketPathTest, AnotherSocketInItsPlaceIsLeftAlone) {
  BindSocket();
  absl::StatusOr<UnixSocketPath> path = UnixSocketPath::Take(path_);
  ASSERT_TRUE(path.ok());
  // Moved away, not removed: the file system may give a removed file's number to the next.
  std::filesystem::rename(path_, path_ + ".old");
  BindSocket();
  path->Remove();
  EXPECT_TRUE(Exists());
}

TEST_F(UnixSocketPathTest, TakesOnlyASocket) {
  EXPECT_THAT(UnixSocketPath::Take(path_).status().message(),
              testing::HasSubstr("No such file or directory (ENOENT)"));
  std::ofstream(path_) << "a file";
  EXPECT_THAT(UnixSocketPath::Take(path_).status().message(), testing::HasSubstr("no socket"));
  EXPECT_TRUE(Exists());
}

}  // namespace
}  // namespace forklift::net
