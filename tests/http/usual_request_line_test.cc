#include "forklift/http/usual_request_line.h"

#include <stddef.h>

#include <string>
#include <string_view>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/instruction_set.h"
#include "forklift/tests/support/guarded_bytes.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

constexpr size_t kMaxSize = 200;

class UsualRequestLineTest : public testing::TestWithParam<InstructionSet> {
 protected:
  void SetUp() override {
    if (!IsAvailable(GetParam())) GTEST_SKIP() << "this processor lacks those instructions";
  }

  size_t Read(std::string_view message, RequestLineEnds& ends) {
    return ReadUsualRequestLine(GetParam())(memory_.AtEnd(message), kMaxSize, ends);
  }

 private:
  tests::GuardedBytes memory_{4096};
};

TEST_P(UsualRequestLineTest, TakesTheUsualWhateverItsLengthAndWhatFollows) {
  for (const std::string_view method : {"A", "GET", "AZBY", "ABCDEFGHIJKLMNO"}) {
    for (size_t target_size = 4; target_size < 100; ++target_size) {
      for (const size_t behind : {0, 1, 40}) {
        const std::string target = "/" + std::string(target_size - 1, '~');
        const std::string line = absl::StrCat(method, " ", target, " HTTP/1.1\r\n");
        RequestLineEnds ends;
        ASSERT_EQ(Read(line + std::string(behind, 'a'), ends), line.size()) << line;
        ASSERT_EQ(ends.method, method.size());
        ASSERT_EQ(ends.target, method.size() + 1 + target_size);
      }
    }
  }
}

// What it may take, if it likes, the parser's tests tell; here, what it must leave.
TEST_P(UsualRequestLineTest, LeavesTheUnusual) {
  for (const std::string_view line :
       {" /abcdef HTTP/1.1\r\n", "G=T / HTTP/1.1\r\n", "G@T / HTTP/1.1\r\n", "G[T / HTTP/1.1\r\n",
        "G\xc1T / HTTP/1.1\r\n", "GET\t/ HTTP/1.1\r\n", "GET  / HTTP/1.1\r\n",
        "GET /  HTTP/1.1\r\n", "GET /\tHTTP/1.1\r\n", "GET /# HTTP/1.1\r\n",
        "GET /\x80 HTTP/1.1\r\n", "GET / HTTP/1.0\r\n", "GET / HTTP/1.1\n\n", "GET / HTTP/1.1\r\r",
        "GET / HTTP/1.1 \r\n", "GET / http/1.1\r\n", "\r\nGET / HTTP/1.1\r\n",
        "GET /long-enough\r\n"}) {
    for (const size_t behind : {0, 10, 64}) {
      RequestLineEnds ends;
      EXPECT_EQ(Read(absl::StrCat(line, std::string(behind, 'a')), ends), 0u)
          << absl::CHexEscape(line);
    }
  }
}

TEST_P(UsualRequestLineTest, LeavesWhatHasNotArrived) {
  const std::string line = "GET /" + std::string(70, 'a') + " HTTP/1.1\r\n";
  for (size_t size = 0; size < line.size(); ++size) {
    RequestLineEnds ends;
    EXPECT_EQ(Read(std::string_view(line).substr(0, size), ends), 0u) << size;
  }
}

TEST_P(UsualRequestLineTest, TakesNoLineBeyondTheLimit) {
  const std::string rest = "/" + std::string(kMaxSize - 14, 'a') + " HTTP/1.1\r\n";
  RequestLineEnds ends;
  EXPECT_EQ(Read("GET " + rest, ends), kMaxSize + 2);
  EXPECT_EQ(Read("HEAD " + rest, ends), 0u);
}

INSTANTIATE_TEST_SUITE_P(Vectors, UsualRequestLineTest,
                         testing::Values(InstructionSet::kSse2, InstructionSet::kAvx2));

// All is left to the parser.
TEST(UsualRequestLinePortableTest, TakesNothing) {
  RequestLineEnds ends;
  EXPECT_EQ(ReadUsualRequestLine(InstructionSet::kPortable)("GET / HTTP/1.1\r\n", kMaxSize, ends),
            0u);
}

}  // namespace
}  // namespace forklift::http
