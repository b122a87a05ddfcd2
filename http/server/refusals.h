// Why a server refuses requests that the protocol allows.
#ifndef FORKLIFT_HTTP_SERVER_REFUSALS_H_
#define FORKLIFT_HTTP_SERVER_REFUSALS_H_

#include "forklift/http/parse_error.h"
#include "forklift/http/status_code.h"

namespace forklift::http::server {

inline constexpr ParseError kTooSlow = {StatusCode::kRequestTimeout, 0, "RFC 9110 section 15.5.9",
                                        "the request did not arrive in time"};
inline constexpr ParseError kTooBusy = {StatusCode::kServiceUnavailable, 0,
                                        "RFC 9110 section 15.6.4", "the server is busy; try again"};
// A handler's 200 would open a tunnel to nowhere.
inline constexpr ParseError kNoProxy = {StatusCode::kNotImplemented, 0, "RFC 9110 section 9.3.6",
                                        "this server is no proxy"};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_REFUSALS_H_
