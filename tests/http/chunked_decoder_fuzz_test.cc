// Whatever bytes arrive, and however they are cut up: the decoder gives the same data, verdict and
// place; and any data comes back from its encoding.
#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "forklift/http/chunked_decoder.h"
#include "forklift/http/chunked_encoder.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/tests/http/decode_in_pieces.h"

namespace forklift::http {
namespace {

using tests::Decoded;

ChunkedDecoder MakeDecoder() {
  Limits limits;  // within reach of short inputs
  limits.body = 256;
  limits.chunk_extensions = 64;
  limits.trailers = 128;
  limits.fields = 4;
  return ChunkedDecoder(limits);
}

void CheckSplits(std::string_view input) {
  const Decoded whole = tests::DecodeWhole(MakeDecoder, input);
  CHECK_EQ(tests::DecodeByteByByte(MakeDecoder, input), whole);
  // The first bytes decide how much comes at once, so that fuzzing reaches any way of cutting.
  const auto by_input = [&](size_t at) { return 1 + static_cast<unsigned char>(input[at]) % 16u; };
  CHECK_EQ(tests::DecodeInPieces(MakeDecoder, input, by_input), whole);
  CHECK_LE(whole.data.size(), input.size());
  CHECK_LE(whole.end, input.size());
  if (whole.state == ParseState::kError) CHECK_LE(whole.error_offset, input.size());
}

void CheckRoundTrip(std::string_view data) {
  std::string body;
  for (std::string_view left = data; !left.empty();) {
    const std::string_view piece = left.substr(0, 1 + static_cast<unsigned char>(left[0]) % 32);
    ChunkSizeLine line;
    for (const std::string_view part : EncodeChunk(piece, line)) body += part;
    left.remove_prefix(piece.size());
  }
  body += kLastChunk;
  const Decoded decoded = tests::DecodeWhole(MakeDecoder, body);
  CHECK(decoded.state == ParseState::kComplete);
  CHECK_EQ(decoded.data, data);
  CHECK_EQ(decoded.end, body.size());
}

}  // namespace
}  // namespace forklift::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  forklift::http::CheckSplits(input);
  forklift::http::CheckRoundTrip(input.substr(0, 256));
  return 0;
}
