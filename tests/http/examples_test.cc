// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/accept_encoding.h"
#include "forklift/http/authority.h"
#include "forklift/http/body_decoder.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/chunked_encoder.h"
#include "forklift/http/client_connection.h"
#include "forklift/http/conditional.h"
#include "forklift/http/date.h"
#include "forklift/http/entity_tag.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/headers.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/multipart_ranges.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/path.h"
#include "forklift/http/query.h"
#include "forklift/http/range.h"
#include "forklift/http/request_conditions.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/request_target.h"
#include "forklift/http/request_writer.h"
#include "forklift/http/response_parser.h"
#include "forklift/http/response_writer.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

constexpr std::string_view kRequest =
    "POST /hello?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi";

TEST(HttpExamplesTest, ParsingARequest) {
  std::string_view received;
  const auto receive_more = [&] { received = kRequest.substr(0, received.size() + 5); };
  RequestParser parser;
  ParseState state;
  while ((state = parser.Parse(received)) == ParseState::kIncomplete) receive_more();
  ASSERT_EQ(state, ParseState::kComplete) << parser.error().reason;
  const RequestHead head = parser.head();
  EXPECT_EQ(head.fields.Find(HeaderName::kContentLength), "2");
  EXPECT_EQ(kRequest.substr(head.size), "hi");
}

TEST(HttpExamplesTest, ParsingAResponse) {
  const std::string_view received = "HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n";
  ResponseParser parser;
  ASSERT_EQ(parser.Parse(received), ParseState::kComplete);
  EXPECT_EQ(parser.head().status, StatusCode::kNoContent);
}

// A whole conversation without a socket: what each side sends is what the other receives.
TEST(HttpExamplesTest, AServerAndItsClient) {
  ClientConnection client;
  client.ExpectResponse(Method::kPost);

  ServerConnection server;
  std::string_view to_server = kRequest;
  std::string request_body;
  std::string to_client;
  const auto serve = [&] {
    for (;;) {
      const ServerConnection::Step step = server.Next(to_server);
      switch (step.event) {
        case ServerConnection::Event::kBody:
          request_body += step.data;
          break;
        case ServerConnection::Event::kNeedResponse: {
          const std::string_view body = "Hello, World!\n";
          const HttpDateText date = HttpDate(absl::Now());
          Headers headers;
          ASSERT_TRUE(headers.Add("Date", std::string_view(date.data(), date.size())));
          ASSERT_TRUE(headers.Add("Content-Type", "text/plain"));
          char buffer[512];
          const auto head = server.BeginResponse(absl::MakeSpan(buffer), StatusCode::kOk,
                                                 headers.fields(), body.size());
          ASSERT_TRUE(head.has_value());
          to_client += absl::StrCat(*head, absl::StrJoin(server.Body(body), ""));
          to_client += server.EndResponse();
          break;
        }
        case ServerConnection::Event::kRequest:
        case ServerConnection::Event::kRequestEnd:
          break;
        default:
          return;
      }
      to_server.remove_prefix(step.consumed);
    }
  };
  serve();
  EXPECT_EQ(request_body, "hi");

  std::string_view received = to_client;
  std::string response_body;
  for (;;) {
    const ClientConnection::Step step = client.Next(received);
    if (step.event == ClientConnection::Event::kBody) response_body += step.data;
    received.remove_prefix(step.consumed);
    if (step.event == ClientConnection::Event::kResponseEnd) break;
    ASSERT_NE(step.event, ClientConnection::Event::kNeedInput);
    ASSERT_NE(step.event, ClientConnection::Event::kError) << client.error().reason;
  }
  EXPECT_EQ(client.head().status, StatusCode::kOk);
  EXPECT_EQ(response_body, "Hello, World!\n");
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

// From the target of a request to its path and parameters.
TEST(HttpExamplesTest, TakingATargetApart) {
  RequestParser request;
  ASSERT_EQ(request.Parse("GET /hello?q=fork HTTP/1.1\r\n\r\n"), ParseState::kComplete);
  const RequestHead& head = request.head();
  const auto Answer = [](StatusCode) { ADD_FAILURE(); };
  const auto Refuse = [](const ParseError&) { ADD_FAILURE(); };

  const Method method = ParseMethod(head.method);
  if (method == Method::kOther) Answer(StatusCode::kNotImplemented);

  const std::string_view host_field = "localhost:8888";
  Authority host;
  if (const auto error = ParseAuthority(host_field, host)) Refuse(*error);

  std::string_view served;
  const auto Serve = [&](std::string_view path) { served = path; };
  RequestTarget target;
  if (!ParseRequestTarget(method, head.target, target)) Serve(target.path);
  EXPECT_EQ(served, "/hello");

  std::string opened;
  const auto Open = [&](const std::string& path) { opened = path; };
  std::string path;
  const std::optional<ParseError> error = AppendNormalizedPath("/a/%2e%2e//b%20c/", path);
  if (!error) Open(path);  // "/b c/"
  EXPECT_EQ(opened, "/b c/");

  std::string value;
  std::string all_values;
  QueryParser parser("q=fork+%26+wait&page=2");
  while (std::optional<QueryParameter> parameter = parser.Next()) {
    value.clear();
    AppendFormDecoded(parameter->value, value);
    all_values += value + ";";
  }
  EXPECT_EQ(all_values, "fork & wait;2;");
}

// From the conditions of a request to the parts of a file.
TEST(HttpExamplesTest, AnsweringForAFile) {
  const Method method = Method::kGet;
  const absl::Time last_modified = absl::Now() - absl::Hours(1);
  const std::string_view if_none_match_lines[] = {"\"v0\", \"v1\""};
  std::optional<StatusCode> answered;
  const auto Answer = [&](StatusCode status) { answered = status; };

  Conditions conditions;
  conditions.if_none_match = if_none_match_lines;
  const Representation current = {true, EntityTag{"v1"}, last_modified};
  const PreconditionOutcome outcome =
      EvaluatePreconditions(method, conditions, current, absl::Now());
  if (outcome == PreconditionOutcome::kNotModified) Answer(StatusCode::kNotModified);
  EXPECT_EQ(answered, StatusCode::kNotModified);

  Headers fields_of_request;
  ASSERT_TRUE(fields_of_request.Add(HeaderName::kIfNoneMatch, if_none_match_lines[0]));
  ASSERT_TRUE(fields_of_request.Add(HeaderName::kAcceptEncoding, "gzip, br;q=0.5"));
  const HeaderFields fields = fields_of_request.fields();
  const RequestConditions found(fields);
  switch (EvaluatePreconditions(method, found.conditions(), current, absl::Now())) {
    case PreconditionOutcome::kNotModified:
      break;
    default:
      ADD_FAILURE() << "the version is the current one";
  }
  const bool compressed = EncodingWeight(fields, "gzip") > EncodingWeight(fields, "identity");
  EXPECT_TRUE(compressed);

  const uint64_t size = 1000;
  char buffer[512];
  ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kPartialContent);
  const RequestedRanges requested = ParseRange("bytes=0-99,-1", size);
  if (requested.outcome == RequestedRanges::Outcome::kUnsatisfiable) {
    writer.AddField("Content-Range", ContentRange::Unsatisfied(size).value());
  }

  uint64_t sent = 0;
  const auto SendBytes = [&](std::string_view head, const ByteRange& range) {
    sent += head.size() + range.size();
  };
  const std::string_view boundary = "c7d1f0";
  std::string out;
  const MultipartRanges parts(boundary, "text/plain", requested.ranges(), size);
  writer.AddField("Content-Type", absl::StrCat("multipart/byteranges; boundary=", boundary));
  writer.AddContentLength(parts.ContentLength());
  for (size_t i = 0; i < requested.count; ++i) {
    out.clear();
    parts.AppendPartHead(i, out);
    SendBytes(out, requested.ranges()[i]);
  }
  out.clear();
  parts.AppendEnd(out);
  EXPECT_EQ(sent + out.size(), parts.ContentLength());
  EXPECT_TRUE(writer.Finish().has_value());
}

}  // namespace
}  // namespace forklift::http
