// CgiName is the name by which an application finds a field of its request: "HTTP_ACCEPT" for
// "Accept" (RFC 3875 section 4.1.18).
//
// Pure. Thread-safe.
#ifndef FORKLIFT_HTTP_WSGI_CGI_NAME_H_
#define FORKLIFT_HTTP_WSGI_CGI_NAME_H_

#include <string>
#include <string_view>

#include "forklift/http/header_fields.h"

namespace forklift::http::wsgi {

// Empty for a field that no application may see: one with an underscore in its name, which would
// pass for another ("Content_Length"); Proxy, since HTTP_PROXY means something else to programs;
// and Content-Length and Transfer-Encoding: the application gets the body as it was before that.
std::string CgiName(std::string_view name);

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_CGI_NAME_H_
