// ApplicationCaller calls a WSGI application for one request after another, and has its answers
// sent: what PEP 3333 asks of a server, but for environ and head.
//
// Made once in an interpreter, in a thread that holds the GIL; then for several threads at once.
#ifndef FORKLIFT_HTTP_WSGI_APPLICATION_CALL_H_
#define FORKLIFT_HTTP_WSGI_APPLICATION_CALL_H_

#include "forklift/http/wsgi/python.h"
//
#include <memory>

#include "absl/status/statusor.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/wsgi/answer.h"
#include "forklift/http/wsgi/body_spool.h"
#include "forklift/http/wsgi/environ.h"
#include "forklift/http/wsgi/input.h"
#include "forklift/http/wsgi/object_ref.h"

namespace forklift::http::wsgi {

class ApplicationCaller {
 public:
  // kInternal, with Python's traceback, where memory is short or the standard library is not whole.
  static absl::StatusOr<std::unique_ptr<ApplicationCaller>> Create(ObjectRef application,
                                                                   const EnvironOptions& options);
  // The GIL must be held, as for all that owns Python objects.
  ~ApplicationCaller() = default;

  // Answers `request`, whose body is in `body`; null: the client holds it back, or there is none.
  // What goes wrong in the application is logged. Takes the GIL, and gives it back.
  void Call(const server::Request& request, BodySpool* body, server::Response& response) const;

 private:
  explicit ApplicationCaller(ObjectRef application) : application_(std::move(application)) {}

  bool Init(const EnvironOptions& options);
  // False, with an exception set, where the application has failed.
  bool Send(PyObject* result, Answer& answer) const;
  bool SendFile(PyObject* result, Answer& answer) const;

  const ObjectRef application_;
  ObjectRef start_response_type_;
  ObjectRef file_wrapper_;
  Inputs inputs_;
  EnvironBuilder environ_;
};

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_APPLICATION_CALL_H_
