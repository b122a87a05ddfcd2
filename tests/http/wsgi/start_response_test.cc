#include "forklift/http/wsgi/start_response.h"

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/server/response.h"
#include "forklift/http/wsgi/answer.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/tests/http/wsgi/parsed_request.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "forklift/tests/http/wsgi/scripted_conversation.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using tests::Execute;
using tests::Repr;
using tests::TakeException;

class StartResponseTest : public tests::PythonTest {
 protected:
  void SetUp() override {
    ASSERT_TRUE(type_) << TakeException();
    callable_ = StartResponse::Create(type_.get(), answer_);
    ASSERT_TRUE(callable_) << TakeException();
    PyDict_SetItemString(names_.get(), "start_response", callable_.get());
  }

  // What an expression comes to, or the exception that comes of it.
  std::string Ask(std::string_view expression) {
    const ObjectRef result = ObjectRef::Steal(
        PyRun_String(std::string(expression).c_str(), Py_eval_input, names_.get(), names_.get()));
    return result ? Repr(result.get()) : TakeException();
  }

  tests::ScriptedConversation client_;
  const tests::ParsedRequest request_ = tests::ParsedRequest("GET / HTTP/1.1\r\nHost: a\r\n");
  const server::Request view_ = request_.In(&client_);
  server::Response response_;
  Answer answer_ = Answer(view_, response_);
  const ObjectRef type_ = StartResponse::CreateType();
  const ObjectRef names_ = Execute("");
  ObjectRef callable_;
};

TEST_F(StartResponseTest, ReturnsWrite) {
  EXPECT_EQ(Ask("[start_response('200 OK', [])(block) for block in (b'a', b'', b'\\xff')][:1]"),
            "AssertionError: start_response: called again without exc_info");
  EXPECT_EQ(client_.written, "a");
}

TEST_F(StartResponseTest, WritesAsOftenAsItIsCalled) {
  EXPECT_EQ(Ask("list(map(start_response('200 OK', []), [b'a', b'', b'\\xff', b'bc']))"),
            "[None, None, None, None]");
  EXPECT_EQ(client_.written,
            "a\xff"
            "bc");
}

TEST_F(StartResponseTest, TakesTheArgumentsOfPep3333ByNameToo) {
  for (const char* call :
       {"start_response('200 OK', [])", "start_response('200 OK', [], (1, 2, 3))",
        "start_response(status='200 OK', response_headers=[], exc_info=(1, 2, 3))",
        "start_response('200 OK', response_headers=[], exc_info=(1, 2, 3))"}) {
    EXPECT_THAT(Ask(call), StartsWith("<built-in method write of forklift.StartResponse object"))
        << call;
  }
}

TEST_F(StartResponseTest, TakesNoOthers) {
  for (const char* call :
       {"start_response()", "start_response('200 OK')", "start_response('200 OK', [], None, 1)",
        "start_response('200 OK', [], headers=[])", "start_response('200 OK', headers=[])",
        "start_response(headers=[], status='200 OK')"}) {
    EXPECT_THAT(Ask(call), StartsWith("TypeError: ")) << call;
  }
  EXPECT_THAT(Ask("start_response('200 OK', [])()"), StartsWith("TypeError: "));
}

TEST_F(StartResponseTest, WriteWantsBytes) {
  EXPECT_EQ(Ask("start_response('200 OK', [])('text')"),
            "TypeError: write() wants bytes, not 'text'");
  Execute("");
  for (const char* block : {"None", "1", "bytearray(b'a')", "[b'a']", "memoryview(b'a')"}) {
    EXPECT_THAT(Ask(absl::StrCat("start_response('200 OK', [], (1, 2, 3))(", block, ")")),
                StartsWith("TypeError: write() wants bytes, not "))
        << block;
  }
  EXPECT_EQ(client_.begun, std::nullopt);
}

TEST_F(StartResponseTest, AClientThatHasGoneIsABrokenPipe) {
  client_.gone = true;
  EXPECT_EQ(Ask("start_response('200 OK', [])(b'a')"),
            "BrokenPipeError: the client has closed the connection");
}

TEST_F(StartResponseTest, AHeadThatIsWrongIsAnException) {
  EXPECT_THAT(Ask("start_response('OK', [])"), HasSubstr("ValueError: start_response: the status"));
}

TEST_F(StartResponseTest, OutlivesItsRequestWithoutHarm) {
  const ObjectRef write = ObjectRef::Steal(
      PyRun_String("start_response('200 OK', [])", Py_eval_input, names_.get(), names_.get()));
  PyDict_SetItemString(names_.get(), "write", write.get());
  StartResponse::Detach(callable_.get());
  callable_ = ObjectRef();
  EXPECT_EQ(Ask("write(b'a')"), "RuntimeError: start_response: the request has ended");
  EXPECT_EQ(Ask("start_response('200 OK', [])"),
            "RuntimeError: start_response: the request has ended");
  EXPECT_EQ(client_.begun, std::nullopt);
}

TEST_F(StartResponseTest, NobodyElseMakesOne) {
  EXPECT_THAT(Ask("type(start_response)()"), HasSubstr("TypeError: cannot create"));
}

TEST_F(StartResponseTest, LeavesNoReferenceBehind) {
  const Py_ssize_t types = Py_REFCNT(type_.get());
  for (int i = 0; i < 3; ++i) {
    const ObjectRef other = StartResponse::Create(type_.get(), answer_);
    EXPECT_EQ(Py_REFCNT(other.get()), 1);
    EXPECT_EQ(Py_REFCNT(type_.get()), types + 1);
  }
  EXPECT_EQ(Py_REFCNT(type_.get()), types);
}

}  // namespace
}  // namespace forklift::http::wsgi
