// EveryWay parses a message in all the ways in which it can arrive, and checks that they make no
// difference: in any pieces, at any address, up to the last byte that can be read, and with each
// instruction set.
//
// It checks by CHECK, so that fuzz targets use it as tests do.
//
//   EveryWay<RequestParser> parser;
//   EXPECT_EQ(parser.Parse("GET / HTTP/1.1\r\n\r\n").state, ParseState::kComplete);
#ifndef FORKLIFT_TESTS_HTTP_SUPPORT_EVERY_WAY_H_
#define FORKLIFT_TESTS_HTTP_SUPPORT_EVERY_WAY_H_

#include <stddef.h>

#include <algorithm>
#include <initializer_list>
#include <memory>
#include <random>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/escaping.h"
#include "forklift/http/instruction_set.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/tests/http/support/verdict.h"
#include "forklift/tests/support/guarded_bytes.h"

namespace forklift::http {

inline std::vector<InstructionSet> AvailableInstructionSets() {
  std::vector<InstructionSet> available;
  for (const InstructionSet set :
       {InstructionSet::kPortable, InstructionSet::kSse2, InstructionSet::kAvx2}) {
    if (IsAvailable(set)) available.push_back(set);
  }
  return available;
}

// Parser is RequestParser, ResponseParser or FieldSection.
template <class Parser>
class EveryWay {
 public:
  explicit EveryWay(const Limits& limits = {}) : memory_(kCapacity) {
    for (const InstructionSet set : AvailableInstructionSets()) {
      parsers_.push_back(std::make_unique<Parser>(limits, set));
    }
  }

  // `input` in one piece, by each instruction set.
  Verdict ParseWhole(std::string_view input) {
    Verdict verdict = InPieces(*parsers_.front(), input, {input.size()});
    for (const auto& parser : parsers_) {
      CheckSame(input, verdict, InPieces(*parser, input, {input.size()}),
                "another instruction set");
      parser->Reset();
      CheckSame(input, verdict, VerdictOf(*parser, parser->Parse(memory_.AtBegin(input))),
                "behind the first page");
    }
    return verdict;
  }

  // Byte by byte and in random parts besides. Of a long `input` not every byte comes alone.
  Verdict ParseQuickly(std::string_view input) {
    Verdict verdict = ParseWhole(input);
    const size_t size = input.size();
    std::vector<size_t> every_byte;
    for (size_t end = 0; end < size; end += 1 + size / 4096) every_byte.push_back(end);
    every_byte.push_back(size);
    std::minstd_rand random(static_cast<unsigned>(size));
    for (const auto& parser : parsers_) {
      CheckSame(input, verdict, InPieces(*parser, input, every_byte), "byte by byte");
      for (int i = 0; i < 8; ++i) {
        CheckSame(input, verdict, InPieces(*parser, input, RandomEnds(random, size)),
                  "in random parts");
      }
    }
    CheckOutcome(input, verdict);
    return verdict;
  }

  // In every two parts besides. Of a long `input` not every split is tried.
  Verdict Parse(std::string_view input) {
    Verdict verdict = ParseQuickly(input);
    const size_t size = input.size();
    for (const auto& parser : parsers_) {
      for (size_t end = 1; end < size; end += 1 + size / 256) {
        CheckSame(input, verdict, InPieces(*parser, input, {end, size}), "in two parts");
      }
    }
    return verdict;
  }

 private:
  static constexpr size_t kCapacity = size_t{256} * 1024;

  // Gives `parser` the input up to each of `ends`, until it has come to something.
  Verdict InPieces(Parser& parser, std::string_view input, const std::vector<size_t>& ends) {
    parser.Reset();
    ParseState state = ParseState::kIncomplete;
    size_t before = 0;
    for (const size_t end : ends) {
      // At the end of the memory, a longer piece begins at another address.
      state = parser.Parse(memory_.AtEnd(input.substr(0, end)));
      if (state == ParseState::kComplete) {
        CHECK_GT(parser.head().size, before) << "it waited for more: " << absl::CHexEscape(input);
      }
      if (state != ParseState::kIncomplete) break;
      before = end;
    }
    return VerdictOf(parser, state);
  }

  static std::vector<size_t> RandomEnds(std::minstd_rand& random, size_t size) {
    std::vector<size_t> ends;
    for (size_t end = 0; end < size; end += 1 + random() % 40) ends.push_back(end);
    ends.push_back(size);
    return ends;
  }

  static void CheckSame(std::string_view input, const Verdict& expected, const Verdict& actual,
                        std::string_view way) {
    CHECK(actual == expected) << way << ": " << actual << "\n  in one piece: " << expected
                              << "\n  of: " << absl::CHexEscape(input);
  }

  // What holds of any verdict.
  void CheckOutcome(std::string_view input, const Verdict& verdict) {
    if (verdict.state == ParseState::kError) CHECK_LE(verdict.offset, input.size());
    if (verdict.state != ParseState::kComplete) return;
    CHECK_LE(verdict.size, input.size());
    const Limits wide = {.start_line = 1 << 20, .fields = 1 << 16, .head = 1 << 20};
    Parser parser(wide, BestInstructionSet());
    const std::string message = Canonical(verdict);
    Verdict again = VerdictOf(parser, parser.Parse(message));
    CHECK_EQ(again.size, message.size());
    again.size = verdict.size;
    CheckSame(input, verdict, again, "written and parsed again");
  }

  tests::GuardedBytes memory_;
  std::vector<std::unique_ptr<Parser>> parsers_;
};

}  // namespace forklift::http

#endif  // FORKLIFT_TESTS_HTTP_SUPPORT_EVERY_WAY_H_
