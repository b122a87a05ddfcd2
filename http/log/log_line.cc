#include "forklift/http/log/log_line.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

#include "absl/log/check.h"
#include "absl/types/span.h"
#include "forklift/http/checked_copy.h"
#include "forklift/http/log/utf8_character.h"

namespace forklift::http::log {
namespace {

constexpr std::string_view kCut = "...";

// Bytes of a value that stay or go together, and what they become.
struct Unit {
  size_t consumed;
  char text[6];
  size_t size;
};

Unit Copied(std::string_view value, size_t size) {
  Unit unit = {.consumed = size, .text = {}, .size = size};
  ::memcpy(unit.text, value.data(), size);
  return unit;
}

// `prefix` and two hexadecimal digits.
Unit Hexadecimal(size_t consumed, std::string_view prefix, unsigned number) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  Unit unit = {.consumed = consumed, .text = {}, .size = prefix.size() + 2};
  ::memcpy(unit.text, prefix.data(), prefix.size());
  unit.text[prefix.size()] = kDigits[number >> 4];
  unit.text[prefix.size() + 1] = kDigits[number & 0xf];
  return unit;
}

bool IsQuoteOrBackslash(char c) { return c == '"' || c == '\\'; }

Unit HexadecimalUnit(std::string_view value) {
  const auto byte = static_cast<unsigned char>(value.front());
  if (byte >= ' ' && byte < 0x7f && !IsQuoteOrBackslash(value.front())) return Copied(value, 1);
  return Hexadecimal(1, "\\x", byte);
}

Unit JsonUnit(std::string_view value) {
  const auto byte = static_cast<unsigned char>(value.front());
  if (IsQuoteOrBackslash(value.front())) {
    return {.consumed = 1, .text = {'\\', value.front()}, .size = 2};
  }
  if (byte < ' ' || byte == 0x7f) return Hexadecimal(1, "\\u00", byte);
  const size_t size = Utf8CharacterSize(value);
  if (size == 0) return {.consumed = 1, .text = {'\xef', '\xbf', '\xbd'}, .size = 3};
  // To a terminal they may be what ESC and another character are.
  const auto second = static_cast<unsigned char>(size == 2 ? value[1] : 0);
  if (byte == 0xc2 && second < 0xa0) return Hexadecimal(2, "\\u00", second);
  return Copied(value, size);
}

// What is kept for a value: no more than it can take.
size_t Share(std::string_view value) {
  constexpr size_t kWorst = sizeof(Unit::text);
  return std::clamp(kWorst * std::min(value.size(), LogLine::kShare), kCut.size(), LogLine::kShare);
}

// Every byte that no escaping changes.
[[gnu::always_inline]] inline ByteVector Unescaped(ByteVector bytes) {
  return UsualInValues(bytes) & reinterpret_cast<ByteVector>((bytes != '"') & (bytes != '\\'));
}

}  // namespace

void LogLine::AddNumber(uint64_t number) {
  const auto [end, error] = std::to_chars(next_, end_, number);
  CHECK(error == std::errc{});
  next_ = end;
}

void LogLine::AddHexadecimal(uint64_t number) {
  const auto [end, error] = std::to_chars(next_, end_, number, 16);
  CHECK(error == std::errc{});
  next_ = end;
}

void LogLine::AddPadded(uint64_t number, int digits) {
  CHECK(static_cast<size_t>(digits) <= room());
  for (int i = digits - 1; i >= 0; --i, number /= 10) {
    next_[i] = static_cast<char>('0' + number % 10);
  }
  next_ += digits;
}

void LogLine::AddValue(std::string_view value, Escaping escaping, size_t limit) {
  CHECK(kCut.size() <= limit && limit <= room());
  const bool cut = value.size() > limit;
  const std::string_view kept = cut ? value.substr(0, limit - kCut.size()) : value;
  if (!AllUsual(CopyAndTest<Unescaped>(kept, next_))) return AddUnits(value, escaping, limit);
  next_ += kept.size();
  if (cut) Add(kCut);
}

void LogLine::AddValues(absl::Span<const LogValue> values, Escaping escaping,
                        std::string_view end) {
  const auto needed = [](const LogValue& value) {
    return value.before.size() + Share(value.value) + value.after.size();
  };
  size_t kept = end.size();
  for (const LogValue& value : values) kept += needed(value);
  for (const LogValue& value : values) {
    kept -= needed(value);
    Add(value.before);
    AddValue(value.value, escaping, room() - kept - value.after.size());
    Add(value.after);
  }
  Add(end);
}

// Kept apart: most values have nothing to escape.
[[gnu::noinline]] void LogLine::AddUnits(std::string_view value, Escaping escaping, size_t limit) {
  const char* const limit_end = next_ + limit;
  const char* const last_cut = limit_end - kCut.size();
  char* cut = next_;
  while (!value.empty()) {
    if (next_ <= last_cut) cut = next_;
    const Unit unit = escaping == Escaping::kJson ? JsonUnit(value) : HexadecimalUnit(value);
    if (unit.size > static_cast<size_t>(limit_end - next_)) {
      next_ = cut;
      return Add(kCut);
    }
    next_ = std::copy_n(unit.text, unit.size, next_);
    value.remove_prefix(unit.consumed);
  }
}

}  // namespace forklift::http::log
