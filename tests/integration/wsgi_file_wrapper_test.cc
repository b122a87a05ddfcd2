// Files that an application hands over whole: wsgi.file_wrapper.
#include <sys/resource.h>

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/integration/wsgi_test.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

class WsgiFileWrapperTest : public WsgiTest {
 protected:
  WsgiFileWrapperTest() {
    for (int i = 0; content_.size() < 3'000'000; ++i) absl::StrAppend(&content_, i, "\n");
    WriteFile(path_, content_);
  }

  RunningServer ServeFile(std::string_view application) const {
    return Serve(application, {}, {{"FILE", path_}});
  }

  const std::string path_ = TemporaryPath("served");
  std::string content_;
};
INSTANTIATE_TEST_SUITE_P(Models, WsgiFileWrapperTest, WsgiModels(), NameOfWsgiModel);

TEST_P(WsgiFileWrapperTest, EachKindOfFileIsSentFromWhereItStandsAndClosed) {
  std::string closed;
  for (const char* application : {"file_wrapper:serve", "file_wrapper:application"}) {
    const RunningServer server = ServeFile(application);
    for (const char* target : {"/file", "/offset", "/buffered", "/memory", "/read-only"}) {
      const std::string_view expected = std::string_view(content_).substr(
          target == std::string_view("/offset") || target == std::string_view("/buffered") ? 1000
                                                                                           : 0);
      // Compared as a truth: what differs is too long to be printed.
      EXPECT_TRUE(ContentOf(Exchange(server.address(), Get(target))) == expected)
          << application << target;
      EXPECT_TRUE(ContentOf(Exchange(server.address(),
                                     Get(absl::StrCat(target, "?", expected.size())))) == expected)
          << application << target;
      absl::StrAppend(&closed, "closed\nclosed\n");
      EXPECT_TRUE(ComesToRecord(closed)) << application << target;
    }
  }
}

TEST_P(WsgiFileWrapperTest, NoMoreIsSentThanTheContentLengthSays) {
  const RunningServer server = ServeFile("file_wrapper:serve");
  for (const char* target : {"/file?10", "/memory?10", "/read-only?10"}) {
    EXPECT_THAT(Exchange(server.address(), Get(target)),
                AllOf(HasSubstr("\r\nContent-Length: 10\r\n"), EndsWith("\r\n\r\n0\n1\n2\n3\n4\n")))
        << target;
  }
}

TEST_P(WsgiFileWrapperTest, AFileThatIsShorterThanItsContentLengthEndsTheConnection) {
  const RunningServer server = ServeFile("file_wrapper:serve");
  for (const char* target : {"/file?4000000", "/memory?4000000"}) {
    const net::UniqueFd client = Connect(server.address());
    ASSERT_TRUE(Send(client, absl::StrCat("GET ", target, " HTTP/1.1\r\nHost: a\r\n\r\n")));
    EXPECT_THAT(ReceiveAll(client), Not(EndsWith("<timeout>"))) << target;
  }
}

TEST_P(WsgiFileWrapperTest, HeadSendsNothingOfIt) {
  const RunningServer server = ServeFile("file_wrapper:serve");
  EXPECT_THAT(Exchange(server.address(), Request("HEAD", "/file?3000000")),
              AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("\r\nContent-Length: 3000000\r\n"),
                    EndsWith("\r\n\r\n")));
  EXPECT_TRUE(ComesToRecord("closed\n"));
}

TEST_P(WsgiFileWrapperTest, AConnectionGoesOnAfterAFile) {
  const RunningServer server = ServeFile("file_wrapper:serve");
  const net::UniqueFd client = Connect(server.address());
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(Send(client, "GET /file?10 HTTP/1.1\r\nHost: a\r\n\r\n"));
    EXPECT_THAT(ReceiveUntil(client, "\n3\n4\n"), Not(EndsWith("<timeout>")));
  }
}

TEST_P(WsgiFileWrapperTest, AClientThatLeaves) {
  const RunningServer server = ServeFile("file_wrapper:serve");
  {
    const net::UniqueFd client = Connect(server.address());
    ASSERT_TRUE(Send(client, Get("/file")));
    ReceiveUntil(client, "\r\n\r\n", absl::ZeroDuration());
  }
  EXPECT_TRUE(ComesToRecord("closed\n"));
}

}  // namespace
}  // namespace forklift::tests
