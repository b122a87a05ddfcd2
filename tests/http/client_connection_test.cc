#include "forklift/http/client_connection.h"

#include <stddef.h>

#include <initializer_list>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/status_code.h"
#include "forklift/tests/http/support/recording_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using Event = ClientConnection::Event;
using testing::ElementsAre;

constexpr std::string_view kHi = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

TEST(ClientConnectionTest, ReadsOneResponseAfterAnother) {
  RecordingClient client({Method::kGet});
  client.Receive(kHi);
  EXPECT_THAT(client.got, ElementsAre("200 hi"));
  EXPECT_EQ(client.connection().outstanding(), 0u);
  client.connection().ExpectResponse(Method::kGet);
  EXPECT_EQ(client.connection().outstanding(), 1u);
  client.Receive("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  EXPECT_THAT(client.got, ElementsAre("200 hi", "404 "));
  client.End();
  EXPECT_THAT(client.got, ElementsAre("200 hi", "404 ", "close"));
}

TEST(ClientConnectionTest, PipelinedResponsesInOneSegmentOrInBytes) {
  const std::string input = absl::StrCat(
      kHi, "HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nho\r\n0\r\nA: b\r\n\r\n", kHi);
  const std::initializer_list<Method> methods = {Method::kGet, Method::kGet, Method::kHead,
                                                 Method::kPost, Method::kOther};
  RecordingClient whole(methods);
  whole.Receive(input);
  EXPECT_THAT(whole.got, ElementsAre("200 hi", "204 ", "200 ", "200 ho", "200 hi"));
  EXPECT_EQ(whole.trailers, "A=b ");
  RecordingClient bytewise(methods);
  for (const char& byte : input) bytewise.Receive(std::string_view(&byte, 1));
  EXPECT_EQ(bytewise.got, whole.got);
  EXPECT_EQ(bytewise.trailers, whole.trailers);
}

// A head that comes again is not read again: it must make no difference, but where it is another by
// a byte, or goes with another request.
TEST(ClientConnectionTest, TheSameHeadAgain) {
  constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: 1\r\n\r\n";
  constexpr std::string_view kOther = "HTTP/1.1 201 OK\r\nContent-Length: 1\r\nA: 2\r\n\r\n";
  const std::vector<std::string> responses = {
      absl::StrCat(kHead, "ab"),
      absl::StrCat(kHead, "cd"),
      std::string(kHead),  // to HEAD
      absl::StrCat(kHead, "ef"),
      absl::StrCat(kOther, "g"),
      absl::StrCat(kHead, "hi"),
      absl::StrCat("HTTP/1.1 103 Early Hints\r\n\r\n", kHead, "jk"),
      absl::StrCat(kHead, "lm"),
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"};
  const auto client = [] {
    return std::make_unique<RecordingClient>(std::initializer_list<Method>{
        Method::kGet, Method::kGet, Method::kHead, Method::kGet, Method::kGet, Method::kGet,
        Method::kGet, Method::kGet, Method::kGet});
  };
  const auto got = ElementsAre("200 ab", "200 cd", "200 ", "200 ef", "201 g", "200 hi", "103",
                               "200 jk", "200 lm", "200 no", "close");
  const auto together = client();
  together->Receive(absl::StrJoin(responses, ""));
  EXPECT_THAT(together->got, got);
  const auto each = client();
  for (const std::string& response : responses) {
    each->Receive(std::string(response));  // whose memory is gone by the next
  }
  EXPECT_THAT(each->got, got);
  const auto bytewise = client();
  for (const char& byte : absl::StrJoin(responses, ""))
    bytewise->Receive(std::string_view(&byte, 1));
  EXPECT_THAT(bytewise->got, got);
  EXPECT_TRUE(bytewise->connection().closes());
}

TEST(ClientConnectionTest, TheFieldsOfTheSameHeadAgain) {
  ClientConnection connection;
  for (int i = 0; i < 3; ++i) {
    connection.ExpectResponse(Method::kGet);
    const std::string head = "HTTP/1.1 204 Gone\r\nName: value\r\n\r\n";  // elsewhere each time
    const ClientConnection::Step step = connection.Next(head);
    ASSERT_EQ(step.event, Event::kResponse);
    EXPECT_EQ(step.consumed, head.size());
    EXPECT_EQ(connection.head().reason, "Gone");
    EXPECT_EQ(connection.head().fields.Find("name"), "value");
    EXPECT_EQ(connection.head().size, head.size());
    EXPECT_EQ(connection.Next("").event, Event::kResponseEnd);
  }
}

// RFC 9112 section 6.3: what ends a body depends on the request, too.
TEST(ClientConnectionTest, HowABodyEnds) {
  struct Case {
    Method method;
    std::string_view response;
    std::string_view got;
    bool persists;
  };
  for (const Case& test : {
           Case{Method::kGet, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "200 ", true},
           Case{Method::kHead, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "200 ",
                true},
           Case{Method::kHead, "HTTP/1.1 200 OK\r\n\r\n", "200 ", true},
           Case{Method::kGet, "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", "304 ",
                true},
           Case{Method::kGet, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi",
                "200 hi", false},
           Case{Method::kGet, "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nhi", "200 hi", false},
           Case{Method::kGet,
                "HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi",
                "200 hi", true},
           Case{Method::kConnect, "HTTP/1.1 405 \r\nContent-Length: 2\r\n\r\nhi", "405 hi", true},
       }) {
    RecordingClient client({test.method, Method::kGet});
    client.Receive(absl::StrCat(test.response, kHi));
    if (test.persists) {
      EXPECT_THAT(client.got, ElementsAre(test.got, "200 hi")) << test.response;
    } else {
      EXPECT_THAT(client.got, ElementsAre(test.got, "close")) << test.response;
      EXPECT_EQ(client.connection().outstanding(), 1u) << test.response;
    }
  }
}

TEST(ClientConnectionTest, ABodyUpToTheEndOfTheConnection) {
  for (std::string_view version : {"HTTP/1.1", "HTTP/1.0"}) {
    RecordingClient client({Method::kGet, Method::kGet});
    client.Receive(absl::StrCat(version, " 200 OK\r\nConnection: keep-alive\r\n\r\n"));
    client.Receive("hello");
    client.Receive(kHi);
    EXPECT_THAT(client.got, ElementsAre(absl::StrCat("200 hello", kHi, "...")));
    client.End();
    EXPECT_THAT(client.got, ElementsAre(absl::StrCat("200 hello", kHi), "close"));
    EXPECT_EQ(client.connection().outstanding(), 1u);
  }
}

// RFC 9110 section 15.2.
TEST(ClientConnectionTest, InterimResponsesComeBeforeTheFinalOne) {
  RecordingClient client({Method::kHead, Method::kGet});
  client.Receive("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 \r\nLink: a\r\n\r\n");
  EXPECT_EQ(client.connection().outstanding(), 2u);
  client.Receive("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
  client.Receive(absl::StrCat("HTTP/1.1 199 \r\nContent-Length: 7\r\n\r\n", kHi));
  EXPECT_THAT(client.got, ElementsAre("100", "103", "200 ", "199", "200 hi"));
}

TEST(ClientConnectionTest, InterimResponsesWithoutEndAreAnError) {
  constexpr std::string_view kInterim = "HTTP/1.1 102 \r\n\r\n";
  RecordingClient client({Method::kGet, Method::kGet}, {.interim_responses = 2});
  client.Receive(absl::StrCat(kInterim, kInterim, kHi, kInterim, kInterim));
  EXPECT_THAT(client.got, ElementsAre("102", "102", "200 hi", "102", "102"))
      << "each request has as many";
  client.Receive(kInterim);
  EXPECT_THAT(client.got.back(), "error");
  EXPECT_EQ(client.connection().error().rfc, "RFC 9110 section 15.2");
}

// What a client must not act upon; 502 is what a gateway would answer.
TEST(ClientConnectionTest, WhatIsAnError) {
  struct Case {
    Method method;
    std::string response;
  };
  for (const Case& test : {
           Case{Method::kGet, "HTTP/2.0 200 OK\r\n\r\n"},
           Case{Method::kGet, "\r\nHTTP/1.1 200 OK\r\n\r\n"},
           Case{Method::kGet, "HTTP/1.1 200 OK\r\nA : b\r\n\r\n"},
           Case{Method::kGet, absl::StrCat("HTTP/1.1 200 OK\r\nA: ", std::string(9000, 'x'))},
           Case{Method::kGet, "HTTP/1.1 101 \r\nUpgrade: x\r\n\r\n"},
           Case{Method::kConnect, "HTTP/1.1 200 OK\r\n\r\n"},
           Case{Method::kGet, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"},
           Case{Method::kGet,
                "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"},
           Case{Method::kGet, "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n"},
           Case{Method::kGet, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"},
           Case{Method::kGet, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx"},
           Case{Method::kGet, "HTTP/1.1 200 OK\r\nContent-Length: 1048577\r\n\r\n"},
       }) {
    RecordingClient client({test.method});
    client.Receive(test.response);
    EXPECT_EQ(client.got.back(), "error") << absl::CHexEscape(test.response);
    EXPECT_EQ(client.connection().error().status, StatusCode::kBadGateway) << test.response;
    EXPECT_EQ(client.connection().Next(kHi).event, Event::kError) << "it stays so";
    EXPECT_EQ(client.connection().outstanding(), 1u);
  }
}

// RFC 9112 section 8: half a response is none.
TEST(ClientConnectionTest, TheEndOfInputInTheMiddle) {
  for (std::string_view half :
       {"H", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nh",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n"}) {
    RecordingClient client({Method::kGet});
    client.Receive(half);
    EXPECT_EQ(client.connection().outstanding(), 1u);
    client.End();
    EXPECT_EQ(client.got.back(), "error") << half;
  }
}

TEST(ClientConnectionTest, TheEndOfInputInsteadOfAResponse) {
  RecordingClient idle({});
  idle.End();
  EXPECT_THAT(idle.got, ElementsAre("close"));
  RecordingClient waiting({Method::kGet});
  waiting.End();
  EXPECT_THAT(waiting.got, ElementsAre("close"));
  EXPECT_EQ(waiting.connection().outstanding(), 1u);
  RecordingClient continued({Method::kPost});
  continued.Receive("HTTP/1.1 100 Continue\r\n\r\n");
  continued.End();
  EXPECT_THAT(continued.got, ElementsAre("100", "close"));
  EXPECT_EQ(continued.connection().outstanding(), 1u);
  RecordingClient ended({Method::kGet});
  ended.connection().EndOfInput();
  ended.Receive(kHi);
  EXPECT_THAT(ended.got, ElementsAre("200 hi", "close"));
}

// RFC 9112 section 9.2: taken for the response to the next request, it would poison that.
TEST(ClientConnectionTest, AResponseThatNobodyAskedForIsAnError) {
  RecordingClient nothing_sent({});
  nothing_sent.Receive("");
  EXPECT_THAT(nothing_sent.got, ElementsAre());
  nothing_sent.Receive("H");
  EXPECT_THAT(nothing_sent.got, ElementsAre("error"));
  RecordingClient one_sent({Method::kGet});
  one_sent.Receive(absl::StrCat(kHi, kHi));
  EXPECT_THAT(one_sent.got, ElementsAre("200 hi", "error"));
  RecordingClient body_of_head({Method::kHead});
  body_of_head.Receive(kHi);
  EXPECT_THAT(body_of_head.got, ElementsAre("200 ", "error"));
}

// Not even if the next request is sent before Next sees what else there is.
TEST(ClientConnectionTest, AResponseThatNobodyAskedForDoesNotAnswerTheNextRequest) {
  constexpr std::string_view kPoison = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
  for (std::string_view asked : {kHi, std::string_view("HTTP/1.1 204 \r\n\r\n"),
                                 std::string_view("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"
                                                  "\r\n\r\n2\r\nhi\r\n0\r\n\r\n")}) {
    ClientConnection connection;
    connection.ExpectResponse(Method::kGet);
    const std::string input = absl::StrCat(asked, kPoison);
    std::string_view received = input;
    for (Event event = Event::kNeedInput; event != Event::kResponseEnd;) {
      const ClientConnection::Step step = connection.Next(received);
      received.remove_prefix(step.consumed);
      event = step.event;
      ASSERT_NE(event, Event::kError);
    }
    EXPECT_TRUE(connection.closes());
    connection.ExpectResponse(Method::kGet);
    EXPECT_EQ(connection.Next(received).event, Event::kError) << asked;
    EXPECT_EQ(connection.error().rfc, "RFC 9112 section 9.2");
    EXPECT_EQ(connection.outstanding(), 1u);
  }
}

// RFC 9112 section 9.6: no other request may be sent then.
TEST(ClientConnectionTest, WhetherTheServerClosesIsKnownFromTheHeadOn) {
  struct Case {
    std::string_view response;
    bool closes;
  };
  for (const Case& test : {
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: Close\r\n\r\n", true},
           Case{"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", true},
           Case{"HTTP/1.0 204 \r\nConnection: keep-alive\r\n\r\n", false},
           Case{"HTTP/1.1 200 OK\r\nConnection: keep-alive\r\n\r\n", true},  // up to the end
       }) {
    ClientConnection connection;
    connection.ExpectResponse(Method::kGet);
    EXPECT_FALSE(connection.closes());
    ASSERT_EQ(connection.Next(test.response).event, Event::kResponse) << test.response;
    EXPECT_EQ(connection.closes(), test.closes) << test.response;
  }
  ClientConnection ended;
  ended.EndOfInput();
  EXPECT_TRUE(ended.closes());
}

// A request that was sent all the same stays without a response.
TEST(ClientConnectionTest, NoResponseComesOnceTheServerCloses) {
  RecordingClient client({Method::kGet});
  client.Receive("HTTP/1.1 204 \r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(client.connection().closes());
  client.connection().ExpectResponse(Method::kGet);
  EXPECT_EQ(client.connection().Next(kHi).event, Event::kClose);
  EXPECT_EQ(client.connection().outstanding(), 1u);
}

TEST(ClientConnectionTest, TheLimitOfABody) {
  constexpr Limits kTen = {.body = 10};
  for (bool over : {false, true}) {
    const std::string data(over ? 11 : 10, 'x');
    for (const std::string& framed :
         {absl::StrCat("Content-Length: ", data.size(), "\r\n\r\n", data),
          absl::StrCat("Transfer-Encoding: chunked\r\n\r\n", absl::Hex(data.size()), "\r\n", data,
                       "\r\n0\r\n\r\n"),
          absl::StrCat("A: b\r\n\r\n", data)}) {
      RecordingClient client({Method::kGet}, kTen);
      client.Receive(absl::StrCat("HTTP/1.1 200 OK\r\n", framed));
      client.End();
      EXPECT_EQ(client.got.back(), over ? "error" : "close") << framed;
    }
  }
  RecordingClient huge({Method::kGet}, {.body = std::numeric_limits<uint64_t>::max()});
  huge.Receive("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\nx");
  EXPECT_THAT(huge.got, ElementsAre("200 x..."));
}

// Trailers are of their response alone, and nothing of them is looked at behind it.
TEST(ClientConnectionTest, TrailersEndWithTheirResponse) {
  ClientConnection connection;
  for (int i = 0; i < 2; ++i) connection.ExpectResponse(Method::kGet);
  auto first = std::make_unique<std::string>(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nContent-Length: 9\r\n\r\n");
  const size_t head = connection.Next(*first).consumed;
  ASSERT_EQ(connection.Next(std::string_view(*first).substr(head)).event, Event::kResponseEnd);
  EXPECT_EQ(connection.trailers().Find("Content-Length"), "9");
  EXPECT_FALSE(connection.head().fields.Has(HeaderName::kContentLength));
  first.reset();
  ASSERT_EQ(connection.Next("HTTP/1.1 204 \r\n\r\n").event, Event::kResponse);
  EXPECT_TRUE(connection.trailers().empty());
}

// However many requests were answered, only those that are not cost room.
TEST(ClientConnectionTest, ManyResponsesWithSomeAlwaysOutstanding) {
  RecordingClient client({Method::kGet, Method::kHead});
  for (int i = 0; i < 1000; ++i) {
    const bool head = i % 2 == 1;
    client.Receive(absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", head ? "" : "x"));
    client.connection().ExpectResponse(head ? Method::kHead : Method::kGet);
    ASSERT_EQ(client.got.back(), head ? "200 " : "200 x") << i;
    ASSERT_EQ(client.connection().outstanding(), 2u) << i;
  }
}

}  // namespace
}  // namespace forklift::http
