// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/accept_encoding.h"
#include "forklift/http/authority.h"
#include "forklift/http/body_decoder.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/chunked_decoder.h"
#include "forklift/http/chunked_encoder.h"
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
#include "forklift/http/status_code.h"
#include "forklift/tests/http/support/example_peers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

constexpr std::string_view kRequest =
    "POST /hello?x=1 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\nhi";

TEST(HttpExamplesTest, ParsingARequest) {
  Receiver receiver{kRequest};
  std::string_view& received = receiver.received;
  const auto ReceiveMore = [&](std::string_view&) { CHECK(receiver()); };
  std::string_view used;
  std::string printed;
  std::string taken;
  const auto run = [&] {
    const auto Refuse = [](const ParseError&) { FAIL(); };
    const auto Use = [&](std::string_view value) { used = value; };
    const auto Print = [&](std::string_view name, std::string_view value) {
      absl::StrAppend(&printed, name, "=", value, ";");
    };
    const auto Take = [&](std::string_view data) { taken += data; };
    ParseState state;

    RequestParser parser;
    while ((state = parser.Parse(received)) == ParseState::kIncomplete) ReceiveMore(received);
    if (state == ParseState::kError) return Refuse(parser.error());
    const RequestHead head = parser.head();  // received.substr(head.size) is its body, or the next

    const HeaderFields& fields = head.fields;
    if (std::optional<std::string_view> type = fields.Find(HeaderName::kContentType)) Use(*type);
    for (const Field field : fields) Print(field.name, field.value);

    const Limits limits;
    received.remove_prefix(head.size);
    BodyFraming framing;
    const auto error = FrameRequestBody(head.fields, head.minor_version, framing);
    if (error) return Refuse(*error);
    BodyDecoder decoder(framing, limits);
    while (true) {
      const BodyPiece piece = decoder.Decode(received);
      Take(piece.data);
      received.remove_prefix(piece.consumed);
      if (piece.state != ParseState::kIncomplete) break;
      if (piece.data.empty()) ReceiveMore(received);  // or, at the connection's end, decoder.End()
    }
  };
  run();
  EXPECT_EQ(used, "");
  EXPECT_EQ(printed, "Host=a;Content-Length=2;Expect=100-continue;");
  EXPECT_EQ(taken, "hi");
}

TEST(HttpExamplesTest, ParsingAResponse) {
  Receiver receiver{"HTTP/1.1 204 No Content\r\nServer: x\r\n\r\n"};
  std::string_view& received = receiver.received;
  const auto ReceiveMore = [&](std::string_view&) { CHECK(receiver()); };
  std::optional<StatusCode> used;
  const auto Use = [&](StatusCode status, const HeaderFields&) { used = status; };
  ParseState state;

  ResponseParser parser;
  while ((state = parser.Parse(received)) == ParseState::kIncomplete) ReceiveMore(received);
  if (state == ParseState::kComplete) Use(parser.head().status, parser.head().fields);
  EXPECT_EQ(used, StatusCode::kNoContent);
}

TEST(HttpExamplesTest, WritingHeads) {
  Sender Send;
  {
    char buffer[512];
    RequestWriter writer(absl::MakeSpan(buffer), "GET", "/hello?x=1", "localhost:8888");
    writer.AddField("Accept", "text/plain");
    if (std::optional<std::string_view> head = writer.Finish()) Send(*head);
  }
  EXPECT_EQ(Send.sent,
            "GET /hello?x=1 HTTP/1.1\r\nHost: localhost:8888\r\nAccept: text/plain\r\n\r\n");
  Send.sent.clear();
  const std::string_view body = "hi";
  {
    char buffer[512];
    ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kOk);
    writer.AddField("Content-Type", "text/plain");
    writer.AddContentLength(body.size());
    const HttpDateText date = HttpDate(absl::Now());
    writer.AddField("Date", std::string_view(date.data(), date.size()));
    if (std::optional<std::string_view> head = writer.Finish()) Send(*head, body);
  }
  EXPECT_THAT(Send.sent, testing::MatchesRegex("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                                               "Content-Length: 2\r\nDate: .* GMT\r\n\r\nhi"));
}

// From a body to its chunks and back.
TEST(HttpExamplesTest, ABodyOfUnknownLength) {
  Sender Send;
  ChunkSizeLine line;
  Send(EncodeChunk("Hello, ", line));
  Send(EncodeChunk("World!\n", line));
  Send(kLastChunk);

  const Limits limits;
  std::string taken;
  const auto Take = [&](std::string_view data) { taken += data; };
  Receiver receiver{Send.sent};
  std::string_view& received = receiver.received;
  const auto ReceiveMore = [&](std::string_view&) { CHECK(receiver()); };
  ChunkedDecoder decoder(limits);
  while (true) {
    const BodyPiece piece = decoder.Decode(received);
    Take(piece.data);
    received.remove_prefix(piece.consumed);
    if (piece.state != ParseState::kIncomplete) break;
    if (piece.data.empty()) ReceiveMore(received);
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
  const std::string_view field = "bytes=0-99,-1";
  const RequestedRanges requested = ParseRange(field, size);
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
