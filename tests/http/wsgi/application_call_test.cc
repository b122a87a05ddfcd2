#include "forklift/http/wsgi/application_call.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/server/testing/answer.h"
#include "forklift/http/status_code.h"
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
using ::testing::Not;
using ::testing::StartsWith;
using tests::ApplicationCallTest;
using tests::kEcho;
using tests::kGet;
using tests::kHead;
using tests::PythonApplication;
using tests::Starts;

// One whose result is an iterator of these blocks, with a close() that does what `close` says.
std::string Iterates(std::string_view blocks, std::string_view close = "pass",
                     std::string_view headers = "") {
  return absl::StrCat(
      R"(
closed = 0
class Result:
    def __init__(self, blocks, write):
        self.blocks = iter(blocks)
        self.write = write
    def __iter__(self):
        return self
    def __next__(self):
        block = next(self.blocks)
        if isinstance(block, BaseException):
            raise block
        return block
    def close(self):
        global closed
        closed += 1
        )",
      close, "\n", Starts(absl::StrCat("return Result(", blocks, ", write)"), "200 OK", headers));
}

TEST_F(ApplicationCallTest, EachIterableOfBytesIsTheContent) {
  for (const char* result :
       {"return [b'one', b'', b'two']", "return (b'one', b'two')", "return iter([b'onetwo'])",
        "return (block for block in (b'one', b'', b'two'))", "return {b'onetwo': 1}",
        "return type('L', (list,), {})([b'one', b'two'])", "return map(bytes, [b'one', b'two'])",
        "return [type('B', (bytes,), {})(b'onetwo')]", "write(b'one'); return [b'two']",
        "write(b'one'); write(b''); write(b'two'); return []",
        "write(b'one'); return iter([b'two'])", "return __import__('io').BytesIO(b'onetwo')",
        "yield b'one'; yield b'two'"}) {
    PythonApplication application(Starts(result));
    const TestResponse response = Answer(application, {});
    EXPECT_EQ(response.status, StatusCode::kOk) << result;
    EXPECT_EQ(response.body, "onetwo") << result;
  }
  EXPECT_EQ(log_.Take(), "");
}

TEST_F(ApplicationCallTest, AnEmptyContentIsAResponseToo) {
  for (const char* result : {"return []", "return ()", "return [b'']", "return iter([])",
                             "return iter([b'', b''])", "write(b''); return []", "yield b''"}) {
    PythonApplication application(Starts(result, "404 Not Found", "('A', 'b')"));
    const TestResponse response = Answer(application, {});
    EXPECT_EQ(response.status, StatusCode::kNotFound) << result;
    EXPECT_EQ(response.Field("A"), "b");
    EXPECT_EQ(response.Field("Content-Length"), "0") << result;
    EXPECT_EQ(response.body, "");
  }
}

TEST_F(ApplicationCallTest, TheLengthIsToldWhereItIsKnown) {
  const struct {
    std::string_view result;
    std::string_view headers;
    std::string_view length;
  } kCases[] = {
      {"return [b'one', b'two']", "", "6"},
      {"return iter([b'one', b'two'])", "", ""},
      {"return iter([b'one', b'two'])", "('Content-Length', '6')", "6"},
      {"write(b'one'); return [b'two']", "", ""},
      {"write(b'one'); return [b'two']", "('content-length', '6')", "6"},
      {"return [b'onetwo' * 20_000]", "", "120000"},
  };
  for (const auto& [result, headers, length] : kCases) {
    PythonApplication application(Starts(result, "200 OK", headers));
    const TestResponse response = Answer(application, {});
    EXPECT_EQ(response.Field("Content-Length"), length) << result;
    EXPECT_THAT(response.body, StartsWith("onetwo"));
  }
}

TEST_F(ApplicationCallTest, AnyCallableIsAnApplication) {
  for (const char* source :
       {"class App:\n  def __call__(self, environ, start_response):\n"
        "    start_response('200 OK', [])\n    return [b'called']\napplication = App()",
        "class application:\n  def __init__(self, environ, start_response):\n"
        "    start_response('200 OK', [])\n  def __iter__(self):\n    yield b'called'",
        "def application(*arguments):\n  arguments[1]('200 OK', [])\n  return [b'called']"}) {
    PythonApplication application(source);
    EXPECT_EQ(Answer(application, {}).body, "called") << source;
  }
}

TEST_F(ApplicationCallTest, StartResponseMayComeWithTheFirstBlock) {
  PythonApplication application(
      "def application(environ, start_response):\n  yield b''\n"
      "  start_response('202 Accepted', [])\n  yield b'late'");
  const TestResponse response = Answer(application, {});
  EXPECT_EQ(response.status, StatusCode::kAccepted);
  EXPECT_EQ(response.body, "late");
}

TEST_F(ApplicationCallTest, TheHeadIsTheApplications) {
  PythonApplication application(
      Starts("return [b'x']", "299 Quite Fine",
             "('Set-Cookie', 'a=1'), ('Set-Cookie', 'b=2'), ('Date', 'then'), ('Server', 'mine')"));
  const std::string bytes = AnswerBytes(application, kGet);
  EXPECT_THAT(bytes, StartsWith("HTTP/1.1 299 Quite Fine\r\n"));
  EXPECT_THAT(bytes, HasSubstr("Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n"));
  EXPECT_THAT(bytes, HasSubstr("Date: then\r\n"));
  EXPECT_THAT(bytes, Not(HasSubstr("Date: Fri"))) << "one is enough";
  EXPECT_THAT(bytes, HasSubstr("Server: mine\r\n"));
}

// HEAD, 204 and 304, however their application goes on.
TEST_F(ApplicationCallTest, AResponseWithoutContentHasNone) {
  for (const char* result : {"return [b'one']", "return iter([b'one', b'two'])",
                             "write(b'one'); return [b'two']", "return []", "yield b'one'",
                             "return environ['wsgi.file_wrapper'](open('/etc/passwd', 'rb'))"}) {
    for (const char* status : {"204 No Content", "304 Not Modified"}) {
      PythonApplication application(Starts(result, status));
      const std::string bytes = AnswerBytes(application, absl::StrCat(kGet, kGet));
      EXPECT_THAT(bytes, StartsWith(absl::StrCat("HTTP/1.1 ", status))) << result;
      EXPECT_THAT(bytes, EndsWith("\r\n\r\n"));
      EXPECT_THAT(bytes, Not(HasSubstr("Content-Length"))) << result;
      EXPECT_THAT(bytes, Not(HasSubstr("Transfer-Encoding"))) << result;
      EXPECT_THAT(bytes.substr(10), HasSubstr(absl::StrCat("HTTP/1.1 ", status))) << "the next";
    }
    PythonApplication application(Starts(result));
    const std::string bytes = AnswerBytes(application, absl::StrCat(kHead, kHead));
    EXPECT_THAT(bytes, EndsWith("\r\n\r\n")) << result;
    EXPECT_THAT(bytes.substr(10), HasSubstr("HTTP/1.1 200 OK")) << "the next";
  }
}

TEST_F(ApplicationCallTest, HeadIsToldTheLength) {
  PythonApplication application(Starts("return [b'one', b'two']"));
  EXPECT_EQ(Answer(application, {.method = "HEAD"}).Field("Content-Length"), "6");
  PythonApplication itself(Starts("return []", "200 OK", "('Content-Length', '6')"));
  EXPECT_EQ(Answer(itself, {.method = "HEAD"}).Field("Content-Length"), "6");
}

TEST_F(ApplicationCallTest, TooLongAContentIsCut) {
  for (const char* result : {"return [b'one', b'two']", "return iter([b'one', b'two', b'three'])",
                             "write(b'one'); write(b'two'); return [b'three']"}) {
    PythonApplication application(Starts(result, "200 OK", "('Content-Length', '4')"));
    const std::string bytes = AnswerBytes(application, absl::StrCat(kGet, kGet));
    EXPECT_THAT(bytes, HasSubstr("\r\n\r\nonetHTTP/1.1 200 OK\r\n")) << result;
    EXPECT_THAT(bytes, EndsWith("\r\n\r\nonet"));
  }
  EXPECT_THAT(log_.Take(), HasSubstr("/: the application's content is longer than its "
                                     "Content-Length, 4; the rest is left out"));
}

TEST_F(ApplicationCallTest, TooShortAContentEndsTheConnection) {
  for (const char* result : {"return [b'one', b'two']", "return iter([b'one', b'two'])",
                             "write(b'onetwo'); return []"}) {
    PythonApplication application(Starts(result, "200 OK", "('Content-Length', '10')"));
    const std::string bytes = AnswerBytes(application, absl::StrCat(kGet, kGet));
    EXPECT_THAT(bytes, EndsWith("\r\n\r\nonetwo")) << result;
    EXPECT_EQ(bytes.find("HTTP/1.1", 1), bytes.npos) << result;
  }
  EXPECT_THAT(log_.Take(), HasSubstr("/: the application's content is shorter than its "
                                     "Content-Length, 10; the connection is closed"));
}

TEST_F(ApplicationCallTest, AFailureBeforeTheHeadIs500) {
  const struct {
    std::string_view body;
    std::string_view why;
  } kCases[] = {
      {"1 / 0", "ZeroDivisionError: division by zero"},
      {"raise SystemExit(3)", "SystemExit: 3"},
      {"raise KeyboardInterrupt", "KeyboardInterrupt"},
      {"raise GeneratorExit", "GeneratorExit"},
      {"return None", "TypeError: 'NoneType' object is not iterable"},
      {"return 1", "TypeError: 'int' object is not iterable"},
      {"return 'text'", "TypeError: the application's content must be of bytes, not 't'"},
      {"return b'bytes'", "TypeError: the application's content must be of bytes, not 98"},
      {"return ['text']", "TypeError: the application's content must be of bytes, not 'text'"},
      {"return ('text',)", "TypeError: the application's content must be of bytes, not 'text'"},
      {"return iter(['text'])",
       "TypeError: the application's content must be of bytes, not 'text'"},
      {"return [b'one', None]", "TypeError: the application's content must be of bytes, not None"},
      {"return [bytearray(b'one')]", "must be of bytes, not bytearray(b'one')"},
      {"write('text')", "TypeError: write() wants bytes, not 'text'"},
      {"start_response('200 OK', [])", "AssertionError: start_response: called again"},
      {"return (1 / 0 for _ in 'x')", "ZeroDivisionError"},
      {"return environ['wsgi.file_wrapper'](__import__('io').StringIO('text'))",
       "TypeError: the application's content must be of bytes, not 'text'"},
      {"start_response('OK', [], (None, None, None))", "ValueError: start_response: the status"},
  };
  for (const auto& [body, why] : kCases) {
    PythonApplication application(Starts(body));
    EXPECT_EQ(Answer(application, {.target = "/x?y"}).status, StatusCode::kInternalServerError)
        << body;
    const std::string log = log_.Take();
    EXPECT_THAT(log, HasSubstr("GET /x?y of 127.0.0.1:50000: the application has failed\n"));
    EXPECT_THAT(log, HasSubstr(why)) << body;
    // The connection lives on.
    EXPECT_THAT(AnswerBytes(application, absl::StrCat(kGet, kGet)).substr(10),
                HasSubstr("HTTP/1.1 500 "));
    log_.Take();
  }
}

TEST_F(ApplicationCallTest, WithoutStartResponseItIs500) {
  for (const char* result : {"return [b'x']", "return []", "return iter([b'x'])", "yield b'x'"}) {
    PythonApplication application(
        absl::StrCat("def application(environ, start_response):\n  ", result));
    EXPECT_EQ(Answer(application, {}).status, StatusCode::kInternalServerError) << result;
    EXPECT_THAT(log_.Take(),
                HasSubstr("the application must call start_response before the first block"));
  }
}

TEST_F(ApplicationCallTest, AFailureAfterTheHeadCutsTheConnection) {
  for (const char* body :
       {"write(b'one'); 1 / 0", "write(b'one'); return ['text']", "write(b'one'); return None",
        "write(b'one'); start_response('500 Late', [], __import__('sys').exc_info())",
        "yield b'one'; 1 / 0", "yield b'one'; yield 'text'",
        "yield b'one'; start_response('500 Late', [], (KeyError, KeyError('x'), None))"}) {
    PythonApplication application(Starts(body));
    const std::string bytes = AnswerBytes(application, absl::StrCat(kGet, kGet));
    EXPECT_THAT(bytes, EndsWith("\r\n\r\n3\r\none\r\n")) << body << ": no end, no next response";
    EXPECT_THAT(log_.Take(), HasSubstr("the application has failed\n")) << body;
  }
}

TEST_F(ApplicationCallTest, AnErrorPageTakesTheOthersPlace) {
  const std::string source = R"(
import sys
def application(environ, start_response):
    start_response('200 OK', [('A', 'b')])
    try:
        1 / 0
    except ZeroDivisionError:
        start_response('500 Broken', [('C', 'd')], sys.exc_info())
        return [b'sorry']
)";
  PythonApplication application(source);
  const std::string bytes = AnswerBytes(application, kGet);
  EXPECT_THAT(bytes, StartsWith("HTTP/1.1 500 Broken\r\n"));
  EXPECT_THAT(bytes, Not(HasSubstr("A: b")));
  EXPECT_THAT(bytes, HasSubstr("C: d\r\n"));
  EXPECT_THAT(bytes, EndsWith("\r\n\r\nsorry"));
  EXPECT_EQ(log_.Take(), "") << "it is no failure";
}

TEST_F(ApplicationCallTest, CloseIsCalledOnceOnEachPath) {
  for (const char* blocks :
       {"[b'one', b'two']", "[]", "[b'']", "[ValueError()]", "[b'one', ValueError()]",
        "[b'one', SystemExit()]", "['text']", "[b'one', 'text']"}) {
    for (const std::string_view request : {kGet, kHead}) {
      PythonApplication application(Iterates(blocks));
      AnswerBytes(application, request);
      EXPECT_EQ(application.Ask("closed"), "1") << blocks << request;
    }
  }
  PythonApplication longer(Iterates("[b'one', b'two']", "pass", "('Content-Length', '3')"));
  AnswerBytes(longer, kGet);
  EXPECT_EQ(longer.Ask("closed"), "1");
}

TEST_F(ApplicationCallTest, AGeneratorIsClosedWhereItStands) {
  PythonApplication application(
      "closed = 0\ndef application(environ, start_response):\n  global closed\n"
      "  start_response('200 OK', [('Content-Length', '3')])\n"
      "  try:\n    yield b'one'\n    yield b'two'\n    yield b'three'\n"
      "  finally:\n    closed += 1");
  EXPECT_EQ(Answer(application, {}).body, "one");
  EXPECT_EQ(application.Ask("closed"), "1");
}

TEST_F(ApplicationCallTest, WhatFailsInCloseIsLoggedAndTheAnswerStands) {
  for (const char* failure : {"raise ValueError('in close')", "raise SystemExit('in close')",
                              "self.write(b'in close')", "self.write('in close')"}) {
    PythonApplication application(Iterates("[b'one']", failure));
    EXPECT_THAT(AnswerBytes(application, kGet), EndsWith("3\r\none\r\n0\r\n\r\n"));
    EXPECT_THAT(log_.Take(), HasSubstr("the application has failed in close()\n")) << failure;
    EXPECT_EQ(application.Ask("closed"), "1");
    PythonApplication empty(Iterates("[]", failure));
    EXPECT_THAT(AnswerBytes(empty, kGet), EndsWith("Content-Length: 0\r\n\r\n")) << failure;
    EXPECT_THAT(log_.Take(), HasSubstr("the application has failed in close()\n")) << failure;
    // Behind another failure, too.
    PythonApplication failed(Iterates("[ValueError('first')]", failure));
    EXPECT_THAT(AnswerBytes(failed, kGet), StartsWith("HTTP/1.1 500 ")) << failure;
    EXPECT_THAT(log_.Take(), HasSubstr("ValueError: first"));
    PythonApplication cut(Iterates("[b'one', ValueError('first')]", failure));
    EXPECT_THAT(AnswerBytes(cut, kGet), EndsWith("\r\n\r\n3\r\none\r\n")) << failure;
    EXPECT_THAT(log_.Take(), HasSubstr("the application has failed in close()\n"));
  }
}

TEST_F(ApplicationCallTest, ACloseThatCannotBeLookedUpIsAFailure) {
  PythonApplication application("class Result(list):\n  @property\n  def close(self): 1 / 0\n" +
                                Starts("return Result([b'one'])"));
  EXPECT_EQ(Answer(application, {}).body, "one");
  EXPECT_THAT(log_.Take(), HasSubstr("has failed in close()"));
}

TEST_F(ApplicationCallTest, HeadersThatAreTooLargeAreAFailure) {
  for (const char* result : {"return [b'one']", "return iter([b'one'])", "write(b'one')"}) {
    PythonApplication application(Starts(result, "200 OK", "('A', 'x' * 100_000)"));
    EXPECT_EQ(Answer(application, {}).status, StatusCode::kInternalServerError) << result;
  }
  log_.Take();
}

TEST_F(ApplicationCallTest, ABodyIsRead) {
  PythonApplication application(kEcho, 4);
  EXPECT_EQ(Answer(application, {}).body, "(None, 'BytesIO', b'')");
  EXPECT_EQ(Answer(application, {.method = "POST", .body = "1234"}).body,
            "('4', 'BytesIO', b'1234')");
  EXPECT_EQ(Answer(application, {.method = "POST", .body = "12345"}).body,
            "('5', 'BufferedReader', b'12345')");
  EXPECT_THAT(AnswerBytes(application,
                          "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                          "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
              EndsWith("('3', 'BytesIO', b'abc')"));
  EXPECT_THAT(AnswerBytes(application, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"),
              EndsWith("('0', 'BytesIO', b'')"));
}

}  // namespace
}  // namespace forklift::http::wsgi
