#include "forklift/http/wsgi/environ.h"

#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/net/address.h"
#include "forklift/tests/http/wsgi/parsed_request.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "forklift/tests/http/wsgi/scripted_conversation.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using tests::Evaluate;
using tests::Execute;
using tests::ParsedRequest;
using tests::Repr;

net::Address AddressOf(std::string_view text) { return *net::Address::Parse(text); }

class EnvironTest : public tests::PythonTest {
 protected:
  void SetUp() override { Init({}); }

  void Init(const EnvironOptions& options) {
    builder_ = EnvironBuilder();
    ASSERT_TRUE(builder_.Init(options, wrapper_.get()));
  }

  // What `expression` of `environ` comes to, as Python writes it.
  std::string Of(std::string_view head, const std::string& expression,
                 std::optional<uint64_t> body_size = std::nullopt) {
    const ParsedRequest request(head, client_);
    const ObjectRef environ = builder_.Build(request.In(&conversation_), input_.get(), body_size);
    EXPECT_TRUE(environ);
    const ObjectRef names = Execute("");
    PyDict_SetItemString(names.get(), "environ", environ.get());
    return Repr(Evaluate(expression, names).get());
  }
  // The same of a request with these fields, for one key.
  std::string Value(std::string_view fields, const std::string& key) {
    return Of(absl::StrCat("GET / HTTP/1.1\r\nHost: a\r\n", fields),
              absl::StrCat("environ.get('", key, "')"));
  }
  // And of one with this request line, for some keys.
  std::string Values(std::string_view line, std::string_view keys) {
    return Of(absl::StrCat(line, "\r\nHost: a\r\n"),
              absl::StrCat("[environ.get(key) for key in '", keys, "'.split()]"));
  }

  const ObjectRef wrapper_ = Evaluate("'the file wrapper'");
  const ObjectRef input_ = Evaluate("'the input'");
  net::Address client_ = AddressOf("192.0.2.1:50000");
  tests::ScriptedConversation conversation_;
  EnvironBuilder builder_;
};

TEST_F(EnvironTest, HasAllOfARequest) {
  const std::string_view head =
      "POST /a%20b/c?d=%20&e HTTP/1.1\r\nHost: example.com:81\r\nContent-Type: text/plain\r\n"
      "Content-Length: 3\r\nAccept: */*\r\n";
  EXPECT_EQ(
      Of(head, "sorted((key, value) for key, value in environ.items() if key != 'wsgi.errors')", 3),
      "[('CONTENT_LENGTH', '3'), ('CONTENT_TYPE', 'text/plain'), "
      "('GATEWAY_INTERFACE', 'CGI/1.1'), ('HTTP_ACCEPT', '*/*'), ('HTTP_HOST', 'example.com:81'), "
      "('PATH_INFO', '/a b/c'), ('QUERY_STRING', 'd=%20&e'), ('RAW_URI', '/a%20b/c?d=%20&e'), "
      "('REMOTE_ADDR', '192.0.2.1'), ('REMOTE_PORT', '50000'), ('REQUEST_METHOD', 'POST'), "
      "('SCRIPT_NAME', ''), ('SERVER_NAME', 'example.com'), ('SERVER_PORT', '8888'), "
      "('SERVER_PROTOCOL', 'HTTP/1.1'), ('SERVER_SOFTWARE', 'forklift'), "
      "('wsgi.file_wrapper', 'the file wrapper'), ('wsgi.input', 'the input'), "
      "('wsgi.input_terminated', True), ('wsgi.multiprocess', False), "
      "('wsgi.multithread', False), ('wsgi.run_once', False), ('wsgi.url_scheme', 'http'), "
      "('wsgi.version', (1, 0))]");
  EXPECT_EQ(Of(head, "environ['wsgi.errors'] is __import__('sys').stderr"), "True");
}

// PEP 3333: a builtin dict, which the application may change as it likes.
TEST_F(EnvironTest, IsADictOfItsOwn) {
  const std::string_view head = "GET / HTTP/1.1\r\nHost: a\r\n";
  EXPECT_EQ(Of(head, "type(environ)"), "<class 'dict'>");
  EXPECT_EQ(Of(head, "environ.clear()"), "None");
  EXPECT_EQ(Of(head, "environ['wsgi.version']"), "(1, 0)");
  EXPECT_EQ(Of(head, "set(type(key) for key in environ)"), "{<class 'str'>}");
}

TEST_F(EnvironTest, SaysHowTheServerRuns) {
  Init({.url_scheme = "https", .multithread = true, .multiprocess = true});
  EXPECT_EQ(Value("", "wsgi.url_scheme"), "'https'");
  EXPECT_EQ(Value("", "wsgi.multithread"), "True");
  EXPECT_EQ(Value("", "wsgi.multiprocess"), "True");
}

TEST_F(EnvironTest, ThePathIsDecodedToBytes) {
  const struct {
    std::string_view target;
    std::string_view values;  // PATH_INFO, QUERY_STRING, RAW_URI
  } kCases[] = {
      {"/", "['/', '', '/']"},
      {"/?", "['/', '', '/?']"},
      {"/a?b?c", "['/a', 'b?c', '/a?b?c']"},
      {"/%C3%A9", "['/\\xc3\\xa9', '', '/%C3%A9']"},
      {"/%e9%FF", "['/\\xe9\\xff', '', '/%e9%FF']"},
      {"/%2541", "['/%41', '', '/%2541']"},
      {"/a%2Fb%3Fc", "['/a/b?c', '', '/a%2Fb%3Fc']"},
      {"/%0d%0A", "['/\\r\\n', '', '/%0d%0A']"},
      {"/a+b", "['/a+b', '', '/a+b']"},
      {"//a/../b", "['//a/../b', '', '//a/../b']"},
      {"/?%41", "['/', '%41', '/?%41']"},
      {"/?%00", "['/', '%00', '/?%00']"},
      {"http://b", "['/', '', 'http://b']"},
      {"http://b?c", "['/', 'c', 'http://b?c']"},
      {"http://b:81/c%20?d", "['/c ', 'd', 'http://b:81/c%20?d']"},
  };
  for (const auto& [target, values] : kCases) {
    EXPECT_EQ(Values(absl::StrCat("GET ", target, " HTTP/1.1"), "PATH_INFO QUERY_STRING RAW_URI"),
              values)
        << target;
  }
}

TEST_F(EnvironTest, TheServerMayBeAskedAsAWhole) {
  EXPECT_EQ(Values("OPTIONS * HTTP/1.1", "REQUEST_METHOD PATH_INFO RAW_URI"),
            "['OPTIONS', '*', '*']");
}

TEST_F(EnvironTest, AnyMethodIsGivenOn) {
  EXPECT_EQ(Values("M-SEARCH / HTTP/1.1", "REQUEST_METHOD"), "['M-SEARCH']");
  EXPECT_EQ(Values("get / HTTP/1.1", "REQUEST_METHOD"), "['get']");
}

// RFC 9112 section 3.2.2: Host is not looked at then.
TEST_F(EnvironTest, AHostInTheTargetGoesBeforeTheHostField) {
  const struct {
    std::string_view target;
    std::string_view values;  // HTTP_HOST, SERVER_NAME, SERVER_PORT
  } kCases[] = {
      {"http://b/", "['b', 'b', '8888']"},
      {"http://b:81/", "['b:81', 'b', '8888']"},
      {"http://[2001:db8::1]:81/", "['[2001:db8::1]:81', '[2001:db8::1]', '8888']"},
      {"/", "['a', 'a', '8888']"},
  };
  for (const auto& [target, values] : kCases) {
    EXPECT_EQ(
        Values(absl::StrCat("GET ", target, " HTTP/1.1"), "HTTP_HOST SERVER_NAME SERVER_PORT"),
        values)
        << target;
  }
}

TEST_F(EnvironTest, WithoutHostTheServersAddressIsItsName) {
  const struct {
    std::string_view local;
    std::string_view values;  // HTTP_HOST, SERVER_NAME, SERVER_PORT, SERVER_PROTOCOL
  } kCases[] = {
      {"127.0.0.1:8888", "[None, '127.0.0.1', '8888', 'HTTP/1.0']"},
      // In brackets (RFC 3875 section 4.1.14).
      {"[2001:db8::1]:81", "[None, '[2001:db8::1]', '81', 'HTTP/1.0']"},
      {"unix:/run/server", "[None, 'localhost', '80', 'HTTP/1.0']"},
      {"unix:/run/colon:81", "[None, 'localhost', '80', 'HTTP/1.0']"},
  };
  for (const auto& [local, values] : kCases) {
    conversation_.local = AddressOf(local);
    EXPECT_EQ(Of("GET / HTTP/1.0\r\n",
                 "[environ.get(key) for key in "
                 "'HTTP_HOST SERVER_NAME SERVER_PORT SERVER_PROTOCOL'.split()]"),
              values)
        << local;
  }
}

TEST_F(EnvironTest, OnAUnixSocketThePortIsTheClients) {
  conversation_.local = AddressOf("unix:/run/server");
  const std::string_view of_host = "GET / HTTP/1.1\r\nHost: b:81\r\n";
  EXPECT_EQ(Of(of_host, "environ['SERVER_PORT']"), "'81'");
  EXPECT_EQ(Value("", "SERVER_PORT"), "'80'");
  Init({.url_scheme = "https"});
  EXPECT_EQ(Of(of_host, "environ['SERVER_PORT']"), "'81'");
  EXPECT_EQ(Value("", "SERVER_PORT"), "'443'");
}

TEST_F(EnvironTest, TheClientIsItsAddress) {
  const struct {
    std::string_view client;
    std::string_view values;  // REMOTE_ADDR, REMOTE_PORT
  } kCases[] = {
      {"192.0.2.1:50000", "['192.0.2.1', '50000']"},
      {"[2001:db8::1]:50000", "['2001:db8::1', '50000']"},
      {"[::ffff:192.0.2.1]:1", "['::ffff:192.0.2.1', '1']"},
      {"[fe80::1%1]:1", "['fe80::1%lo', '1']"},
      {"unix:", "['', None]"},
      {"unix:@a:b", "['', None]"},
  };
  for (const auto& [client, values] : kCases) {
    if (client == "unix:") {
      const sockaddr unnamed = {.sa_family = AF_UNIX, .sa_data = {}};
      client_ = *net::Address::FromNative(&unnamed, sizeof(unnamed.sa_family));
    } else {
      client_ = AddressOf(client);
    }
    EXPECT_EQ(Values("GET / HTTP/1.1", "REMOTE_ADDR REMOTE_PORT"), values) << client;
  }
}

TEST_F(EnvironTest, FieldsAreBytes) {
  EXPECT_EQ(Value("X-A: \xc3\xa9\xff\r\n", "HTTP_X_A"), "'\\xc3\\xa9\\xff'");
  EXPECT_EQ(Value("User-Agent: \xc3\xa9\xff\r\n", "HTTP_USER_AGENT"), "'\\xc3\\xa9\\xff'");
  EXPECT_EQ(Value("X-A:   spaces \t inside  \r\n", "HTTP_X_A"), "'spaces \\t inside'");
  EXPECT_EQ(Value("X-A:\r\nAccept:\r\n", "HTTP_X_A"), "''");
  EXPECT_EQ(Value("X-A:\r\nAccept:\r\n", "HTTP_ACCEPT"), "''");
}

TEST_F(EnvironTest, WhatIsSaidTwiceIsJoined) {
  const struct {
    std::string_view fields;
    std::string_view key;
    std::string_view value;
  } kCases[] = {
      {"Accept: a\r\naccept: b\r\nACCEPT: c\r\n", "HTTP_ACCEPT", "'a,b,c'"},
      {"X-A: a\r\nx-a: b\r\n", "HTTP_X_A", "'a,b'"},
      {"X-A: a\r\nX-B: c\r\nX-A:\r\n", "HTTP_X_A", "'a,'"},
      {"X-A: a\r\nX-B: c\r\nX-A:\r\n", "HTTP_X_B", "'c'"},
      {"X-A: \xe9\r\nX-A: \xff\r\n", "HTTP_X_A", "'\\xe9,\\xff'"},
      // RFC 6265 section 5.4, and RFC 9113 section 8.2.3.
      {"Cookie: a=1\r\nCookie: b=2\r\n", "HTTP_COOKIE", "'a=1; b=2'"},
      {"Content-Type: a/b\r\nContent-Type: c/d\r\n", "CONTENT_TYPE", "'a/b,c/d'"},
  };
  for (const auto& [fields, key, value] : kCases) {
    EXPECT_EQ(Value(fields, std::string(key)), value) << fields;
  }
}

TEST_F(EnvironTest, WhatWouldPassForSomethingElseIsLeftOut) {
  EXPECT_EQ(Of("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nProxy: evil\r\n"
               "X_Forwarded_For: evil\r\nREMOTE_USER: evil\r\nContent_Length: 5\r\n",
               "[key for key in environ if key.startswith(('HTTP_', 'CONTENT_', 'REMOTE_U'))]"),
            "['HTTP_HOST']");
}

TEST_F(EnvironTest, NoFieldTakesThePlaceOfAnotherKey) {
  EXPECT_EQ(Value("Path-Info: /evil\r\n", "PATH_INFO"), "'/'");
  EXPECT_EQ(Value("Path-Info: /evil\r\n", "HTTP_PATH_INFO"), "'/evil'");
  EXPECT_EQ(Value("wsgi.input: evil\r\n", "wsgi.input"), "'the input'");
}

TEST_F(EnvironTest, TheBodysSizeIsTheServersToSay) {
  const std::string_view head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n";
  EXPECT_EQ(Of(head, "environ.get('CONTENT_LENGTH')"), "None");
  EXPECT_EQ(Of(head, "environ.get('CONTENT_LENGTH')", 0), "'0'");
  EXPECT_EQ(Of(head, "environ.get('CONTENT_LENGTH')", 1'234'567'890'123), "'1234567890123'");
}

TEST_F(EnvironTest, TheStandardLibraryFindsItsWay) {
  const std::string url = "__import__('wsgiref.util').util.request_uri(environ)";
  EXPECT_EQ(Of("GET /a%20b?c HTTP/1.1\r\nHost: d:81\r\n", url), "'http://d:81/a%20b?c'");
  conversation_.local = AddressOf("[::1]:8888");
  EXPECT_EQ(Of("GET / HTTP/1.0\r\n", url), "'http://[::1]:8888/'");
}

}  // namespace
}  // namespace forklift::http::wsgi
