// What an application finds in its environ, and what nobody can put there.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/integration/wsgi_test.h"
#include "forklift/tests/support/json.h"
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

// The environ as the application saw it.
class Environ {
 public:
  Environ(const RunningServer& server, std::string_view request) {
    const std::string answer = Exchange(server.address(), request);
    const std::optional<Json> json = ParseJson(ContentOf(answer));
    EXPECT_TRUE(json) << answer;
    json_ = json.value_or(Json{});
  }

  // A string, or the name of its class; "<none>" where there is none.
  std::string operator[](std::string_view key) const {
    const Json* item = json_.Find(key);
    return item == nullptr ? "<none>" : item->text;
  }

  Json At(std::string_view key) const {
    const Json* item = json_.Find(key);
    EXPECT_NE(item, nullptr) << key;
    return item == nullptr ? Json{} : *item;
  }

 private:
  Json json_;
};

class WsgiEnvironTest : public WsgiTest {
 protected:
  static RunningServer ServeEcho(const std::vector<std::string>& flags = {}) {
    return Serve("environ_echo:application", flags);
  }
};
INSTANTIATE_TEST_SUITE_P(Models, WsgiEnvironTest, WsgiModels(), NameOfWsgiModel);

TEST_P(WsgiEnvironTest, TheRequestsLine) {
  const RunningServer server = ServeEcho();
  const Environ environ(server, Get("/a%20b/c%2Fd?x=%201&y"));
  EXPECT_EQ(environ["REQUEST_METHOD"], "GET");
  EXPECT_EQ(environ["SCRIPT_NAME"], "");
  EXPECT_EQ(environ["PATH_INFO"], "/a b/c/d");
  EXPECT_EQ(environ["QUERY_STRING"], "x=%201&y");
  EXPECT_EQ(environ["SERVER_PROTOCOL"], "HTTP/1.1");
  const Environ old(server, "PUT / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old["REQUEST_METHOD"], "PUT");
  EXPECT_EQ(old["PATH_INFO"], "/");
  EXPECT_EQ(old["QUERY_STRING"], "");
  EXPECT_EQ(old["SERVER_PROTOCOL"], "HTTP/1.0");
}

TEST_P(WsgiEnvironTest, ThePathsBytesAreLatin1) {
  const RunningServer server = ServeEcho();
  EXPECT_EQ(Environ(server, Get("/%C3%A9%ff"))["PATH_INFO"], "/\u00c3\u00a9\u00ff");
}

TEST_P(WsgiEnvironTest, TheServerAndTheClient) {
  const RunningServer server = ServeEcho();
  const Environ environ(server, Get("/"));
  EXPECT_NE(environ["SERVER_NAME"], "");
  EXPECT_EQ(environ["SERVER_PORT"], absl::StrCat(server.address().port()));
  EXPECT_EQ(environ["REMOTE_ADDR"], "127.0.0.1");
  EXPECT_EQ(environ["HTTP_HOST"], "localhost");
  EXPECT_EQ(environ["wsgi.url_scheme"], "http");
}

TEST_P(WsgiEnvironTest, WhatWsgiItselfPutsThere) {
  const RunningServer server = ServeEcho();
  const Environ environ(server, Get("/"));
  const Json version = environ.At("wsgi.version");
  ASSERT_EQ(version.items.size(), 2u);
  EXPECT_EQ(version.items[0].number, 1);
  EXPECT_EQ(version.items[1].number, 0);
  EXPECT_EQ(environ.At("wsgi.run_once").kind, Json::Kind::kBoolean);
  EXPECT_FALSE(environ.At("wsgi.run_once").boolean);
  EXPECT_TRUE(environ.At("wsgi.input_terminated").boolean);
  for (const char* object : {"wsgi.input", "wsgi.errors", "wsgi.file_wrapper"}) {
    EXPECT_NE(environ[object], "<none>") << object;
  }
}

TEST_P(WsgiEnvironTest, WhetherOthersRunBesideIt) {
  const RunningServer server = ServeEcho({TwoWorkersFlag()});
  const Environ environ(server, Get("/"));
  EXPECT_EQ(environ.At("wsgi.multiprocess").boolean, Model() != "iterative");
  EXPECT_EQ(environ.At("wsgi.multithread").boolean, Model() == "threads");
}

TEST_P(WsgiEnvironTest, TheSchemeThatAProxySpeaksIsAFlag) {
  const RunningServer server = ServeEcho({"--url-scheme=https"});
  EXPECT_EQ(Environ(server, Get("/"))["wsgi.url_scheme"], "https");
}

TEST_P(WsgiEnvironTest, Fields) {
  const RunningServer server = ServeEcho();
  const Environ environ(server, Request("GET", "/",
                                        "x-Lower-and-UPPER:  a value \r\n"
                                        "Accept: text/html\r\n"
                                        "X-Latin: \xe9\r\n"
                                        "X-Empty:\r\n"));
  EXPECT_EQ(environ["HTTP_X_LOWER_AND_UPPER"], "a value");
  EXPECT_EQ(environ["HTTP_ACCEPT"], "text/html");
  EXPECT_EQ(environ["HTTP_X_LATIN"], "\u00e9");
  EXPECT_EQ(environ["HTTP_X_EMPTY"], "");
}

TEST_P(WsgiEnvironTest, RepeatedFieldsAreOneOfEach) {
  const RunningServer server = ServeEcho();
  const Environ environ(server, Request("GET", "/",
                                        "Accept: text/html\r\nCookie: a=1\r\n"
                                        "Accept: text/plain\r\nCookie: b=2\r\n"));
  EXPECT_EQ(environ["HTTP_ACCEPT"], "text/html,text/plain");
  EXPECT_EQ(environ["HTTP_COOKIE"], "a=1; b=2");
}

TEST_P(WsgiEnvironTest, WhatABodyIsHasNamesOfItsOwn) {
  const RunningServer server = ServeEcho();
  const Environ with(server, Post("/", "abc", "Content-Type: text/plain\r\n"));
  EXPECT_EQ(with["CONTENT_LENGTH"], "3");
  EXPECT_EQ(with["CONTENT_TYPE"], "text/plain");
  EXPECT_EQ(with["HTTP_CONTENT_LENGTH"], "<none>");
  EXPECT_EQ(with["HTTP_CONTENT_TYPE"], "<none>");
  const Environ without(server, Get("/"));
  EXPECT_THAT(without["CONTENT_LENGTH"], testing::AnyOf("", "0", "<none>"));
  EXPECT_THAT(without["CONTENT_TYPE"], testing::AnyOf("", "<none>"));
}

// An underscore and a hyphen are the same letter there; and HTTP_PROXY is where programs that speak
// HTTP themselves look for their proxy ("httpoxy").
TEST_P(WsgiEnvironTest, FieldsThatWouldPassForAnotherAreDropped) {
  const RunningServer server = ServeEcho();
  const Environ environ(server, Post("/", "abc",
                                     "Content_Length: 9\r\nTransfer_Encoding: chunked\r\n"
                                     "X_Forwarded_For: 10.0.0.1\r\nX-Forwarded-For: 10.0.0.2\r\n"
                                     "Content_Type: text/html\r\nProxy: http://evil/\r\n"));
  EXPECT_EQ(environ["CONTENT_LENGTH"], "3");
  EXPECT_THAT(environ["CONTENT_TYPE"], testing::AnyOf("", "<none>"));
  EXPECT_EQ(environ["HTTP_CONTENT_LENGTH"], "<none>");
  EXPECT_EQ(environ["HTTP_CONTENT_TYPE"], "<none>");
  EXPECT_EQ(environ["HTTP_TRANSFER_ENCODING"], "<none>");
  EXPECT_EQ(environ["HTTP_X_FORWARDED_FOR"], "10.0.0.2");
  EXPECT_EQ(environ["HTTP_PROXY"], "<none>");
}

TEST_P(WsgiEnvironTest, AnAbsoluteTargetsAuthorityWins) {
  const RunningServer server = ServeEcho();
  const Environ environ(server,
                        "GET http://target:80/path?q HTTP/1.1\r\nHost: field\r\n"
                        "Connection: close\r\n\r\n");
  EXPECT_THAT(environ["HTTP_HOST"], StartsWith("target"));
  EXPECT_EQ(environ["PATH_INFO"], "/path");
  EXPECT_EQ(environ["QUERY_STRING"], "q");
}

TEST_P(WsgiEnvironTest, NothingStaysForAConnectionsNextRequest) {
  const RunningServer server = ServeEcho();
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client,
                   "POST /first?query HTTP/1.1\r\nHost: localhost\r\nX-First: 1\r\n"
                   "Content-Type: text/first\r\nContent-Length: 3\r\n\r\nabc"));
  EXPECT_THAT(ReceiveUntil(client, "}\r\n0\r\n\r\n"), HasSubstr("HTTP_X_FIRST"));
  ASSERT_TRUE(Send(client, Get("/second")));
  EXPECT_THAT(ReceiveAll(client), AllOf(HasSubstr("/second"), Not(HasSubstr("HTTP_X_FIRST")),
                                        Not(HasSubstr("query")), Not(HasSubstr("text/first"))));
}

}  // namespace
}  // namespace forklift::tests
