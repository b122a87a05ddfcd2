#include "forklift/http/wsgi/response_head.h"

#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "forklift/http/header_name.h"
#include "forklift/http/headers.h"
#include "forklift/http/status_code.h"
#include "forklift/http/wsgi/python.h"

namespace forklift::http::wsgi {
namespace {

// Hop by hop (RFC 9110 section 7.6.1, RFC 2616 section 13.5.1): what is between server and client.
constexpr HeaderNameSet kServersOwn =
    Bit(HeaderName::kConnection) | Bit(HeaderName::kKeepAlive) |
    Bit(HeaderName::kProxyAuthenticate) | Bit(HeaderName::kProxyAuthorization) |
    Bit(HeaderName::kProxyConnection) | Bit(HeaderName::kTE) | Bit(HeaderName::kTrailer) |
    Bit(HeaderName::kTransferEncoding) | Bit(HeaderName::kUpgrade);

// The characters of a str, if they are bytes.
std::optional<std::string_view> Bytes(PyObject* text) {
  if (!PyUnicode_Check(text) || PyUnicode_READY(text) != 0 ||
      PyUnicode_KIND(text) != PyUnicode_1BYTE_KIND) {
    return std::nullopt;
  }
  return std::string_view(reinterpret_cast<const char*>(PyUnicode_1BYTE_DATA(text)),
                          static_cast<size_t>(PyUnicode_GET_LENGTH(text)));
}

bool ReadStatus(PyObject* text, ResponseHead& head) {
  const std::optional<std::string_view> status = Bytes(text);
  int code = 0;
  if (!status || status->size() < 4 || (*status)[3] != ' ' ||
      !absl::SimpleAtoi(status->substr(0, 3), &code) || code < 200 || code > 599) {
    PyErr_Format(PyUnicode_Check(text) ? PyExc_ValueError : PyExc_TypeError,
                 "start_response: the status must be a str like '200 OK', 200 to 599, not %R",
                 text);
    return false;
  }
  head.status = StatusCode{code};
  const std::string_view reason = status->substr(4);
  for (const char character : reason) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(character)) && character != '\t') {
      PyErr_Format(PyExc_ValueError, "start_response: control characters in the status %R", text);
      return false;
    }
  }
  head.reason = reason == ReasonPhrase(head.status) ? std::string_view() : reason;
  return true;
}

bool ReadContentLength(PyObject* text, std::string_view value, ResponseHead& head) {
  uint64_t length = 0;
  const bool digits = !value.empty() && value.find_first_not_of("0123456789") == value.npos;
  if (!digits || !absl::SimpleAtoi(value, &length) ||
      (head.content_length && *head.content_length != length)) {
    PyErr_Format(PyExc_ValueError, "start_response: Content-Length cannot be %R", text);
    return false;
  }
  head.content_length = length;
  return true;
}

bool ReadField(PyObject* field, ResponseHead& head) {
  if (!PyTuple_Check(field) || PyTuple_GET_SIZE(field) != 2) {
    PyErr_Format(PyExc_TypeError, "start_response: a header must be a tuple (name, value), not %R",
                 field);
    return false;
  }
  const std::optional<std::string_view> name = Bytes(PyTuple_GET_ITEM(field, 0));
  const std::optional<std::string_view> value = Bytes(PyTuple_GET_ITEM(field, 1));
  if (!name || !value) {
    PyErr_Format(PyExc_TypeError,
                 "start_response: a header's name and value must be str of latin-1 characters, "
                 "not %R",
                 field);
    return false;
  }
  if (IsAmong(*name, kServersOwn)) {
    PyErr_Format(PyExc_ValueError, "start_response: %R is between server and client", field);
    return false;
  }
  if (IsAmong(*name, Bit(HeaderName::kContentLength))) {
    return ReadContentLength(PyTuple_GET_ITEM(field, 1), *value, head);
  }
  if (head.headers.Add(*name, *value)) return true;
  PyErr_Format(PyExc_ValueError,
               "start_response: %R has a name that is none, or control characters", field);
  return false;
}

}  // namespace

bool ReadResponseHead(PyObject* status, PyObject* headers, ResponseHead& head) {
  if (!ReadStatus(status, head)) return false;
  if (!PyList_Check(headers)) {
    PyErr_Format(PyExc_TypeError, "start_response: the headers must be a list, not %R", headers);
    return false;
  }
  head.headers.Clear();
  head.content_length.reset();
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(headers); ++i) {
    if (!ReadField(PyList_GET_ITEM(headers, i), head)) return false;
  }
  return true;
}

}  // namespace forklift::http::wsgi
