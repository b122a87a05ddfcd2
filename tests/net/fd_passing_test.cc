#include "forklift/net/fd_passing.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/net/deadline.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

using testing::HasSubstr;

Deadline Patience() { return Deadline::After(tests::kPatience); }
Deadline Now() { return Deadline::After(absl::ZeroDuration()); }

ino_t FileOf(int fd) {
  struct stat file = {};
  EXPECT_EQ(::fstat(fd, &file), 0);
  return file.st_ino;
}

// What a peer that does not use SendDescriptors may send: any bytes with any descriptors.
void SendRaw(int socket, std::string_view bytes, const std::vector<int>& descriptors) {
  alignas(cmsghdr) char control[CMSG_SPACE(253 * sizeof(int))] = {};
  iovec vector = {.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
  msghdr message = {};
  message.msg_iov = &vector;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
    cmsghdr* rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    ::memcpy(CMSG_DATA(rights), descriptors.data(), descriptors.size() * sizeof(int));
  }
  ASSERT_EQ(::sendmsg(socket, &message, MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
}

std::string HeaderOf(uint32_t descriptors, uint32_t payload_bytes) {
  const uint32_t header[] = {descriptors, payload_bytes};
  return std::string(reinterpret_cast<const char*>(header), sizeof(header));
}

struct Kind {
  SocketPairType type;
  BlockingMode mode;
};

class FdPassingTest : public testing::TestWithParam<Kind> {
 protected:
  FdPassingTest() : pair_(*CreateSocketPair(GetParam().type, GetParam().mode)) {
    for (UniqueFd& file : files_) file = UniqueFd(::memfd_create("file", MFD_CLOEXEC));
  }

  int sender() const { return pair_.first.get(); }
  int receiver() const { return pair_.second.get(); }

  // `count` descriptors of three files, in an order that tells where one went missing.
  std::vector<int> Descriptors(size_t count) const {
    std::vector<int> descriptors;
    for (size_t i = 0; i < count; ++i) descriptors.push_back(files_[(i + i / 7) % 3].get());
    return descriptors;
  }

  void Send(size_t count, std::string_view payload) {
    const IoResult sent = SendDescriptors(sender(), Descriptors(count), payload, Patience());
    ASSERT_EQ(sent.outcome, IoOutcome::kOk) << sent.error;
    EXPECT_EQ(sent.bytes, payload.size());
  }

  void ExpectBatch(const ReceivedDescriptors& got, size_t count, std::string_view payload) {
    ASSERT_EQ(got.outcome, IoOutcome::kOk) << got.error;
    EXPECT_EQ(got.payload, payload);
    ASSERT_EQ(got.descriptors.size(), count);
    const std::vector<int> sent = Descriptors(count);
    for (size_t i = 0; i < count; ++i) {
      ASSERT_EQ(FileOf(got.descriptors[i].get()), FileOf(sent[i])) << i;
      ASSERT_EQ(::fcntl(got.descriptors[i].get(), F_GETFD), FD_CLOEXEC) << i;
    }
  }

  // Receives what is no batch: nothing of it must be left.
  ReceivedDescriptors ReceiveBad(const BatchLimits& limits = {}) {
    const tests::Holdings before = tests::Holdings::Now();
    ReceivedDescriptors got = ReceiveDescriptors(receiver(), limits, Patience());
    EXPECT_NE(got.outcome, IoOutcome::kOk);
    EXPECT_TRUE(got.descriptors.empty());
    EXPECT_EQ(tests::Holdings::Now(), before);
    return got;
  }

  SocketPair pair_;
  UniqueFd files_[3];
};
// What only a stream or only messages can do.
using FdPassingStreamTest = FdPassingTest;
using FdPassingSeqPacketTest = FdPassingTest;

auto Kinds(SocketPairType type) {
  return testing::Values(Kind{type, BlockingMode::kBlocking},
                         Kind{type, BlockingMode::kNonBlocking});
}
std::string NameOf(const testing::TestParamInfo<Kind>& info) {
  return absl::StrCat(info.param.type == SocketPairType::kStream ? "Stream" : "SeqPacket",
                      info.param.mode == BlockingMode::kBlocking ? "Blocking" : "NonBlocking");
}
INSTANTIATE_TEST_SUITE_P(Streams, FdPassingTest, Kinds(SocketPairType::kStream), NameOf);
INSTANTIATE_TEST_SUITE_P(SeqPackets, FdPassingTest, Kinds(SocketPairType::kSeqPacket), NameOf);
INSTANTIATE_TEST_SUITE_P(Streams, FdPassingStreamTest, Kinds(SocketPairType::kStream), NameOf);
INSTANTIATE_TEST_SUITE_P(SeqPackets, FdPassingSeqPacketTest, Kinds(SocketPairType::kSeqPacket),
                         NameOf);

TEST_P(FdPassingTest, HandsOverAnOpenFileThatTheSenderMayClose) {
  absl::StatusOr<Pipe> pipe = CreatePipe(BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok()) << pipe.status();
  ASSERT_EQ(SendDescriptors(sender(), {pipe->write_end.get()}, "the pipe", Patience()).outcome,
            IoOutcome::kOk);
  pipe->write_end.reset();
  ReceivedDescriptors got = ReceiveDescriptors(receiver(), {}, Patience());
  ASSERT_EQ(got.outcome, IoOutcome::kOk) << got.error;
  EXPECT_EQ(got.payload, "the pipe");
  ASSERT_EQ(got.descriptors.size(), 1u);
  ASSERT_EQ(::write(got.descriptors[0].get(), "x", 1), 1);
  got.descriptors.clear();
  char bytes[2];
  EXPECT_EQ(::read(pipe->read_end.get(), bytes, sizeof(bytes)), 1);
  EXPECT_EQ(::read(pipe->read_end.get(), bytes, sizeof(bytes)), 0) << "no copy is left";
}

TEST_P(FdPassingTest, BatchesOfAnySizeArriveWholeAndInOrder) {
  const tests::Holdings before = tests::Holdings::Now();
  const std::string large(20'000, 'p');
  const std::vector<std::pair<size_t, std::string_view>> batches = {
      {1, ""},   {0, "x"},   {0, ""}, {3, "three"}, {253, "full"},
      {254, ""}, {1, large}, {0, ""}, {600, "+"},   {2, "++"}};
  // One after the other, then all under way at once.
  for (const auto& [count, payload] : batches) {
    Send(count, payload);
    ExpectBatch(ReceiveDescriptors(receiver(), {.descriptors = 600}, Patience()), count, payload);
  }
  std::thread sending([&] {
    for (const auto& [count, payload] : batches) Send(count, payload);
  });
  for (const auto& [count, payload] : batches)
    ExpectBatch(ReceiveDescriptors(receiver(), {.descriptors = 600}, Patience()), count, payload);
  sending.join();
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST_P(FdPassingTest, WhatIsAboveTheLimitsIsRefusedAndClosed) {
  for (const auto& [count, payload_size] :
       {std::pair<size_t, size_t>(3, 0), {253, 0}, {300, 0}, {0, 11}, {2, 11}}) {
    pair_ = *CreateSocketPair(GetParam().type, GetParam().mode);
    Send(count, std::string(payload_size, 'p'));
    const ReceivedDescriptors got = ReceiveBad({.descriptors = 2, .payload = 10});
    EXPECT_EQ(got.outcome, IoOutcome::kFailed);
    EXPECT_THAT(got.error.message(), HasSubstr(absl::StrCat(receiver()))) << "names the socket";
  }
}

TEST_P(FdPassingTest, TheLimitsThemselvesAreTaken) {
  Send(2, "0123456789");
  ExpectBatch(ReceiveDescriptors(receiver(), {.descriptors = 2, .payload = 10}, Patience()), 2,
              "0123456789");
}

TEST_P(FdPassingTest, APeerThatSendsOtherThanItAnnouncesIsRefusedAndClosed) {
  struct Message {
    std::string bytes;
    size_t descriptors;
  };
  const std::vector<std::vector<Message>> attacks = {
      {{HeaderOf(1, 0), 0}},
      {{HeaderOf(0, 0), 2}},
      {{HeaderOf(1, 0), 2}},
      {{HeaderOf(2, 0), 1}},
      {{HeaderOf(1, 0), 253}},
      {{HeaderOf(1, 4), 1}, {"abcd", 3}},
      {{HeaderOf(260, 0), 253}, {"+", 8}},
      {{HeaderOf(260, 0), 253}, {"+", 6}},
      {{HeaderOf(260, 0), 253}, {"+", 0}},
      {{HeaderOf(UINT32_MAX, UINT32_MAX), 1}},
  };
  for (const std::vector<Message>& messages : attacks) {
    pair_ = *CreateSocketPair(GetParam().type, GetParam().mode);
    for (const Message& message : messages)
      SendRaw(sender(), message.bytes, Descriptors(message.descriptors));
    const ReceivedDescriptors got = ReceiveBad({.descriptors = 300});
    EXPECT_EQ(got.outcome, IoOutcome::kFailed);
    EXPECT_FALSE(got.error.ok());
  }
}

TEST_P(FdPassingStreamTest, DescriptorsInDribsAndDrabsCannotAddUpBeyondTheLimit) {
  for (char byte : HeaderOf(8, 0)) SendRaw(sender(), std::string(1, byte), Descriptors(2));
  const ReceivedDescriptors got = ReceiveBad({.descriptors = 8});
  EXPECT_THAT(got.error.message(), HasSubstr("MSG_CTRUNC"));
}

TEST_P(FdPassingSeqPacketTest, AMessageThatIsTooLongIsNoBatch) {
  SendRaw(sender(), HeaderOf(1, 0) + "more", Descriptors(1));
  EXPECT_THAT(ReceiveBad().error.message(), HasSubstr("MSG_TRUNC"));
}

TEST_P(FdPassingTest, NoRoomForTheDescriptorsClosesThoseThatCame) {
  Send(10, "");
  const tests::Holdings before = tests::Holdings::Now();
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit tight = {.rlim_cur = static_cast<rlim_t>(*before.descriptors.rbegin()) + 4,
                        .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  const ReceivedDescriptors got = ReceiveDescriptors(receiver(), {}, Patience());
  ::setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_EQ(got.outcome, IoOutcome::kFailed);
  EXPECT_EQ(got.error.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(got.error.message(), HasSubstr("MSG_CTRUNC"));
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST_P(FdPassingTest, TellsTheEndAndABatchThatWasCutShort) {
  struct Case {
    std::vector<std::pair<std::string, size_t>> messages;
    IoOutcome outcome;
  };
  const std::vector<Case> cases = {
      {{}, IoOutcome::kEnd},
      {{{HeaderOf(1, 4), 1}}, IoOutcome::kPeerGone},
      {{{HeaderOf(260, 0), 253}}, IoOutcome::kPeerGone},
  };
  for (const Case& c : cases) {
    pair_ = *CreateSocketPair(GetParam().type, GetParam().mode);
    for (const auto& [bytes, count] : c.messages) SendRaw(sender(), bytes, Descriptors(count));
    pair_.first.reset();
    EXPECT_EQ(ReceiveBad({.descriptors = 300}).outcome, c.outcome);
  }
}

TEST_P(FdPassingStreamTest, EveryCutOfAStreamIsToldAndLeavesNothing) {
  const std::string batch = HeaderOf(2, 5) + "bytes";
  for (size_t cut = 1; cut < batch.size(); ++cut) {
    pair_ = *CreateSocketPair(GetParam().type, GetParam().mode);
    SendRaw(sender(), batch.substr(0, cut), Descriptors(2));
    pair_.first.reset();
    EXPECT_EQ(ReceiveBad().outcome, IoOutcome::kPeerGone) << cut;
  }
}

TEST_P(FdPassingStreamTest, AStreamThatComesByteByByteIsPutTogether) {
  const std::string batch = HeaderOf(2, 5) + "bytes";
  SendRaw(sender(), batch.substr(0, 1), Descriptors(2));
  for (char byte : batch.substr(1)) SendRaw(sender(), std::string(1, byte), {});
  ExpectBatch(ReceiveDescriptors(receiver(), {}, Patience()), 2, "bytes");
}

TEST_P(FdPassingTest, StopsAtTheDeadlineAndLeavesNothing) {
  const tests::Holdings before = tests::Holdings::Now();
  for (absl::Duration timeout : {absl::ZeroDuration(), absl::Milliseconds(20)}) {
    const Deadline deadline = Deadline::After(timeout);
    EXPECT_EQ(ReceiveDescriptors(receiver(), {}, deadline).outcome, IoOutcome::kTimedOut);
    EXPECT_TRUE(deadline.expired());
  }
  Send(1, "later");
  ExpectBatch(ReceiveDescriptors(receiver(), {}, Now()), 1, "later");
  // In the middle of a batch, with a descriptor in hand, there is no later.
  SendRaw(sender(), HeaderOf(1, 4), Descriptors(1));
  const ReceivedDescriptors part = ReceiveDescriptors(receiver(), {}, Now());
  EXPECT_EQ(part.outcome, IoOutcome::kFailed);
  EXPECT_EQ(part.error.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(part.descriptors.empty());
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST_P(FdPassingTest, ABatchThatFindsNoRoomIsNotBegun) {
  const tests::Holdings before = tests::Holdings::Now();
  size_t sent = 0;
  while (sent < 10'000 &&
         SendDescriptors(sender(), Descriptors(1), "", Now()).outcome == IoOutcome::kOk)
    ++sent;
  ASSERT_LT(sent, 10'000u) << "nobody receives";
  EXPECT_EQ(SendDescriptors(sender(), Descriptors(1), "", Now()).outcome, IoOutcome::kTimedOut);
  EXPECT_EQ(tests::Holdings::Now(), before);
  for (size_t i = 0; i < sent; ++i) ExpectBatch(ReceiveDescriptors(receiver(), {}, Now()), 1, "");
  EXPECT_EQ(ReceiveDescriptors(receiver(), {}, Now()).outcome, IoOutcome::kTimedOut);
  Send(1, "again");
  ExpectBatch(ReceiveDescriptors(receiver(), {}, Now()), 1, "again");
}

TEST_P(FdPassingStreamTest, ABatchThatTheDeadlineCutsIsNoTimeOut) {
  const tests::Holdings before = tests::Holdings::Now();
  const std::string payload(8 << 20, 'p');
  const IoResult sent = SendDescriptors(sender(), Descriptors(1), payload, Now());
  EXPECT_EQ(sent.outcome, IoOutcome::kFailed);
  EXPECT_EQ(sent.error.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_GT(sent.bytes, 0u);
  EXPECT_LT(sent.bytes, payload.size());
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST_P(FdPassingTest, APeerThatLeftRaisesNoSignal) {
  pair_.second.reset();
  EXPECT_EQ(SendDescriptors(sender(), Descriptors(1), "x", Patience()).outcome,
            IoOutcome::kPeerGone);
}

TEST_P(FdPassingTest, ADescriptorThatIsNotOpenIsAClearError) {
  const int closed = files_[2].get();
  files_[2].reset();
  const tests::Holdings before = tests::Holdings::Now();
  const IoResult sent = SendDescriptors(sender(), {files_[0].get(), closed}, "x", Patience());
  EXPECT_EQ(sent.outcome, IoOutcome::kFailed);
  EXPECT_EQ(sent.error.message(),
            absl::StrCat("sendmsg ", sender(), ": Bad file descriptor (EBADF)"));
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST(FdPassingErrorTest, WhatIsNoSocketFailsWithTheCallsName) {
  const absl::StatusOr<Pipe> pipe = CreatePipe(BlockingMode::kBlocking);
  ASSERT_TRUE(pipe.ok()) << pipe.status();
  const ReceivedDescriptors got =
      ReceiveDescriptors(pipe->read_end.get(), {}, Deadline::Infinite());
  EXPECT_EQ(got.outcome, IoOutcome::kFailed);
  EXPECT_THAT(got.error.message(), testing::StartsWith("recvmsg "));
  const IoResult sent = SendDescriptors(pipe->write_end.get(), {}, "x", Deadline::Infinite());
  EXPECT_EQ(sent.outcome, IoOutcome::kFailed);
  EXPECT_THAT(sent.error.message(), HasSubstr("(ENOTSOCK)"));
}

}  // namespace
}  // namespace forklift::net
