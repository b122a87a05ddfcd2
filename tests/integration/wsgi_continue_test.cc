// "Expect: 100-continue": a client that holds its body back until it is asked for. It is asked
// once, and only when the application reads.
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/integration/wsgi_test.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using WsgiContinueTest = WsgiTest;
INSTANTIATE_TEST_SUITE_P(Models, WsgiContinueTest, WsgiModels(), NameOfWsgiModel);

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view kLengthFields = "Content-Length: 13\r\nExpect: 100-continue\r\n";
constexpr std::string_view kChunkedFields =
    "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n";

TEST_P(WsgiContinueTest, IsSentOnceWhenTheApplicationReads) {
  const RunningServer server = Serve("input_reader:application");
  for (const char* way : {"read-sizes", "readline", "readlines", "iterate", "read-all"}) {
    const net::UniqueFd client = Connect(server.address());
    ASSERT_TRUE(Send(client, Request("POST", absl::StrCat("/?", way), kLengthFields)));
    ASSERT_EQ(ReceiveUntil(client, "\r\n\r\n"), kContinue) << way;
    ASSERT_TRUE(Send(client, "one\ntwo\nthree"));
    EXPECT_THAT(ReceiveAll(client), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("one"),
                                          Not(HasSubstr("100 Continue"))))
        << way;
  }
}

TEST_P(WsgiContinueTest, IsSentForChunks) {
  const RunningServer server = Serve("input_reader:application");
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, Request("POST", "/?readline", kChunkedFields)));
  ASSERT_EQ(ReceiveUntil(client, "\r\n\r\n"), kContinue);
  ASSERT_TRUE(Send(client, "8\r\none\ntwo\n\r\n5\r\nthree\r\n0\r\n\r\n"));
  EXPECT_EQ(ContentOf(ReceiveAll(client)), R"(["one\n", "two\n", "three"])");
}

// The answer is the last of its connection: what comes next could be the body or a request.
TEST_P(WsgiContinueTest, IsNotSentToAClientWhoseBodyNobodyReads) {
  const RunningServer server = Serve("input_reader:application");
  for (const std::string_view fields : {kLengthFields, kChunkedFields}) {
    const net::UniqueFd client = Connect(server.address());
    ASSERT_TRUE(
        Send(client, absl::StrCat("POST /?nothing HTTP/1.1\r\nHost: a\r\n", fields, "\r\n")));
    EXPECT_THAT(ReceiveAll(client),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nConnection: close\r\n")));
  }
}

TEST_P(WsgiContinueTest, IsNotSentAfterTheAnswersHead) {
  const RunningServer server = Serve("input_reader:reads_late");
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, Request("POST", "/", kLengthFields)));
  EXPECT_THAT(ReceiveUntil(client, "first\n\r\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
  ASSERT_TRUE(Send(client, "one\ntwo\nthree"));
  EXPECT_THAT(ReceiveAll(client), Not(HasSubstr("100 Continue")));
}

TEST_P(WsgiContinueTest, IsNotSentToAClientThatDoesNotWait) {
  const RunningServer server = Serve("input_reader:application");
  EXPECT_EQ(ContentOf(Exchange(server.address(),
                               "POST /?read-all HTTP/1.0\r\nContent-Length: 5\r\n"
                               "Expect: 100-continue\r\n\r\nhello")),
            R"(["hello", ""])")
      << "HTTP/1.0 has no interim answers";
}

TEST_P(WsgiContinueTest, IsNotSentWhereTheBodyIsTooLarge) {
  const RunningServer server = Serve("input_reader:application", {"--max-body=10"});
  EXPECT_THAT(Exchange(server.address(), Request("POST", "/?read-all", kLengthFields)),
              AllOf(StartsWith("HTTP/1.1 413 "), HasSubstr("\r\nConnection: close\r\n")));
}

// The client waits for the answer, and has sent no body when its application fails.
TEST_P(WsgiContinueTest, AnErrorBeforeTheBodyIsRead) {
  const RunningServer server = Serve("bad:application");
  EXPECT_THAT(Exchange(server.address(), Request("POST", "/raises", kLengthFields)),
              AllOf(StartsWith("HTTP/1.1 500 "), HasSubstr("\r\nConnection: close\r\n")));
}

TEST_P(WsgiContinueTest, ABodyThatEndsInTheMiddle) {
  RunningServer server = Serve("input_reader:application");
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, Request("POST", "/?read-all", kLengthFields)));
  ASSERT_EQ(ReceiveUntil(client, "\r\n\r\n"), kContinue);
  ASSERT_TRUE(Send(client, "hello"));
  CloseSending(client);
  EXPECT_THAT(ReceiveAll(client), Not(StartsWith("HTTP/1.1 200 ")))
      << "the application's read fails";
  EXPECT_THAT(ContentOf(Exchange(server.address(), Post("/?read-all", "whole"))),
              HasSubstr("whole"));
}

TEST_P(WsgiContinueTest, CurlWaitsForIt) {
  if (!HaveProgram("curl")) GTEST_SKIP() << "curl is not installed";
  const RunningServer server = Serve("upload:application", {"--max-body=10000000"});
  const std::string path = TemporaryPath("body");
  WriteFile(path, std::string(5'000'000, 'x'));
  const Finished curl =
      RunProgram({"curl", "-sSv", "--expect100-timeout", "30", "-H", "Expect: 100-continue",
                  "--data-binary", absl::StrCat("@", path), server.Url("/")});
  EXPECT_TRUE(curl.status.success()) << curl.error;
  EXPECT_THAT(curl.output, HasSubstr(" 5000000 5000000 True\n"));
  EXPECT_THAT(curl.error, HasSubstr("100 Continue"));
}

}  // namespace
}  // namespace forklift::tests
