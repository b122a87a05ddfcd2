#include "forklift/http/body_framing.h"

#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/field_section_parser.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/status_code.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using Kind = BodyFraming::Kind;
struct Result {
  BodyFraming framing;
  std::optional<ParseError> error;
};

// `lines` are fields, each with its CRLF; they begin at the message's first byte.
template <class Frame>
Result FrameFields(const std::string& lines, const Frame& frame) {
  const std::string section = lines + "\r\n";
  FieldSectionParser parser{Limits()};
  parser.Begin(0, section.size());
  EXPECT_EQ(parser.Parse(section), ParseState::kComplete) << lines;
  Result result;
  result.error = frame(parser.fields(section.data()), result.framing);
  return result;
}

Result FrameRequest(const std::string& lines, int minor_version = 1) {
  return FrameFields(lines, [&](const HeaderFields& fields, BodyFraming& framing) {
    return FrameRequestBody(fields, minor_version, framing);
  });
}

Result FrameResponse(const std::string& lines, Method method, int status, int minor_version = 1) {
  return FrameFields(lines, [&](const HeaderFields& fields, BodyFraming& framing) {
    return FrameResponseBody(fields, minor_version, method, static_cast<StatusCode>(status),
                             framing);
  });
}

void ExpectFraming(const Result& result, const BodyFraming& expected) {
  ASSERT_FALSE(result.error.has_value()) << result.error->reason;
  EXPECT_EQ(result.framing.kind, expected.kind);
  EXPECT_EQ(result.framing.length, expected.length);
}

void ExpectError(const Result& result, int status, size_t offset) {
  ASSERT_TRUE(result.error.has_value());
  const ParseError& error = *result.error;
  EXPECT_EQ(static_cast<int>(error.status), status);
  EXPECT_EQ(error.offset, offset);
  EXPECT_FALSE(error.reason.empty());
  EXPECT_TRUE(error.rfc.starts_with("RFC ")) << error.rfc;
}

TEST(BodyFramingTest, ARequestWithoutFramingHasNoBody) {
  ExpectFraming(FrameRequest(""), {Kind::kNone});
  ExpectFraming(FrameRequest("Host: a\r\n", 0), {Kind::kNone});
}

TEST(BodyFramingTest, ContentLengthIsDigits) {  // RFC 9110 section 8.6
  ExpectFraming(FrameRequest("Content-Length: 0\r\n"), {Kind::kLength, 0});
  ExpectFraming(FrameRequest("content-length:5\r\n"), {Kind::kLength, 5});
  ExpectFraming(FrameRequest("Content-Length: 5\r\n", 0), {Kind::kLength, 5});
  ExpectFraming(FrameRequest("Content-Length: \t5 \r\n"), {Kind::kLength, 5});
  ExpectFraming(FrameRequest("Content-Length: 010\r\n"), {Kind::kLength, 10});
  ExpectFraming(FrameRequest("Content-Length: 18446744073709551615\r\n"),
                {Kind::kLength, UINT64_MAX});
  ExpectFraming(FrameRequest(absl::StrCat("Content-Length: ", std::string(100, '0'), "7\r\n")),
                {Kind::kLength, 7});
}

TEST(BodyFramingTest, AContentLengthThatIsNoNumberIsRefused) {
  for (std::string_view value :
       {"-1", "+1", "1_0", "0x1", "1 2", "1.0", "", "abc", "5, 5", "3, 4", "5,", ",5", "5;a",
        "\"5\"", "1e3", "5\x80", "18446744073709551616", "99999999999999999999",
        "100000000000000000000000000000000000000000000000000"}) {
    ExpectError(FrameRequest(absl::StrCat("Host: a\r\nContent-Length: ", value, "\r\n")), 400, 25);
  }
}

TEST(BodyFramingTest, TwoContentLengthsAreRefusedEvenIfEqual) {
  ExpectError(FrameRequest("Content-Length: 3\r\nContent-Length: 4\r\n"), 400, 16);
  ExpectError(FrameRequest("Content-Length: 5\r\nX: y\r\ncontent-length: 5\r\n"), 400, 16);
}

TEST(BodyFramingTest, ChunkedInAnyCase) {
  for (std::string_view value : {"chunked", "ChUnKeD", "CHUNKED", "\tchunked "}) {
    ExpectFraming(FrameRequest(absl::StrCat("Transfer-Encoding: ", value, "\r\n")),
                  {Kind::kChunked});
  }
}

TEST(BodyFramingTest, ARequestWhoseLastCodingIsNotChunkedIsRefused) {  // RFC 9112 section 6.3
  for (std::string_view value :
       {"gzip", "identity", "chunkedx", "xchunked", "chunked, gzip", "chunked, identity",
        "chunked, chunked", "chunked,chunked,chunked", "gzip, chunked, chunked", "chunked;q=1",
        "gzip;q=1, chunked", "chunked,", ", chunked", ",", "chunked chunked", "\"chunked\"",
        "chunked\x80", "\240chunked", "chunk\xc3\xa9"}) {
    ExpectError(FrameRequest(absl::StrCat("Transfer-Encoding: ", value, "\r\n")), 400, 19);
  }
  ExpectError(FrameRequest("Transfer-Encoding:\r\n"), 400, 18);
}

TEST(BodyFramingTest, AnotherCodingBeforeChunkedIsNotImplemented) {  // RFC 9112 section 6.1
  for (std::string_view value : {"gzip, chunked", "x,chunked", "gzip , deflate\t,  Chunked"}) {
    ExpectError(FrameRequest(absl::StrCat("Transfer-Encoding: ", value, "\r\n")), 501, 19);
  }
}

TEST(BodyFramingTest, TwoTransferEncodingsAreRefused) {
  ExpectError(FrameRequest("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400,
              19);
  ExpectError(FrameRequest("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"), 400, 19);
  ExpectError(FrameRequest("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"), 400,
              19);
}

TEST(BodyFramingTest, BothWaysOfFramingAreRefused) {
  ExpectError(FrameRequest("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400, 38);
  ExpectError(FrameRequest("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400, 19);
  ExpectError(FrameRequest("Transfer-Encoding: gzip, chunked\r\nContent-Length: x\r\n"), 400, 19);
}

TEST(BodyFramingTest, TransferEncodingInHttp10IsRefused) {  // RFC 9112 section 6.1
  ExpectError(FrameRequest("Transfer-Encoding: chunked\r\n", 0), 400, 19);
  ExpectError(FrameResponse("Transfer-Encoding: chunked\r\n", Method::kGet, 200, 0), 502, 19);
}

TEST(BodyFramingTest, NamesThatOnlyLookLikeFramingAreNone) {
  ExpectFraming(FrameRequest("Content_Length: 5\r\nTransfer_Encoding: chunked\r\n"), {Kind::kNone});
  ExpectFraming(FrameRequest("X-Content-Length: 5\r\nContent-Lengt: 5\r\n"), {Kind::kNone});
}

TEST(BodyFramingTest, AResponseMayEndWithTheConnection) {  // RFC 9112 section 6.3
  ExpectFraming(FrameResponse("", Method::kGet, 200), {Kind::kUntilClose});
  ExpectFraming(FrameResponse("", Method::kGet, 200, 0), {Kind::kUntilClose});
  ExpectFraming(FrameResponse("", Method::kPost, 500), {Kind::kUntilClose});
  ExpectFraming(FrameResponse("Content-Length: 5\r\n", Method::kGet, 200), {Kind::kLength, 5});
  ExpectFraming(FrameResponse("Transfer-Encoding: chunked\r\n", Method::kGet, 404),
                {Kind::kChunked});
}

TEST(BodyFramingTest, SomeResponsesHaveNoBodyWhateverTheySay) {
  for (const std::string lines : {"", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
                                  "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"}) {
    ExpectFraming(FrameResponse(lines, Method::kHead, 200), {Kind::kNone});
    ExpectFraming(FrameResponse(lines, Method::kHead, 404), {Kind::kNone});
    ExpectFraming(FrameResponse(lines, Method::kGet, 100), {Kind::kNone});
    ExpectFraming(FrameResponse(lines, Method::kGet, 101), {Kind::kNone});
    ExpectFraming(FrameResponse(lines, Method::kGet, 103), {Kind::kNone});
    ExpectFraming(FrameResponse(lines, Method::kGet, 204), {Kind::kNone});
    ExpectFraming(FrameResponse(lines, Method::kGet, 304), {Kind::kNone});
    ExpectFraming(FrameResponse(lines, Method::kConnect, 200), {Kind::kNone});
  }
  ExpectFraming(FrameResponse("Content-Length: 5\r\n", Method::kConnect, 407), {Kind::kLength, 5});
  ExpectFraming(FrameResponse("Content-Length: 5\r\n", Method::kOther, 200), {Kind::kLength, 5});
}

TEST(BodyFramingTest, AFaultyResponseIsABadGateways) {
  ExpectError(FrameResponse("Content-Length: -1\r\n", Method::kGet, 200), 502, 16);
  ExpectError(FrameResponse("Content-Length: 5\r\nContent-Length: 5\r\n", Method::kGet, 200), 502,
              16);
  ExpectError(FrameResponse("Transfer-Encoding: gzip, chunked\r\n", Method::kGet, 200), 502, 19);
  ExpectError(
      FrameResponse("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", Method::kGet, 200), 502,
      38);
}

}  // namespace
}  // namespace forklift::http
