// A parser never looks twice at what it has read: a head that comes byte by byte costs linear time.
//
// Shown without a clock. What was read is put out of reach, page by page, as it arrives: all but
// the last pages, and the one in which the current line begins, of which the name is looked up when
// the line has ended. So a call looks at no more than a few pages, however much came before.
#include <stddef.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/field_section_parser.h"
#include "forklift/http/instruction_set.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/response_parser.h"
#include "forklift/tests/http/support/every_way.h"
#include "forklift/tests/http/support/verdict.h"
#include "forklift/tests/support/guarded_bytes.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

constexpr size_t kSize = 60'000;
constexpr Limits kWide = {.start_line = 64'000, .field_line = 64'000, .fields = 60'000};

// Parses `input` byte by byte.
template <class Parser>
ParseState ParseForgetting(std::string_view input, InstructionSet instructions) {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  tests::GuardedBytes memory(input.size());
  char* const data = const_cast<char*>(memory.AtBegin(input).data());
  Parser parser(kWide, instructions);
  ParseState state = ParseState::kIncomplete;
  size_t line = 0;  // where the current one begins
  for (size_t size = 1; size <= input.size() && state == ParseState::kIncomplete; ++size) {
    state = parser.Parse(std::string_view(data, size));
    if (size % page == 0 && size >= 2 * page) {
      const size_t forgotten = size - 2 * page;
      if (forgotten != line / page * page) {
        PCHECK(::mprotect(data + forgotten, page, PROT_NONE) == 0);
      }
    }
    if (input[size - 1] == '\n') line = size;
  }
  return state;
}

template <class Parser>
void ExpectLinear(std::string_view input) {
  for (const InstructionSet set : AvailableInstructionSets()) {
    EXPECT_EQ(ParseForgetting<Parser>(input, set), ParseState::kComplete);
  }
}

TEST(LinearTimeTest, ALongTarget) {
  ExpectLinear<RequestParser>(
      absl::StrCat("GET /", std::string(kSize, 't'), " HTTP/1.1\r\nHost: a\r\n\r\n"));
}

TEST(LinearTimeTest, ALongReason) {
  ExpectLinear<ResponseParser>(
      absl::StrCat("HTTP/1.1 200 ", std::string(kSize, 'r'), "\r\nServer: a\r\n\r\n"));
}

TEST(LinearTimeTest, ALongValue) {
  for (const std::string_view piece : {"v", " ", "\t", "\x80", "v\t", "v: "}) {
    std::string value = ":";
    while (value.size() < kSize) value += piece;
    ExpectLinear<FieldSection>(absl::StrCat("Host: a\r\nName: ", value, "v\r\n\r\n"));
  }
}

TEST(LinearTimeTest, ManyLines) {
  for (const std::string_view line : {"Host: a\r\n", "X:\tb\n", "X_Y: \x80\r\n", "A:\n"}) {
    std::string lines;
    while (lines.size() < kSize) lines += line;
    ExpectLinear<FieldSection>(lines + "\r\n");
  }
}

}  // namespace
}  // namespace forklift::http
