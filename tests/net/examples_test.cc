// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/net/acceptor.h"
#include "forklift/net/address.h"
#include "forklift/net/buffer.h"
#include "forklift/net/connector.h"
#include "forklift/net/deadline.h"
#include "forklift/net/endpoints.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/fd_passing.h"
#include "forklift/net/io.h"
#include "forklift/net/lingering_close.h"
#include "forklift/net/listener.h"
#include "forklift/net/pipe.h"
#include "forklift/net/poller.h"
#include "forklift/net/resolver.h"
#include "forklift/net/sigpipe.h"
#include "forklift/net/timer_queue.h"
#include "forklift/net/unique_fd.h"
#include "forklift/net/wait_ready.h"
#include "forklift/net/wakeup.h"
#include "forklift/tests/support/test_client.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

// A connection, served and closed.
absl::Status ServeOne(net::Listener& listener, std::string& used) {
  AcceptResult accepted = listener.TryAccept();
  if (accepted.outcome != AcceptOutcome::kAccepted) return accepted.error;
  UniqueFd connection = std::move(accepted.connection);
  const Deadline deadline = Deadline::After(absl::Seconds(10));

  char buffer[4096];
  const IoResult got = Receive(connection.get(), absl::MakeSpan(buffer), deadline);
  if (got.outcome == IoOutcome::kOk) used = std::string_view(buffer, got.bytes);

  LingeringClose closing(std::move(connection), {});
  while (!closing.Advance()) {
    pollfd entry = {.fd = closing.fd(), .events = POLLIN, .revents = 0};
    ::poll(&entry, 1, closing.deadline().PollTimeout());
  }
  return absl::OkStatus();
}

TEST(NetExamplesTest, ServingAConnection) {
  absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(0), {});
  ASSERT_TRUE(listener.ok()) << listener.status();
  {
    const UniqueFd client = tests::Connect(listener->local_address());
    ASSERT_TRUE(tests::Send(client, "request"));
  }
  std::string used;
  EXPECT_TRUE(ServeOne(*listener, used).ok());
  EXPECT_EQ(used, "request");
}

// A connection to a server, in a poll loop.
absl::Status ConnectTo(const Address& address, UniqueFd& connection) {
  Connector connector({address}, {}, Deadline::After(absl::Seconds(5)));
  ConnectResult result = connector.Advance();
  while (result.outcome == ConnectOutcome::kInProgress) {
    if (!WaitReady(connector.fd(), POLLOUT, connector.deadline()).ok()) break;
    result = connector.Advance();
  }
  if (result.outcome != ConnectOutcome::kConnected) return result.error;
  connection = std::move(result.connection);
  return absl::OkStatus();
}

TEST(NetExamplesTest, ConnectingToAServer) {
  Listener listener = *Listener::Bind(Address::Ipv4Loopback(0), {});
  UniqueFd connection;
  EXPECT_TRUE(ConnectTo(listener.local_address(), connection).ok());
  EXPECT_EQ(listener.TryAccept().peer, *Address::Local(connection.get()));
  const Address gone = listener.local_address();
  listener.Close();
  EXPECT_EQ(ConnectTo(gone, connection).code(), absl::StatusCode::kUnavailable);
}

// A name, looked up while a poll loop runs.
TEST(NetExamplesTest, ResolvingAName) {
  absl::StatusOr<std::vector<Address>> found;
  absl::StatusOr<std::unique_ptr<Resolver>> resolver = Resolver::Create({});
  ASSERT_TRUE(resolver.ok()) << resolver.status();
  ASSERT_TRUE(
      (*resolver)
          ->Resolve(
              "localhost", "8888", {.family = AF_INET}, Deadline::After(absl::Seconds(5)),
              [&](absl::StatusOr<std::vector<Address>> addresses) { found = std::move(addresses); })
          .ok());
  while ((*resolver)->pending() > 0) {
    if (!WaitReady((*resolver)->fd(), POLLIN, (*resolver)->deadline()).ok()) break;
    (*resolver)->Deliver();
  }
  if (!found.ok()) GTEST_SKIP() << "no localhost in this system's names: " << found.status();
  EXPECT_EQ(found->at(0), Address::Ipv4Loopback(8888));
}

// A listener, handed to another process.
TEST(NetExamplesTest, PassingADescriptor) {
  const SocketPair pair = *CreateSocketPair(SocketPairType::kSeqPacket, BlockingMode::kBlocking);
  const Listener listener = *Listener::Bind(Address::Ipv4Loopback(0), {});
  const Deadline deadline = Deadline::After(absl::Seconds(10));

  const IoResult sent = SendDescriptors(pair.first.get(), {listener.fd()}, "web", deadline);
  ASSERT_EQ(sent.outcome, IoOutcome::kOk) << sent.error;
  ReceivedDescriptors got = ReceiveDescriptors(pair.second.get(), {.descriptors = 1}, deadline);
  ASSERT_EQ(got.outcome, IoOutcome::kOk) << got.error;
  ASSERT_EQ(got.descriptors.size(), 1u);
  EXPECT_EQ(got.payload, "web");
  EXPECT_EQ(*Address::Local(got.descriptors[0].get()), listener.local_address());
}

// A poll loop, woken by a thread that has work for it.
TEST(NetExamplesTest, WakingALoop) {
  absl::StatusOr<Wakeup> wakeup = Wakeup::Create();
  ASSERT_TRUE(wakeup.ok()) << wakeup.status();
  std::atomic<int> posted = 0;
  std::thread worker([&] {
    posted = 42;
    wakeup->Wake();
  });
  pollfd entry = {.fd = wakeup->fd(), .events = POLLIN, .revents = 0};
  while (::poll(&entry, 1, -1) != 1) {
  }
  wakeup->Clear();
  EXPECT_EQ(posted, 42);
  worker.join();
}

// Both ends of a connection, as a log would name them.
TEST(NetExamplesTest, TheSocketPairOfAConnection) {
  Listener listener = *Listener::Bind(Address::Ipv4Loopback(0), {});
  const UniqueFd client = tests::Connect(listener.local_address());
  const UniqueFd connection = std::move(listener.TryAccept().connection);
  absl::StatusOr<Endpoints> ends = Endpoints::Of(connection.get());
  ASSERT_TRUE(ends.ok()) << ends.status();
  LOG(INFO) << *ends;
}

// Bytes that arrive, and a parser that takes what it understands.
absl::Status ReceiveAndParse(int fd, Buffer& buffer, std::string& parsed) {
  const auto TooLarge = [] { return absl::ResourceExhaustedError("too large"); };
  const auto Closed = [](const IoResult& result) { return result.error; };
  const auto Parse = [&](std::string_view bytes) {
    const size_t line = bytes.find('\n') + 1;
    parsed.append(bytes.substr(0, line));
    return line;
  };
  absl::Span<char> room = buffer.Room(4096);
  if (room.empty()) return TooLarge();
  const IoResult got = TryReceive(fd, room);
  if (got.outcome != IoOutcome::kOk) return Closed(got);
  buffer.Commit(got.bytes);
  buffer.Consume(Parse(buffer.bytes()));
  return absl::OkStatus();
}

TEST(NetExamplesTest, ABufferBetweenASocketAndAParser) {
  absl::StatusOr<SocketPair> pair =
      CreateSocketPair(SocketPairType::kStream, BlockingMode::kNonBlocking);
  ASSERT_TRUE(pair.ok());
  ASSERT_EQ(TrySend(pair->first.get(), {"one line\nand a half"}).outcome, IoOutcome::kOk);
  Buffer buffer(/*limit=*/64 * 1024);
  std::string parsed;
  ASSERT_TRUE(ReceiveAndParse(pair->second.get(), buffer, parsed).ok());
  EXPECT_EQ(parsed, "one line\n");
  EXPECT_EQ(buffer.bytes(), "and a half");
}

TEST(NetExamplesTest, TimersInAPollLoop) {
  UniqueFd connection(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  std::vector<pollfd> entries;
  TimerQueue timers;
  TimerId idle = timers.Add(Deadline::After(absl::Milliseconds(5)), [&] { connection.reset(); });
  while (!timers.empty()) {
    ::poll(entries.data(), entries.size(), timers.NextDeadline().PollTimeout());
    timers.RunExpired();
  }
  EXPECT_FALSE(connection.valid());
  EXPECT_FALSE(timers.Cancel(idle)) << "it has run";
}

// Clients served by a poll loop that survives a shortage of descriptors.
TEST(NetExamplesTest, AcceptingInAPollLoop) {
  absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(0), {});
  ASSERT_TRUE(listener.ok());
  const UniqueFd client = tests::Connect(listener->local_address());
  int served = 0;
  const auto Serve = [&](UniqueFd) { ++served; };
  Acceptor acceptor(*std::move(listener), {});
  while (served == 0) {
    pollfd entry = {.fd = acceptor.fd(), .events = POLLIN, .revents = 0};
    ::poll(&entry, 1, acceptor.deadline().PollTimeout());
    absl::Status status = acceptor.Accept([&](Accepted accepted) {
      Serve(std::move(accepted.connection));
      return AfterAccept::kNext;
    });
    ASSERT_TRUE(status.ok()) << status;
  }
}

// The same by an event loop that stops after a while.
absl::Status AcceptFor(Listener& listener, absl::Duration time, int& accepted) {
  const auto Accept = [&](Listener& from) {
    if (from.TryAccept().outcome == AcceptOutcome::kAccepted) ++accepted;
  };
  absl::StatusOr<std::unique_ptr<EventLoop>> loop = EventLoop::Create();
  if (!loop.ok()) return loop.status();
  absl::StatusOr<Registration> accepting =
      (*loop)->Watch(listener.fd(), Interest::kRead, [&](Readiness) { Accept(listener); });
  if (!accepting.ok()) return accepting.status();
  (*loop)->timers().Add(Deadline::After(time), [&] { (*loop)->Stop(); });
  return (*loop)->Run();
}

TEST(NetExamplesTest, AcceptingInAnEventLoop) {
  Listener listener = *Listener::Bind(Address::Ipv4Loopback(0), {});
  const UniqueFd client = tests::Connect(listener.local_address());
  int accepted = 0;
  EXPECT_TRUE(AcceptFor(listener, absl::Milliseconds(20), accepted).ok());
  EXPECT_EQ(accepted, 1);
}

enum class Outcome { kWritten, kReaderGone };

Outcome Write(int pipe, const std::string& text) {
  ssize_t count = WithoutSigpipe([&] { return ::write(pipe, text.data(), text.size()); });
  if (count < 0 && errno == EPIPE) return Outcome::kReaderGone;
  return Outcome::kWritten;
}

TEST(NetExamplesTest, WritingToAPipeWhoseReaderMayBeGone) {
  absl::StatusOr<Pipe> pipe = CreatePipe(BlockingMode::kNonBlocking);
  ASSERT_TRUE(pipe.ok()) << pipe.status();
  EXPECT_EQ(Write(pipe->write_end.get(), "x"), Outcome::kWritten);
  pipe->read_end.reset();
  EXPECT_EQ(Write(pipe->write_end.get(), "x"), Outcome::kReaderGone);
}

}  // namespace
}  // namespace forklift::net
