// An answer is sent piece by piece as the application makes it, and ends with its client.
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/integration/wsgi_test.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class WsgiStreamingTest : public WsgiTest {
 protected:
  const WsgiGate gate_;
};
INSTANTIATE_TEST_SUITE_P(Models, WsgiStreamingTest, WsgiModels(), NameOfWsgiModel);

// The application makes the next piece only when its client has had the one before.
TEST_P(WsgiStreamingTest, EachPieceArrivesBeforeTheNextIsMade) {
  for (const char* application : {"stream:gated", "stream:application", "stream:gated_write"}) {
    const RunningServer server = Serve(application, {}, gate_.Environment());
    const net::UniqueFd client = Connect(server.address());
    ASSERT_TRUE(Send(client, kKeepAliveRequest));
    for (const char* piece : {"one\n", "two\n"}) {
      gate_.LetGoOn();
      ASSERT_THAT(ReceiveUntil(client, absl::StrCat(piece, "\r\n")), Not(EndsWith("<timeout>")))
          << application;
    }
    gate_.LetGoOn();
    EXPECT_EQ(ReceiveUntil(client, "0\r\n\r\n"), "6\r\nthree\n\r\n0\r\n\r\n") << application;
    EXPECT_TRUE(Eventually([] { return absl::EndsWith(Recorded(), "closed\n"); })) << application;
  }
}

TEST_P(WsgiStreamingTest, SoItIsWithAContentLength) {
  const RunningServer server = Serve("stream:gated_with_length", {}, gate_.Environment());
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, kKeepAliveRequest));
  gate_.LetGoOn();
  EXPECT_THAT(ReceiveUntil(client, "\r\n\r\none\n"), HasSubstr("\r\nContent-Length: 8\r\n"));
  gate_.LetGoOn();
  EXPECT_EQ(ReceiveUntil(client, "two\n"), "two\n");
}

TEST_P(WsgiStreamingTest, SoItIsForAnOldClient) {
  const RunningServer server = Serve("stream:gated", {}, gate_.Environment());
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, "GET / HTTP/1.0\r\n\r\n"));
  gate_.LetGoOn();
  EXPECT_THAT(ReceiveUntil(client, "\r\n\r\none\n"), Not(EndsWith("<timeout>")));
  gate_.LetGoOn();
  EXPECT_EQ(ReceiveUntil(client, "two\n"), "two\n");
  gate_.LetGoOn();
  EXPECT_EQ(ReceiveAll(client), "three\n");
}

TEST_P(WsgiStreamingTest, AClientThatLeavesInTheMiddleEndsIt) {
  RunningServer server = Serve("stream:endless");
  {
    const net::UniqueFd client = Connect(server.address());
    ASSERT_TRUE(Send(client, kRequest));
    ASSERT_THAT(ReceiveUntil(client, "xxx"), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  EXPECT_TRUE(ComesToRecord("closed\n"));
  EXPECT_THAT(server.process().Stderr(), Not(HasSubstr("Traceback")))
      << "it is no fault of the application";
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(WsgiStreamingTest, AClientThatDoesNotTakeItEndsIt) {
  const RunningServer server = Serve("stream:endless", {"--write-timeout=300ms"});
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, kRequest));
  EXPECT_TRUE(ComesToRecord("closed\n"));
}

TEST_P(WsgiStreamingTest, AStopLetsItFinish) {
  RunningServer server =
      Serve("stream:gated", {"--keep-alive=1h", "--drain-timeout=1h"}, gate_.Environment());
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, kKeepAliveRequest));
  gate_.LetGoOn();
  ASSERT_THAT(ReceiveUntil(client, "one\n\r\n"), Not(EndsWith("<timeout>")));
  server.process().Signal(SIGTERM);
  ASSERT_TRUE(ComesToLog(server, "stopping"));
  gate_.LetGoOn();
  gate_.LetGoOn();
  EXPECT_THAT(ReceiveAll(client), AllOf(HasSubstr("three\n"), EndsWith("\r\n0\r\n\r\n")));
  EXPECT_EQ(server.process().Wait().code(), 0);
}

class ConcurrentWsgiStreamingTest : public WsgiStreamingTest {};
INSTANTIATE_TEST_SUITE_P(Models, ConcurrentWsgiStreamingTest, ConcurrentWsgiModels(),
                         NameOfWsgiModel);

TEST_P(ConcurrentWsgiStreamingTest, ManyAtOnce) {
  const RunningServer server = Serve("stream:gated", {"--workers=4"}, gate_.Environment());
  std::vector<net::UniqueFd> clients;
  for (int i = 0; i < 3; ++i) {
    clients.push_back(Connect(server.address()));
    ASSERT_TRUE(Send(clients.back(), kRequest));
  }
  // Which of them takes a byte is not known; all of them have enough.
  for (int i = 0; i < 9; ++i) gate_.LetGoOn();
  for (const net::UniqueFd& client : clients) {
    EXPECT_EQ(ContentOf(ReceiveAll(client)), "one\ntwo\nthree\n");
  }
}

}  // namespace
}  // namespace forklift::tests
