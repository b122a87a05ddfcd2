#include "forklift/http/headers.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <limits>
#include <string_view>

#include "absl/strings/match.h"
#include "forklift/http/field_text.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/token.h"
#include "forklift/http/whitespace.h"

namespace forklift::http {

bool Headers::Add(std::string_view name, std::string_view value) {
  return IsToken(name) && Append(FindHeaderName(name), name, value);
}

bool Headers::Add(HeaderName name, std::string_view value) {
  return Append(name, Spelling(name), value);
}

// `name` is a token, and its number `id`.
bool Headers::Append(HeaderName id, std::string_view name, std::string_view value) {
  constexpr size_t kMostText = std::numeric_limits<uint32_t>::max();
  if (!IsFieldText(value)) return false;
  if (name.size() > std::numeric_limits<uint16_t>::max() ||
      name.size() + value.size() > kMostText - text_.size()) {
    return false;
  }
  value = TrimWhitespace(value);
  const auto begin = static_cast<uint32_t>(text_.size());
  const uint32_t value_begin = begin + static_cast<uint32_t>(name.size());
  places_.push_back({.name = begin,
                     .value = value_begin,
                     .value_end = value_begin + static_cast<uint32_t>(value.size()),
                     .name_size = static_cast<uint16_t>(name.size()),
                     .id = id});
  names_ |= Bit(id);
  text_.append(name);
  text_.append(value);
  return true;
}

bool Headers::Set(std::string_view name, std::string_view value) {
  const size_t before = places_.size();
  if (!Add(name, value)) return false;
  RemoveAmong(before, name);
  return true;
}

size_t Headers::Remove(std::string_view name) { return RemoveAmong(places_.size(), name); }

// Of the first `count` fields. The others move up, text and all.
size_t Headers::RemoveAmong(size_t count, std::string_view name) {
  uint32_t text_end = 0;
  size_t kept = 0;
  names_ = 0;
  for (size_t i = 0; i < places_.size(); ++i) {
    FieldPlace place = places_[i];
    const char* const text = text_.data() + place.name;
    if (i < count && absl::EqualsIgnoreCase(std::string_view(text, place.name_size), name)) {
      continue;
    }
    const uint32_t size = place.value_end - place.name;
    ::memmove(text_.data() + text_end, text, size);
    place.name = text_end;
    place.value = text_end + place.name_size;
    text_end += size;
    place.value_end = text_end;
    places_[kept++] = place;
    names_ |= Bit(place.id);
  }
  const size_t removed = places_.size() - kept;
  places_.resize(kept);
  text_.resize(text_end);
  return removed;
}

void Headers::Reserve(size_t fields, size_t bytes) {
  places_.reserve(fields);
  text_.reserve(bytes);
}

void Headers::Clear() {
  text_.clear();
  places_.clear();
  names_ = 0;
}

}  // namespace forklift::http
