#include "forklift/http/wsgi/response_head.h"

#include <stdint.h>

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/status_code.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using tests::Evaluate;
using tests::TakeException;

class ResponseHeadTest : public tests::PythonTest {
 protected:
  // `status` and `headers` are expressions of Python.
  bool Read(const std::string& status, const std::string& headers) {
    return ReadResponseHead(Evaluate(status).get(), Evaluate(headers).get(), head_);
  }

  // The exception that comes of it, which is of this type.
  std::string Failure(const std::string& status, const std::string& headers,
                      std::string_view type) {
    EXPECT_FALSE(Read(status, headers)) << status << " " << headers;
    const std::string exception = TakeException();
    EXPECT_THAT(exception, StartsWith(absl::StrCat(type, ": start_response: ")));
    return exception;
  }

  // Names and values.
  std::string Fields() const {
    std::string text;
    for (const Field field : head_.headers.fields()) {
      absl::StrAppend(&text, field.name, ": ", field.value, "\n");
    }
    return text;
  }

  ResponseHead head_;
};

TEST_F(ResponseHeadTest, IsTakenAsItIs) {
  ASSERT_TRUE(Read("'404 Not Found'",
                   "[('Content-Type', 'text/plain'), ('set-cookie', 'a=1'), "
                   "('Set-Cookie', 'b=2'), ('X-Empty', '')]"));
  EXPECT_EQ(head_.status, StatusCode::kNotFound);
  EXPECT_EQ(Fields(), "Content-Type: text/plain\nset-cookie: a=1\nSet-Cookie: b=2\nX-Empty: \n");
  EXPECT_EQ(head_.content_length, std::nullopt);
}

TEST_F(ResponseHeadTest, AnotherTakesItsPlace) {
  ASSERT_TRUE(Read("'200 Fine'", "[('A', 'b'), ('Content-Length', '5')]"));
  ASSERT_TRUE(Read("'500 Internal Server Error'", "[]"));
  EXPECT_EQ(head_.status, StatusCode::kInternalServerError);
  EXPECT_EQ(head_.reason, "");
  EXPECT_EQ(Fields(), "");
  EXPECT_EQ(head_.content_length, std::nullopt);
}

TEST_F(ResponseHeadTest, OnlyAReasonOfItsOwnIsKept) {
  const struct {
    std::string_view status;
    int code;
    std::string_view reason;
  } kCases[] = {
      {"'200 OK'", 200, ""},
      {"'200 Ok'", 200, "Ok"},
      {"'200 '", 200, ""},
      {"'200  '", 200, " "},
      {"'200 OK OK'", 200, "OK OK"},
      {"'299 Quite'", 299, "Quite"},
      {"'599 '", 599, ""},
      {"'404 a\\tb'", 404, "a\tb"},
      {"'404 Gr\\xfc\\xdf\\xff'", 404, "Gr\xfc\xdf\xff"},
      {"type('Text', (str,), {})('201 Created')", 201, ""},
  };
  for (const auto& [status, code, reason] : kCases) {
    ASSERT_TRUE(Read(std::string(status), "[]")) << status << ": " << TakeException();
    EXPECT_EQ(head_.status, StatusCode{code}) << status;
    EXPECT_EQ(head_.reason, reason) << status;
  }
}

TEST_F(ResponseHeadTest, AStatusMustBeOne) {
  for (const char* status : {"''",
                             "'200'",
                             "'OK'",
                             "'20 OK'",
                             "'2000 OK'",
                             "'200OK'",
                             "'200\\tOK'",
                             "' 200 OK'",
                             "'+20 OK'",
                             "'-20 OK'",
                             "' 20 OK'",
                             "'2x0 OK'",
                             "'0x2 OK'",
                             "'2.0 OK'",
                             "'100 Continue'",
                             "'101 Switching Protocols'",
                             "'199 '",
                             "'600 '",
                             "'999 '",
                             "'000 '",
                             "'\\u0662\\u0660\\u0660 OK'",
                             "'200 \\u0100'",
                             "'200 \\U0001f600'",
                             "'200 \\ud800'"}) {
    EXPECT_THAT(Failure(status, "[]", "ValueError"), HasSubstr("the status must be a str"))
        << status;
  }
  for (const char* status : {"200", "b'200 OK'", "None", "('200 OK',)", "['200 OK']"}) {
    EXPECT_THAT(Failure(status, "[]", "TypeError"), HasSubstr("the status must be a str"))
        << status;
  }
}

TEST_F(ResponseHeadTest, AStatusHasNoControlCharacters) {
  for (const char* status : {"'200 OK\\r\\nSet-Cookie: a=1'", "'200 OK\\n'", "'200 \\r'",
                             "'200 O\\0K'", "'200 \\x1b[2J'", "'200 \\x7f'", "'200 \\x1f'"}) {
    EXPECT_THAT(Failure(status, "[]", "ValueError"), HasSubstr("control characters in the status"))
        << status;
  }
}

TEST_F(ResponseHeadTest, HeadersAreAListOfPairs) {
  for (const char* headers : {"()", "{}", "None", "'a: b'", "iter([])", "(('A', 'b'),)"}) {
    EXPECT_THAT(Failure("'200 OK'", headers, "TypeError"), HasSubstr("must be a list")) << headers;
  }
  for (const char* headers : {"['A: b']", "[['A', 'b']]", "[()]", "[('A',)]", "[('A', 'b', 'c')]",
                              "[None]", "[('A', 'b'), 1]"}) {
    EXPECT_THAT(Failure("'200 OK'", headers, "TypeError"), HasSubstr("tuple (name, value)"))
        << headers;
  }
  for (const char* headers :
       {"[('A', b'b')]", "[(b'A', 'b')]", "[('A', 1)]", "[(None, 'b')]", "[('A', None)]",
        "[('A', ['b'])]", "[('A', '\\u0100')]", "[('\\u0100', 'b')]", "[('A', '\\ud800')]",
        "[('Content-Length', 5)]", "[('Content-Length', b'5')]"}) {
    EXPECT_THAT(Failure("'200 OK'", headers, "TypeError"), HasSubstr("str of latin-1 characters"))
        << headers;
  }
}

TEST_F(ResponseHeadTest, SubtypesOfListTupleAndStrPass) {
  ASSERT_TRUE(Read("'200 OK'",
                   "type('L', (list,), {})([type('T', (tuple,), {})((type('S', (str,), {})('A'), "
                   "type('S', (str,), {})('b')))])"))
      << TakeException();
  EXPECT_EQ(Fields(), "A: b\n");
}

TEST_F(ResponseHeadTest, BytesBeyondAsciiPassInValues) {
  ASSERT_TRUE(Read("'200 OK'", "[('A', '\\x80\\xe4\\xff'), ('B', 'tab\\there')]"));
  EXPECT_EQ(Fields(), "A: \x80\xe4\xff\nB: tab\there\n");
}

TEST_F(ResponseHeadTest, NothingBreaksOutOfAField) {
  for (const char* headers :
       {"[('A', 'b\\r\\nC: d')]", "[('A', 'b\\nC: d')]", "[('A', 'b\\rC: d')]",
        "[('A', '\\0')]",         "[('A', '\\n')]",      "[('A', 'b\\n')]",
        "[('A', '\\r\\n b')]",    "[('A', '\\x1b')]",    "[('A', '\\x7f')]",
        "[('A', '\\x01')]",       "[('', 'b')]",         "[('A B', 'b')]",
        "[('A:', 'b')]",          "[(':A', 'b')]",       "[(' A', 'b')]",
        "[('A ', 'b')]",          "[('A\\r\\nB', 'c')]", "[('A\\0', 'b')]",
        "[('A\\n', 'b')]",        "[('\\xe4', 'b')]",    "[('A\\x7f', 'b')]",
        "[('A(', 'b')]",          "[('\"A\"', 'b')]",    "[('A', 'b'), ('A/B', 'c')]"}) {
    EXPECT_THAT(Failure("'200 OK'", headers, "ValueError"),
                HasSubstr("has a name that is none, or control characters"))
        << headers;
  }
}

TEST_F(ResponseHeadTest, WhatIsBetweenServerAndClientIsNotTheApplications) {
  for (const std::string_view name :
       {"Connection", "connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization",
        "Proxy-Connection", "TE", "te", "Trailer", "Transfer-Encoding", "TRANSFER-ENCODING",
        "Upgrade"}) {
    EXPECT_THAT(Failure("'200 OK'", absl::StrCat("[('", name, "', 'close')]"), "ValueError"),
                HasSubstr("is between server and client"))
        << name;
  }
}

TEST_F(ResponseHeadTest, TheContentLengthIsANumber) {
  const struct {
    std::string_view headers;
    uint64_t length;
  } kCases[] = {
      {"[('Content-Length', '0')]", 0},
      {"[('CONTENT-LENGTH', '42')]", 42},
      {"[('Content-Length', '0042')]", 42},
      {"[('Content-Length', '42'), ('content-length', '42')]", 42},
      {"[('Content-Length', '18446744073709551615')]", std::numeric_limits<uint64_t>::max()},
  };
  for (const auto& [headers, length] : kCases) {
    ASSERT_TRUE(Read("'200 OK'", std::string(headers))) << TakeException();
    EXPECT_EQ(head_.content_length, length) << headers;
    EXPECT_EQ(Fields(), "") << headers;
  }
  for (const char* headers :
       {"[('Content-Length', '')]", "[('Content-Length', ' 5')]", "[('Content-Length', '5 ')]",
        "[('Content-Length', '+5')]", "[('Content-Length', '-5')]", "[('Content-Length', '5.0')]",
        "[('Content-Length', '0x5')]", "[('Content-Length', '5, 5')]",
        "[('Content-Length', 'five')]", "[('Content-Length', '5\\r\\nA: b')]",
        "[('Content-Length', '\\xb2')]", "[('Content-Length', '18446744073709551616')]",
        "[('Content-Length', '5'), ('Content-Length', '6')]"}) {
    EXPECT_THAT(Failure("'200 OK'", headers, "ValueError"), HasSubstr("Content-Length cannot be"))
        << headers;
  }
}

// Python code runs where what is wrong is written.
TEST_F(ResponseHeadTest, AnErrorThatCannotBeWrittenIsAnErrorToo) {
  EXPECT_FALSE(Read("type('T', (), {'__repr__': lambda self: 1 / 0})()", "[]"));
  EXPECT_THAT(TakeException(), AnyOf("TypeError", "ZeroDivisionError: division by zero"));
  EXPECT_FALSE(Read("'200 OK'", "[type('T', (), {'__repr__': lambda self: 1 / 0})()]"));
  EXPECT_THAT(TakeException(), AnyOf("TypeError", "ZeroDivisionError: division by zero"));
}

}  // namespace
}  // namespace forklift::http::wsgi
