// HelloWorld is the article's application: it greets, whatever it is asked.
#ifndef FORKLIFT_APPS_HELLO_WORLD_H_
#define FORKLIFT_APPS_HELLO_WORLD_H_

#include "absl/log/check.h"
#include "forklift/http/header_name.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"

namespace forklift::apps {

class HelloWorld final : public http::server::Handler {
 public:
  void Handle(const http::server::Request& /*request*/, http::server::Response& response) override {
    CHECK(response.headers.Add(http::HeaderName::kContentType, "text/plain; charset=utf-8"));
    response.content = http::server::SharedBytes{"Hello, World!\n"};
  }
};

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_HELLO_WORLD_H_
