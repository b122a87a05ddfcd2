// Where the parsers, and a server, differ from the sources of the corpus: case by case, and why.
#ifndef FORKLIFT_TESTS_HTTP_CORPUS_DIFFERENCES_H_
#define FORKLIFT_TESTS_HTTP_CORPUS_DIFFERENCES_H_

#include <string_view>

#include "absl/types/span.h"

namespace forklift::http {

struct Difference {
  std::string_view id;
  std::string_view verdict;  // ours: "accept", "reject" or "incomplete"
  std::string_view reason;
};

inline constexpr std::string_view kBareLf = "RFC 9112 section 2.2: a lone LF may end a line";
inline constexpr std::string_view kNotYet =
    "what is wrong is judged when the line, or the head, has ended";
inline constexpr std::string_view kMoreToCome =
    "RFC 9112 section 8: nothing is wrong unless the connection ends here";
inline constexpr std::string_view kHost = "RFC 9112 section 3.2: the server judges Host";
inline constexpr std::string_view kEncodedHost =
    "RFC 9110 section 4.2.3: an encoded host, which no client sends, is not compared with others";
inline constexpr std::string_view kMethod =
    "RFC 9110 section 9.1: any token is a method; the server answers 501 or 405";
inline constexpr std::string_view kTargetForm =
    "RFC 9112 section 3.2: the server judges the form of a target";
inline constexpr std::string_view kOtherName =
    "RFC 9110 section 5.1: a field of another name; a gateway to CGI drops it";
inline constexpr std::string_view kBodyIsRead =
    "RFC 9112 section 9.3: the body is read, so nothing of it is taken for a request";
inline constexpr std::string_view kPersistence =
    "RFC 9112 section 9.6: the server drops what comes after the last request";
inline constexpr std::string_view kTunnel =
    "RFC 9110 section 7.8: without a switch of protocols, the next bytes are a request";
inline constexpr std::string_view kSwitched =
    "RFC 9110 section 15.2.2: what follows 101 is of another protocol";
inline constexpr std::string_view kSkipped = "the body was skipped at a callback's wish";
inline constexpr std::string_view kTooLarge =
    "RFC 9110 section 15.5.14: a length beyond the limit is refused at once";
inline constexpr std::string_view kCoding = "RFC 9112 section 6.1: a coding that cannot be decoded";
inline constexpr std::string_view kUntilClose =
    "RFC 9112 section 6.3: the end of the connection ends the body";
inline constexpr std::string_view kTarget = "RFC 3986 section 2: a character that no URI may have";
inline constexpr std::string_view kFragment = "RFC 9112 section 3.2: a target has no fragment";
inline constexpr std::string_view kSpaces = "RFC 9112 sections 3 and 4: single spaces";
inline constexpr std::string_view kFolded =
    "RFC 9112 section 5.2: a server refuses folded lines, or else unfolds them";
inline constexpr std::string_view kEmptyLine =
    "RFC 9112 section 2.2: an empty line may come before the next request";
inline constexpr std::string_view kNoReason =
    "RFC 9112 section 4: the space before an empty reason is not optional";
inline constexpr std::string_view kBeforeStatus =
    "RFC 9112 section 2.2: only a server overlooks empty lines";
inline constexpr std::string_view kProtocol =
    "RFC 9112 section 2.3: another protocol, or another version of it";

inline constexpr Difference kDifferences[] = {
    {"llhttp/request/invalid/6", "incomplete", kBareLf},
    {"llhttp/request/invalid/10", "incomplete", kBareLf},
    {"llhttp/request/invalid/18", "accept", kBareLf},
    {"llhttp/response/invalid/16", "accept", kBareLf},
    {"llhttp/response/invalid/18", "incomplete", kBareLf},
    {"llhttp/response/sample/11", "incomplete", kBareLf},
    {"llhttp/request/content-length/3", "incomplete", kNotYet},
    {"llhttp/request/content-length/4", "incomplete", kNotYet},
    {"llhttp/request/invalid/20", "incomplete", kNotYet},
    {"llhttp/response/invalid/12", "incomplete", kNotYet},
    {"http11probe/COMP-CHUNKED-NO-FINAL", "incomplete", kMoreToCome},
    {"http11probe/COMP-DUPLICATE-HOST-SAME", "accept", kHost},
    {"http11probe/COMP-HOST-EMPTY-VALUE", "accept", kHost},
    {"http11probe/COMP-HOST-WITH-PATH", "accept", kHost},
    {"http11probe/COMP-HOST-WITH-USERINFO", "accept", kHost},
    {"http11probe/RFC9110-5.4-DUPLICATE-HOST", "accept", kHost},
    {"http11probe/RFC9112-7.1-MISSING-HOST", "accept", kHost},
    {"http11probe/SMUG-MULTIPLE-HOST-COMMA", "accept", kHost},
    {"http11probe/COMP-METHOD-CONNECT", "accept", kMethod},
    {"http11probe/COMP-UNKNOWN-METHOD", "accept", kMethod},
    {"http11probe/SMUG-CL0-BODY-POISON", "accept", kMethod},
    {"llhttp/request/invalid/4", "accept", kMethod},
    {"llhttp/request/invalid/14", "accept", kMethod},
    {"http11probe/COMP-ASTERISK-WITH-GET", "accept", kTargetForm},
    {"http11probe/NORM-UNDERSCORE-CL", "accept", kOtherName},
    {"http11probe/NORM-UNDERSCORE-TE", "accept", kOtherName},
    {"http11probe/SMUG-EXPECT-100-CL-DESYNC", "accept", kBodyIsRead},
    {"http11probe/SMUG-GET-CL-BODY-DESYNC", "accept", kBodyIsRead},
    {"http11probe/SMUG-GET-CL-PREFIX-DESYNC", "accept", kBodyIsRead},
    {"http11probe/SMUG-OPTIONS-CL-BODY-DESYNC", "accept", kBodyIsRead},
    {"llhttp/request/connection/3", "accept", kPersistence},
    {"llhttp/request/connection/4", "incomplete", kPersistence},
    {"llhttp/request/connection/9", "incomplete", kPersistence},
    {"llhttp/request/connection/10", "incomplete", kPersistence},
    {"llhttp/request/connection/11", "incomplete", kPersistence},
    {"llhttp/response/connection/6", "incomplete", kPersistence},
    {"llhttp/request/connection/14", "reject", kTunnel},
    {"llhttp/request/connection/19", "incomplete", kTunnel},
    {"llhttp/request/connection/20", "reject", kTunnel},
    {"llhttp/request/connection/21", "reject", kTunnel},
    {"llhttp/request/method/2", "reject", kTunnel},
    {"llhttp/request/method/4", "reject", kTunnel},
    {"llhttp/response/connection/10", "reject", kSwitched},
    {"llhttp/response/connection/11", "reject", kSwitched},
    {"llhttp/request/content-length/16", "incomplete", kSkipped},
    {"llhttp/response/content-length/3", "incomplete", kSkipped},
    {"http11probe/MAL-POST-CL-HUGE-NO-BODY", "reject", kTooLarge},
    {"llhttp/response/transfer-encoding/2", "reject", kCoding},
    {"llhttp/response/transfer-encoding/3", "reject", kCoding},
    {"llhttp/response/transfer-encoding/4", "reject", kCoding},
    {"llhttp/response/finish/1", "accept", kUntilClose},
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
    {"llhttp/request/uri/3", "incomplete", kEmptyLine},
    {"httparse/lib.rs/test_response_no_cr", "reject", kNoReason},
    {"httparse/lib.rs/test_response_reason_missing_no_space", "reject", kNoReason},
    {"httparse/lib.rs/test_response_reason_missing_no_space_with_headers", "reject", kNoReason},
    {"llhttp/response/sample/9", "reject", kNoReason},
    {"picohttpparser/response/58", "reject", kNoReason},
    {"httparse/lib.rs/test_response_empty_lines_prefix_lf_only", "reject", kBeforeStatus},
    {"llhttp/response/connection/15", "reject", kBeforeStatus},
    {"llhttp/response/connection/17", "reject", kBeforeStatus},
    {"llhttp/response/pipelining/1", "reject", kBeforeStatus},
    {"llhttp/response/sample/20", "reject", kBeforeStatus},
    {"llhttp/request/method/12", "reject", kProtocol},
    {"llhttp/request/method/13", "reject", kProtocol},
    {"llhttp/request/method/14", "reject", kProtocol},
    {"llhttp/request/method/15", "reject", kProtocol},
    {"llhttp/response/sample/2", "reject", kProtocol},
    {"llhttp/response/sample/3", "reject", kProtocol},
    {"llhttp/response/sample/18", "reject", kProtocol},
};

// What only a server judges.
inline constexpr std::string_view kRelative =
    "RFC 9112 section 3.2: a target is a path or an absolute URI of http or https";
inline constexpr std::string_view kAsterisk = "RFC 9112 section 3.2.4: an asterisk is of OPTIONS";
inline constexpr std::string_view kUserInformation =
    "RFC 9110 section 4.2.4: user information is to be treated as an error";
inline constexpr std::string_view kPercent = "RFC 3986 section 2.1: a percent sign without digits";
inline constexpr std::string_view kNul = "RFC 3986 section 7.3: an encoded NUL in a path";
inline constexpr std::string_view kHalf =
    "RFC 9112 section 8: half a head where the connection ends is refused";

inline constexpr Difference kServerDifferences[] = {
    {"llhttp/request/connection/3", "accept", kPersistence},
    {"llhttp/request/connection/4", "accept", kPersistence},
    {"llhttp/request/connection/9", "accept", kPersistence},
    {"llhttp/request/connection/10", "accept", kPersistence},
    {"llhttp/request/connection/11", "accept", kPersistence},
    {"llhttp/request/connection/14", "reject", kTunnel},
    {"llhttp/request/connection/19", "incomplete", kTunnel},
    {"llhttp/request/connection/20", "reject", kTunnel},
    {"llhttp/request/connection/21", "reject", kTunnel},
    {"llhttp/request/content-length/3", "incomplete", kNotYet},
    {"llhttp/request/content-length/4", "incomplete", kNotYet},
    {"llhttp/request/content-length/16", "incomplete", kSkipped},
    {"llhttp/request/finish/2", "reject", kHalf},
    {"llhttp/request/finish/3", "reject", kHalf},
    {"llhttp/request/invalid/4", "accept", kMethod},
    {"llhttp/request/invalid/6", "incomplete", kBareLf},
    {"llhttp/request/invalid/10", "incomplete", kBareLf},
    {"llhttp/request/invalid/14", "accept", kMethod},
    {"llhttp/request/invalid/18", "accept", kBareLf},
    {"llhttp/request/invalid/20", "incomplete", kNotYet},
    {"llhttp/request/method/5", "reject", kAsterisk},
    {"llhttp/request/method/12", "reject", kProtocol},
    {"llhttp/request/method/13", "reject", kProtocol},
    {"llhttp/request/method/14", "reject", kProtocol},
    {"llhttp/request/method/15", "reject", kAsterisk},
    {"llhttp/request/transfer-encoding/20", "reject", kFragment},
    {"llhttp/request/transfer-encoding/21", "reject", kFragment},
    {"llhttp/request/uri/1", "reject", kTarget},
    {"llhttp/request/uri/3", "incomplete", kEmptyLine},
    {"llhttp/request/uri/8", "reject", kFragment},
    {"llhttp/request/uri/10", "reject", kUserInformation},
    {"picohttpparser/request/5", "reject", kFolded},
    {"picohttpparser/request/30", "reject", kTarget},
    {"picohttpparser/request/34", "reject", kSpaces},
    {"httparse/lib.rs/test_request_path_backslash", "reject", kTarget},
    {"httparse/uri.rs/urltest_056", "reject", kRelative},
    {"httparse/uri.rs/urltest_057", "reject", kRelative},
    {"httparse/uri.rs/urltest_058", "reject", kRelative},
    {"httparse/uri.rs/urltest_059", "reject", kRelative},
    {"httparse/uri.rs/urltest_060", "reject", kRelative},
    {"httparse/uri.rs/urltest_066", "reject", kRelative},
    {"httparse/uri.rs/urltest_067", "reject", kRelative},
    {"httparse/uri.rs/urltest_093", "reject", kPercent},
    {"httparse/uri.rs/urltest_100", "reject", kPercent},
    {"httparse/uri.rs/urltest_101", "reject", kPercent},
    {"httparse/uri.rs/urltest_102", "reject", kPercent},
    {"httparse/uri.rs/urltest_103", "reject", kPercent},
    {"httparse/uri.rs/urltest_106", "reject", kNul},
    {"httparse/uri.rs/urltest_119", "reject", kRelative},
    {"httparse/uri.rs/urltest_129", "reject", kRelative},
    {"httparse/uri.rs/urltest_130", "reject", kRelative},
    {"httparse/uri.rs/urltest_131", "reject", kRelative},
    {"httparse/uri.rs/urltest_132", "reject", kRelative},
    {"httparse/uri.rs/urltest_133", "reject", kRelative},
    {"httparse/uri.rs/urltest_145", "reject", kRelative},
    {"httparse/uri.rs/urltest_146", "reject", kRelative},
    {"httparse/uri.rs/urltest_147", "reject", kRelative},
    {"httparse/uri.rs/urltest_148", "reject", kRelative},
    {"httparse/uri.rs/urltest_149", "reject", kRelative},
    {"httparse/uri.rs/urltest_168", "reject", kRelative},
    {"httparse/uri.rs/urltest_169", "reject", kRelative},
    {"httparse/uri.rs/urltest_173", "reject", kEncodedHost},
    {"httparse/uri.rs/urltest_174", "reject", kTarget},
    {"httparse/uri.rs/urltest_175", "reject", kRelative},
    {"httparse/uri.rs/urltest_176", "reject", kRelative},
    {"httparse/uri.rs/urltest_177", "reject", kRelative},
    {"httparse/uri.rs/urltest_231", "reject", kRelative},
    {"httparse/uri.rs/urltest_232", "reject", kRelative},
    {"httparse/uri.rs/urltest_244", "reject", kRelative},
    {"httparse/uri.rs/urltest_245", "reject", kRelative},
    {"httparse/uri.rs/urltest_246", "reject", kEncodedHost},
    {"httparse/uri.rs/urltest_248", "reject", kRelative},
    {"httparse/uri.rs/urltest_255", "reject", kPercent},
    {"httparse/uri.rs/urltest_nvidia", "reject", kTarget},
    {"http11probe/COMP-CHUNKED-NO-FINAL", "incomplete", kMoreToCome},
    {"http11probe/COMP-METHOD-CONNECT", "accept", kMethod},
    {"http11probe/COMP-UNKNOWN-METHOD", "accept", kMethod},
    {"http11probe/MAL-POST-CL-HUGE-NO-BODY", "reject", kTooLarge},
    {"http11probe/NORM-UNDERSCORE-CL", "accept", kOtherName},
    {"http11probe/NORM-UNDERSCORE-TE", "accept", kOtherName},
    {"http11probe/SMUG-GET-CL-PREFIX-DESYNC", "accept", kBodyIsRead},
    {"http11probe/SMUG-CL0-BODY-POISON", "accept", kBodyIsRead},
    {"http11probe/SMUG-GET-CL-BODY-DESYNC", "accept", kBodyIsRead},
    {"http11probe/SMUG-OPTIONS-CL-BODY-DESYNC", "accept", kBodyIsRead},
    {"http11probe/SMUG-EXPECT-100-CL-DESYNC", "accept", kBodyIsRead},
};

// Of `differences`; nullptr where there is none.
inline const Difference* FindDifference(absl::Span<const Difference> differences,
                                        std::string_view id) {
  for (const Difference& difference : differences) {
    if (difference.id == id) return &difference;
  }
  return nullptr;
}

}  // namespace forklift::http

#endif  // FORKLIFT_TESTS_HTTP_CORPUS_DIFFERENCES_H_
