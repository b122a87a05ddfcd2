#include "forklift/http/head_writer.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <charconv>
#include <string_view>
#include <system_error>

#include "forklift/http/checked_copy.h"
#include "forklift/http/field_text.h"
#include "forklift/http/token.h"

namespace forklift::http {

void HeadWriter::AddField(std::string_view name, std::string_view value) {
  char* const line = Claim(name.size() + value.size() + 4);
  if (line == nullptr) return;
  ByteVector marks = CopyName(name, line);
  char* const separator = line + name.size();
  ::memcpy(separator, ": ", 2);
  marks |= CopyValue(value, separator + 2);
  ::memcpy(separator + 2 + value.size(), "\r\n", 2);
  if (AnyMarked(marks) || name.empty()) SpoilUnlessGood(name, value);
}

// Kept apart so that the usual case needs no stack.
[[gnu::noinline]] void HeadWriter::SpoilUnlessGood(std::string_view name, std::string_view value) {
  if (!IsToken(name) || !IsFieldText(value)) Spoil();
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
