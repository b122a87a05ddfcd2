// StartResponse is the callable that an application gets to begin its response with, and the
// write() that it returns (PEP 3333).
//
// For threads that hold the GIL.
#ifndef FORKLIFT_HTTP_WSGI_START_RESPONSE_H_
#define FORKLIFT_HTTP_WSGI_START_RESPONSE_H_

#include "forklift/http/wsgi/answer.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/python.h"

namespace forklift::http::wsgi {

class StartResponse {
 public:
  // The callable's type, to be made once an interpreter; empty with an exception set.
  static ObjectRef CreateType();

  // A callable of that type for one request; empty with an exception set.
  static ObjectRef Create(PyObject* type, Answer& answer);

  // The request has ended: whoever calls it, or the write() that it has returned, gets an
  // exception.
  static void Detach(PyObject* callable);
};

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_START_RESPONSE_H_
