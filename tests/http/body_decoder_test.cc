#include "forklift/http/body_decoder.h"

#include <stddef.h>
#include <stdint.h>

#include <string_view>

#include "forklift/http/body_framing.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/status_code.h"
#include "forklift/tests/http/decode_in_pieces.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using Kind = BodyFraming::Kind;
using tests::Decoded;

// The same result however the input arrives.
Decoded Decode(const BodyFraming& framing, std::string_view input, const Limits& limits = {}) {
  const auto make = [&] { return BodyDecoder(framing, limits); };
  Decoded whole = tests::DecodeWhole(make, input);
  EXPECT_EQ(tests::DecodeByteByByte(make, input), whole);
  for (size_t split = 1; split < input.size(); ++split) {
    EXPECT_EQ(tests::DecodeSplit(make, input, split), whole) << split;
  }
  return whole;
}

TEST(BodyDecoderTest, ALengthIsTakenExactly) {
  const Decoded decoded = Decode({Kind::kLength, 5}, "helloGET / HTTP/1.1");
  EXPECT_EQ(decoded.state, ParseState::kComplete);
  EXPECT_EQ(decoded.data, "hello");
  EXPECT_EQ(decoded.end, 5u);
}

TEST(BodyDecoderTest, WithoutABodyNothingIsTaken) {
  for (const BodyFraming framing : {BodyFraming{Kind::kNone}, BodyFraming{Kind::kLength, 0}}) {
    const Decoded decoded = Decode(framing, "GET / HTTP/1.1");
    EXPECT_EQ(decoded.state, ParseState::kComplete);
    EXPECT_EQ(decoded.end, 0u);
    EXPECT_EQ(BodyDecoder(framing).Decode("").state, ParseState::kComplete);
    EXPECT_EQ(BodyDecoder(framing).End(), ParseState::kComplete);
  }
}

TEST(BodyDecoderTest, ChunksAreDecodedAndTrailersOffered) {
  const Decoded decoded = Decode({Kind::kChunked}, "5\r\nhello\r\n0\r\nX: 1\r\n\r\nGET");
  EXPECT_EQ(decoded.state, ParseState::kComplete);
  EXPECT_EQ(decoded.data, "hello");
  EXPECT_EQ(decoded.trailers, "X: 1\n");
  EXPECT_EQ(decoded.end, 21u);
  const Decoded wrong = Decode({Kind::kChunked}, "5\r\nhello!");
  EXPECT_EQ(wrong.state, ParseState::kError);
  EXPECT_EQ(wrong.error_offset, 8u);
}

// A copy has trailers of its own.
TEST(BodyDecoderTest, TrailersStayWithACopy) {
  const auto decode = [](std::string_view body) {
    BodyDecoder decoder({Kind::kChunked});
    EXPECT_EQ(decoder.Decode(body).state, ParseState::kComplete);
    return decoder;
  };
  BodyDecoder decoder = decode("0\r\nName: 1\r\n\r\n");
  const BodyDecoder copy = decoder;
  decoder = decode("0\r\nX: 1\r\nY: 2\r\n\r\n");
  EXPECT_EQ(decoder.trailers().Find("Y"), "2");
  ASSERT_EQ(copy.trailers().size(), 1u);
  EXPECT_EQ(copy.trailers().Find("Name"), "1");
}

TEST(BodyDecoderTest, UntilCloseTakesAll) {
  BodyDecoder decoder({Kind::kUntilClose});
  EXPECT_EQ(decoder.Decode("hello").data, "hello");
  EXPECT_EQ(decoder.Decode(", world").data, ", world");
  EXPECT_EQ(decoder.End(), ParseState::kComplete);
  EXPECT_EQ(decoder.Decode("more").consumed, 0u);
}

TEST(BodyDecoderTest, ABodyThatIsCutOffIsNotComplete) {  // RFC 9112 section 8
  BodyDecoder length({Kind::kLength, 10});
  EXPECT_EQ(length.Decode("hello").state, ParseState::kIncomplete);
  EXPECT_EQ(length.End(), ParseState::kError);
  EXPECT_EQ(length.error().status, StatusCode::kBadRequest);
  EXPECT_EQ(length.error().offset, 5u);
  BodyDecoder silent({Kind::kLength, 10});
  EXPECT_EQ(silent.End(), ParseState::kError);
  const std::string_view body = "5\r\nhello\r\n0\r\n\r\n";
  for (size_t size = 0; size < body.size(); ++size) {
    BodyDecoder chunked({Kind::kChunked});
    std::string_view input = body.substr(0, size);
    while (true) {
      const BodyPiece piece = chunked.Decode(input);
      input.remove_prefix(piece.consumed);
      if (piece.data.empty()) break;
    }
    EXPECT_EQ(chunked.End(), ParseState::kError) << size;
  }
}

TEST(BodyDecoderTest, TheEndOfAWholeBodyIsNoError) {
  BodyDecoder decoder({Kind::kLength, 5});
  EXPECT_EQ(decoder.Decode("hello").state, ParseState::kComplete);
  EXPECT_EQ(decoder.End(), ParseState::kComplete);
}

TEST(BodyDecoderTest, ABodyBeyondTheLimitIsRefused) {
  Limits limits;
  limits.body = 5;
  EXPECT_EQ(Decode({Kind::kLength, 5}, "hello", limits).state, ParseState::kComplete);
  const Decoded length = Decode({Kind::kLength, 6}, "hello!", limits);
  EXPECT_EQ(length.status, 413);
  EXPECT_EQ(length.data, "");
  EXPECT_EQ(Decode({Kind::kLength, UINT64_MAX}, "hello!", limits).status, 413);
  EXPECT_EQ(Decode({Kind::kUntilClose}, "hello", limits).state, ParseState::kIncomplete);
  const Decoded until_close = Decode({Kind::kUntilClose}, "hello!", limits);
  EXPECT_EQ(until_close.status, 413);
  EXPECT_EQ(until_close.data, "hello");
  EXPECT_EQ(until_close.error_offset, 5u);
  EXPECT_EQ(Decode({Kind::kChunked}, "6\r\n", limits).status, 413);
}

}  // namespace
}  // namespace forklift::http
