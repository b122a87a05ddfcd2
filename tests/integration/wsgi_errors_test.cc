// An application that breaks the rules or fails: its client is told no more than that, the log on
// standard error has it all, and the server serves on.
#include <string>
#include <string_view>

#include "absl/strings/match.h"
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

using WsgiErrorsTest = WsgiTest;
INSTANTIATE_TEST_SUITE_P(Models, WsgiErrorsTest, WsgiModels(), NameOfWsgiModel);

// Heads that start_response refuses, in the JSON of wsgi/head_of_request.py. Each has an X-Evil
// where it would do harm.
constexpr std::string_view kBadHeads[] = {
    // What would end the line, or the string.
    R"(["200 OK", [["X-Own", "a\r\nX-Evil: 1"]]])",
    R"(["200 OK", [["X-Own", "a\nX-Evil: 1"]]])",
    R"(["200 OK", [["X-Own", "a\rX-Evil: 1"]]])",
    R"(["200 OK", [["X-Own", "X-Evil\u0000"]]])",
    R"(["200 OK", [["X-Own\r\nX-Evil", "1"]]])",
    R"(["200 OK\r\nX-Evil: 1", []])",
    R"(["200 OK\nX-Evil: 1", []])",
    R"(["200 X-Evil\u0000", []])",
    // No name of a field.
    R"(["200 OK", [["X Evil", "1"]]])",
    R"(["200 OK", [["X-Evil:", "1"]]])",
    R"(["200 OK", [["", "X-Evil"]]])",
    R"(["200 OK", [["X-Evil\u00e9", "1"]]])",
    // The server's own business.
    R"(["200 OK", [["X-Evil", "1"], ["Connection", "close"]]])",
    R"(["200 OK", [["X-Evil", "1"], ["Keep-Alive", "timeout=5"]]])",
    R"(["200 OK", [["X-Evil", "1"], ["Proxy-Authenticate", "Basic"]]])",
    R"(["200 OK", [["X-Evil", "1"], ["Proxy-Authorization", "Basic"]]])",
    R"(["200 OK", [["X-Evil", "1"], ["TE", "trailers"]]])",
    R"(["200 OK", [["X-Evil", "1"], ["Trailer", "X"]]])",
    R"(["200 OK", [["X-Evil", "1"], ["transfer-encoding", "chunked"]]])",
    R"(["200 OK", [["X-Evil", "1"], ["Upgrade", "h2c"]]])",
    // No Latin-1, no string.
    R"(["200 OK", [["X-Evil", "\u20ac"]]])",
    R"(["200 \u20ac", [["X-Evil", "1"]]])",
    R"(["200 OK", [["X-Evil", "1"], ["X-Own", 5]]])",
    R"(["200 OK", [["X-Evil", "1"], ["X-Own"]]])",
    R"([200, [["X-Evil", "1"]]])",
    // No status.
    R"(["", [["X-Evil", "1"]]])",
    R"(["OK", [["X-Evil", "1"]]])",
    R"(["20 Short", [["X-Evil", "1"]]])",
    R"(["2000 Long", [["X-Evil", "1"]]])",
    R"(["2x0 Odd", [["X-Evil", "1"]]])",
    R"(["099 Low", [["X-Evil", "1"]]])",
    R"(["101 Switching Protocols", [["X-Evil", "1"]]])",
    R"([" 200 OK", [["X-Evil", "1"]]])",
    // No length.
    R"(["200 OK", [["X-Evil", "1"], ["Content-Length", "-1"]]])",
    R"(["200 OK", [["X-Evil", "1"], ["Content-Length", "ten"]]])",
    R"(["200 OK", [["X-Evil", "1"], ["Content-Length", "14"], ["Content-Length", "15"]]])",
};

TEST_P(WsgiErrorsTest, BadHeadsRaiseAndNothingOfThemIsSent) {
  RunningServer server = Serve("head_of_request:application");
  std::string recorded;
  for (const std::string_view head : kBadHeads) {
    EXPECT_THAT(Exchange(server.address(), Post("/", head)),
                AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("X-Evil")),
                      Not(HasSubstr("X-Own")), Not(HasSubstr("World"))))
        << head;
    const std::string now = Recorded();
    EXPECT_THAT(now.substr(recorded.size()), StartsWith("raised ")) << head;
    recorded = now;
  }
  EXPECT_THAT(server.process().Stderr(), AllOf(HasSubstr("Traceback (most recent call last)"),
                                               HasSubstr("head_of_request.py")));
  EXPECT_THAT(Exchange(server.address(), Post("/", R"(["200 OK", []])")), EndsWith(kGreeting));
}

// Nothing was sent yet: the client gets a whole answer, which says no more than that.
TEST_P(WsgiErrorsTest, FailuresBeforeTheHead) {
  RunningServer server = Serve("bad:application");
  for (const char* target :
       {"/no-start-response", "/raises", "/raises-after-start", "/raises-in-iterable", "/exits",
        "/exits-in-iterable", "/interrupted", "/text", "/a-number", "/none"}) {
    EXPECT_THAT(
        Exchange(server.address(), Get(target)),
        AllOf(StartsWith("HTTP/1.1 500 "), Not(HasSubstr("X-First")), Not(HasSubstr("Traceback")),
              Not(HasSubstr("ValueError")), Not(HasSubstr("bad.py"))))
        << target;
  }
  EXPECT_THAT(server.process().Stderr(),
              AllOf(HasSubstr("Traceback (most recent call last)"),
                    HasSubstr("ValueError: of the application"), HasSubstr("bad.py"),
                    HasSubstr("SystemExit: 7"), HasSubstr("KeyboardInterrupt")));
  EXPECT_EQ(server.Stop(), 0);
}

// The connection ends, so that the client does not take what it has for all of it.
TEST_P(WsgiErrorsTest, FailuresAfterTheHead) {
  const struct {
    std::string_view target;
    std::string_view error;
  } kCases[] = {{"/raises-after-head", "ValueError: of the application"},
                {"/text-after-head", "TypeError"}};
  for (const auto& [target, error] : kCases) {
    RunningServer server = Serve("bad:application");
    const net::UniqueFd client = Connect(server.address());
    ASSERT_TRUE(Send(client, absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: a\r\n\r\n")));
    const std::string answer = ReceiveAll(client);
    EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("some of it\n"),
                              Not(HasSubstr("0\r\n\r\n")), Not(HasSubstr("text\n")),
                              Not(HasSubstr("HTTP/1.1 500")), Not(HasSubstr("<timeout>"))))
        << target;
    EXPECT_TRUE(ComesToLog(server, error)) << target;
  }
}

TEST_P(WsgiErrorsTest, ASecondStartAfterTheHeadRaisesItsError) {
  const RunningServer server = Serve("exc_info:after_head");
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, kKeepAliveRequest));
  EXPECT_THAT(ReceiveAll(client),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("some of it\n"),
                    Not(HasSubstr("0\r\n\r\n")), Not(HasSubstr("503"))));
  EXPECT_TRUE(ComesToRecord("raised of the application\n"));
}

TEST_P(WsgiErrorsTest, ASecondStartForNoReasonRaises) {
  const RunningServer server = Serve("exc_info:twice");
  EXPECT_THAT(Exchange(server.address(), kRequest), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(Recorded(), StartsWith("raised "));
}

TEST_P(WsgiErrorsTest, WrittenText) {
  const RunningServer server = Serve("write_callable:text");
  EXPECT_THAT(Exchange(server.address(), kRequest), StartsWith("HTTP/1.1 500 "));
}

TEST_P(WsgiErrorsTest, NoMoreIsSentThanTheContentLengthSays) {
  const RunningServer server = Serve("bad:application");
  for (const char* target : {"/too-many", "/too-many-in-one"}) {
    EXPECT_THAT(Exchange(server.address(), Get(target)),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nContent-Length: 5\r\n"),
                      EndsWith("\r\n\r\nHello")))
        << target;
  }
}

TEST_P(WsgiErrorsTest, AnAnswerThatIsShorterThanItSaidEndsTheConnection) {
  const RunningServer server = Serve("bad:application");
  for (const char* target : {"/too-few", "/none-of-many"}) {
    const net::UniqueFd client = Connect(server.address());
    ASSERT_TRUE(Send(client, absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: a\r\n\r\n")));
    EXPECT_THAT(ReceiveAll(client), Not(HasSubstr("<timeout>"))) << target;
  }
  EXPECT_THAT(Exchange(server.address(), Get("/too-many")), EndsWith("\r\n\r\nHello"));
}

TEST_P(WsgiErrorsTest, CloseIsCalledOnceWhateverHappens) {
  RunningServer server = Serve("closing:close");
  std::string closed;
  for (const char* target :
       {"/list", "/iterator", "/nothing", "/raises", "/raises-later", "/close-raises", "/text",
        "/list?204%20None", "/iterator?304%20None"}) {
    Exchange(server.address(), Get(target));
    closed += "closed\n";
    EXPECT_TRUE(ComesToRecord(closed)) << target << ": " << Recorded();
  }
  Exchange(server.address(), Request("HEAD", "/iterator"));
  EXPECT_TRUE(ComesToRecord(closed + "closed\n"));
  EXPECT_TRUE(ComesToLog(server, "ValueError: in close()"));
}

TEST_P(WsgiErrorsTest, CloseIsCalledWithoutStartResponse) {
  const RunningServer server = Serve("closing:close_without_start");
  EXPECT_THAT(Exchange(server.address(), kRequest), StartsWith("HTTP/1.1 500 "));
  EXPECT_TRUE(ComesToRecord("closed\n"));
}

}  // namespace
}  // namespace forklift::tests
