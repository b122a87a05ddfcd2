// ApplicationCallTest is for tests of what becomes of an application's answers.
#ifndef FORKLIFT_TESTS_HTTP_WSGI_APPLICATION_CALL_FIXTURE_H_
#define FORKLIFT_TESTS_HTTP_WSGI_APPLICATION_CALL_FIXTURE_H_

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/tests/http/wsgi/logged_text.h"
#include "forklift/tests/http/wsgi/python_application.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "forklift/tests/support/holdings.h"
#include "gtest/gtest.h"

namespace forklift::tests {

inline constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
inline constexpr std::string_view kHead = "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n";

// An application that starts its response, and then does what `body` says.
inline std::string Starts(std::string_view body, std::string_view status = "200 OK",
                          std::string_view headers = "") {
  return absl::StrCat("def application(environ, start_response):\n  write = start_response('",
                      status, "', [", headers, "])\n  ", body, "\n");
}

// Answers with the length of its body by its environ, the kind of its input, and its body.
inline constexpr char kEcho[] = R"(
def application(environ, start_response):
    body = environ['wsgi.input'].read()
    start_response('200 OK', [])
    return [repr((environ.get('CONTENT_LENGTH'), type(environ['wsgi.input']).__name__,
                  body)).encode()]
)";

class ApplicationCallTest : public ::testing::Test {
 protected:
  // Neither a reference to a file nor a process is left.
  ~ApplicationCallTest() override { EXPECT_EQ(Holdings::Now(), before_); }

  LoggedText log_;
  const Holdings before_ = [] {
    StartPython();
    return Holdings::Now();
  }();
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_HTTP_WSGI_APPLICATION_CALL_FIXTURE_H_
