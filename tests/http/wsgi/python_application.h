// PythonApplication is an application that a test gives as Python source, as a server's handler.
//
//   PythonApplication application("def application(environ, start_response): ...");
//   EXPECT_EQ(Answer(application, {.target = "/"}).body, "Hello");
//   EXPECT_EQ(application.Ask("closed"), "True");
#ifndef FORKLIFT_TESTS_HTTP_WSGI_PYTHON_APPLICATION_H_
#define FORKLIFT_TESTS_HTTP_WSGI_PYTHON_APPLICATION_H_

#include "forklift/http/wsgi/python.h"
//
#include <stddef.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/wsgi/application_call.h"
#include "forklift/http/wsgi/body_spool.h"
#include "forklift/http/wsgi/environ.h"
#include "forklift/http/wsgi/gil.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/tests/http/wsgi/python_fixture.h"

namespace forklift::tests {

// Neither made nor used with the GIL held.
class PythonApplication final : public http::server::Handler {
 public:
  // A body beyond `memory_limit` is given in a file.
  explicit PythonApplication(const std::string& source, size_t memory_limit = 1024)
      : memory_limit_(memory_limit) {
    StartPython();
    const http::wsgi::GilHold hold;
    names_ = Execute(source);
    auto caller = http::wsgi::ApplicationCaller::Create(Evaluate("application", names_),
                                                        http::wsgi::EnvironOptions());
    CHECK_OK(caller);
    caller_ = *std::move(caller);
  }
  ~PythonApplication() override {
    const http::wsgi::GilHold hold;
    caller_.reset();
    names_ = http::wsgi::ObjectRef();
  }

  // What an expression of the source's names comes to, as Python writes it.
  std::string Ask(const std::string& expression) const {
    const http::wsgi::GilHold hold;
    return Repr(Evaluate(expression, names_).get());
  }

  void Handle(const http::server::Request& request, http::server::Response& response) override {
    http::wsgi::BodySpool spool(memory_limit_);
    CHECK(spool.Append(request.body)) << spool.status();
    const bool has_body = request.message.body.kind != http::BodyFraming::Kind::kNone;
    caller_->Call(request, has_body ? &spool : nullptr, response);
  }
  std::unique_ptr<http::server::BodyConsumer> ConsumeBody(
      const http::server::Request& request) override {
    if (!request.message.expects_continue) return nullptr;
    return std::make_unique<HeldBack>(*caller_);
  }

 private:
  class HeldBack final : public http::server::BodyConsumer {
   public:
    explicit HeldBack(const http::wsgi::ApplicationCaller& caller) : caller_(caller) {}
    bool wants_body() const override { return false; }
    bool Consume(std::string_view /*piece*/) override { return false; }
    void Finish(const http::server::Request& request, http::server::Response& response) override {
      caller_.Call(request, nullptr, response);
    }

   private:
    const http::wsgi::ApplicationCaller& caller_;
  };

  const size_t memory_limit_;
  http::wsgi::ObjectRef names_;
  std::unique_ptr<http::wsgi::ApplicationCaller> caller_;
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_HTTP_WSGI_PYTHON_APPLICATION_H_
