// Where the parsers differ from the sources of the corpus, case by case, and why.
#ifndef FORKLIFT_TESTS_HTTP_CORPUS_DIFFERENCES_H_
#define FORKLIFT_TESTS_HTTP_CORPUS_DIFFERENCES_H_

#include <string_view>

namespace forklift::http {

struct Difference {
  std::string_view id;
  std::string_view verdict;  // ours: "accept", "reject" or "incomplete"
  std::string_view reason;
};

inline constexpr std::string_view kBareLf = "RFC 9112 section 2.2: a lone LF may end a line";
inline constexpr std::string_view kFraming =
    "RFC 9112 section 6.3: bad framing, which is judged after the head";
inline constexpr std::string_view kFramingLater =
    "RFC 9112 section 6.3: bad framing, which is judged when the head is whole";
inline constexpr std::string_view kHost = "RFC 9112 section 3.2: the server judges Host";
inline constexpr std::string_view kMethod =
    "RFC 9110 section 9.1: any token is a method; the server answers 501 or 405";
inline constexpr std::string_view kTargetForm =
    "RFC 9112 section 3.2: the server judges the form of a target";
inline constexpr std::string_view kPersistence =
    "RFC 9112 section 9.6: the server drops what comes after the last request";
inline constexpr std::string_view kTunnel =
    "RFC 9110 section 7.8: without a switch of protocols, the next bytes are a request";
inline constexpr std::string_view kTarget = "RFC 3986 section 2: a character that no URI may have";
inline constexpr std::string_view kFragment = "RFC 9112 section 3.2: a target has no fragment";
inline constexpr std::string_view kSpaces = "RFC 9112 section 3: single spaces; section 4 alike";
inline constexpr std::string_view kFolded =
    "RFC 9112 section 5.2: a server MUST refuse folded lines or unfold them";
inline constexpr std::string_view kLineEnd = "a field line is judged when it has ended";
inline constexpr std::string_view kEmptyLine =
    "RFC 9112 section 2.2: an empty line after the last request is overlooked";
inline constexpr std::string_view kNoReason =
    "RFC 9112 section 4: the space before an empty reason is not optional";
inline constexpr std::string_view kBeforeStatus =
    "RFC 9112 section 2.2: only a server overlooks empty lines";
inline constexpr std::string_view kProtocol =
    "RFC 9112 section 2.3: another protocol, or another version of it";

inline constexpr Difference kDifferences[] = {
    {"llhttp/request/invalid/6", "accept", kBareLf},
    {"llhttp/request/invalid/10", "accept", kBareLf},
    {"llhttp/request/invalid/18", "accept", kBareLf},
    {"llhttp/request/invalid/21", "accept", kBareLf},
    {"llhttp/response/invalid/16", "accept", kBareLf},
    {"llhttp/response/invalid/18", "accept", kBareLf},
    {"llhttp/response/sample/11", "accept", kBareLf},
    {"llhttp/request/content-length/5", "accept", kFraming},
    {"llhttp/request/content-length/12", "accept", kFraming},
    {"llhttp/request/content-length/13", "accept", kFraming},
    {"llhttp/request/content-length/14", "accept", kFraming},
    {"llhttp/request/transfer-encoding/15", "accept", kFraming},
    {"llhttp/request/content-length/3", "incomplete", kFramingLater},
    {"llhttp/request/content-length/4", "incomplete", kFramingLater},
    {"http11probe/COMP-DUPLICATE-HOST-SAME", "accept", kHost},
    {"http11probe/COMP-HOST-EMPTY-VALUE", "accept", kHost},
    {"http11probe/COMP-HOST-WITH-PATH", "accept", kHost},
    {"http11probe/COMP-HOST-WITH-USERINFO", "accept", kHost},
    {"http11probe/RFC9110-5.4-DUPLICATE-HOST", "accept", kHost},
    {"http11probe/RFC9112-7.1-MISSING-HOST", "accept", kHost},
    {"http11probe/SMUG-MULTIPLE-HOST-COMMA", "accept", kHost},
    {"http11probe/COMP-METHOD-CONNECT", "accept", kMethod},
    {"http11probe/COMP-UNKNOWN-METHOD", "accept", kMethod},
    {"llhttp/request/invalid/4", "accept", kMethod},
    {"llhttp/request/invalid/14", "accept", kMethod},
    {"http11probe/COMP-ASTERISK-WITH-GET", "accept", kTargetForm},
    {"llhttp/request/connection/3", "accept", kPersistence},
    {"llhttp/request/connection/14", "reject", kTunnel},
    {"llhttp/request/connection/20", "reject", kTunnel},
    {"llhttp/request/method/2", "reject", kTunnel},
    {"httparse/lib.rs/test_request_path_backslash", "reject", kTarget},
    {"httparse/uri.rs/urltest_174", "reject", kTarget},
    {"httparse/uri.rs/urltest_nvidia", "reject", kTarget},
    {"llhttp/request/uri/1", "reject", kTarget},
    {"picohttpparser/request/30", "reject", kTarget},
    {"llhttp/request/transfer-encoding/20", "reject", kFragment},
    {"llhttp/request/transfer-encoding/21", "reject", kFragment},
    {"llhttp/request/uri/8", "reject", kFragment},
    {"picohttpparser/request/34", "reject", kSpaces},
    {"picohttpparser/response/63", "reject", kSpaces},
    {"picohttpparser/request/5", "reject", kFolded},
    {"picohttpparser/response/38", "reject", kFolded},
    {"llhttp/request/invalid/20", "incomplete", kLineEnd},
    {"llhttp/response/invalid/12", "incomplete", kLineEnd},
    {"llhttp/request/uri/3", "incomplete", kEmptyLine},
    {"httparse/lib.rs/test_response_no_cr", "reject", kNoReason},
    {"httparse/lib.rs/test_response_reason_missing_no_space", "reject", kNoReason},
    {"httparse/lib.rs/test_response_reason_missing_no_space_with_headers", "reject", kNoReason},
    {"llhttp/response/sample/9", "reject", kNoReason},
    {"picohttpparser/response/58", "reject", kNoReason},
    {"httparse/lib.rs/test_response_empty_lines_prefix_lf_only", "reject", kBeforeStatus},
    {"llhttp/response/sample/20", "reject", kBeforeStatus},
    {"llhttp/request/method/12", "reject", kProtocol},
    {"llhttp/request/method/13", "reject", kProtocol},
    {"llhttp/request/method/14", "reject", kProtocol},
    {"llhttp/request/method/15", "reject", kProtocol},
    {"llhttp/response/sample/2", "reject", kProtocol},
    {"llhttp/response/sample/3", "reject", kProtocol},
    {"llhttp/response/sample/18", "reject", kProtocol},
};

// nullptr where there is none.
inline const Difference* FindDifference(std::string_view id) {
  for (const Difference& difference : kDifferences) {
    if (difference.id == id) return &difference;
  }
  return nullptr;
}

}  // namespace forklift::http

#endif  // FORKLIFT_TESTS_HTTP_CORPUS_DIFFERENCES_H_
