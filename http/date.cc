#include "forklift/http/date.h"

#include <algorithm>
#include <string_view>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace forklift::http {
namespace {

constexpr std::string_view kWeekdays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Writes `number` as `digits` decimal digits, zeros in front, and returns the end.
char* WriteNumber(char* out, int number, int digits) {
  for (int i = digits - 1; i >= 0; --i, number /= 10) out[i] = static_cast<char>('0' + number % 10);
  return out + digits;
}

char* WriteText(char* out, std::string_view text) {
  return std::copy(text.begin(), text.end(), out);
}

}  // namespace

HttpDateText HttpDate(absl::Time time) {
  const absl::CivilSecond second =
      std::clamp(absl::ToCivilSecond(time, absl::UTCTimeZone()), absl::CivilSecond(0),
                 absl::CivilSecond(9999, 12, 31, 23, 59, 59));
  HttpDateText text;
  char* out = text.data();
  out = WriteText(out, kWeekdays[static_cast<int>(absl::GetWeekday(second))]);
  out = WriteText(out, ", ");
  out = WriteNumber(out, second.day(), 2);
  out = WriteText(out, " ");
  out = WriteText(out, kMonths[second.month() - 1]);
  out = WriteText(out, " ");
  out = WriteNumber(out, static_cast<int>(second.year()), 4);
  out = WriteText(out, " ");
  out = WriteNumber(out, second.hour(), 2);
  out = WriteText(out, ":");
  out = WriteNumber(out, second.minute(), 2);
  out = WriteText(out, ":");
  out = WriteNumber(out, second.second(), 2);
  WriteText(out, " GMT");
  return text;
}

}  // namespace forklift::http
