#include "forklift/http/log/log_time.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <algorithm>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/date.h"
#include "forklift/http/log/log_line.h"

namespace forklift::http::log {
namespace {

struct CachedSecond {
  int64_t second = 0;
  absl::TimeZone zone;
  char buffer[32];
  std::string_view text;  // empty at first
};

// Not strftime(3), whose names of months are those of the program's language.
std::string_view LocalTime(absl::Time time, absl::TimeZone zone, absl::Span<char> buffer) {
  const absl::TimeZone::CivilInfo local = zone.At(time);
  const HttpDateText date = HttpDate(absl::FromCivil(local.cs, absl::UTCTimeZone()));
  const std::string_view text(date.data(), date.size());  // "Tue, 10 Oct 2000 13:55:36 GMT"
  const auto minutes = static_cast<uint64_t>(::abs(local.offset) / 60);
  LogLine line(buffer);
  line.Add(text.substr(5, 2));
  line.Add("/");
  line.Add(text.substr(8, 3));
  line.Add("/");
  line.Add(text.substr(12, 4));
  line.Add(":");
  line.Add(text.substr(17, 8));
  line.Add(local.offset < 0 ? " -" : " +");
  line.AddPadded(minutes / 60, 2);
  line.AddPadded(minutes % 60, 2);
  return line.text();
}

}  // namespace

void AddLocalTime(absl::Time time, absl::TimeZone zone, LogLine& line) {
  thread_local CachedSecond cached;
  const int64_t second = absl::ToUnixSeconds(time);
  if (cached.text.empty() || second != cached.second || zone != cached.zone) {
    cached.text = LocalTime(time, zone, absl::MakeSpan(cached.buffer));
    cached.second = second;
    cached.zone = zone;
  }
  line.Add(cached.text);
}

void AddUtcTime(absl::Time time, LogLine& line) {
  const absl::Time last = absl::FromUnixMillis(253402300799999);
  const absl::Time within = std::clamp(time, absl::UnixEpoch(), last);
  const absl::CivilSecond utc = absl::ToCivilSecond(within, absl::UTCTimeZone());
  const auto add = [&line](int64_t number, int digits, std::string_view separator) {
    line.AddPadded(static_cast<uint64_t>(number), digits);
    line.Add(separator);
  };
  add(utc.year(), 4, "-");
  add(utc.month(), 2, "-");
  add(utc.day(), 2, "T");
  add(utc.hour(), 2, ":");
  add(utc.minute(), 2, ":");
  add(utc.second(), 2, ".");
  add(absl::ToUnixMillis(within) % 1000, 3, "Z");
}

}  // namespace forklift::http::log
