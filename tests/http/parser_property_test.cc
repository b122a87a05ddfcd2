// What holds of any message: however it arrives, at whatever address, and by whatever instruction
// set it is read, the parsers say the same of it (see support/every_way.h).
#include <stddef.h>

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/response_parser.h"
#include "forklift/tests/http/support/every_way.h"
#include "forklift/tests/http/support/head_generator.h"
#include "forklift/tests/http/support/verdict.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

constexpr std::string_view kNext = "GET /next HTTP/1.1\r\nHost: next\r\nAccept: */*\r\n\r\n";

TEST(ParserPropertyTest, GoodRequestsAreReadWholeAndNoFurther) {
  HeadGenerator generator(1);
  EveryWay<RequestParser> parser;
  for (int turn = 0; turn < 30; ++turn) {
    const std::string head = generator.Request();
    const std::string input = absl::StrCat(head, kNext.substr(0, generator.Number(kNext.size())));
    const Verdict verdict = parser.Parse(input);
    ASSERT_EQ(verdict.state, ParseState::kComplete) << verdict;
    ASSERT_EQ(verdict.size, head.size());
  }
}

TEST(ParserPropertyTest, GoodResponsesAreReadWholeAndNoFurther) {
  HeadGenerator generator(2);
  EveryWay<ResponseParser> parser;
  for (int turn = 0; turn < 30; ++turn) {
    const std::string head = generator.Response();
    const Verdict verdict = parser.Parse(head + std::string(generator.Number(80), 'b'));
    ASSERT_EQ(verdict.state, ParseState::kComplete) << verdict;
    ASSERT_EQ(verdict.size, head.size());
  }
}

TEST(ParserPropertyTest, DamagedRequestsAreJudgedAlike) {
  HeadGenerator generator(3);
  EveryWay<RequestParser> parser;
  int refused = 0;
  for (int turn = 0; turn < 50; ++turn) {
    std::string input = generator.Request();
    for (size_t damages = 1 + generator.Number(3); damages > 0; --damages) generator.Damage(input);
    refused += parser.Parse(input).state == ParseState::kError;
  }
  EXPECT_GT(refused, 12);
}

TEST(ParserPropertyTest, DamagedFieldsAreJudgedAlike) {
  HeadGenerator generator(4);
  // Within reach of what is made.
  EveryWay<FieldSection> parser({.field_line = 120, .fields = 5, .head = 600});
  int refused = 0;
  for (int turn = 0; turn < 2'500; ++turn) {
    std::string input = generator.Fields(6);
    generator.Damage(input);
    refused += parser.ParseWhole(input).state == ParseState::kError;
    if (turn % 250 == 0) parser.Parse(input);
  }
  EXPECT_GT(refused, 250);
}

// Of the printable bytes and those above them only each third, a colon and DEL among them.
TEST(ParserPropertyTest, EveryUnusualByteAtEveryPlace) {
  constexpr std::string_view kInput =
      "GET /a?b HTTP/1.1\r\nHost: a\r\nX-Forwarded-Proto: http\r\nX_1:\tv \r\nContent-Length: 5\r\n"
      "Upgrade-Insecure-Requests: 1\r\n\r\n:body: b\r\n";
  EveryWay<RequestParser> parser;
  for (size_t at = 0; at < kInput.size(); ++at) {
    for (int byte = 0; byte < 256; byte += byte < '"' ? 1 : 3) {
      std::string input(kInput);
      input[at] = static_cast<char>(byte);
      parser.ParseWhole(input);
    }
  }
}

// A line end at each place of a block of 64, also astride two; and the end of what is at hand at
// each distance from the end of the head.
TEST(ParserPropertyTest, EveryAlignmentAndEveryDistanceFromTheEnd) {
  EveryWay<RequestParser> parser;
  for (size_t pad = 0; pad < 70; ++pad) {
    const std::string head =
        absl::StrCat("GET / HTTP/1.1\r\nCookie: ", std::string(pad, 'c'),
                     "\r\nHost: a\r\nUpgrade-Insecure-Requests: 1\r\nTE: x\r\n\r\n");
    for (size_t behind = 0; behind < 70; behind += 3) {
      const Verdict verdict = parser.ParseWhole(absl::StrCat(head, std::string(behind, ':')));
      ASSERT_EQ(verdict.size, head.size()) << pad << " and " << behind;
      ASSERT_EQ(verdict.fields.size(), 4u) << pad << " and " << behind;
    }
    parser.Parse(head);
  }
}

TEST(ParserPropertyTest, NamesAndValuesOfEverySize) {
  EveryWay<FieldSection> parser;
  for (size_t name_size = 1; name_size <= 40; ++name_size) {
    for (size_t value_size = 0; value_size <= 200; value_size += value_size < 70 ? 1 : 13) {
      const std::string name(name_size, 'n');
      const std::string value(value_size, 'v');
      const std::string lines = absl::StrCat(name, ": ", value, "\r\n", name, ":", value, "\r\n");
      const Verdict verdict = parser.ParseWhole(lines + "\r\n");
      ASSERT_EQ(verdict.state, ParseState::kComplete) << verdict;
      for (const auto& field : verdict.fields) {
        ASSERT_EQ(field.first, name);
        ASSERT_EQ(field.second, value);
      }
    }
  }
}

}  // namespace
}  // namespace forklift::http
