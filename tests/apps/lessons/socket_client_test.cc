// The client snippet: both ends of its connection, and what the server says.
#include <poll.h>
#include <stdlib.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/net/wait_ready.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

TEST(SocketClientTest, PrintsTheSocketPairAndTheAnswer) {
  absl::StatusOr<net::Listener> listener = net::Listener::Bind(net::Address::Ipv4Loopback(0), {});
  ASSERT_TRUE(listener.ok()) << listener.status();
  TestProcess client(
      {::getenv("CLIENT"), absl::StrCat("--port=", listener->local_address().port())});
  ASSERT_TRUE(net::WaitReady(listener->fd(), POLLIN, net::Deadline::After(kPatience)).value());
  net::AcceptResult accepted = listener->TryAccept();
  ASSERT_EQ(accepted.outcome, net::AcceptOutcome::kAccepted);
  EXPECT_EQ(ReceiveUntil(accepted.connection, "test"), "test");
  ASSERT_TRUE(Send(accepted.connection, "Hello, client!"));
  accepted.connection.reset();
  EXPECT_EQ(client.ReadAll(),
            absl::StrFormat("Socket pair: {%v, %v}\nEphemeral port: %d\n\nHello, client!\n",
                            *accepted.peer, listener->local_address(), accepted.peer->port()));
  EXPECT_TRUE(client.Wait().success());
}

TEST(SocketClientTest, SaysThatNobodyListens) {
  absl::StatusOr<net::Listener> listener = net::Listener::Bind(net::Address::Ipv4Loopback(0), {});
  ASSERT_TRUE(listener.ok()) << listener.status();
  const std::string port = absl::StrCat("--port=", listener->local_address().port());
  listener->Close();
  const Finished client = RunProgram({::getenv("CLIENT"), port});
  EXPECT_EQ(client.status.code(), 1);
  EXPECT_THAT(client.error, testing::HasSubstr("Connection refused (ECONNREFUSED)"));
}

}  // namespace
}  // namespace forklift::tests
