// A request that does not come to an end: the log has what it was and where it stands, its process
// is replaced, and the server serves on.
#include <sys/types.h>

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/integration/wsgi_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::EndsWith;
using testing::HasSubstr;

class WsgiHangTest : public WsgiTest {
 protected:
  static RunningServer ServeHang(std::string_view timeout) {
    return Serve("hang:application", {"--workers=1", absl::StrCat("--request-timeout=", timeout),
                                      "--drain-timeout=100ms", "--kill-timeout=100ms"});
  }
};
INSTANTIATE_TEST_SUITE_P(Models, WsgiHangTest, WsgiModels(), NameOfWsgiModel);

TEST_P(WsgiHangTest, IsReportedWithItsStackAndCutOff) {
  const struct {
    std::string_view target;
    std::string_view function;
  } kCases[] = {{"/wait?for=nobody", "wait_for_nobody"}, {"/compute?for=good", "compute_for_good"}};
  for (const auto& [target, function] : kCases) {
    RunningServer server = ServeHang("500ms");
    for (int i = 0; i < 2; ++i) {
      const net::UniqueFd hanging = Connect(server.address());
      ASSERT_TRUE(Send(hanging, Get(target)));
      EXPECT_THAT(ReceiveAll(hanging), AnyOf("", "<reset>")) << target;
      EXPECT_THAT(server.GetAtOnce(5), Each(EndsWith(kGreeting))) << target;
    }
    const std::string error = server.process().Stderr();
    EXPECT_THAT(error, HasSubstr(absl::StrCat("GET ", target)));
    EXPECT_THAT(error, HasSubstr(function));
    EXPECT_THAT(error, HasSubstr("hang.py"));
    EXPECT_EQ(server.Stop(), 0);
  }
}

// Whoever asks before the timeout is served by others.
TEST_P(WsgiHangTest, OthersAreServedMeanwhile) {
  if (Model() == "iterative") GTEST_SKIP() << "it serves one at a time";
  for (const char* target : {"/wait", "/compute"}) {
    RunningServer server = Serve(
        "hang:application",
        {"--workers=2", "--request-timeout=1h", "--drain-timeout=0s", "--kill-timeout=100ms"});
    const net::UniqueFd hanging = Connect(server.address());
    ASSERT_TRUE(Send(hanging, Get(target)));
    ASSERT_TRUE(Eventually([] { return absl::EndsWith(Recorded(), "hanging\n"); }));
    for (int i = 0; i < 20; ++i) {
      EXPECT_THAT(Exchange(server.address(), kRequest), EndsWith(kGreeting)) << target;
    }
    EXPECT_FALSE(IsReadable(hanging)) << target;
    EXPECT_EQ(server.Stop(), 0) << "the drain timeout ends it";
  }
}

TEST_P(WsgiHangTest, AStopDoesNotWaitForIt) {
  RunningServer server = ServeHang("1h");
  const net::UniqueFd hanging = Connect(server.address());
  ASSERT_TRUE(Send(hanging, Get("/compute")));
  ASSERT_TRUE(ComesToRecord("hanging\n"));
  EXPECT_EQ(server.Stop(), 0);
  EXPECT_THAT(ReceiveAll(hanging), AnyOf("", "<reset>"));
}

}  // namespace
}  // namespace forklift::tests
