// Asked is an application's answer to a request, with the client that gets it.
#ifndef FORKLIFT_TESTS_HTTP_WSGI_ASKED_H_
#define FORKLIFT_TESTS_HTTP_WSGI_ASKED_H_

#include "forklift/http/wsgi/answer.h"
//
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/tests/http/wsgi/parsed_request.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "forklift/tests/http/wsgi/scripted_conversation.h"

namespace forklift::tests {

// Of a response that has begun.
using Size = std::optional<uint64_t>;
inline constexpr std::optional<Size> kNotBegun = std::nullopt;
inline constexpr std::optional<Size> kUnknown = Size();

struct Asked {
  explicit Asked(std::string_view method = "GET")
      : request(absl::StrCat(method, " / HTTP/1.1\r\nHost: a\r\n")),
        view(request.In(&client)),
        answer(view, response) {}

  bool Start(const std::string& status = "'200 OK'", const std::string& headers = "[]",
             const std::string& exc_info = "None") {
    return answer.Start(Evaluate(status).get(), Evaluate(headers).get(), Evaluate(exc_info).get());
  }
  http::wsgi::Answer::Outcome WriteAll(const std::vector<std::string>& blocks) {
    std::vector<http::wsgi::ObjectRef> owned;
    std::vector<PyObject*> objects;
    uint64_t size = 0;
    for (const std::string& block : blocks) {
      owned.push_back(http::wsgi::ObjectRef::Steal(
          PyBytes_FromStringAndSize(block.data(), static_cast<Py_ssize_t>(block.size()))));
      objects.push_back(owned.back().get());
      size += block.size();
    }
    return answer.WriteAll(objects, size);
  }
  // What the server is left to send.
  std::string Content() const {
    const auto* bytes = std::get_if<std::string>(&response.content);
    return bytes == nullptr ? "no bytes" : *bytes;
  }

  ScriptedConversation client;
  ParsedRequest request;
  http::server::Request view;
  http::server::Response response;
  http::wsgi::Answer answer;
};

// As headers.
inline std::string Length(int length) {
  return absl::StrCat("[('Content-Length', '", length, "')]");
}

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_HTTP_WSGI_ASKED_H_
