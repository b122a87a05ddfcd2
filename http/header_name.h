// HeaderName numbers the field names that HTTP programs ask for, so that asking costs no comparison
// of strings.
//
// A parser finds a name's number once, by a perfect hash and one comparison. Pure and thread-safe.
#ifndef FORKLIFT_HTTP_HEADER_NAME_H_
#define FORKLIFT_HTTP_HEADER_NAME_H_

#include <stdint.h>

#include <string_view>

namespace forklift::http {

// At most 64 of them: a HeaderNameSet has a bit for each.
enum class HeaderName : uint8_t {
  kOther,  // any name that is not below
  kAccept,
  kAcceptCharset,
  kAcceptEncoding,
  kAcceptLanguage,
  kAcceptRanges,
  kAge,
  kAllow,
  kAuthorization,
  kCacheControl,
  kConnection,
  kContentDisposition,
  kContentEncoding,
  kContentLanguage,
  kContentLength,
  kContentLocation,
  kContentRange,
  kContentType,
  kCookie,
  kDate,
  kETag,
  kExpect,
  kExpires,
  kForwarded,
  kHost,
  kIfMatch,
  kIfModifiedSince,
  kIfNoneMatch,
  kIfRange,
  kIfUnmodifiedSince,
  kKeepAlive,
  kLastModified,
  kLink,
  kLocation,
  kOrigin,
  kPragma,
  kPriority,
  kProxyAuthenticate,
  kProxyAuthorization,
  kProxyConnection,
  kRange,
  kReferer,
  kRetryAfter,
  kServer,
  kSetCookie,
  kStrictTransportSecurity,
  kTE,
  kTrailer,
  kTransferEncoding,
  kUpgrade,
  kUpgradeInsecureRequests,
  kUserAgent,
  kVary,
  kVia,
  kWwwAuthenticate,
  kXForwardedFor,
  kXForwardedProto,
};

inline constexpr int kHeaderNameCount = static_cast<int>(HeaderName::kXForwardedProto) + 1;

// A set of names, a bit for each.
using HeaderNameSet = uint64_t;
constexpr HeaderNameSet Bit(HeaderName name) { return HeaderNameSet{1} << static_cast<int>(name); }

// The number of `name`, whatever its case (RFC 9110 section 5.1); kOther for one without.
HeaderName FindHeaderName(std::string_view name);

// Whether the number of `name` is in `set`, which is without kOther: for most names that are not,
// without a comparison.
bool IsAmong(std::string_view name, HeaderNameSet set);

// As it is usually written, "Content-Length"; empty for kOther.
std::string_view Spelling(HeaderName name);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_HEADER_NAME_H_
