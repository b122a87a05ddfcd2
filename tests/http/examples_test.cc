// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/authority.h"
#include "forklift/http/conditional.h"
#include "forklift/http/date.h"
#include "forklift/http/entity_tag.h"
#include "forklift/http/head_scanner.h"
#include "forklift/http/method.h"
#include "forklift/http/multipart_ranges.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/path.h"
#include "forklift/http/query.h"
#include "forklift/http/range.h"
#include "forklift/http/request_line.h"
#include "forklift/http/request_target.h"
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

// From the target of a request to its path and parameters.
TEST(HttpExamplesTest, TakingATargetApart) {
  const auto parsed_line = ParseRequestLine("GET /hello?q=fork HTTP/1.1");
  const auto* line = std::get_if<RequestLine>(&parsed_line);
  ASSERT_NE(line, nullptr);
  const auto Answer = [](StatusCode) { ADD_FAILURE(); };
  const auto Refuse = [](const ParseError&) { ADD_FAILURE(); };

  const Method method = ParseMethod(line->method);
  if (method == Method::kOther) Answer(StatusCode::kNotImplemented);

  const std::string_view host_field = "localhost:8888";
  const auto host = ParseAuthority(host_field);
  if (const auto* error = std::get_if<ParseError>(&host)) Refuse(*error);

  std::string_view served;
  const auto Serve = [&](std::string_view path) { served = path; };
  const auto parsed = ParseRequestTarget(method, line->target);
  if (const auto* target = std::get_if<RequestTarget>(&parsed)) Serve(target->path);
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
