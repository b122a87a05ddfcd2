#include "forklift/tests/support/json.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace forklift::tests {
namespace {

constexpr int kMaxDepth = 16;

void AppendUtf8(uint32_t c, std::string& text) {
  const auto put = [&text](uint32_t byte) { text += static_cast<char>(byte); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0 | c >> 6);
  } else if (c < 0x10000) {
    put(0xe0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3f));
  } else {
    put(0xf0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3f));
    put(0x80 | (c >> 6 & 0x3f));
  }
  put(0x80 | (c & 0x3f));
}

// Each of its functions is true when it has read what it is named after.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  bool Document(Json& json) { return Value(json, 0) && rest_.empty(); }

 private:
  void Space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size())); }

  bool Word(std::string_view word) {
    if (!absl::StartsWith(rest_, word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }

  // With the white space around it.
  bool Value(Json& json, int depth) {
    Space();
    const bool read = depth < kMaxDepth && ValueItself(json, depth);
    Space();
    return read;
  }

  bool ValueItself(Json& json, int depth) {
    using Kind = Json::Kind;
    if (rest_.empty()) return false;
    switch (rest_.front()) {
      case 'n':
        return Word("null");
      case 't':
      case 'f':
        json.kind = Kind::kBoolean;
        json.boolean = rest_.front() == 't';
        return Word(json.boolean ? "true" : "false");
      case '"':
        json.kind = Kind::kString;
        return String(json.text);
      case '[':
        json.kind = Kind::kArray;
        return Items(json, ']', depth);
      case '{':
        json.kind = Kind::kObject;
        return Items(json, '}', depth);
      default:
        json.kind = Kind::kNumber;
        return Number(json.number);
    }
  }

  bool Items(Json& json, char close, int depth) {
    rest_.remove_prefix(1);
    Space();
    if (Word(std::string_view(&close, 1))) return true;
    do {
      if (close == '}') {
        Space();
        json.keys.emplace_back();
        if (!String(json.keys.back())) return false;
        Space();
        if (!Word(":")) return false;
      }
      json.items.emplace_back();
      if (!Value(json.items.back(), depth + 1)) return false;
    } while (Word(","));
    return Word(std::string_view(&close, 1));
  }

  bool Number(double& number) {
    const size_t size = std::min(rest_.find_first_not_of("+-.0123456789eE"), rest_.size());
    const std::string_view digits = rest_.substr(0, size);
    const std::string_view unsigned_digits = digits.substr(absl::StartsWith(digits, "-"));
    if (unsigned_digits.empty() || !absl::ascii_isdigit(unsigned_digits.front()) ||
        (unsigned_digits.size() > 1 && unsigned_digits[0] == '0' &&
         absl::ascii_isdigit(unsigned_digits[1])) ||
        absl::EndsWith(digits, ".") || absl::StrContains(digits, ".e")) {
      return false;
    }
    rest_.remove_prefix(size);
    return absl::SimpleAtod(digits, &number);
  }

  bool String(std::string& text) {
    if (!Word("\"")) return false;
    while (!Word("\"")) {
      if (rest_.empty() || static_cast<uint8_t>(rest_.front()) < ' ') return false;
      const char c = rest_.front();
      rest_.remove_prefix(1);
      if (c != '\\') {
        text += c;
      } else if (!Escape(text)) {
        return false;
      }
    }
    return true;
  }

  bool Escape(std::string& text) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kCharacters = "\"\\/\b\f\n\r\t";
    if (rest_.empty()) return false;
    const char name = rest_.front();
    rest_.remove_prefix(1);
    if (const size_t at = kNames.find(name); at != std::string_view::npos) {
      text += kCharacters[at];
      return true;
    }
    uint32_t c = 0;
    if (name != 'u' || !FourDigits(c)) return false;
    if (0xd800 <= c && c < 0xdc00) {  // the first half of a pair
      uint32_t low = 0;
      if (!Word("\\u") || !FourDigits(low) || low < 0xdc00 || low > 0xdfff) return false;
      c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (0xdc00 <= c && c <= 0xdfff) {
      return false;
    }
    AppendUtf8(c, text);
    return true;
  }

  bool FourDigits(uint32_t& c) {
    const std::string_view digits = rest_.substr(0, 4);
    if (digits.size() < 4 || !std::all_of(digits.begin(), digits.end(), absl::ascii_isxdigit)) {
      return false;
    }
    rest_.remove_prefix(4);
    return absl::SimpleHexAtoi(digits, &c);
  }

  std::string_view rest_;
};

}  // namespace

const Json* Json::Find(std::string_view key) const {
  const auto found = std::find(keys.begin(), keys.end(), key);
  return found == keys.end() ? nullptr : &items[static_cast<size_t>(found - keys.begin())];
}

std::optional<Json> ParseJson(std::string_view text) {
  Json json;
  if (!Reader(text).Document(json)) return std::nullopt;
  return json;
}

}  // namespace forklift::tests
