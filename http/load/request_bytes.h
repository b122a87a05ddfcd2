// RequestBytes is a request as it goes over the wire, made once and sent many times.
//
// A value: owns its bytes. Pure; thread-safe.
//
//   absl::StatusOr<RequestBytes> request = MakeRequest("http://localhost:8888/hello", {});
//   if (!request.ok()) return request.status();
//   Send(request->bytes);
#ifndef FORKLIFT_HTTP_LOAD_REQUEST_BYTES_H_
#define FORKLIFT_HTTP_LOAD_REQUEST_BYTES_H_

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "forklift/http/method.h"

namespace forklift::http::load {

inline constexpr size_t kNonceDigits = 16;  // hexadecimal

struct RequestOptions {
  std::string method = "GET";
  // Names and values, in this order; "Host" takes the place of the URL's.
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;        // with a Content-Length, where it is not empty or the method wants one
  bool keep_alive = true;  // else with "Connection: close"
  // A header for a number of kNonceDigits digits that is another in each request; empty for none.
  std::string nonce_header;
};

struct RequestBytes {
  std::string bytes;
  Method method;
  std::string host;  // to connect to: a name, or an address without brackets
  uint16_t port;
  size_t nonce = 0;  // where its digits are in the bytes; 0 for none
};

// For a URL such as "http://localhost:8888/hello?x=1"; without a scheme it is http's, without a
// port 80, without a path "/". kInvalidArgument names what is wrong with which argument, escaped:
// https, user information, characters that a request may not have.
absl::StatusOr<RequestBytes> MakeRequest(std::string_view url, const RequestOptions& options);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_REQUEST_BYTES_H_
