// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <optional>
#include <string_view>
#include <variant>

#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "forklift/http/date.h"
#include "forklift/http/head_scanner.h"
#include "forklift/http/request_line.h"
#include "forklift/http/response_writer.h"
#include "forklift/http/status_code.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

// From the bytes of a request to the head of its response.
TEST(HttpExamplesTest, AnsweringARequest) {
  const std::string_view arriving = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
  std::string_view received;
  HeadScanner scanner;
  while (scanner.Scan(received) == HeadScanner::State::kIncomplete) {
    received = arriving.substr(0, received.size() + 5);
  }

  const auto parsed = ParseRequestLine(received.substr(0, received.find("\r\n")));
  const auto* line = std::get_if<RequestLine>(&parsed);
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->target, "/hello");

  const std::string_view body = "Hello, World!\n";
  char buffer[512];
  ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kOk);
  const HttpDateText date = HttpDate(absl::Now());
  writer.AddField("Date", std::string_view(date.data(), date.size()));
  writer.AddField("Content-Type", "text/plain");
  writer.AddContentLength(body.size());
  std::optional<std::string_view> head = writer.Finish();
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->substr(0, 17), "HTTP/1.1 200 OK\r\n");
}

}  // namespace
}  // namespace forklift::http
