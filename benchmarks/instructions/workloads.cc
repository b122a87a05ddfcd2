#include "forklift/benchmarks/instructions/workloads.h"

#include <stddef.h>
#include <stdint.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/benchmarks/request_heads.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/chunked_decoder.h"
#include "forklift/http/chunked_encoder.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/instruction_set.h"
#include "forklift/http/load/histogram.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/response_writer.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"

namespace forklift::benchmarks {
namespace {

using http::InstructionSet;
using http::ParseState;
using Event = http::ServerConnection::Event;

constexpr std::string_view kDate = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::string_view kType = "text/plain; charset=utf-8";
constexpr std::string_view kContent = "Hello, World!\n";

// For the compiler, `value` is used, and all memory may have changed.
template <typename Value>
void Use(const Value& value) {
  asm volatile("" : : "g"(&value) : "memory");
}

// A body of 64 chunks of 100 bytes.
void DecodeChunks(uint64_t times) {
  std::string body;
  const std::string data(100, 'x');
  for (int i = 0; i < 64; ++i) {
    http::ChunkSizeLine line;
    for (const std::string_view part : http::EncodeChunk(data, line)) body += part;
  }
  body += http::kLastChunk;
  for (uint64_t i = 0; i < times; ++i) {
    http::ChunkedDecoder decoder;
    std::string_view input = body;
    ParseState state = ParseState::kIncomplete;
    while (state == ParseState::kIncomplete) {
      const http::BodyPiece piece = decoder.Decode(input);
      Use(piece);
      input.remove_prefix(piece.consumed);
      state = piece.state;
    }
    CHECK(state == ParseState::kComplete);
  }
}

// Of latencies from 100 us to 10 ms.
void Record(uint64_t times) {
  const auto histogram = std::make_unique<http::load::Histogram>();
  uint64_t nanoseconds = 100'000;
  for (uint64_t i = 0; i < times; ++i) {
    histogram->Record(absl::Nanoseconds(static_cast<int64_t>(nanoseconds)));
    nanoseconds += 7919;
    if (nanoseconds > 10'000'000) nanoseconds -= 9'900'000;
  }
  Use(*histogram);
}

template <InstructionSet kInstructions>
void ParseHead(std::string_view head, uint64_t times) {
  CHECK(http::IsAvailable(kInstructions));
  http::RequestParser parser({}, kInstructions);
  for (uint64_t i = 0; i < times; ++i) {
    Use(head);
    parser.Reset();
    CHECK(parser.Parse(head) == ParseState::kComplete);
    Use(parser.head());
  }
}

void WriteHead(uint64_t times) {
  char buffer[512];
  for (uint64_t i = 0; i < times; ++i) {
    http::ResponseWriter writer(absl::MakeSpan(buffer), http::StatusCode::kOk);
    writer.AddField("Date", kDate);
    writer.AddField("Server", "forklift");
    writer.AddField("Content-Type", kType);
    writer.AddContentLength(kContent.size());
    CHECK(writer.Finish().has_value());
    Use(buffer);
  }
}

// A GET and its response.
void Round(uint64_t times) {
  http::ServerConnection connection({.requests = ~size_t{0}});
  const http::Field fields[] = {
      {.value = kDate, .id = http::HeaderName::kDate},
      {.value = kType, .id = http::HeaderName::kContentType},
  };
  char buffer[512];
  std::string_view request = kCurlHead;
  for (uint64_t i = 0; i < times; ++i) {
    Use(request);
    const http::ServerConnection::Step head = connection.Next(request);
    CHECK(head.event == Event::kRequest);
    CHECK(connection.Next(request.substr(head.consumed)).event == Event::kRequestEnd);
    CHECK(connection
              .BeginResponse(absl::MakeSpan(buffer), http::StatusCode::kOk, fields, kContent.size())
              .has_value());
    Use(connection.Body(kContent));
    Use(connection.EndResponse());
  }
}

constexpr Workload kWorkloads[] = {
    {"decode_64_chunks", DecodeChunks},
    {"histogram_record", Record},
    {"parse_browser_head_avx2",
     [](uint64_t times) { ParseHead<InstructionSet::kAvx2>(kBrowserHead, times); }},
    {"parse_browser_head_sse2",
     [](uint64_t times) { ParseHead<InstructionSet::kSse2>(kBrowserHead, times); }},
    {"parse_curl_head_avx2",
     [](uint64_t times) { ParseHead<InstructionSet::kAvx2>(kCurlHead, times); }},
    {"parse_curl_head_sse2",
     [](uint64_t times) { ParseHead<InstructionSet::kSse2>(kCurlHead, times); }},
    {"server_connection_round", Round},
    {"write_response_head", WriteHead},
};

}  // namespace

absl::Span<const Workload> Workloads() { return kWorkloads; }

}  // namespace forklift::benchmarks
