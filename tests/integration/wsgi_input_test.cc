// What an application reads as its input is the request's body, all of it and no more.
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

using WsgiInputTest = WsgiTest;
INSTANTIATE_TEST_SUITE_P(Models, WsgiInputTest, WsgiModels(), NameOfWsgiModel);

constexpr std::string_view kChunkedFields = "Transfer-Encoding: chunked\r\n";

struct Way {
  std::string_view name;
  std::string_view pieces;
};

// Of "one\ntwo\n\nthree".
constexpr Way kWays[] = {
    {"read", R"(["one\ntwo\n\nthree", ""])"},
    {"read-none", R"(["one\ntwo\n\nthree"])"},
    {"read-all", R"(["one\ntwo\n\nthree", ""])"},
    {"read-sizes", R"(["one", "", "\ntwo\n\nthree", ""])"},
    {"readline", R"(["one\n", "two\n", "\n", "three"])"},
    {"readline-sizes", R"(["on", "", "e\n", "two\n"])"},
    {"readlines", R"(["one\n", "two\n", "\n", "three"])"},
    {"iterate", R"(["one\n", "two\n", "\n", "three"])"},
    {"mixed", R"(["one\n", "tw", "o\n", "\n", "three", ""])"},
    {"nothing", "[]"},
};

TEST_P(WsgiInputTest, EachWayToRead) {
  const RunningServer server = Serve("input_reader:read");
  for (const Way& way : kWays) {
    const std::string target = absl::StrCat("/?", way.name);
    EXPECT_EQ(ContentOf(Exchange(server.address(), Post(target, "one\ntwo\n\nthree"))), way.pieces)
        << way.name;
    EXPECT_EQ(ContentOf(Exchange(server.address(),
                                 absl::StrCat(Request("POST", target, kChunkedFields),
                                              "2\r\non\r\n7;extension=1\r\ne\ntwo\n\n\r\n"
                                              "5\r\nthree\r\n0\r\n\r\n"))),
              way.pieces)
        << way.name << ", in chunks";
  }
}

// The hint may be heeded, or not.
TEST_P(WsgiInputTest, SomeLines) {
  const RunningServer server = Serve("input_reader:read");
  EXPECT_THAT(ContentOf(Exchange(server.address(), Post("/?readlines-hint", "one\ntwo\nthree\n"))),
              testing::AnyOf(R"(["one\n", "two\n"])", R"(["one\n", "two\n", "three\n"])"));
}

TEST_P(WsgiInputTest, ThereIsNothingToReadWithoutABody) {
  const RunningServer server = Serve("input_reader:read");
  for (const char* way : {"read", "read-all"}) {
    EXPECT_EQ(ContentOf(Exchange(server.address(), Get(absl::StrCat("/?", way)))), R"(["", ""])");
  }
  for (const char* way : {"readline", "readlines", "iterate"}) {
    EXPECT_EQ(ContentOf(Exchange(server.address(), Get(absl::StrCat("/?", way)))), "[]") << way;
  }
}

TEST_P(WsgiInputTest, LinesLongerThanAnyBuffer) {
  const RunningServer server = Serve("input_reader:read", {"--max-body=10000000"});
  const std::string line(300'000, 'x');
  EXPECT_EQ(ContentOf(Exchange(server.address(),
                               Post("/?readline", absl::StrCat(line, "\n", line, "\n", "end")))),
            absl::StrCat(R"([")", line, R"(\n", ")", line, R"(\n", "end"])"));
}

TEST_P(WsgiInputTest, OneByteSegments) {
  const RunningServer server = Serve("input_reader:read");
  const net::UniqueFd client = Connect(server.address());
  for (const char byte : Post("/?read", "hello")) {
    ASSERT_TRUE(Send(client, std::string_view(&byte, 1)));
  }
  EXPECT_EQ(ContentOf(ReceiveAll(client)), R"(["hello", ""])");
}

// More than is kept in memory.
TEST_P(WsgiInputTest, ALargeBody) {
  const RunningServer server = Serve("upload:application", {"--max-body=30000000"});
  std::string body;
  for (int i = 0; body.size() < 20'000'000; ++i) absl::StrAppend(&body, i, "\n");
  const std::string path = TemporaryPath("large");
  WriteFile(path, body);
  const std::string sum = RunProgram({"sha256sum", path}).output.substr(0, 64);
  const std::string expected = absl::StrCat(sum, " ", body.size(), " ", body.size(), " True\n");
  EXPECT_EQ(ContentOf(Exchange(server.address(), Post("/", body))), expected);
  std::string chunks = Request("POST", "/", kChunkedFields);
  for (size_t at = 0; at < body.size(); at += 100'000) {
    const std::string_view piece = std::string_view(body).substr(at, 100'000);
    absl::StrAppend(&chunks, absl::Hex(piece.size()), "\r\n", piece, "\r\n");
  }
  EXPECT_EQ(ContentOf(Exchange(server.address(), absl::StrCat(chunks, "0\r\n\r\n"))), expected)
      << "CONTENT_LENGTH is the decoded one";
}

TEST_P(WsgiInputTest, TrailersAreNeverTakenForFields) {
  const RunningServer server = Serve("environ_echo:application");
  const std::string answer = Exchange(
      server.address(), absl::StrCat(Request("POST", "/", kChunkedFields),
                                     "5\r\nhello\r\n0\r\nX-Trailer: 1\r\nContent-Length: 9\r\n"
                                     "Authorization: Basic evil\r\nHost: evil\r\n\r\n"));
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr(R"("CONTENT_LENGTH": "5")"),
                            Not(HasSubstr("TRAILER")), Not(HasSubstr("evil"))));
}

TEST_P(WsgiInputTest, ABodyThatWasNotReadIsNotTheNextRequest) {
  const RunningServer server = Serve("hello:application");
  const net::UniqueFd client = Connect(server.address());
  const std::string smuggled = Get("/smuggled");
  for (const char* method : {"GET", "POST"}) {
    ASSERT_TRUE(Send(client, absl::StrCat(method, " / HTTP/1.1\r\nHost: a\r\nContent-Length: ",
                                          smuggled.size(), "\r\n\r\n", smuggled)));
    EXPECT_THAT(ReceiveUntil(client, kGreeting), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  ASSERT_TRUE(Send(client, absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\n", kChunkedFields,
                                        "\r\n5\r\nhello\r\n0\r\n\r\n")));
  EXPECT_THAT(ReceiveUntil(client, kGreeting), StartsWith("HTTP/1.1 200 OK\r\n"));
  ASSERT_TRUE(Send(client, kRequest));
  const std::string last = ReceiveAll(client);
  EXPECT_EQ(last.find("HTTP/1.1"), last.rfind("HTTP/1.1")) << last;
}

TEST_P(WsgiInputTest, GetWithABodyThenGet) {
  const RunningServer server = Serve("input_reader:read");
  const std::string answers = Exchange(
      server.address(), absl::StrCat("GET /?read HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n",
                                     "hello", Get("/?readline")));
  EXPECT_THAT(answers, AllOf(HasSubstr(R"(["hello", ""])"), HasSubstr("[]")));
}

TEST_P(WsgiInputTest, ABodyThatEndsInTheMiddleIsNotHandedOver) {
  const RunningServer server = Serve("printing:application");
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello"));
  CloseSending(client);
  EXPECT_THAT(ReceiveAll(client), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(Exchange(server.address(),
                       "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                       "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloX"),
              StartsWith("HTTP/1.1 400 "));
}

TEST_P(WsgiInputTest, ABodyThatIsTooLargeIsNotHandedOver) {
  RunningServer server = Serve("printing:application", {"--max-body=10"});
  EXPECT_THAT(Exchange(server.address(), Post("/", "hello, hello")), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(Exchange(server.address(), absl::StrCat(Request("POST", "/", kChunkedFields),
                                                      "c\r\nhello, hello\r\n0\r\n\r\n")),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(server.process().Stderr(), Not(HasSubstr("to standard error")));
}

}  // namespace
}  // namespace forklift::tests
