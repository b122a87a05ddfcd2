#include "forklift/http/server/response_sender.h"

#include <stddef.h>
#include <stdint.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/testing/answer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

using ::testing::EndsWith;
using ::testing::Not;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

// Counts down, and breaks off at `stop`.
class Countdown final : public Producer {
 public:
  explicit Countdown(int stop) : stop_(stop) {}
  std::optional<size_t> Produce(absl::Span<char> room) override {
    if (left_ == stop_) return std::nullopt;
    if (left_ == 0) return 0;
    room[0] = static_cast<char>('0' + left_--);
    return 1;
  }

 private:
  const int stop_;
  int left_ = 3;
};

class ProducedContentTest : public ::testing::Test {
 protected:
  std::string Answer(std::string_view requests) { return testing::AnswerBytes(handler_, requests); }

  int stop_ = -1;
  std::optional<uint64_t> size_;
  FunctionHandler handler_{[this](const Request&, Response& response) {
    response.content = Produced{std::make_unique<Countdown>(stop_), size_};
  }};
};

TEST_F(ProducedContentTest, OfUnknownSizeIsChunked) {
  EXPECT_THAT(Answer(kGet), EndsWith("\r\n\r\n1\r\n3\r\n1\r\n2\r\n1\r\n1\r\n0\r\n\r\n"));
}

TEST_F(ProducedContentTest, OfKnownSizeHasALength) {
  size_ = 3;
  EXPECT_THAT(Answer(kGet), EndsWith("Content-Length: 3\r\n\r\n321"));
}

TEST_F(ProducedContentTest, EndsWithTheConnectionForAnOldClient) {
  EXPECT_THAT(Answer("GET / HTTP/1.0\r\n\r\n"), EndsWith("\r\n\r\n321"));
}

TEST_F(ProducedContentTest, BrokenOffIsNeverTakenForWhole) {
  stop_ = 1;
  EXPECT_THAT(Answer(kGet), EndsWith("1\r\n2\r\n"));
}

TEST_F(ProducedContentTest, IsNotMadeForHead) {
  const std::string head = Answer("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(head, EndsWith("\r\n\r\n"));
  EXPECT_THAT(head, Not(EndsWith("0\r\n\r\n")));
}

}  // namespace
}  // namespace forklift::http::server
