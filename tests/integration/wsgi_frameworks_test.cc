// The frameworks of the article's second part, unchanged: Flask, Django and Pyramid.
#include <sys/stat.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/tests/integration/wsgi_test.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

// Whether the system's Python, which the server embeds, has it.
bool HaveModule(const std::string& name) {
  return RunProgram({"/usr/bin/python3", "-c", absl::StrCat("import ", name)}).status.success();
}

std::string Curl(const RunningServer& server, std::string_view target,
                 std::vector<std::string> more = {}) {
  more.insert(more.begin(), {"curl", "-sS", server.Url(target)});
  const Finished curl = RunProgram(more);
  EXPECT_TRUE(curl.status.success()) << target << ": " << curl.error;
  return curl.output;
}

class FrameworksTest : public WsgiTest {
 protected:
  FrameworksTest() { WriteFile(path_, std::string(20'000'000, 'x')); }

  void SetUp() override {
    if (!HaveProgram("curl")) GTEST_SKIP() << "curl is not installed";
  }

  std::string UploadOption() const { return absl::StrCat("file=@", path_); }

  std::string SumOfUpload() const {
    return absl::StrCat("20000000 ", RunProgram({"sha256sum", path_}).output.substr(0, 64), "\n");
  }

  const std::string path_ = TemporaryPath("upload");
};

class FlaskTest : public FrameworksTest {};
INSTANTIATE_TEST_SUITE_P(Models, FlaskTest, WsgiModels(), NameOfWsgiModel);

TEST_P(FlaskTest, GreetingFormUploadAndStream) {
  if (!HaveModule("flask")) GTEST_SKIP() << "Flask is not installed";
  RunningServer server = Serve("flaskapp:app", {"--max-body=30000000"});
  EXPECT_EQ(Curl(server, "/hello"), "Hello, World from Flask!\n");
  EXPECT_EQ(Curl(server, "/form?query=%C3%A9", {"-d", "name=J%C3%BCrg"}), "J\u00fcrg \u00e9\n");
  EXPECT_EQ(Curl(server, "/stream"), "0\n1\n2\n");
  EXPECT_THAT(Curl(server, "/not-there", {"-i"}), StartsWith("HTTP/1.1 404 NOT FOUND\r\n"));
  EXPECT_EQ(Curl(server, "/upload", {"-F", UploadOption()}), SumOfUpload());
  EXPECT_EQ(Curl(server, "/upload", {"-H", "Transfer-Encoding: chunked", "-F", UploadOption()}),
            SumOfUpload());
  EXPECT_EQ(server.Stop(), 0);
}

TEST_P(FlaskTest, AnErrorOfAViewIsFlasksOwnAnswer) {
  if (!HaveModule("flask")) GTEST_SKIP() << "Flask is not installed";
  RunningServer server = Serve("flaskapp:app");
  EXPECT_THAT(
      Curl(server, "/error", {"-i"}),
      AllOf(StartsWith("HTTP/1.1 500 INTERNAL SERVER ERROR\r\n"), Not(HasSubstr("ValueError"))));
  EXPECT_TRUE(ComesToLog(server, "ValueError: of the view"));
}

class PyramidTest : public FrameworksTest {};
INSTANTIATE_TEST_SUITE_P(Models, PyramidTest, WsgiModels(), NameOfWsgiModel);

TEST_P(PyramidTest, Greeting) {
  if (!HaveModule("pyramid")) GTEST_SKIP() << "Pyramid is not installed";
  RunningServer server = Serve("pyramidapp:app");
  EXPECT_EQ(Curl(server, "/hello"), "Hello, World from Pyramid!\n");
  EXPECT_THAT(Curl(server, "/not-there", {"-i"}), StartsWith("HTTP/1.1 404 Not Found\r\n"));
  EXPECT_EQ(server.Stop(), 0);
}

class DjangoTest : public FrameworksTest {
 protected:
  void SetUp() override {
    FrameworksTest::SetUp();
    if (!HaveModule("django")) GTEST_SKIP() << "Django is not installed";
    ::unlink(absl::StrCat(folder_, "/database").c_str());
    ::mkdir(folder_.c_str(), 0700);
    const Finished made =
        RunProgram({"/usr/bin/python3", absl::StrCat(WsgiApplications(), "/djangoapp.py")},
                   {.limits = {},
                    .user = {},
                    .environment = {{"DJANGO_FOLDER", folder_}, {"PYTHONDONTWRITEBYTECODE", "1"}}});
    ASSERT_TRUE(made.status.success()) << made.error;
  }

  RunningServer ServeDjango() const {
    return Serve("djangoapp:app", {"--max-body=30000000"}, {{"DJANGO_FOLDER", folder_}});
  }

  const std::string folder_ = TemporaryPath("django");
};
INSTANTIATE_TEST_SUITE_P(Models, DjangoTest, WsgiModels(), NameOfWsgiModel);

TEST_P(DjangoTest, GreetingUploadAndFile) {
  RunningServer server = ServeDjango();
  EXPECT_EQ(Curl(server, "/hello"), "Hello, World from Django!\n");
  EXPECT_EQ(Curl(server, "/upload", {"-F", UploadOption()}), SumOfUpload());
  EXPECT_TRUE(Curl(server, "/source") ==
              ReadFile(absl::StrCat(WsgiApplications(), "/djangoapp.py")));
  EXPECT_EQ(server.Stop(), 0);
}

// With what a browser does for it: cookies, a hidden field, a redirection.
TEST_P(DjangoTest, TheAdminsLogin) {
  RunningServer server = ServeDjango();
  const std::string cookies = TemporaryPath("cookies");
  ::unlink(cookies.c_str());
  EXPECT_THAT(Curl(server, "/admin/", {"-i"}),
              AllOf(StartsWith("HTTP/1.1 302 Found\r\n"),
                    HasSubstr("\r\nLocation: /admin/login/?next=/admin/\r\n")));
  const std::string page =
      Curl(server, "/admin/login/?next=/admin/", {"-b", cookies, "-c", cookies});
  EXPECT_THAT(page, HasSubstr("<title>Log in | Django site admin</title>"));
  constexpr std::string_view kToken = "name=\"csrfmiddlewaretoken\" value=\"";
  const size_t token = page.find(kToken);
  ASSERT_NE(token, page.npos) << page;
  const std::string value = page.substr(
      token + kToken.size(), page.find('"', token + kToken.size()) - token - kToken.size());
  EXPECT_THAT(Curl(server, "/admin/login/?next=/admin/",
                   {"-i", "-b", cookies, "-c", cookies, "-d", "username=admin", "-d",
                    "password=secret", "-d", absl::StrCat("csrfmiddlewaretoken=", value)}),
              AllOf(StartsWith("HTTP/1.1 302 Found\r\n"), HasSubstr("\r\nLocation: /admin/\r\n")));
  EXPECT_THAT(Curl(server, "/admin/", {"-b", cookies}),
              AllOf(HasSubstr("Site administration"), HasSubstr("Log out"), EndsWith("</html>\n")));
  EXPECT_EQ(server.Stop(), 0);
}

}  // namespace
}  // namespace forklift::tests
