#include "forklift/http/load/request_bytes.h"

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/http/method.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using testing::HasSubstr;

std::string Bytes(std::string_view url, const RequestOptions& options = {}) {
  const absl::StatusOr<RequestBytes> request = MakeRequest(url, options);
  return request.ok() ? request->bytes : std::string(request.status().message());
}

TEST(RequestBytesTest, UrlsInFullAndInShort) {
  EXPECT_EQ(Bytes("http://localhost:8888/hello?x=1"),
            "GET /hello?x=1 HTTP/1.1\r\nHost: localhost:8888\r\n\r\n");
  EXPECT_EQ(Bytes("localhost"), "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_EQ(Bytes("[::1]:80/a"), "GET /a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n");
  EXPECT_EQ(Bytes("http://a?"), "GET /? HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST(RequestBytesTest, WhomToConnectTo) {
  EXPECT_EQ(MakeRequest("http://[::1]:81/", {})->host, "::1");
  EXPECT_EQ(MakeRequest("http://[::1]:81/", {})->port, 81);
  EXPECT_EQ(MakeRequest("http://example.com/", {})->host, "example.com");
  EXPECT_EQ(MakeRequest("http://example.com/", {})->port, 80);
}

TEST(RequestBytesTest, MethodHeadersAndBody) {
  const RequestOptions options = {.method = "POST",
                                  .headers = {{"Accept", "*/*"}, {"host", "other"}},
                                  .body = "data",
                                  .keep_alive = false};
  EXPECT_EQ(Bytes("http://a/", options),
            "POST / HTTP/1.1\r\nHost: other\r\nAccept: */*\r\nConnection: close\r\n"
            "Content-Length: 4\r\n\r\ndata");
  EXPECT_EQ(MakeRequest("http://a/", options)->method, Method::kPost);
}

TEST(RequestBytesTest, SaysThatThereIsNoBodyWhereOneIsUsual) {
  EXPECT_EQ(Bytes("a", {.method = "POST"}),
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(Bytes("a", {.method = "DELETE"}), "DELETE / HTTP/1.1\r\nHost: a\r\n\r\n");
}

TEST(RequestBytesTest, KnowsWhereItsNonceIs) {
  const absl::StatusOr<RequestBytes> request = MakeRequest("a", {.nonce_header = "X-Id"});
  ASSERT_TRUE(request.ok()) << request.status();
  EXPECT_EQ(request->bytes, "GET / HTTP/1.1\r\nHost: a\r\nX-Id: 0000000000000000\r\n\r\n");
  EXPECT_EQ(request->bytes.substr(request->nonce - 2), ": 0000000000000000\r\n\r\n");
}

TEST(RequestBytesTest, RefusesWhatCannotBeSent) {
  for (const std::string_view url : {"", "http://", "ftp://a/", "http://a b/", "http://u@a/",
                                     "http://a:0/", "http://a/\r\nX: y", "http://a/#b"}) {
    const absl::Status status = MakeRequest(url, {}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << url << ": " << status;
    EXPECT_THAT(status.message(), HasSubstr("write http://host:port/path")) << url;
  }
  EXPECT_THAT(Bytes("https://a/"), HasSubstr("https is not spoken here"));
  EXPECT_THAT(Bytes("a", {.method = "G T"}), HasSubstr("cannot be sent"));
  EXPECT_THAT(Bytes("a", {.headers = {{"X", "a\r\nY: b"}}}), HasSubstr("cannot be sent"));
  EXPECT_THAT(Bytes("a", {.headers = {{"Content-Length", "3"}}}), HasSubstr("cannot be sent"));
}

}  // namespace
}  // namespace forklift::http::load
