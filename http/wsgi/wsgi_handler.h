// WsgiHandler runs a Python web application (PEP 3333) in a server of any model but the event
// model's.
//
// Each worker process has a Python of its own, and imports the application when it starts; with
// `preload`, the parent has imported it before, and they share that memory until they write to it.
// Owns the interpreter of its process: one a program. A request's body is taken whole before the
// application is called, so that it never waits for a client; it is called in one thread from its
// beginning to the iterable's close(). In the fork model, and with preload, it must start no
// threads while it is imported.
//
//   absl::StatusOr<ApplicationName> name = ApplicationName::Parse("mysite.wsgi:application");
//   if (!name.ok()) return name.status();
//   WsgiHandler handler({.application = *std::move(name), .model = server::Model::kPrefork});
//   auto server = server::Server::Create(server_options, std::move(listeners), handler, nullptr);
#ifndef FORKLIFT_HTTP_WSGI_WSGI_HANDLER_H_
#define FORKLIFT_HTTP_WSGI_WSGI_HANDLER_H_

#include <memory>

#include "absl/status/status.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/wsgi/application.h"
#include "forklift/http/wsgi/application_call.h"
#include "forklift/http/wsgi/body_spool.h"
#include "forklift/http/wsgi/environ.h"
#include "forklift/http/wsgi/interpreter.h"

namespace forklift::http::wsgi {

struct WsgiOptions {
  ApplicationName application;
  InterpreterOptions interpreter;
  EnvironOptions environ;
  server::Model model = server::Model::kPrefork;  // as the server's
};

class WsgiHandler final : public server::Handler {
 public:
  explicit WsgiHandler(const WsgiOptions& options) : options_(options) {}
  // Stops Python where it still runs: in the process that has forked the workers, with Preload.
  ~WsgiHandler() override;

  // Imports the application now, in the process that will fork the workers. Errors of
  // StartInterpreter and LoadApplication, and kFailedPrecondition where that has started threads.
  absl::Status Preload();

  absl::Status Start() override;
  void Stop() override;
  void BeforeFork() override;
  void AfterForkInParent() override;
  void AfterForkInChild() override;

  void Handle(const server::Request& request, server::Response& response) override;
  std::unique_ptr<server::BodyConsumer> ConsumeBody(const server::Request& request) override;

 private:
  class Body;

  absl::Status StartPython();
  absl::Status Load();

  const WsgiOptions options_;
  std::unique_ptr<ApplicationCaller> caller_;  // once the interpreter runs
  bool serves_connection_ = false;             // the process of one, in the fork model
  bool started_ = false;                       // in this process or one that it is a copy of
};

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_WSGI_HANDLER_H_
