// Slow clients are cut off when their time is up, and told so where they have begun a request;
// until then they hold up nobody, whatever the model.
#include <poll.h>

#include <ostream>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AnyOf;
using testing::EndsWith;
using testing::StartsWith;

// A way to be slow.
struct Slowness {
  const char* name;
  // What it does to come to the point where it is slow.
  void (*begin)(const net::UniqueFd& client);
  // What it sends from then on, now and then.
  std::string_view more;
  // The beginning of what it is told; empty where it is only cut off.
  std::string told;
  bool reads = true;

  friend void PrintTo(const Slowness& slowness, std::ostream* out) { *out << slowness.name; }
};

void BeginWith(const net::UniqueFd& client, std::string_view bytes) {
  ASSERT_TRUE(Send(client, bytes));
}

void AskAndRead(const net::UniqueFd& client) {
  ASSERT_TRUE(Send(client, kKeepAliveRequest));
  ASSERT_THAT(ReceiveUntil(client, kGreeting), EndsWith(kGreeting));
}

// Asks for as much as all the buffers on the way hold, and reads none of it; until the server takes
// no more for `no_progress`, or has cut the client off: then true.
bool AskAndNeverRead(const net::UniqueFd& client, absl::Duration no_progress) {
  std::string requests;
  for (int i = 0; i < 100; ++i) absl::StrAppend(&requests, kKeepAliveRequest);
  net::IoOutcome outcome = net::IoOutcome::kOk;
  while (outcome == net::IoOutcome::kOk) {
    outcome = net::SendAll(client.get(), {requests}, net::Deadline::After(no_progress)).outcome;
  }
  return outcome == net::IoOutcome::kPeerGone;
}

const std::vector<Slowness> kSlownesses = {
    {"Silent", [](const net::UniqueFd&) {}, "", ""},
    {"SilentAfterARequest", AskAndRead, "", ""},
    {"HalfAHead", [](const net::UniqueFd& client) { BeginWith(client, "GET /hel"); }, "",
     "HTTP/1.1 408 "},
    {"AHeadByteByByte", [](const net::UniqueFd& client) { BeginWith(client, "GET /hel"); }, "x",
     "HTTP/1.1 408 "},
    {"HalfABody",
     [](const net::UniqueFd& client) {
       BeginWith(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello");
     },
     "", "HTTP/1.1 408 "},
    {"ABodyByteByByte",
     [](const net::UniqueFd& client) {
       BeginWith(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
     },
     "x", "HTTP/1.1 408 "},
    {"NotReading",
     [](const net::UniqueFd& client) { AskAndNeverRead(client, absl::Milliseconds(200)); }, "", "",
     false},
};

using Parameter = std::tuple<const char*, Slowness>;

class SlowClientTest : public testing::TestWithParam<Parameter> {
 protected:
  static std::string ModelFlag() { return absl::StrCat("--model=", std::get<0>(GetParam())); }
  static const Slowness& slowness() { return std::get<1>(GetParam()); }

  // Whether the server has reacted, which it is given time for.
  static bool IsCutOff(const net::UniqueFd& client) {
    if (!slowness().reads) return AskAndNeverRead(client, kPatience);
    const net::Deadline deadline = net::Deadline::After(kPatience);
    pollfd entry = {.fd = client.get(), .events = POLLIN, .revents = 0};
    while (!deadline.expired()) {
      if (::poll(&entry, 1, 5) > 0) return true;
      if (!slowness().more.empty()) Send(client, slowness().more);
    }
    return false;
  }
};

std::string NameOf(const testing::TestParamInfo<Parameter>& info) {
  return absl::StrCat(std::get<0>(info.param), std::get<1>(info.param).name);
}

INSTANTIATE_TEST_SUITE_P(Models, SlowClientTest,
                         testing::Combine(AllModels(), testing::ValuesIn(kSlownesses)), NameOf);

TEST_P(SlowClientTest, IsCutOffAndOthersAreServed) {
  const RunningServer server({ModelFlag(), "--workers=1", "--header-timeout=300ms",
                              "--body-timeout=300ms", "--write-timeout=300ms", "--keep-alive=300ms",
                              "--keep-alive-requests=1000000000"});
  const net::UniqueFd slow = Connect(server.address());
  slowness().begin(slow);
  const net::UniqueFd other = Connect(server.address());
  ASSERT_TRUE(Send(other, kRequest));
  ASSERT_TRUE(IsCutOff(slow));
  if (!slowness().told.empty()) {
    EXPECT_THAT(ReceiveAll(slow), StartsWith(slowness().told));
  } else if (slowness().reads) {
    EXPECT_THAT(ReceiveAll(slow), AnyOf("", "<reset>"));
  }
  EXPECT_THAT(ReceiveAll(other), EndsWith(kGreeting));
}

class PatientServerTest : public SlowClientTest {};

INSTANTIATE_TEST_SUITE_P(Models, PatientServerTest,
                         testing::Combine(ConcurrentModels(), testing::ValuesIn(kSlownesses)),
                         NameOf);

// Its time is not up when they are served.
TEST_P(PatientServerTest, HasASlowClientHoldUpNobody) {
  const RunningServer server({ModelFlag(), "--workers=1", "--header-timeout=1h",
                              "--body-timeout=1h", "--write-timeout=1h", "--keep-alive=1h",
                              "--keep-alive-requests=1000000000"});
  const net::UniqueFd slow = Connect(server.address());
  slowness().begin(slow);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting));
  }
  EXPECT_TRUE(!slowness().reads || !IsReadable(slow));
}

}  // namespace
}  // namespace forklift::tests
