#include "forklift/http/server/fork_server.h"

#include <signal.h>
#include <unistd.h>

#include <set>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forklift/http/server/handler.h"
#include "forklift/net/address.h"
#include "forklift/net/listener.h"
#include "forklift/signals/self_pipe.h"
#include "forklift/tests/support/proc_fs.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

// What Run does with clients, signals and shortages is tested on the whole program:
// tests/integration.
namespace forklift::http::server {
namespace {

const ForkServerOptions kAnyPort = {.address = net::Address::Ipv4Loopback(0)};

Response Nothing(const Request&) { return {}; }

TEST(ForkServerTest, TellsItsRealPort) {
  const auto server = ForkServer::Create(kAnyPort, Nothing);
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_NE((*server)->address().port(), 0);
}

TEST(ForkServerTest, StopsAtASignalThatCameBeforeRun) {
  for (int signal : {SIGTERM, SIGINT, SIGQUIT}) {
    const auto server = ForkServer::Create(kAnyPort, Nothing);
    ASSERT_TRUE(server.ok()) << server.status();
    ::raise(signal);
    EXPECT_TRUE((*server)->Run().ok());
  }
}

TEST(ForkServerTest, LeavesNothingBehind) {
  const std::set<int> before = tests::OpenDescriptors(::getpid());
  ASSERT_TRUE(ForkServer::Create(kAnyPort, Nothing).ok());  // and destroyed
  EXPECT_EQ(tests::OpenDescriptors(::getpid()), before);
  struct sigaction current;
  ASSERT_EQ(::sigaction(SIGTERM, nullptr, &current), 0);
  EXPECT_EQ(current.sa_handler, SIG_DFL);
}

TEST(ForkServerTest, FailsWholeWhereSomethingIsTaken) {
  const auto first = net::Listener::Bind(net::Address::Ipv4Loopback(0), {});
  ASSERT_TRUE(first.ok());
  const std::set<int> before = tests::OpenDescriptors(::getpid());
  EXPECT_THAT(ForkServer::Create({.address = first->local_address()}, Nothing).status().message(),
              testing::HasSubstr("(EADDRINUSE)"));
  EXPECT_EQ(tests::OpenDescriptors(::getpid()), before);

  const auto self_pipe = signals::SelfPipe::Create({SIGTERM});
  const std::set<int> with_pipe = tests::OpenDescriptors(::getpid());
  EXPECT_EQ(ForkServer::Create(kAnyPort, Nothing).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(tests::OpenDescriptors(::getpid()), with_pipe);
}

TEST(ForkServerTest, RefusesOptionsThatCannotServe) {
  ForkServerOptions none = kAnyPort;
  none.max_connections = 0;
  EXPECT_EQ(ForkServer::Create(none, Nothing).status().code(), absl::StatusCode::kInvalidArgument);
  ForkServerOptions no_time = kAnyPort;
  no_time.exchange.header_timeout = absl::ZeroDuration();
  EXPECT_EQ(ForkServer::Create(no_time, Nothing).status().code(),
            absl::StatusCode::kInvalidArgument);
  ForkServerOptions no_room = kAnyPort;
  no_room.exchange.header_bytes = 0;
  EXPECT_EQ(ForkServer::Create(no_room, Nothing).status().code(),
            absl::StatusCode::kInvalidArgument);
  ForkServerOptions no_queue = kAnyPort;
  no_queue.listener.backlog = 0;
  EXPECT_EQ(ForkServer::Create(no_queue, Nothing).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace forklift::http::server
