// Answer sends what an application answers, by the rules of PEP 3333: no head before there is
// content, no delay of a block, no more than was announced.
//
// For one request, in the thread that serves it, which holds the GIL; it is released while a client
// is waited for. Borrows request and response, which outlive it.
#ifndef FORKLIFT_HTTP_WSGI_ANSWER_H_
#define FORKLIFT_HTTP_WSGI_ANSWER_H_

#include "forklift/http/wsgi/python.h"
//
#include <stdint.h>

#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/wsgi/response_head.h"

namespace forklift::http::wsgi {

class Answer {
 public:
  Answer(const server::Request& request, server::Response& response)
      : request_(request), response_(response) {}
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;

  // As start_response: `exc_info` may be null or None. False with a Python exception, which is that
  // of `exc_info` where the head was sent already.
  [[nodiscard]] bool Start(PyObject* status, PyObject* headers, PyObject* exc_info);

  enum class Outcome {
    kMore,        // the next block may follow
    kEnough,      // nothing more is wanted of the application
    kClientGone,  // likewise: nobody is there to get it
    kFailed,      // a Python exception is set
  };

  // The next block of the content, which may be empty: all that the client takes at once is sent
  // when this returns.
  Outcome Write(std::string_view block);

  // All blocks of the content, of `size` bytes together.
  Outcome WriteAll(absl::Span<PyObject* const> blocks, uint64_t size);

  // All of the content is in this file. False where that cannot be: it is to be read then.
  bool SendFile(server::FileRegion& region);

  // There was no more. False with a Python exception where there was no start_response either.
  [[nodiscard]] bool Finish();

  // The application has failed: a client that has no head yet is told 500, and another one cut off.
  void Fail();

  bool client_gone() const { return client_gone_; }

 private:
  bool HasContent() const;  // a response of this status, to this method
  uint64_t left() const { return *head_.content_length - written_; }
  bool Begin();
  bool CheckStarted() const;
  void TakeHead();

  const server::Request& request_;
  server::Response& response_;
  ResponseHead head_;
  bool started_ = false;  // start_response was called
  bool begun_ = false;    // the head is on its way
  bool client_gone_ = false;
  bool ended_ = false;  // the response is whole, will be without this object, or has failed
  uint64_t written_ = 0;
};

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_ANSWER_H_
