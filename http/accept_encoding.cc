#include "forklift/http/accept_encoding.h"

#include <stddef.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/whitespace.h"

namespace forklift::http {
namespace {

constexpr int kMost = 1000;

// "0.5" is 500: a digit, and up to three behind a point (RFC 9110 section 12.4.2).
std::optional<int> ParseWeight(std::string_view text) {
  const bool has_point = text.size() > 1 && text[1] == '.';
  if (text.empty() || text.size() > 5 || (text.size() > 1 && !has_point)) return std::nullopt;
  int weight = 0;
  int unit = kMost;
  for (size_t i = 0; i < text.size(); ++i) {
    if (i == 1) continue;  // the point
    if (!absl::ascii_isdigit(static_cast<unsigned char>(text[i]))) return std::nullopt;
    weight += (text[i] - '0') * unit;
    unit /= 10;
  }
  return weight <= kMost ? std::optional<int>(weight) : std::nullopt;
}

// The weight behind the coding of an element, which `text` is all of; most where there is none.
std::optional<int> ReadWeight(std::string_view text) {
  if (text.empty()) return kMost;
  text.remove_prefix(1);  // the semicolon
  SkipWhitespace(text);
  if (!absl::ConsumePrefix(&text, "q=") && !absl::ConsumePrefix(&text, "Q=")) return std::nullopt;
  return ParseWeight(text);
}

bool IsCoding(std::string_view listed, std::string_view coding) {
  return absl::EqualsIgnoreCase(listed, coding) ||
         (absl::EqualsIgnoreCase(listed, "x-gzip") && absl::EqualsIgnoreCase(coding, "gzip"));
}

}  // namespace

int EncodingWeight(const HeaderFields& fields, std::string_view coding) {
  const bool is_identity = absl::EqualsIgnoreCase(coding, "identity");
  if (!fields.Has(HeaderName::kAcceptEncoding)) return is_identity ? kMost : 0;
  std::optional<int> of_any;
  for (const Field field : fields) {
    if (field.id != HeaderName::kAcceptEncoding) continue;
    for (const std::string_view part : absl::StrSplit(field.value, ',')) {
      const std::string_view element = TrimWhitespace(part);
      const size_t name_end = std::min(element.find(';'), element.size());
      const std::string_view name = TrimWhitespace(element.substr(0, name_end));
      const bool is_any = name == "*" && !of_any;
      if (!is_any && !IsCoding(name, coding)) continue;
      const std::optional<int> weight = ReadWeight(element.substr(name_end));
      if (!weight) continue;
      if (!is_any) return *weight;
      of_any = weight;
    }
  }
  return of_any.value_or(is_identity ? 1 : 0);
}

}  // namespace forklift::http
