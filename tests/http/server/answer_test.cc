#include "forklift/http/server/answer.h"

#include <sys/socket.h>

#include <string>
#include <string_view>

#include "forklift/http/server/handler.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

// What a client that sent `request` and closes sees of SendAnswer.
std::string Sent(const Response& response,
                 std::string_view request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n") {
  int ends[2];
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  net::UniqueFd server(ends[0]);
  const net::UniqueFd client(ends[1]);
  ServerConnection protocol;
  protocol.CloseAfterResponse();
  EXPECT_EQ(protocol.Next(request).event, ServerConnection::Event::kRequest);
  EXPECT_EQ(SendAnswer(server.get(), protocol, response, net::Deadline::Infinite()).outcome,
            net::IoOutcome::kOk);
  server.reset();
  return tests::ReceiveAll(client);
}

TEST(AnswerTest, HasEverythingThatAClosingResponseNeeds) {
  EXPECT_THAT(Sent({.body = "Hello, World!\n"}),
              MatchesRegex("HTTP/1.1 200 OK\r\n"
                           "Date: [A-Z][a-z][a-z], [0-9][0-9] [A-Z][a-z][a-z] [0-9]{4} "
                           "[0-9:]{8} GMT\r\n"
                           "Content-Type: text/plain; charset=utf-8\r\n"
                           "Content-Length: 14\r\n"
                           "Connection: close\r\n"
                           "\r\n"
                           "Hello, World!\n"));
}

TEST(AnswerTest, HeadHasTheSameFieldsAndNoBody) {
  const Response response = {.content_type = "text/html", .body = "<p>"};
  const std::string whole = Sent(response);
  EXPECT_EQ(Sent(response, "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n") + "<p>", whole);
}

TEST(AnswerTest, AnErrorSaysWhatItIs) {
  const std::string sent = Sent(ErrorResponse(StatusCode::kNotFound, "no such page"));
  EXPECT_THAT(sent, HasSubstr("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_THAT(sent, HasSubstr("\r\n\r\n404 Not Found: no such page\n"));
}

TEST(AnswerTest, SomeStatusesHaveNoBody) {  // RFC 9110 sections 8.6 and 15.4.5
  for (StatusCode status : {StatusCode::kNoContent, StatusCode::kNotModified}) {
    const std::string sent = Sent({.status = status, .body = "not to be sent"});
    EXPECT_THAT(sent, Not(HasSubstr("Content-Length")));
    EXPECT_THAT(sent, testing::EndsWith("Connection: close\r\n\r\n"));
  }
}

TEST(AnswerTest, AStatusThatIsNotFinalBecomesA500) {
  for (int status : {100, 101, 199, 0, -1, 600, 1000}) {
    EXPECT_THAT(Sent({.status = static_cast<StatusCode>(status)}), HasSubstr("HTTP/1.1 500 "))
        << status;
  }
}

TEST(AnswerTest, AContentTypeThatWouldBreakTheProtocolBecomesA500) {
  const std::string sent = Sent({.content_type = "text/html\r\nSet-Cookie: a=b", .body = "secret"});
  EXPECT_THAT(sent, HasSubstr("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_THAT(sent, Not(HasSubstr("Set-Cookie")));
  EXPECT_THAT(sent, Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace forklift::http::server
