// Method tells the standard request methods apart by one number, and what each promises.
//
// Plain values: pure, thread-safe, usable anywhere.
//
//   const Method method = ParseMethod(head.method);
//   if (method == Method::kOther) Answer(StatusCode::kNotImplemented);
#ifndef FORKLIFT_HTTP_METHOD_H_
#define FORKLIFT_HTTP_METHOD_H_

#include <stdint.h>

#include <string_view>

namespace forklift::http {

// RFC 9110 section 9.3, and RFC 5789 for PATCH.
enum class Method : uint8_t {
  kGet,
  kHead,
  kPost,
  kPut,
  kDelete,
  kConnect,
  kOptions,
  kTrace,
  kPatch,
  kOther,  // any other text; a server without use for it answers 501 (RFC 9110 section 9.1)
};

// Methods are case-sensitive: "get" is kOther (RFC 9110 section 9.1).
Method ParseMethod(std::string_view text);

// "GET", ...; empty for kOther.
std::string_view MethodName(Method method);

// Whether the client asks for no change: GET, HEAD, OPTIONS, TRACE (RFC 9110 section 9.2.1).
bool IsSafe(Method method);

// Whether many such requests have the effect of one, so that a client may repeat it by itself: the
// safe methods, PUT, DELETE (RFC 9110 section 9.2.2).
bool IsIdempotent(Method method);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_METHOD_H_
