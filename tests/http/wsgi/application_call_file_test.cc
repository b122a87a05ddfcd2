// What an application gives to wsgi.file_wrapper.
#include <fstream>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/server/testing/answer.h"
#include "forklift/http/status_code.h"
#include "forklift/http/wsgi/application_call.h"
#include "forklift/tests/http/wsgi/application_call_fixture.h"
#include "forklift/tests/http/wsgi/python_application.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using server::testing::Answer;
using server::testing::AnswerBytes;
using server::testing::TestResponse;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using tests::kGet;
using tests::PythonApplication;
using tests::Starts;

class ApplicationCallFileTest : public tests::ApplicationCallTest {
 protected:
  ApplicationCallFileTest() { std::ofstream(path_) << "0123456789"; }

  // An application that answers with a wrapper of `file`, an expression.
  std::string Wraps(std::string_view file, std::string_view headers = "") const {
    return absl::StrCat(
        "import bz2, gzip, io, os, tempfile\npath = '", path_,
        "'\nwith gzip.open(path + '.gz', 'wb') as file: file.write(b'0123456789')\n"
        "class Kept:\n"
        "  def __init__(self, content): self.read = io.BytesIO(content).read\n"
        "  def close(self): global closed; closed += 1\n"
        "closed = 0\n"
        "def at(offset, file): file.seek(offset); return file\n",
        Starts(absl::StrCat("return environ['wsgi.file_wrapper'](", file, ")"), "200 OK", headers));
  }

  const std::string path_ = absl::StrCat(::testing::TempDir(), "/wrapped");
};

TEST_F(ApplicationCallFileTest, TheRestOfEachFileIsTheContent) {
  const struct {
    std::string_view file;
    std::string_view content;
    std::string_view length;  // empty where only reading it shows
  } kCases[] = {
      {"open(path, 'rb')", "0123456789", "10"},
      {"open(path, 'rb'), 4", "0123456789", "10"},
      {"io.FileIO(path)", "0123456789", "10"},
      {"at(4, open(path, 'rb'))", "456789", "6"},
      {"at(10, open(path, 'rb'))", "", "0"},
      {"at(11, open(path, 'rb'))", "", "0"},
      {"gzip.open(path + '.gz')", "0123456789", ""},
      {"at(4, gzip.open(path + '.gz'))", "456789", ""},
      {"io.BytesIO(b'0123456789')", "0123456789", ""},
      {"at(4, io.BytesIO(b'0123456789'))", "456789", ""},
      {"Kept(b'0123456789')", "0123456789", ""},
  };
  for (const auto& [file, content, length] : kCases) {
    PythonApplication application(Wraps(file));
    const TestResponse response = Answer(application, {});
    EXPECT_EQ(response.status, StatusCode::kOk) << file;
    EXPECT_EQ(response.body, content) << file;
    EXPECT_EQ(response.Field("Content-Length"), length) << file;
  }
  EXPECT_EQ(log_.Take(), "");
}

TEST_F(ApplicationCallFileTest, NoMoreThanWasAnnouncedIsSent) {
  for (const char* file : {"open(path, 'rb')", "io.BytesIO(b'0123456789')"}) {
    PythonApplication application(Wraps(file, "('Content-Length', '4')"));
    EXPECT_EQ(Answer(application, {}).body, "0123") << file;
    PythonApplication too_short(Wraps(file, "('Content-Length', '11')"));
    EXPECT_THAT(AnswerBytes(too_short, kGet), EndsWith("\r\n\r\n0123456789")) << file;
  }
  log_.Take();
}

TEST_F(ApplicationCallFileTest, ATextFileIsAFailure) {
  PythonApplication application(Wraps("open(path)"));
  EXPECT_EQ(Answer(application, {}).status, StatusCode::kInternalServerError);
  EXPECT_THAT(log_.Take(), HasSubstr("must be of bytes, not '0123456789'"));
}

TEST_F(ApplicationCallFileTest, TheFileIsClosed) {
  PythonApplication application(Wraps("Kept(b'0123')"));
  Answer(application, {});
  EXPECT_EQ(application.Ask("closed"), "1");
  Answer(application, {.method = "HEAD"});
  EXPECT_EQ(application.Ask("closed"), "2");
}

TEST_F(ApplicationCallFileTest, OnlyAllOfTheContentGoesAsAFile) {
  // What was written before, and what a subclass or an iterator around it makes of the file.
  for (const char* result :
       {"write(b'one'); return environ['wsgi.file_wrapper'](open(path, 'rb'))",
        "class Upper(environ['wsgi.file_wrapper']):\n"
        "    def __next__(self): return b'one' + super().__next__()\n"
        "  return Upper(open(path, 'rb'))",
        "return (b'one' + block for block in environ['wsgi.file_wrapper'](open(path, 'rb')))"}) {
    PythonApplication application(absl::StrCat("path = '", path_, "'\n", Starts(result)));
    EXPECT_EQ(Answer(application, {}).body, "one0123456789") << result;
  }
}

}  // namespace
}  // namespace forklift::http::wsgi
