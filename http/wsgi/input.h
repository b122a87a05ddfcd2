// Inputs makes wsgi.input: the file from which an application reads its request's body (PEP 3333,
// "Input and Error Streams").
//
// All of them are Python's own: io.BytesIO and io.BufferedReader have each way to read that there
// is. Made once in an interpreter; for threads that hold the GIL, which is released while a client
// is waited for.
#ifndef FORKLIFT_HTTP_WSGI_INPUT_H_
#define FORKLIFT_HTTP_WSGI_INPUT_H_

#include "forklift/http/wsgi/python.h"
//
#include <string_view>

#include "forklift/http/server/conversation.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::wsgi {

class Inputs {
 public:
  // False, with an exception set, where memory is short or a standard module is not there.
  [[nodiscard]] bool Init();

  // The following are empty, with an exception set, where memory is short.

  // A body that is here.
  ObjectRef OfBytes(std::string_view body) const;
  // A body in a file, which is taken over.
  ObjectRef OfFile(net::UniqueFd file) const;

  // A body that its client holds back until it is read (RFC 9110 section 10.1.1).
  class HeldBack {
   public:
    HeldBack(const Inputs& inputs, server::Conversation& conversation);
    // Whoever reads from it afterwards gets an exception.
    ~HeldBack();
    HeldBack(const HeldBack&) = delete;
    HeldBack& operator=(const HeldBack&) = delete;

    PyObject* input() const { return input_.get(); }
    // Whether the client has not sent it whole, and the application was told so.
    bool failed() const { return source_->failed; }

   private:
    friend class Inputs;
    struct Source {
      server::Conversation* conversation;
      unsigned long thread;  // that serves the request
      bool failed;
    };
    static PyObject* Read(PyObject* capsule, PyObject* unused);
    static void Delete(PyObject* capsule);
    static PyMethodDef read_method_;

    Source* source_;  // owned by the capsule
    ObjectRef capsule_;
    ObjectRef input_;
  };

 private:
  ObjectRef bytes_io_;
  ObjectRef open_;
  ObjectRef held_back_;
};

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_INPUT_H_
