// What an application returns is what its client gets, framed as that client understands.
#include <stddef.h>

#include <string>
#include <string_view>
#include <vector>

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

constexpr std::string_view kOldRequest = "GET /hello HTTP/1.0\r\n\r\n";

size_t CountIn(std::string_view text, std::string_view part) {
  size_t count = 0;
  for (size_t at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) {
    ++count;
  }
  return count;
}

using WsgiResponseTest = WsgiTest;
INSTANTIATE_TEST_SUITE_P(Models, WsgiResponseTest, WsgiModels(), NameOfWsgiModel);

TEST_P(WsgiResponseTest, HasTheApplicationsHead) {
  const RunningServer server = Serve("hello:listed");
  const std::string answer = Exchange(server.address(), kRequest);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/plain\r\n"));
  EXPECT_LT(answer.find("\r\nX-Repeated: one\r\n"), answer.find("\r\nX-Repeated: two\r\n"));
  EXPECT_EQ(CountIn(answer, "\r\nDate: "), 1u);
  EXPECT_EQ(CountIn(answer, "\r\nConnection: close\r\n"), 1u);
}

TEST_P(WsgiResponseTest, AListsOrTuplesLengthIsKnown) {
  for (const char* application : {"hello:listed", "hello:tupled"}) {
    const RunningServer server = Serve(application);
    for (const std::string_view request : {kRequest, kOldRequest}) {
      EXPECT_THAT(Exchange(server.address(), request),
                  AllOf(HasSubstr("\r\nContent-Length: 14\r\n"),
                        Not(HasSubstr("Transfer-Encoding")), EndsWith(kGreeting)))
          << application;
    }
  }
}

TEST_P(WsgiResponseTest, NothingHasALengthToo) {
  const RunningServer server = Serve("hello:nothing");
  EXPECT_THAT(Exchange(server.address(), kRequest),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nContent-Length: 0\r\n"),
                    EndsWith("\r\n\r\n")));
}

TEST_P(WsgiResponseTest, WhatIsGeneratedComesInChunks) {
  for (const char* application : {"hello:generated", "hello:validated_generated"}) {
    const RunningServer server = Serve(application);
    const std::string answer = Exchange(server.address(), kRequest);
    EXPECT_THAT(answer, AllOf(HasSubstr("\r\nTransfer-Encoding: chunked\r\n"),
                              Not(HasSubstr("Content-Length")), EndsWith("\r\n0\r\n\r\n")));
    EXPECT_EQ(ContentOf(answer), "Hello, World!\n");
  }
}

TEST_P(WsgiResponseTest, AnOldClientIsToldOfTheEndByTheEnd) {
  const RunningServer server = Serve("hello:generated");
  EXPECT_THAT(Exchange(server.address(), kOldRequest),
              AllOf(StartsWith("HTTP/1."), HasSubstr("\r\nConnection: close\r\n"),
                    Not(HasSubstr("Transfer-Encoding")), EndsWith(kGreeting)));
}

TEST_P(WsgiResponseTest, AConnectionGoesOnAfterEachKind) {
  for (const char* application : {"hello:application", "hello:greeting", "hello:listed",
                                  "hello:generated", "hello:nothing", "write_callable:written"}) {
    const RunningServer server = Serve(application);
    const net::UniqueFd client = Connect(server.address());
    std::string requests;
    for (int i = 0; i < 3; ++i) absl::StrAppend(&requests, kKeepAliveRequest);
    ASSERT_TRUE(Send(client, absl::StrCat(requests, kRequest)));
    const std::string answers = ReceiveAll(client);
    EXPECT_EQ(CountIn(answers, "HTTP/1.1 200 OK\r\n"), 4u) << application << ": " << answers;
    EXPECT_EQ(CountIn(answers, "Connection: close"), 1u) << application << ": " << answers;
  }
}

TEST_P(WsgiResponseTest, WhatIsWritten) {
  for (const char* application :
       {"write_callable:application", "write_callable:written",
        "write_callable:written_and_returned", "write_callable:validated_written_and_returned"}) {
    const RunningServer server = Serve(application);
    const std::string answer = Exchange(server.address(), kRequest);
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n")) << application;
    EXPECT_EQ(ContentOf(answer), "Hello, World!\n") << application;
  }
}

TEST_P(WsgiResponseTest, HeadHasNoContent) {
  for (const char* application :
       {"hello:application", "hello:listed", "hello:generated", "write_callable:written"}) {
    const RunningServer server = Serve(application);
    EXPECT_THAT(Exchange(server.address(), Request("HEAD", "/")),
                AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Content-Type: text/plain"),
                      EndsWith("\r\n\r\n"), Not(HasSubstr("World")), Not(HasSubstr("\r\n0\r\n"))))
        << application;
  }
  const RunningServer server = Serve("hello:application");
  EXPECT_THAT(Exchange(server.address(), Request("HEAD", "/")),
              HasSubstr("\r\nContent-Length: 14\r\n"));
}

TEST_P(WsgiResponseTest, SomeStatusesHaveNoContent) {
  const RunningServer server = Serve("head_of_request:application");
  for (const char* status : {"204 No Content", "304 Not Modified"}) {
    const net::UniqueFd client = Connect(server.address());
    const std::string body = absl::StrCat(R"([")", status, R"(", [["X-Own", "1"]]])");
    ASSERT_TRUE(Send(client, absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ",
                                          body.size(), "\r\n\r\n", body)));
    ASSERT_TRUE(Send(client, Post("/", body)));
    const std::string answers = ReceiveAll(client);
    EXPECT_EQ(CountIn(answers, absl::StrCat("HTTP/1.1 ", status, "\r\n")), 2u) << answers;
    EXPECT_THAT(answers, AllOf(HasSubstr("\r\nX-Own: 1\r\n"), Not(HasSubstr("World")),
                               Not(HasSubstr("Transfer-Encoding")), EndsWith("\r\n\r\n")));
  }
}

TEST_P(WsgiResponseTest, UnusualHeadsThatAreAllowed) {
  const RunningServer server = Serve("head_of_request:application");
  const auto answer = [&](std::string_view head) {
    return Exchange(server.address(), Post("/", head));
  };
  EXPECT_THAT(answer(R"(["299 Quite (un)usual!", []])"),
              StartsWith("HTTP/1.1 299 Quite (un)usual!\r\n"));
  EXPECT_THAT(answer(R"(["404 Not Found", [["Content-Length", "14"]]])"),
              AllOf(StartsWith("HTTP/1.1 404 Not Found\r\n"), EndsWith(kGreeting)));
  EXPECT_THAT(answer(R"(["200 OK", [["X-Latin", "\u00e9"], ["x-empty", ""]]])"),
              AllOf(HasSubstr("\r\nX-Latin: \xe9\r\n"), HasSubstr("\r\nx-empty:")));
  const std::string own =
      answer(R"(["200 OK", [["Date", "Thu, 01 Jan 1970 00:00:00 GMT"], ["Server", "own"]]])");
  EXPECT_EQ(CountIn(own, "\r\nDate: "), 1u) << own;
  EXPECT_EQ(CountIn(own, "\r\nServer: "), 1u) << own;
  EXPECT_THAT(own, HasSubstr("\r\nServer: own\r\n"));
}

TEST_P(WsgiResponseTest, ASecondStartReplacesTheFirstWhileNothingWasSent) {
  for (const char* application :
       {"exc_info:application", "exc_info:before_head", "exc_info:before_first_bytes",
        "exc_info:validated_before_first_bytes"}) {
    const RunningServer server = Serve(application);
    const std::string answer = Exchange(server.address(), kRequest);
    EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 503 Sorry\r\n"),
                              HasSubstr("\r\nX-Second: 2\r\n"), Not(HasSubstr("X-First"))))
        << application;
    EXPECT_EQ(ContentOf(answer), "sorry\n") << application;
  }
}

}  // namespace
}  // namespace forklift::tests
