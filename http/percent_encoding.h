// Percent-encoding: any bytes as the characters that a URI may have, and back, once (RFC 3986
// section 2.1).
//
// Decoding takes one layer off and no more: "%2541" is "%41". What was decoded must not be decoded
// again, and no separator may be looked for in it; for a path, http/path sees to both. Pure: the
// caller's string grows as needed and nothing else is allocated. Thread-safe.
#ifndef FORKLIFT_HTTP_PERCENT_ENCODING_H_
#define FORKLIFT_HTTP_PERCENT_ENCODING_H_

#include <stddef.h>

#include <optional>
#include <string>
#include <string_view>

#include "forklift/http/parse_error.h"

namespace forklift::http {

// The byte that the three characters "%41" at `offset` stand for; nothing where there are none
// such.
std::optional<unsigned char> DecodePercentTriplet(std::string_view text, size_t offset);

// Decodes `text` to the end of `out`; or says what is wrong, with status 400, and `out` has what
// was decoded before it. Wrong are a percent sign without two hexadecimal digits behind it, and
// "%00": a NUL would end the text early for whoever takes it for a C string.
std::optional<ParseError> AppendPercentDecoded(std::string_view text, std::string& out);

enum class UriPart {
  kComponent,  // all but the unreserved characters is encoded: safe as a segment, name or value
  kPath,       // slashes stay, and what else a path may have
};

// Encodes `text` to the end of `out`. Bytes from 0x80 up are encoded one by one, so UTF-8 comes out
// as browsers send it.
void AppendPercentEncoded(std::string_view text, UriPart part, std::string& out);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_PERCENT_ENCODING_H_
