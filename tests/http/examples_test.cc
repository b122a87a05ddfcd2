// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <stddef.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "forklift/http/body_decoder.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/chunked_encoder.h"
#include "forklift/http/date.h"
#include "forklift/http/head_scanner.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_line.h"
#include "forklift/http/request_writer.h"
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

TEST(HttpExamplesTest, AskingAServer) {
  char buffer[512];
  RequestWriter writer(absl::MakeSpan(buffer), "GET", "/hello?x=1", "localhost:8888");
  writer.AddField("Accept", "text/plain");
  std::optional<std::string_view> head = writer.Finish();
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(*head, "GET /hello?x=1 HTTP/1.1\r\nHost: localhost:8888\r\nAccept: text/plain\r\n\r\n");
}

// From a body to its chunks and back.
TEST(HttpExamplesTest, ABodyOfUnknownLength) {
  std::string sent;
  ChunkSizeLine line;
  sent += absl::StrJoin(EncodeChunk("Hello, ", line), "");
  sent += absl::StrJoin(EncodeChunk("World!\n", line), "");
  sent += kLastChunk;

  std::string taken;
  std::string_view received;
  size_t consumed = 0;
  const auto receive_more = [&] { received = std::string_view(sent).substr(consumed, 20); };
  BodyDecoder decoder({BodyFraming::Kind::kChunked}, Limits());
  while (true) {
    const BodyPiece piece = decoder.Decode(received);
    taken += piece.data;
    received.remove_prefix(piece.consumed);
    consumed += piece.consumed;
    if (piece.state != ParseState::kIncomplete) break;
    if (piece.data.empty()) receive_more();
  }
  EXPECT_EQ(taken, "Hello, World!\n");
}

}  // namespace
}  // namespace forklift::http
