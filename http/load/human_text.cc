#include "forklift/http/load/human_text.h"

#include <stddef.h>
#include <stdint.h>

#include <array>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"

namespace forklift::http::load {

std::string HumanDuration(absl::Duration duration) {
  const double nanoseconds = absl::ToDoubleNanoseconds(duration);
  if (nanoseconds < 1e3) return absl::StrFormat("%.0f ns", nanoseconds);
  if (nanoseconds < 1e6) return absl::StrFormat("%.4g us", nanoseconds / 1e3);
  if (nanoseconds < 1e9) return absl::StrFormat("%.4g ms", nanoseconds / 1e6);
  return absl::StrFormat("%.4g s", nanoseconds / 1e9);
}

std::string HumanCount(uint64_t count) {
  const std::string digits = absl::StrCat(count);
  std::string grouped;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) grouped += ',';
    grouped += digits[i];
  }
  return grouped;
}

std::string HumanBytes(double bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
  size_t unit = 0;
  for (; bytes >= 1024 && unit + 1 < kUnits.size(); ++unit) bytes /= 1024;
  return absl::StrFormat("%.*f %s", unit == 0 ? 0 : 2, bytes, kUnits[unit]);
}

}  // namespace forklift::http::load
