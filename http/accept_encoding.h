// EncodingWeight tells how much a client wants a content coding, from the Accept-Encoding fields of
// its request (RFC 9110 section 12.5.3).
//
// Pure: nothing is allocated. Thread-safe.
//
//   const bool compressed = EncodingWeight(fields, "gzip") > EncodingWeight(fields, "identity");
#ifndef FORKLIFT_HTTP_ACCEPT_ENCODING_H_
#define FORKLIFT_HTTP_ACCEPT_ENCODING_H_

#include <string_view>

#include "forklift/http/header_fields.h"

namespace forklift::http {

// The weight of `coding` ("gzip", "br"; "identity" for none) in thousandths, 0 to 1000; 0: it must
// not be sent.
//
// A coding that is not listed has the weight of "*", and 0 without that, but identity then 1: it
// may be sent where nothing better can be. What is listed twice counts as it stands first; an
// element that breaks the grammar counts for nothing. "x-gzip" is "gzip" (RFC 9110 section
// 8.4.1.3).
//
// A request without the field would take any coding. It gets identity, 1000, and the others 0:
// programs that do not speak of codings mostly cannot decode them.
int EncodingWeight(const HeaderFields& fields, std::string_view coding);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_ACCEPT_ENCODING_H_
