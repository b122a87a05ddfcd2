#include "forklift/net/pending_handshakes.h"

#include <string>

#include "absl/status/statusor.h"
#include "forklift/net/address.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "forklift/tests/support/test_client.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

struct Ends {
  const char* name;
  const char* listener;
  const char* client;
};

constexpr Ends kIpv4 = {"Ipv4", "127.0.0.1:0", "127.0.0.1:0"};
constexpr Ends kIpv6 = {"Ipv6", "[::1]:0", "[::1]:0"};
constexpr Ends kIpv4WithinIpv6 = {"Ipv4WithinIpv6", "[::]:0", "127.0.0.1:0"};

std::string NameOf(const testing::TestParamInfo<Ends>& info) { return info.param.name; }

using PendingHandshakesTest = testing::TestWithParam<Ends>;
INSTANTIATE_TEST_SUITE_P(Families, PendingHandshakesTest,
                         testing::Values(kIpv4, kIpv6, kIpv4WithinIpv6), NameOf);

bool Pending(const absl::StatusOr<Listener>& listener) {
  const absl::StatusOr<bool> pending = HasPendingHandshakes(listener->local_address());
  EXPECT_TRUE(pending.ok()) << pending.status();
  return pending.value_or(false);
}

TEST_P(PendingHandshakesTest, UntilTheLastStepHasCome) {
  const absl::StatusOr<Address> any = Address::Parse(GetParam().listener);
  const absl::StatusOr<Listener> listener = Listener::Bind(*any, {.ipv6_only = false});
  ASSERT_TRUE(listener.ok()) << listener.status();
  const absl::StatusOr<Listener> other = Listener::Bind(*any, {});
  ASSERT_TRUE(other.ok()) << other.status();
  const Address address =
      Address::Parse(GetParam().client)->WithPort(listener->local_address().port());
  const tests::Holdings before = tests::Holdings::Now();
  EXPECT_FALSE(Pending(listener));
  // Of one client only for a moment, in which this process may have no processor.
  UniqueFd client;
  ASSERT_TRUE(tests::Eventually([&] {
    client = tests::BeginHandshake(address);
    return Pending(listener);
  }));
  EXPECT_FALSE(Pending(other)) << "it has another port";
  ASSERT_TRUE(tests::Send(client, "x"));
  EXPECT_TRUE(tests::Eventually([&] { return !Pending(listener); }));
  client.reset();
  EXPECT_EQ(tests::Holdings::Now(), before);
}

TEST(PendingHandshakesOfUnixSocketsTest, AreNone) {
  const absl::StatusOr<Listener> listener =
      Listener::Bind(*Address::Parse("unix:@forklift-pending-handshakes"), {});
  ASSERT_TRUE(listener.ok()) << listener.status();
  const UniqueFd client = tests::Connect(listener->local_address());
  EXPECT_EQ(*HasPendingHandshakes(listener->local_address()), false);
}

}  // namespace
}  // namespace forklift::net
