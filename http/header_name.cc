#include "forklift/http/header_name.h"

#include <stddef.h>
#include <stdint.h>

#include <string_view>

#include "forklift/http/byte_word.h"
#include "forklift/http/header_name_table.h"

namespace forklift::http {
namespace {

template <class Word>
bool SameAt(size_t at, std::string_view name, const NamePattern& pattern) {
  constexpr size_t kBefore = NamePattern::kBefore;
  return (Load<Word>(name.data() + at) | Load<Word>(pattern.free.data() + kBefore + at)) ==
         Load<Word>(pattern.wanted.data() + kBefore + at);
}

// `name` has the pattern's size, 2 at least. Words overlap rather than reach beyond the name.
bool Matches(std::string_view name, const NamePattern& pattern) {
  const size_t size = name.size();
  if (size < 4) {
    return SameAt<uint16_t>(0, name, pattern) && SameAt<uint16_t>(size - 2, name, pattern);
  }
  if (size < 8) {
    return SameAt<uint32_t>(0, name, pattern) && SameAt<uint32_t>(size - 4, name, pattern);
  }
  for (size_t at = 0; at + 8 < size; at += 8) {
    if (!SameAt<uint64_t>(at, name, pattern)) return false;
  }
  return SameAt<uint64_t>(size - 8, name, pattern);
}

// The only one whose number `name` can have.
HeaderName Candidate(std::string_view name) {
  return kNameTable.by_hash[HashName(name.size(), name.front(), name.back())];
}

bool Is(std::string_view name, HeaderName candidate) {
  const auto index = static_cast<size_t>(candidate);
  return name.size() == kSpellings[index].size() && Matches(name, kNameTable.patterns[index]);
}

}  // namespace

HeaderName FindHeaderName(std::string_view name) {
  if (name.empty()) return HeaderName::kOther;
  const HeaderName candidate = Candidate(name);
  return Is(name, candidate) ? candidate : HeaderName::kOther;
}

bool IsAmong(std::string_view name, HeaderNameSet set) {
  if (name.empty()) return false;
  const HeaderName candidate = Candidate(name);
  return (set & Bit(candidate)) != 0 && Is(name, candidate);
}

std::string_view Spelling(HeaderName name) { return kSpellings[static_cast<size_t>(name)]; }

}  // namespace forklift::http
