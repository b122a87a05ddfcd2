#include "forklift/net/endpoints.h"

#include <sys/socket.h>
#include <unistd.h>

#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/address.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

// The article's socket pair: what is local to one side is the other side's peer.
TEST(EndpointsTest, BothSidesOfAConnectionSeeTheSamePair) {
  absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(0), {});
  ASSERT_TRUE(listener.ok());
  const UniqueFd client = tests::Connect(listener->local_address());
  const AcceptResult accepted = listener->TryAccept();
  ASSERT_EQ(accepted.outcome, AcceptOutcome::kAccepted);

  const absl::StatusOr<Endpoints> of_client = Endpoints::Of(client.get());
  const absl::StatusOr<Endpoints> of_server = Endpoints::Of(accepted.connection.get());
  ASSERT_TRUE(of_client.ok() && of_server.ok());
  EXPECT_EQ(of_server->local, listener->local_address());
  EXPECT_EQ(of_server->peer, *accepted.peer);
  EXPECT_EQ(of_client->local, of_server->peer);
  EXPECT_EQ(of_client->peer, of_server->local);
  EXPECT_EQ(absl::StrCat(*of_server), absl::StrCat(of_server->local, " <- ", of_server->peer));
}

TEST(EndpointsTest, TwoConnectionsHaveDifferentOnes) {
  absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(0), {});
  ASSERT_TRUE(listener.ok());
  const UniqueFd first = tests::Connect(listener->local_address());
  const UniqueFd second = tests::Connect(listener->local_address());
  const absl::StatusOr<Endpoints> of_first = Endpoints::Of(first.get());
  const absl::StatusOr<Endpoints> of_second = Endpoints::Of(second.get());
  ASSERT_TRUE(of_first.ok() && of_second.ok());
  EXPECT_NE(*of_first, *of_second);
  EXPECT_EQ(*of_first, *Endpoints::Of(first.get()));
  const absl::flat_hash_set<Endpoints> set = {*of_first, *of_second, *of_first};
  EXPECT_EQ(set.size(), 2u);
}

TEST(EndpointsTest, ASocketThatIsNotConnectedHasNone) {
  const UniqueFd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  EXPECT_THAT(Endpoints::Of(socket.get()).status().message(), testing::HasSubstr("ENOTCONN"));
  EXPECT_THAT(Endpoints::Of(-1).status().message(), testing::HasSubstr("EBADF"));
}

}  // namespace
}  // namespace forklift::net
