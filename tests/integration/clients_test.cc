// Real clients against the real server.
#include <stddef.h>
#include <stdlib.h>

#include <fstream>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

using ClientsTest = ModelTest;
INSTANTIATE_TEST_SUITE_P(Models, ClientsTest, AllModels(), NameOfModel);

TEST_P(ClientsTest, CurlAsInTheArticle) {
  if (!HaveProgram("curl")) GTEST_SKIP() << "curl is not installed";
  const RunningServer server({ModelFlag()});
  const Finished curl = RunProgram({"curl", "-sS", server.Url("/hello")});
  EXPECT_TRUE(curl.status.success()) << curl.error;
  EXPECT_EQ(curl.output, "Hello, World!\n");
}

TEST_P(ClientsTest, CurlHeadAndUpload) {
  if (!HaveProgram("curl")) GTEST_SKIP() << "curl is not installed";
  const RunningServer server({ModelFlag()});
  const Finished head = RunProgram({"curl", "-sSI", server.Url("/")});
  EXPECT_TRUE(head.status.success()) << head.error;
  EXPECT_THAT(head.output, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(head.output, HasSubstr("Content-Length: 14\r\n"));
  const Finished upload = RunProgram(
      {"curl", "-sS", "-H", "Expect:", "--data-binary", std::string(50'000, 'x'), server.Url("/")});
  EXPECT_TRUE(upload.status.success()) << upload.error;
  EXPECT_EQ(upload.output, "Hello, World!\n");
}

TEST_P(ClientsTest, CurlHearsInTheMiddleOfAnUploadThatItIsTooLarge) {
  if (!HaveProgram("curl")) GTEST_SKIP() << "curl is not installed";
  const RunningServer server({ModelFlag()});
  const std::string path = absl::StrCat(::getenv("TEST_TMPDIR"), "/upload");
  std::ofstream(path) << std::string(50'000'000, 'x');
  for (const char* framing : {"Content-Length: 50000000", "Transfer-Encoding: chunked"}) {
    const Finished curl =
        RunProgram({"curl", "-sS", "-H", "Expect:", "-H", framing, "-o", "/dev/null", "-w",
                    "%{http_code}", "--data-binary", absl::StrCat("@", path), server.Url("/")});
    EXPECT_TRUE(curl.status.success()) << framing << ": " << curl.error;
    EXPECT_EQ(curl.output, "413") << framing;
  }
}

TEST_P(ClientsTest, CurlUsesAConnectionOn) {
  if (!HaveProgram("curl")) GTEST_SKIP() << "curl is not installed";
  const RunningServer server({ModelFlag()});
  const Finished curl = RunProgram(
      {"curl", "-sSv", server.Url("/"), server.Url("/2"), "--next", "-sSv", server.Url("/3")});
  EXPECT_TRUE(curl.status.success()) << curl.error;
  EXPECT_EQ(curl.output, "Hello, World!\nHello, World!\nHello, World!\n");
  EXPECT_THAT(curl.error, HasSubstr("Re-using existing connection"));
}

TEST_P(ClientsTest, PythonsHttpClient) {
  if (!HaveProgram("python3")) GTEST_SKIP() << "python3 is not installed";
  const RunningServer server({ModelFlag()});
  const char* script = ::getenv("HTTP_CLIENT_PY");
  ASSERT_NE(script, nullptr);
  const Finished python = RunProgram({"python3", script, absl::StrCat(server.address().port())});
  EXPECT_TRUE(python.status.success()) << python.error;
  EXPECT_EQ(python.output,
            "GET 200 OK 'Hello, World!\\n'\n"
            "HEAD 200 OK ''\n"
            "POST 200 OK 'Hello, World!\\n'\n"
            "GET 200 OK 'Hello, World!\\n'\n");
}

// client3.py's request: every line ends in a bare LF. It closes without waiting for the answer.
TEST_P(ClientsTest, TheArticlesOwnClient) {
  const RunningServer server({ModelFlag()});
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, "GET /hello HTTP/1.1\nHost: localhost:8888\n\n"));
  EXPECT_THAT(ReceiveUntil(client, kGreeting),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), EndsWith(kGreeting)));
}

// The article's snippet sends "test" and waits; nothing in it ends a request, so it is told at its
// end.
TEST_P(ClientsTest, TheArticlesSnippet) {
  const RunningServer server({ModelFlag()});
  const net::UniqueFd client = Connect(server.address());
  ASSERT_TRUE(Send(client, "test"));
  CloseSending(client);
  EXPECT_THAT(ReceiveAll(client), StartsWith("HTTP/1.1 400 "));
}

TEST_P(ClientsTest, ABrowsersHeadInOneByteSegments) {
  constexpr std::string_view kHead =
      "GET /hello HTTP/1.1\r\n"
      "Host: localhost:8888\r\n"
      "Connection: keep-alive\r\n"
      "sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\n"
      "sec-ch-ua-mobile: ?0\r\n"
      "sec-ch-ua-platform: \"Linux\"\r\n"
      "Upgrade-Insecure-Requests: 1\r\n"
      "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
      "Chrome/130.0.0.0 Safari/537.36\r\n"
      "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8\r\n"
      "Sec-Fetch-Site: none\r\n"
      "Sec-Fetch-Mode: navigate\r\n"
      "Sec-Fetch-User: ?1\r\n"
      "Sec-Fetch-Dest: document\r\n"
      "Accept-Encoding: gzip, deflate, br, zstd\r\n"
      "Accept-Language: en-GB,en;q=0.9\r\n"
      "\r\n";
  const RunningServer server({ModelFlag()});
  const net::UniqueFd client = Connect(server.address());
  for (size_t i = 0; i < kHead.size(); ++i) ASSERT_TRUE(Send(client, kHead.substr(i, 1)));
  EXPECT_THAT(ReceiveUntil(client, kGreeting), EndsWith(kGreeting));
}

}  // namespace
}  // namespace forklift::tests
