// What it costs to decode 16 MiB of chunked data and to copy it out, against copying the same bytes
// without any framing. The argument is the size of a chunk.
//
//   ./bazelw run -c opt //benchmarks:chunked_benchmark
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <limits>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "benchmark/benchmark.h"
#include "forklift/benchmarks/measure.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/chunked_decoder.h"
#include "forklift/http/chunked_encoder.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"

namespace forklift::http {
namespace {

constexpr size_t kBodySize = 16 * 1024 * 1024;

std::string Encode(size_t chunk_size, size_t body_size) {
  const std::string data(chunk_size, 'x');
  std::string body;
  for (size_t size = 0; size < body_size; size += chunk_size) {
    ChunkSizeLine line;
    for (const std::string_view part : EncodeChunk(data, line)) body += part;
  }
  body += kLastChunk;
  return body;
}

void BM_Decode(benchmark::State& state) {
  const auto chunk_size = static_cast<size_t>(state.range(0));
  const auto body_size = static_cast<size_t>(state.range(1));
  const std::string body = Encode(chunk_size, body_size);
  std::string copy(body_size, '\0');
  Limits limits;
  limits.body = std::numeric_limits<uint64_t>::max();
  benchmarks::Measure(state, [&] {
    ChunkedDecoder decoder(limits);
    std::string_view input = body;
    char* out = copy.data();
    while (true) {
      const BodyPiece piece = decoder.Decode(input);
      ::memcpy(out, piece.data.data(), piece.data.size());
      out += piece.data.size();
      input.remove_prefix(piece.consumed);
      if (piece.state != ParseState::kIncomplete) break;
    }
    CHECK_EQ(out, copy.data() + body_size);
    benchmark::ClobberMemory();
  });
  state.SetBytesProcessed(int64_t{state.iterations()} * state.range(1));
}
BENCHMARK(BM_Decode)
    ->ArgNames({"chunk", "body"})
    ->Args({64 * 1024, kBodySize})
    ->Args({16, 64 * 1024})
    ->Args({1, 64 * 1024});

void BM_Copy(benchmark::State& state) {
  const auto piece_size = static_cast<size_t>(state.range(0));
  const auto body_size = static_cast<size_t>(state.range(1));
  const std::string body(body_size, 'x');
  std::string copy(body_size, '\0');
  for ([[maybe_unused]] auto _ : state) {
    for (size_t at = 0; at < body_size; at += piece_size) {
      ::memcpy(copy.data() + at, body.data() + at, piece_size);
    }
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(int64_t{state.iterations()} * state.range(1));
}
BENCHMARK(BM_Copy)
    ->ArgNames({"piece", "body"})
    ->Args({64 * 1024, kBodySize})
    ->Args({16, 64 * 1024})
    ->Args({1, 64 * 1024});

}  // namespace
}  // namespace forklift::http
