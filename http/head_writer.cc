#include "forklift/http/head_writer.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <charconv>
#include <string_view>
#include <system_error>

#include "forklift/http/checked_copy.h"
#include "forklift/http/field_text.h"
#include "forklift/http/header_name.h"
#include "forklift/http/header_name_table.h"
#include "forklift/http/token.h"

namespace forklift::http {

void HeadWriter::AddField(std::string_view name, std::string_view value) {
  char* const line = Claim(name.size() + value.size() + 4);
  if (line == nullptr) return;
  char* const separator = line + name.size();
  const ByteVector usual = CopyName(name, line) & CopyValue(value, separator + 2);
  ::memcpy(separator, ": ", 2);
  ::memcpy(separator + 2 + value.size(), "\r\n", 2);
  if (!AllUsual(usual) || name.empty()) SpoilUnlessGood(name, value);
}

void HeadWriter::AddField(HeaderName name, std::string_view value) {
  const auto index = static_cast<size_t>(name);
  const auto& begin = kFieldBegins[index];
  if (begin.data.size() + value.size() + 2 > static_cast<size_t>(end_ - next_)) {
    return AddField(kSpellings[index], value);
  }
  ::memcpy(next_, begin.data.data(), begin.data.size());
  char* const out = next_ + begin.size;
  const ByteVector usual = CopyValue(value, out);
  ::memcpy(out + value.size(), "\r\n", 2);
  next_ = out + value.size() + 2;
  if (!AllUsual(usual)) SpoilUnlessText(value);
}

// These are kept apart so that the usual case needs no stack.
[[gnu::noinline]] void HeadWriter::SpoilUnlessText(std::string_view value) {
  if (!IsFieldText(value)) Spoil();
}

[[gnu::noinline]] void HeadWriter::SpoilUnlessGood(std::string_view name, std::string_view value) {
  if (!IsToken(name)) Spoil();
  SpoilUnlessText(value);
}

void HeadWriter::AddContentLength(uint64_t size) {
  constexpr std::string_view kName = "Content-Length: ";
  char* const name = Claim(kName.size() + 2);
  if (name == nullptr) return;
  ::memcpy(name, kName.data(), kName.size());
  const auto [digits_end, error] = std::to_chars(name + kName.size(), end_ - 2, size);
  if (error != std::errc{}) return Spoil();
  ::memcpy(digits_end, "\r\n", 2);
  next_ = digits_end + 2;
}

}  // namespace forklift::http
