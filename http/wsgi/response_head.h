// ReadResponseHead takes what an application gives to start_response, and lets nothing pass that
// would break a response or is not the application's to say (PEP 3333, "The start_response()
// Callable").
//
// For a thread that holds the GIL.
#ifndef FORKLIFT_HTTP_WSGI_RESPONSE_HEAD_H_
#define FORKLIFT_HTTP_WSGI_RESPONSE_HEAD_H_

#include "forklift/http/wsgi/python.h"
//
#include <stdint.h>

#include <optional>
#include <string>

#include "forklift/http/headers.h"
#include "forklift/http/status_code.h"

namespace forklift::http::wsgi {

struct ResponseHead {
  StatusCode status = StatusCode::kOk;
  std::string reason;  // empty where it is the usual one
  Headers headers;     // without Content-Length
  std::optional<uint64_t> content_length;
};

// `status` is a str like "200 OK", of a final status; `headers` a list of tuples of two str, names
// and values, of characters up to U+00FF. Otherwise a TypeError or ValueError is set that says what
// is wrong, and `head` is of no use: for a name that is no token, a control character in a value,
// and what is for the server to say to its client alone (Connection, Transfer-Encoding, ...).
[[nodiscard]] bool ReadResponseHead(PyObject* status, PyObject* headers, ResponseHead& head);

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_RESPONSE_HEAD_H_
