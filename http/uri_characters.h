// The characters that the parts of a URI are made of (RFC 3986 section 2 and appendix A).
#ifndef FORKLIFT_HTTP_URI_CHARACTERS_H_
#define FORKLIFT_HTTP_URI_CHARACTERS_H_

#include "absl/strings/charset.h"

namespace forklift::http {

inline constexpr absl::CharSet kUnreserved =
    absl::CharSet::AsciiAlphanumerics() | absl::CharSet("-._~");
inline constexpr absl::CharSet kSubDelimiters = absl::CharSet("!$&'()*+,;=");
// pchar without its percent-encoded form.
inline constexpr absl::CharSet kSegmentCharacters =
    kUnreserved | kSubDelimiters | absl::CharSet(":@");

// What is let through in a target's path and query, besides a percent sign with two digits: visible
// ASCII less the fragment, which is never sent, and what no client leaves as it is. Browsers send
// some of ^ ` { | } and the brackets although RFC 3986 wants them encoded.
inline constexpr absl::CharSet kTargetCharacters =
    absl::CharSet::Range('!', '~') & ~absl::CharSet("%\"#<>\\");

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_URI_CHARACTERS_H_
