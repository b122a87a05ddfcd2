// EnvironBuilder makes the environ of a request: the dict in which an application finds it (PEP
// 3333, "environ Variables"; RFC 3875 section 4.1).
//
// Built once in an interpreter; for threads that hold the GIL.
#ifndef FORKLIFT_HTTP_WSGI_ENVIRON_H_
#define FORKLIFT_HTTP_WSGI_ENVIRON_H_

#include "forklift/http/wsgi/python.h"
//
#include <stdint.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "forklift/http/authority.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/wsgi/object_ref.h"

namespace forklift::http::wsgi {

// What is the same for all requests.
struct EnvironOptions {
  std::string url_scheme = "http";  // by which clients come: "https" behind what ends TLS
  bool multithread = false;         // whether the application may be called by several threads
  bool multiprocess = false;        // and by several processes
};

class EnvironBuilder {
 public:
  // False, with an exception set, where memory is short or a standard module is not there.
  // `file_wrapper` is borrowed.
  [[nodiscard]] bool Init(const EnvironOptions& options, PyObject* file_wrapper);

  // A new dict for `request`, whose body `input` reads; `body_size` is that of the body, where it
  // is known, and there is one. Empty, with an exception set, where memory is short.
  ObjectRef Build(const server::Request& request, PyObject* input,
                  std::optional<uint64_t> body_size) const;

 private:
  bool AddFields(PyObject* environ, HeaderFields fields) const;
  bool SetHost(PyObject* environ, const Authority& authority) const;

  uint16_t default_port_ = 80;
  ObjectRef same_;  // what all environs have
  std::array<ObjectRef, kHeaderNameCount> field_keys_;
  ObjectRef request_method_;
  ObjectRef path_info_;
  ObjectRef query_string_;
  ObjectRef raw_uri_;
  ObjectRef server_name_;
  ObjectRef server_port_;
  ObjectRef server_protocol_;
  ObjectRef remote_addr_;
  ObjectRef remote_port_;
  ObjectRef content_length_;
  ObjectRef input_;
  ObjectRef http_1_0_;
  ObjectRef http_1_1_;
};

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_ENVIRON_H_
