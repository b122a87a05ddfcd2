#include "forklift/http/status_code.h"

#include <map>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(StatusCodeTest, ReasonPhrasesAreTheRegistrys) {
  // As RFC 9110 section 15, RFC 6585, RFC 7725 and RFC 8297 spell them.
  const std::map<int, std::string_view> phrases = {
      {100, "Continue"},
      {101, "Switching Protocols"},
      {103, "Early Hints"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {203, "Non-Authoritative Information"},
      {204, "No Content"},
      {205, "Reset Content"},
      {206, "Partial Content"},
      {300, "Multiple Choices"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {402, "Payment Required"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {407, "Proxy Authentication Required"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Content"},
      {426, "Upgrade Required"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {451, "Unavailable For Legal Reasons"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {511, "Network Authentication Required"},
  };
  for (int code = 100; code < 1000; ++code) {
    const auto phrase = phrases.find(code);
    // A code without a name has an empty phrase.
    EXPECT_EQ(ReasonPhrase(static_cast<StatusCode>(code)),
              phrase == phrases.end() ? "" : phrase->second)
        << code;
    const StatusLineText* const line = StatusLine(static_cast<StatusCode>(code));
    ASSERT_EQ(line == nullptr, phrase == phrases.end()) << code;
    if (line == nullptr) continue;
    EXPECT_EQ(std::string_view(line->data.data(), line->size),
              absl::StrCat("HTTP/1.1 ", code, " ", phrase->second, "\r\n"));
  }
}

TEST(StatusCodeTest, NumbersThatAreNoCodeHaveNoLine) {
  for (int code : {-200, -1, 0, 99, 512, 1000, 65'736}) {
    EXPECT_EQ(StatusLine(static_cast<StatusCode>(code)), nullptr) << code;
  }
}

TEST(StatusCodeTest, InterimResponsesAreThoseOfTheFirstClass) {
  for (int code = 100; code < 1000; ++code) {
    EXPECT_EQ(IsInformational(static_cast<StatusCode>(code)), code <= 199) << code;
  }
}

TEST(StatusCodeTest, WhichResponsesEndWithTheirHead) {  // RFC 9112 section 6.3
  for (int code = 100; code < 1000; ++code) {
    const bool bare = code <= 199 || code == 204 || code == 304;
    EXPECT_EQ(MayHaveContent(static_cast<StatusCode>(code)), !bare) << code;
  }
}

}  // namespace
}  // namespace forklift::http
