#include "forklift/http/chunked_decoder.h"

#include <stddef.h>
#include <stdint.h>

#include <limits>
#include <random>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/http/body_piece.h"
#include "forklift/http/chunked_encoder.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/tests/http/decode_in_pieces.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using tests::Decoded;
using namespace std::string_view_literals;

// The same result whole, byte by byte and for every way in which the input can arrive in two
// pieces.
Decoded Decode(std::string_view input, const Limits& limits = {}) {
  const auto make = [&] { return ChunkedDecoder(limits); };
  Decoded whole = tests::DecodeWhole(make, input);
  EXPECT_EQ(tests::DecodeByteByByte(make, input), whole) << input;
  for (size_t split = 1; split < input.size(); ++split) {
    EXPECT_EQ(tests::DecodeSplit(make, input, split), whole) << input << " split at " << split;
  }
  return whole;
}

void ExpectComplete(const Decoded& decoded, std::string_view data, size_t end) {
  EXPECT_EQ(decoded.state, ParseState::kComplete) << decoded;
  EXPECT_EQ(decoded.data, data);
  EXPECT_EQ(decoded.end, end);
}

void ExpectError(const Decoded& decoded, int status, size_t offset) {
  EXPECT_EQ(decoded.state, ParseState::kError) << decoded;
  EXPECT_EQ(decoded.status, status);
  EXPECT_EQ(decoded.error_offset, offset);
}

struct Good {
  std::string_view body;
  std::string_view data;
};

TEST(ChunkedDecoderTest, TakesTheDataOutOfItsChunks) {
  for (const Good& good : {
           Good{"5\r\nhello\r\n0\r\n\r\n", "hello"},
           Good{"5\r\nhello\r\n8\r\n, world!\r\n0\r\n\r\n", "hello, world!"},
           Good{"A\r\n0123456789\r\n0\r\n\r\n", "0123456789"},
           Good{"a\r\n0123456789\r\n0\r\n\r\n", "0123456789"},
           Good{"0005\r\nhello\r\n000\r\n\r\n", "hello"},
           Good{"0000000000000005\r\nhello\r\n0000000000000000\r\n\r\n", "hello"},
           Good{"2\r\n\r\n\r\n0\r\n\r\n", "\r\n"},
           Good{"5\r\n0\r\n\r\n\r\n0\r\n\r\n", "0\r\n\r\n"},
           Good{"0\r\n\r\n", ""},
       }) {
    ExpectComplete(Decode(good.body), good.data, good.body.size());
    const std::string pipelined = absl::StrCat(good.body, "GET / HTTP/1.1\r\n");
    ExpectComplete(Decode(pipelined), good.data, good.body.size());
  }
}

TEST(ChunkedDecoderTest, ExtensionsAreIgnored) {  // RFC 9112 section 7.1.1
  for (std::string_view line : {
           "5;a",
           "5;a=b",
           "5 ; a = \"q\\\"x\"",
           "5;a;b;c",
           "5;a=1;b=\"2\";c",
           "5\t;\ta\t=\tb",
           "5;a=\"\"",
           "5;a=\"\t \xc3\xa9\\\t;\"",
           "5;a ;b",
           "5;a=b ;b",
           "5;a=\"b\" ;b",
           "05;!#$%&'*+-.^_`|~=!#$%&'*+-.^_`|~",
       }) {
    const std::string body = absl::StrCat(line, "\r\nhello\r\n0;last=1\r\n\r\n");
    ExpectComplete(Decode(body), "hello", body.size());
  }
}

struct BadLine {
  std::string_view line;  // in place of a chunk's line; what follows is right
  size_t offset;
};

TEST(ChunkedDecoderTest, RefusesEveryOtherLine) {
  for (const BadLine& bad : {
           BadLine{"", 0},
           BadLine{"-5", 0},
           BadLine{"+5", 0},
           BadLine{"0x5", 1},
           BadLine{"5_0", 1},
           BadLine{"g", 0},
           BadLine{" 5", 0},
           BadLine{"5 ", 2},
           BadLine{"5\t", 2},
           BadLine{"5 5", 2},
           BadLine{"5,5", 1},
           BadLine{"5\xc2\xa0", 1},
           BadLine{"5\0"sv, 1},
           BadLine{"00000000000000005", 16},
           BadLine{"10000000000000000", 16},
           BadLine{"ffffffffffffffffffff", 16},
           BadLine{";a", 0},
           BadLine{"5;", 2},
           BadLine{"5; ", 3},
           BadLine{"5;;a", 2},
           BadLine{"5;\0"sv, 2},
           BadLine{"5;a ", 4},
           BadLine{"5;a b", 4},
           BadLine{"5;a=", 4},
           BadLine{"5;a=;b", 4},
           BadLine{"5;a=b c", 6},
           BadLine{"5;a=b=c", 5},
           BadLine{"5;=b", 2},
           BadLine{"5;a[]", 3},
           BadLine{"5;a=\"b", 6},
           BadLine{"5;a=\"b\\", 7},
           BadLine{"5;a=\"b\"c", 7},
           BadLine{"5;a=\"\x7f\"", 5},
           BadLine{"5;a=\"\\\x01\"", 6},
           BadLine{"5\n", 1},
           BadLine{"5\r", 2},
           BadLine{"5;a\n", 3},
           BadLine{"5;a\rb", 4},
           BadLine{"5;a=\"\n\"", 5},
       }) {
    ExpectError(Decode(absl::StrCat(bad.line, "\r\nhello\r\n0\r\n\r\n")), 400, bad.offset);
    // Behind another chunk, offsets count on.
    ExpectError(Decode(absl::StrCat("1\r\nx\r\n", bad.line, "\r\nhello\r\n0\r\n\r\n")), 400,
                6 + bad.offset);
  }
}

TEST(ChunkedDecoderTest, NothingButCrLfEndsALineOrAChunk) {  // RFC 9112 section 7.1
  ExpectError(Decode("5\nhello\r\n0\r\n\r\n"), 400, 1);
  ExpectError(Decode("5\r\nhello\n0\r\n\r\n"), 400, 8);
  ExpectError(Decode("5\r\nhello0\r\n\r\n"), 400, 8);
  ExpectError(Decode("5\r\nhelloo\r\n0\r\n\r\n"), 400, 8);
  ExpectError(Decode("5\r\nhello\r0\r\n\r\n"), 400, 9);
  ExpectError(Decode("5\r\nhello\r\r\n0\r\n\r\n"), 400, 9);
  ExpectError(Decode("5\r\nhello\r\n0\n\r\n"), 400, 11);
  ExpectError(Decode("5\r\nhello\r\n0\r\r\n"), 400, 12);
  ExpectError(Decode("0\r\n\n"), 400, 3);
  ExpectError(Decode("0\r\n\rX"), 400, 3);
  ExpectError(Decode("0\r\nX: 1\n\r\n"), 400, 7);
}

TEST(ChunkedDecoderTest, WaitsForWhatIsMissing) {
  const std::string_view body = "5;a=\"b\"\r\nhello\r\n0\r\nX: 1\r\n\r\n";
  for (size_t size = 0; size < body.size(); ++size) {
    const Decoded decoded = Decode(body.substr(0, size));
    EXPECT_EQ(decoded.state, ParseState::kIncomplete) << size;
    EXPECT_EQ(decoded.data, "hello"sv.substr(0, size < 9 ? 0 : size - 9));
  }
}

TEST(ChunkedDecoderTest, TrailersAreKeptApart) {  // RFC 9110 section 6.5.1
  const Decoded decoded = Decode("2\r\nhi\r\n0\r\nX:  1 \r\nContent-Length: 9\r\n\r\nGET /");
  ExpectComplete(decoded, "hi", 39);
  EXPECT_EQ(decoded.trailers, "X: 1\nContent-Length: 9\n");
}

TEST(ChunkedDecoderTest, TrailersAreAsStrictAsFields) {
  ExpectError(Decode("0\r\nX : 1\r\n\r\n"), 400, 4);
  ExpectError(Decode("0\r\nX\r\n\r\n"), 400, 4);
  ExpectError(Decode("0\r\nX: 1\r\n 2\r\n\r\n"), 400, 9);
  ExpectError(Decode("0\r\nX: \x01\r\n\r\n"), 400, 6);
}

TEST(ChunkedDecoderTest, TrailersStayWithTheCallerUntilTheyAreWhole) {
  ChunkedDecoder decoder;
  BodyPiece piece = decoder.Decode("0\r\nX: 1\r\n");
  EXPECT_EQ(piece.state, ParseState::kIncomplete);
  EXPECT_EQ(piece.consumed, 3u);
  const std::string_view section = "X: 1\r\n\r\n";
  piece = decoder.Decode(section);
  EXPECT_EQ(piece.state, ParseState::kComplete);
  EXPECT_EQ(piece.consumed, section.size());
  EXPECT_EQ(decoder.trailers()[0].value.data(), section.data() + 3);
}

TEST(ChunkedDecoderTest, DataIsNotCopied) {
  ChunkedDecoder decoder;
  const std::string_view input = "5\r\nhel";
  const BodyPiece piece = decoder.Decode(input);
  EXPECT_EQ(piece.data.data(), input.data() + 3);
  EXPECT_EQ(piece.data.size(), 3u);
  EXPECT_EQ(piece.consumed, input.size());
}

TEST(ChunkedDecoderTest, TheEndAndAnErrorAreFinal) {
  ChunkedDecoder complete;
  EXPECT_EQ(complete.Decode("0\r\n\r\n").state, ParseState::kComplete);
  EXPECT_EQ(complete.Decode("5\r\nhello").state, ParseState::kComplete);
  EXPECT_EQ(complete.Decode("5\r\nhello").consumed, 0u);
  ChunkedDecoder wrong;
  EXPECT_EQ(wrong.Decode("x").state, ParseState::kError);
  EXPECT_EQ(wrong.Decode("5\r\nhello").state, ParseState::kError);
  EXPECT_EQ(wrong.error().offset, 0u);
}

TEST(ChunkedDecoderTest, ABodyBeyondItsLimitIsRefusedBeforeItsData) {
  Limits limits;
  limits.body = 8;
  ExpectComplete(Decode("8\r\n01234567\r\n0\r\n\r\n", limits), "01234567", 18);
  ExpectComplete(Decode("4\r\n0123\r\n4\r\n4567\r\n0\r\n\r\n", limits), "01234567", 23);
  ExpectError(Decode("9\r\n", limits), 413, 0);
  ExpectError(Decode("4\r\n0123\r\n5\r\n", limits), 413, 9);
  ExpectError(Decode("ffffffffffffffff\r\n", limits), 413, 0);
}

TEST(ChunkedDecoderTest, SizesThatAddUpBeyondAWordAreRefused) {
  Limits limits;
  limits.body = std::numeric_limits<uint64_t>::max();
  ExpectError(Decode("1\r\nx\r\nffffffffffffffff\r\n", limits), 413, 6);
  EXPECT_EQ(Decode("1\r\nx\r\nfffffffffffffffe\r\nx", limits).data, "xx");
}

TEST(ChunkedDecoderTest, ExtensionsAreLimitedOverTheWholeBody) {
  Limits limits;
  limits.chunk_extensions = 6;
  ExpectComplete(Decode("1;a=b\r\nx\r\n0;c\r\n\r\n", limits), "x", 17);
  ExpectError(Decode("1;a=b\r\nx\r\n0;cd\r\n\r\n", limits), 400, 13);
  ExpectError(Decode("1;a=bcdef\r\n", limits), 400, 7);
  ExpectError(Decode("1      ;a\r\n", limits), 400, 7);
}

TEST(ChunkedDecoderTest, TrailersAreLimited) {
  Limits limits;
  limits.trailers = 8;
  ExpectComplete(Decode("0\r\nX: 1\r\n\r\n", limits), "", 11);
  EXPECT_EQ(Decode("0\r\nX: 12\r\n\r\n", limits).status, 431);
  limits.trailers = 1024;
  limits.fields = 1;
  ExpectComplete(Decode("0\r\nX: 1\r\n\r\n", limits), "", 11);
  EXPECT_EQ(Decode("0\r\nX: 1\r\nY: 2\r\n\r\n", limits).status, 431);
}

std::string RandomBytes(std::mt19937_64& random, size_t size) {
  std::string bytes(size, '\0');
  for (char& c : bytes) c = static_cast<char>(random());
  return bytes;
}

// `data` in chunks of random sizes, with a trailer half of the time.
std::string EncodeAtRandom(std::mt19937_64& random, std::string_view data, bool with_trailer) {
  std::string body;
  while (!data.empty()) {
    const std::string_view piece = data.substr(0, random() % 100);
    ChunkSizeLine line;
    for (const std::string_view part : EncodeChunk(piece, line)) body += part;
    data.remove_prefix(piece.size());
  }
  char buffer[64];
  LastChunkWriter writer(absl::MakeSpan(buffer));
  if (with_trailer) writer.AddField("Checksum", "1234");
  body += *writer.Finish();
  return body;
}

TEST(ChunkedDecoderTest, GivesBackWhatTheEncoderWasGiven) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200; ++i) {
    const std::string data = RandomBytes(random, random() % 1000);
    const bool with_trailer = random() % 2 == 0;
    const std::string body = EncodeAtRandom(random, data, with_trailer);
    const Decoded decoded = tests::DecodeInPieces([] { return ChunkedDecoder(); }, body + "rest",
                                                  [&](size_t) { return 1 + random() % 200; });
    ExpectComplete(decoded, data, body.size());
    EXPECT_EQ(decoded.trailers, with_trailer ? "Checksum: 1234\n" : "");
  }
}

}  // namespace
}  // namespace forklift::http
