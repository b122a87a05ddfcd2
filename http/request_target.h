// ParseRequestTarget reads the target of a request in the form that its method asks for (RFC 9112
// section 3.2).
//
// Strict: a form that does not go with the method, a scheme other than http and https, user
// information, and characters or percent-encodings that no URI has are errors. Pure: views into the
// caller's bytes, nothing is allocated, nothing is decoded. Thread-safe.
//
//   const auto parsed = ParseRequestTarget(method, head.target);
//   if (const auto* target = std::get_if<RequestTarget>(&parsed)) Serve(target->path);
#ifndef FORKLIFT_HTTP_REQUEST_TARGET_H_
#define FORKLIFT_HTTP_REQUEST_TARGET_H_

#include <optional>
#include <string_view>
#include <variant>

#include "forklift/http/authority.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"

namespace forklift::http {

struct RequestTarget {
  enum class Form {
    kOrigin,     // "/path?query"
    kAbsolute,   // "http://host:port/path?query"
    kAuthority,  // "host:port", of CONNECT and of it alone
    kAsterisk,   // "*", of OPTIONS and of it alone
  };

  Form form = Form::kOrigin;
  // Of kAbsolute and kAuthority; it goes before the Host field (RFC 9112 section 3.2.2). That of
  // kAuthority has a port.
  std::optional<Authority> authority;
  bool https = false;  // the scheme of kAbsolute
  // Begins with a slash, and is "/" where a kAbsolute has none; or is "*", of kAsterisk and of an
  // OPTIONS whose kAbsolute is an authority only (RFC 9110 section 4.2.3); empty with kAuthority.
  std::string_view path;
  std::optional<std::string_view> query;  // behind the question mark; may be empty
};

// The error's status is 400. A query may have "%00", which is data there; a path may not.
std::variant<RequestTarget, ParseError> ParseRequestTarget(Method method, std::string_view target);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_REQUEST_TARGET_H_
