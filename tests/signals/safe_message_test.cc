#include "forklift/signals/safe_message.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <unistd.h>

#include <limits>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "gtest/gtest.h"

namespace forklift::signals {
namespace {

net::Pipe MakePipe() {
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kNonBlocking);
  EXPECT_TRUE(pipe.ok()) << pipe.status();
  return *std::move(pipe);
}

std::string ReadAll(int fd) {
  char text[2 * SafeMessage::kCapacity];
  const ssize_t size = ::read(fd, text, sizeof(text));
  return size < 0 ? "" : std::string(text, static_cast<size_t>(size));
}

TEST(SafeMessageTest, FormatsTextAndNumbers) {
  SafeMessage message;
  message << "a" << 'b' << std::string_view("cd", 1) << ' ' << 0 << ' ' << -17 << ' ' << 42u << ' '
          << static_cast<uint8_t>(7) << ' ' << INT_MIN << ' ' << std::numeric_limits<int64_t>::min()
          << ' ' << std::numeric_limits<uint64_t>::max();
  EXPECT_EQ(message.view(), "abc 0 -17 42 7 -2147483648 -9223372036854775808 18446744073709551615");
  EXPECT_FALSE(message.cut());
}

TEST(SafeMessageTest, FormatsHexadecimal) {
  SafeMessage message;
  message << SafeMessage::Hex{0} << ' ' << SafeMessage::Hex{0xbeef} << ' '
          << SafeMessage::Hex{std::numeric_limits<uint64_t>::max()};
  EXPECT_EQ(message.view(), "0x0 0xbeef 0xffffffffffffffff");
}

// At every length around the limit, by one text and by many.
TEST(SafeMessageTest, CutsWhatDoesNotFitAndSaysSo) {
  constexpr std::string_view kCut = " [cut]\n";
  constexpr size_t kRoom = SafeMessage::kCapacity - kCut.size();
  for (size_t size = kRoom - 2; size < kRoom + 20; ++size) {
    SafeMessage at_once;
    at_once << std::string(size, 'x');
    SafeMessage one_by_one;
    for (size_t i = 0; i < size; ++i) one_by_one << 'x';
    for (const SafeMessage* message : {&at_once, &one_by_one}) {
      EXPECT_EQ(message->cut(), size > kRoom) << size;
      EXPECT_EQ(message->view(),
                size > kRoom ? std::string(kRoom, 'x').append(kCut) : std::string(size, 'x'));
    }
    at_once << "more";
    EXPECT_LE(at_once.view().size(), SafeMessage::kCapacity);
  }
}

TEST(SafeMessageTest, WritesAtOnceAndKeepsErrno) {
  const net::Pipe pipe = MakePipe();
  SafeMessage message;
  message << "child " << 12 << '\n';
  errno = ENOTTY;
  EXPECT_TRUE(message.WriteTo(pipe.write_end.get()));
  EXPECT_EQ(errno, ENOTTY);
  EXPECT_EQ(ReadAll(pipe.read_end.get()), "child 12\n");
}

TEST(SafeMessageTest, SaysWhereItCouldNotWriteAndKeepsErrno) {
  const net::Pipe pipe = MakePipe();
  SafeMessage message;
  message << "x";
  while (::write(pipe.write_end.get(), "full", 4) > 0) {
  }
  errno = ENOTTY;
  EXPECT_FALSE(message.WriteTo(pipe.write_end.get()));
  EXPECT_EQ(errno, ENOTTY);
  EXPECT_FALSE(message.WriteTo(-1));
  EXPECT_EQ(errno, ENOTTY);
}

}  // namespace
}  // namespace forklift::signals
