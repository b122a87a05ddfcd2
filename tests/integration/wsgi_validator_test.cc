// wsgiref's validator, which holds a server to PEP 3333, between the server and each application.
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/tests/integration/wsgi_test.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kApplications[] = {
    "hello:application",
    "hello:validated_listed",
    "hello:validated_generated",
    "environ_echo:application",
    "upload:application",
    "write_callable:application",
    "write_callable:validated_written_and_returned",
    "file_wrapper:application",
    "printing:application",
};

using WsgiValidatorTest = WsgiTest;
INSTANTIATE_TEST_SUITE_P(Models, WsgiValidatorTest, WsgiModels(), NameOfWsgiModel);

TEST_P(WsgiValidatorTest, HasNothingToSay) {
  WriteFile(TemporaryPath("served"), "content\n");
  for (const std::string_view application : kApplications) {
    RunningServer server = Serve(application, {}, {{"FILE", TemporaryPath("served")}});
    const std::string requests[] = {
        Get("/file"),
        Get("/file?"),
        Request("HEAD", "/file"),
        Request("OPTIONS", "/file"),
        Post("/file", "some text", "Content-Type: text/plain\r\n"),
        Request("PUT", "/file", "Content-Length: 0\r\n"),
        absl::StrCat(Request("POST", "/file", "Transfer-Encoding: chunked\r\n"),
                     "4\r\ntext\r\n0\r\n\r\n"),
        "GET /file HTTP/1.0\r\n\r\n",
    };
    for (const std::string& request : requests) {
      const std::string answer = Exchange(server.address(), request);
      EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1."), HasSubstr(" 200 OK\r\n")))
          << application << ": " << request;
    }
    EXPECT_EQ(server.Stop(), 0);
    EXPECT_THAT(server.process().Stderr(),
                AllOf(Not(HasSubstr("AssertionError")), Not(HasSubstr("Traceback")),
                      Not(HasSubstr("garbage collected")), Not(HasSubstr("WSGIWarning"))))
        << application;
  }
}

}  // namespace
}  // namespace forklift::tests
