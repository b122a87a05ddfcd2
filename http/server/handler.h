// Handler is what an application gives to a server: a request in, a response out. It knows nothing
// of sockets, processes or the concurrency model that it runs in.
//
// One object serves all connections; each worker process has its copy of it, made by fork(2) before
// the first request. In the thread model several threads call Handle, BodyConsumer::Finish and
// Producers at once, while ConsumeBody and Consume are called by the loop's thread; in the others
// there is one thread. In the fork model ITIMER_REAL and SIGALRM are the server's.
//
// Handler::Start and Stop, and the functions for forks, are called by one thread while there is no
// other of the server's, and no request.
//
// What a handler throws is logged, and answered 503 (std::bad_alloc) or 500, or the connection is
// cut off where the response has begun.
//
//   class Greeter final : public Handler {
//     void Handle(const Request& request, Response& response) override {
//       response.content = absl::StrCat("Hello, ", request.message.target.path, "\n");
//     }
//   };
#ifndef FORKLIFT_HTTP_SERVER_HANDLER_H_
#define FORKLIFT_HTTP_SERVER_HANDLER_H_

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/request.h"
#include "forklift/http/server/conversation.h"
#include "forklift/http/server/response.h"
#include "forklift/net/address.h"

namespace forklift::http::server {

// Views: good during the call only.
struct Request {
  const http::Request& message;
  const net::Address& client;
  std::string_view body = {};  // whole, as it was before transfer codings
  HeaderFields trailers = {};
  Conversation* conversation = nullptr;  // in Handle and Finish
};

// Takes the body of one request piece by piece, then answers it. Destroyed without Finish where the
// request does not arrive whole.
class BodyConsumer {
 public:
  virtual ~BodyConsumer() = default;

  // Asked once, at the head. False: Finish answers at once, before the client has sent its body
  // where it waits for 100 Continue; what it wants of it after all, it gets by the conversation.
  virtual bool wants_body() const { return true; }

  // False to read no more: Finish is called next. Must not block for long: in the models with an
  // event loop all of its connections wait.
  virtual bool Consume(std::string_view piece) = 0;

  // As Handler::Handle. `request.body` is empty; what was not consumed, the conversation has.
  virtual void Finish(const Request& request, Response& response) = 0;
};

class Handler {
 public:
  virtual ~Handler() = default;

  // Called in each worker process before it serves. An error, which is logged, ends the worker:
  // where it comes at the server's start, the server ends too. In the fork model it must start no
  // thread: those that fork have none.
  virtual absl::Status Start() { return absl::OkStatus(); }

  // Called in each process that has served, before it ends: a worker after Start, or in the fork
  // model the child of a connection. Not where it crashes or is killed.
  virtual void Stop() {}

  // Called around each fork(2) of a process with this handler that makes a worker or a connection's
  // process: before it, and after it on either side, also where it has failed.
  virtual void BeforeFork() {}
  virtual void AfterForkInParent() {}
  virtual void AfterForkInChild() {}

  // Answers a request that is whole; `response` is as new. May block: then the connections that the
  // model serves by the same thread wait, and beyond Timeouts::request the process is replaced. A
  // body above Limits::body never comes here.
  virtual void Handle(const Request& request, Response& response) = 0;

  // Asked at the head of a request with a body: who takes that piece by piece. Null: it is kept in
  // memory and given to Handle.
  virtual std::unique_ptr<BodyConsumer> ConsumeBody(const Request& /*request*/) { return nullptr; }
};

// For a handler that is no more than a function.
class FunctionHandler final : public Handler {
 public:
  using Function = std::function<void(const Request&, Response&)>;

  explicit FunctionHandler(Function function) : function_(std::move(function)) {}

  void Handle(const Request& request, Response& response) override { function_(request, response); }

 private:
  const Function function_;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_HANDLER_H_
