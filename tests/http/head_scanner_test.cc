#include "forklift/http/head_scanner.h"

#include <stddef.h>

#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using State = HeadScanner::State;

struct Result {
  State state;
  size_t begin;
  size_t end;
  friend bool operator==(const Result&, const Result&) = default;
};

Result ScanWhole(std::string_view input, size_t limit = HeadScanner::kDefaultLimit) {
  HeadScanner scanner(limit);
  const State state = scanner.Scan(input);
  return {state, state == State::kComplete ? scanner.head_begin() : 0,
          state == State::kComplete ? scanner.head_end() : 0};
}

// The same answer for every way in which the input can arrive in two pieces, and byte by byte.
Result Scan(std::string_view input, size_t limit = HeadScanner::kDefaultLimit) {
  const Result whole = ScanWhole(input, limit);
  for (size_t split = 0; split <= input.size(); ++split) {
    HeadScanner scanner(limit);
    scanner.Scan(input.substr(0, split));
    EXPECT_EQ(scanner.Scan(input), whole.state) << "split at " << split;
    if (whole.state == State::kComplete) {
      EXPECT_EQ(scanner.head_end(), whole.end) << "split at " << split;
    }
  }
  HeadScanner scanner(limit);
  for (size_t size = 0; size <= input.size(); ++size) scanner.Scan(input.substr(0, size));
  EXPECT_EQ(scanner.Scan(input), whole.state) << "byte by byte";
  return whole;
}

TEST(HeadScannerTest, EndsAtTheFirstEmptyLine) {
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), (Result{State::kComplete, 0, 27}));
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\n\r\n\r\n"), (Result{State::kComplete, 0, 18}));
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\n\r\nGET /next"), (Result{State::kComplete, 0, 18}));
}

TEST(HeadScannerTest, BareLineFeedsEndLinesToo) {  // as the article's own client sends them
  EXPECT_EQ(Scan("GET /hello HTTP/1.1\nHost: localhost:8888\n\n"),
            (Result{State::kComplete, 0, 42}));
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\nHost: a\n\r\n"), (Result{State::kComplete, 0, 26}));
  EXPECT_EQ(Scan("GET / HTTP/1.1\nHost: a\r\n\n"), (Result{State::kComplete, 0, 25}));
}

TEST(HeadScannerTest, ACarriageReturnAloneEndsNothing) {
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\r\r\r").state, State::kIncomplete);
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\n\rX: y\r\n").state, State::kIncomplete);
  EXPECT_EQ(Scan("GET / HTTP/1.1\n\r\r\n").state, State::kIncomplete);
}

TEST(HeadScannerTest, OverlooksEmptyLinesInFront) {
  EXPECT_EQ(Scan("\r\n\nGET / HTTP/1.1\r\n\r\n"), (Result{State::kComplete, 3, 21}));
  std::string input;
  for (size_t i = 0; i < HeadScanner::kMaxEmptyLines; ++i) input += "\r\n";
  EXPECT_EQ(Scan(input).state, State::kIncomplete);
  EXPECT_EQ(Scan(input + "A\n\n").state, State::kComplete);
  EXPECT_EQ(Scan(input + "\n").state, State::kMalformed);
  EXPECT_EQ(Scan(input + "\nA\n\n").state, State::kMalformed);
}

TEST(HeadScannerTest, NothingYet) {
  EXPECT_EQ(Scan("").state, State::kIncomplete);
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\nHost: a\r\n").state, State::kIncomplete);
  EXPECT_EQ(Scan("GET / HTTP/1.1\r\nHost: a\r\n\r").state, State::kIncomplete);
}

TEST(HeadScannerTest, TheLimitIncludesTheLastByteOfTheHead) {
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  EXPECT_EQ(Scan(head, head.size()).state, State::kComplete);
  EXPECT_EQ(Scan(head + "body", head.size()).state, State::kComplete);
  EXPECT_EQ(Scan(head, head.size() - 1).state, State::kTooLarge);
  EXPECT_EQ(Scan(head.substr(0, 10), 10).state, State::kTooLarge);
  EXPECT_EQ(Scan(head.substr(0, 9), 10).state, State::kIncomplete);
}

TEST(HeadScannerTest, TheStateStays) {
  HeadScanner scanner;
  const std::string head = "A\n\n";
  EXPECT_EQ(scanner.Scan(head), State::kComplete);
  EXPECT_EQ(scanner.Scan(head + "B\n\n"), State::kComplete);
  EXPECT_EQ(scanner.head_end(), head.size());
}

}  // namespace
}  // namespace forklift::http
