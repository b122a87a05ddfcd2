#include "forklift/http/response_writer.h"

#include <stddef.h>
#include <stdint.h>

#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/status_code.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

TEST(ResponseWriterTest, WritesTheStatusLineAndTheFieldsInOrder) {
  char buffer[256];
  ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kOk);
  writer.AddField("Content-Type", "text/plain");
  writer.AddField("X-Empty", "");
  writer.AddContentLength(14);
  EXPECT_EQ(
      writer.Finish(),
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX-Empty: \r\nContent-Length: 14\r\n\r\n");
}

TEST(ResponseWriterTest, AStatusWithoutAPhraseKeepsItsSpace) {  // RFC 9112 section 4
  char buffer[64];
  EXPECT_EQ(ResponseWriter(absl::MakeSpan(buffer), static_cast<StatusCode>(299)).Finish(),
            "HTTP/1.1 299 \r\n\r\n");
}

TEST(ResponseWriterTest, AReasonPhraseOfOnesOwn) {
  char buffer[64];
  EXPECT_EQ(ResponseWriter(absl::MakeSpan(buffer), StatusCode::kOk, "Tr\xc3\xa8s bien").Finish(),
            "HTTP/1.1 200 Tr\xc3\xa8s bien\r\n\r\n");
  EXPECT_EQ(ResponseWriter(absl::MakeSpan(buffer), static_cast<StatusCode>(999), "").Finish(),
            "HTTP/1.1 999 \r\n\r\n");
  for (std::string_view reason : {"OK\r\nX: y", "a\nb", "a\rb", "\x1b"}) {
    EXPECT_EQ(ResponseWriter(absl::MakeSpan(buffer), StatusCode::kOk, reason).Finish(),
              std::nullopt);
  }
}

TEST(ResponseWriterTest, AStatusHasThreeDigits) {  // RFC 9112 section 4
  for (int status : {-200, 0, 20, 99, 1000, 2000}) {
    char buffer[64];
    EXPECT_EQ(ResponseWriter(absl::MakeSpan(buffer), static_cast<StatusCode>(status)).Finish(),
              std::nullopt);
  }
}

TEST(ResponseWriterTest, TheLargestLength) {
  char buffer[128];
  ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kOk);
  writer.AddContentLength(std::numeric_limits<uint64_t>::max());
  EXPECT_EQ(writer.Finish(), "HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551615\r\n\r\n");
}

TEST(ResponseWriterTest, NothingUnsafeGetsIn) {
  for (std::string_view value :
       {std::string_view("a\r\nSet-Cookie: b"), std::string_view("a\nb"), std::string_view("a\rb"),
        std::string_view("a\0b", 3), std::string_view("a\x7f"), std::string_view("\x1b[31m")}) {
    char buffer[256];
    ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kOk);
    writer.AddField("Location", value);
    writer.AddField("X", "fine");
    EXPECT_EQ(writer.Finish(), std::nullopt);
  }
  for (std::string_view name :
       {"", "a b", "a:", "a\r\nb", "\xc3\xa9", "Content-Type ", "Content-Type-of-the-thing:"}) {
    char buffer[256];
    ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kOk);
    writer.AddField(name, "value");
    EXPECT_EQ(writer.Finish(), std::nullopt) << name;
  }
}

TEST(ResponseWriterTest, NamesMayHaveEveryCharacterOfAToken) {
  char buffer[128];
  ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kOk);
  writer.AddField("X-2!#$%&'*+.^_`|~", "v");
  EXPECT_EQ(writer.Finish(), "HTTP/1.1 200 OK\r\nX-2!#$%&'*+.^_`|~: v\r\n\r\n");
}

TEST(ResponseWriterTest, AfterWhatWasRefusedNothingCounts) {
  char buffer[128];
  ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kOk);
  writer.AddField("Long", std::string(200, 'x'));
  writer.AddField("X", "y");
  writer.AddContentLength(1);
  EXPECT_EQ(writer.Finish(), std::nullopt);
}

TEST(ResponseWriterTest, OpaqueBytesAndTabsMayBeInAValue) {  // RFC 9110 section 5.5
  char buffer[128];
  ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kOk);
  writer.AddField("X", "\xc3\xa9\t\x85");
  EXPECT_EQ(writer.Finish(), "HTTP/1.1 200 OK\r\nX: \xc3\xa9\t\x85\r\n\r\n");
}

TEST(ResponseWriterTest, ABufferThatIsTooSmallByAnyNumberOfBytesGivesNothing) {
  std::string large(256, '\0');
  ResponseWriter reference(absl::MakeSpan(large), StatusCode::kNotFound);
  reference.AddField("Name", "value");
  reference.AddContentLength(123);
  const size_t size = reference.Finish()->size();
  for (size_t room = 0; room <= size; ++room) {
    std::string buffer(room, '\0');
    buffer.shrink_to_fit();  // so that a sanitizer sees an overrun
    ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kNotFound);
    writer.AddField("Name", "value");
    writer.AddContentLength(123);
    EXPECT_EQ(writer.Finish().has_value(), room == size) << room;
  }
}

}  // namespace
}  // namespace forklift::http
