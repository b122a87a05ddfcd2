// Verdict is all that a parser says of a message, in a form that can be kept, compared, printed and
// written as a message again.
#ifndef FORKLIFT_TESTS_HTTP_SUPPORT_VERDICT_H_
#define FORKLIFT_TESTS_HTTP_SUPPORT_VERDICT_H_

#include <stddef.h>

#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/field_section_parser.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/instruction_set.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/response_parser.h"

namespace forklift::http {

struct Verdict {
  ParseState state = ParseState::kIncomplete;
  // With kComplete.
  std::string start_line;  // "GET / HTTP/1.1"; of a field section empty
  std::vector<std::pair<std::string, std::string>> fields;
  size_t size = 0;
  // With kError.
  int status = 0;
  size_t offset = 0;
  std::string rfc;
  std::string reason;

  bool operator==(const Verdict&) const = default;
};

// A section of fields behind the interface that the parsers of heads have.
class FieldSection {
 public:
  struct Head {
    HeaderFields fields;
    size_t size;
  };

  FieldSection(const Limits& limits, InstructionSet instructions)
      : limit_(limits.head), parser_(limits, instructions) {
    Reset();
  }

  ParseState Parse(std::string_view message) {
    message_ = message.data();
    return parser_.Parse(message);
  }
  Head head() const { return {parser_.fields(message_), parser_.end()}; }
  const ParseError& error() const { return parser_.error(); }
  void Reset() { parser_.Begin(0, limit_); }

 private:
  size_t limit_;
  FieldSectionParser parser_;
  const char* message_ = nullptr;
};

inline std::string StartLine(const RequestHead& head) {
  return absl::StrCat(head.method, " ", head.target, " HTTP/1.", head.minor_version);
}
inline std::string StartLine(const ResponseHead& head) {
  return absl::StrCat("HTTP/1.", head.minor_version, " ", static_cast<int>(head.status), " ",
                      head.reason);
}
inline std::string StartLine(const FieldSection::Head& /*head*/) { return ""; }

// `parser` has come to `state`.
template <class Parser>
Verdict VerdictOf(const Parser& parser, ParseState state) {
  Verdict verdict = {.state = state};
  if (state == ParseState::kError) {
    const ParseError& error = parser.error();
    verdict.status = static_cast<int>(error.status);
    verdict.offset = error.offset;
    verdict.rfc = error.rfc;
    verdict.reason = error.reason;
  }
  if (state == ParseState::kComplete) {
    const auto& head = parser.head();
    verdict.start_line = StartLine(head);
    verdict.size = head.size;
    for (const Field field : head.fields) {
      CHECK(field.id == FindHeaderName(field.name)) << absl::CHexEscape(field.name);
      CHECK(head.fields.Has(field.id)) << absl::CHexEscape(field.name);
      verdict.fields.emplace_back(field.name, field.value);
    }
    CHECK_EQ(verdict.fields.size(), head.fields.size());
  }
  return verdict;
}

// The message that `verdict` is of, as one would write it.
inline std::string Canonical(const Verdict& verdict) {
  std::string message = verdict.start_line.empty() ? "" : verdict.start_line + "\r\n";
  for (const auto& [name, value] : verdict.fields) {
    absl::StrAppend(&message, name, ": ", value, "\r\n");
  }
  return message + "\r\n";
}

inline std::ostream& operator<<(std::ostream& out, const Verdict& verdict) {
  switch (verdict.state) {
    case ParseState::kIncomplete:
      return out << "incomplete";
    case ParseState::kError:
      return out << verdict.status << " at " << verdict.offset << ": " << verdict.reason << " ("
                 << verdict.rfc << ")";
    case ParseState::kComplete:
      break;
  }
  return out << "complete, " << verdict.size << " bytes: " << absl::CHexEscape(Canonical(verdict));
}

}  // namespace forklift::http

#endif  // FORKLIFT_TESTS_HTTP_SUPPORT_VERDICT_H_
