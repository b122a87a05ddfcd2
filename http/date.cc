#include "forklift/http/date.h"

#include <stddef.h>

#include <algorithm>
#include <optional>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

namespace forklift::http {
namespace {

// Every form but RFC 850's takes the first three letters.
constexpr std::string_view kWeekdays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                          "Friday", "Saturday", "Sunday"};
constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr size_t kShort = 3;

// Writes `number` as `digits` decimal digits, zeros in front, and returns the end.
char* WriteNumber(char* out, int number, int digits) {
  for (int i = digits - 1; i >= 0; --i, number /= 10) out[i] = static_cast<char>('0' + number % 10);
  return out + digits;
}

char* WriteText(char* out, std::string_view text) {
  return std::copy(text.begin(), text.end(), out);
}

// The time in UTC, held within the years that four digits tell.
absl::CivilSecond CivilUtc(absl::Time time) {
  return std::clamp(absl::ToCivilSecond(time, absl::UTCTimeZone()), absl::CivilSecond(0),
                    absl::CivilSecond(9999, 12, 31, 23, 59, 59));
}

struct DateFields {
  int weekday;  // from Monday, 0
  int year;
  int month;  // from 1
  int day;
  int hour;
  int minute;
  int second;
};

// Reads a date part by part; once a part is not what it must be, all is lost.
class DateReader {
 public:
  explicit DateReader(std::string_view text) : rest_(text) {}

  bool good_to_the_end() const { return good_ && rest_.empty(); }

  void Literal(std::string_view text) { good_ = good_ && absl::ConsumePrefix(&rest_, text); }

  // Which of `names`, or of their first `length` letters, comes next.
  int Name(absl::Span<const std::string_view> names, size_t length) {
    for (size_t i = 0; good_ && i < names.size(); ++i) {
      if (absl::ConsumePrefix(&rest_, names[i].substr(0, length))) return static_cast<int>(i);
    }
    good_ = false;
    return 0;
  }

  int Number(size_t digits) {
    good_ = good_ && rest_.size() >= digits;
    int number = 0;
    for (size_t i = 0; good_ && i < digits; ++i) {
      good_ = absl::ascii_isdigit(static_cast<unsigned char>(rest_[i]));
      number = number * 10 + (rest_[i] - '0');
    }
    if (good_) rest_.remove_prefix(digits);
    return number;
  }

  void Month(DateFields& fields) { fields.month = Name(kMonths, kShort) + 1; }

  void TimeOfDay(DateFields& fields) {
    fields.hour = Number(2);
    Literal(":");
    fields.minute = Number(2);
    Literal(":");
    fields.second = Number(2);
  }

  // asctime's day, of which the first digit may be a space.
  int PaddedDay() {
    if (absl::ConsumePrefix(&rest_, " ")) return Number(1);
    return Number(2);
  }

 private:
  std::string_view rest_;
  bool good_ = true;
};

// "Sun, 06 Nov 1994 08:49:37 GMT"
bool ReadImfFixdate(DateReader reader, DateFields& fields) {
  fields.weekday = reader.Name(kWeekdays, kShort);
  reader.Literal(", ");
  fields.day = reader.Number(2);
  reader.Literal(" ");
  reader.Month(fields);
  reader.Literal(" ");
  fields.year = reader.Number(4);
  reader.Literal(" ");
  reader.TimeOfDay(fields);
  reader.Literal(" GMT");
  return reader.good_to_the_end();
}

// "Sun Nov  6 08:49:37 1994"
bool ReadAsctime(DateReader reader, DateFields& fields) {
  fields.weekday = reader.Name(kWeekdays, kShort);
  reader.Literal(" ");
  reader.Month(fields);
  reader.Literal(" ");
  fields.day = reader.PaddedDay();
  reader.Literal(" ");
  reader.TimeOfDay(fields);
  reader.Literal(" ");
  fields.year = reader.Number(4);
  return reader.good_to_the_end();
}

absl::CivilSecond Normalized(const DateFields& fields) {
  return absl::CivilSecond(fields.year, fields.month, fields.day, fields.hour, fields.minute,
                           fields.second);
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
bool ReadRfc850(DateReader reader, DateFields& fields, absl::Time now) {
  fields.weekday = reader.Name(kWeekdays, std::string_view::npos);
  reader.Literal(", ");
  fields.day = reader.Number(2);
  reader.Literal("-");
  reader.Month(fields);
  reader.Literal("-");
  fields.year = reader.Number(2);
  reader.Literal(" ");
  reader.TimeOfDay(fields);
  reader.Literal(" GMT");
  if (!reader.good_to_the_end()) return false;

  const absl::CivilSecond present = CivilUtc(now);
  const absl::CivilSecond latest(present.year() + 50, present.month(), present.day(),
                                 present.hour(), present.minute(), present.second());
  const int this_year = static_cast<int>(present.year());
  fields.year += this_year - this_year % 100 + 100;
  while (Normalized(fields) > latest) fields.year -= 100;
  return true;
}

std::optional<absl::Time> ToTime(const DateFields& fields) {
  const bool leap_second = fields.hour == 23 && fields.minute == 59 && fields.second == 60;
  if (fields.hour > 23 || fields.minute > 59 || (fields.second > 59 && !leap_second)) {
    return std::nullopt;
  }
  const absl::CivilDay day(fields.year, fields.month, fields.day);
  if (day.month() != fields.month || day.day() != fields.day ||  // it became another: it is none
      static_cast<int>(absl::GetWeekday(day)) != fields.weekday) {
    return std::nullopt;
  }
  return absl::UnixEpoch() + absl::Seconds(Normalized(fields) - absl::CivilSecond());
}

}  // namespace

HttpDateText HttpDate(absl::Time time) {
  const absl::CivilSecond second = CivilUtc(time);
  HttpDateText text;
  char* out = text.data();
  out = WriteText(out, kWeekdays[static_cast<int>(absl::GetWeekday(second))].substr(0, kShort));
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

std::optional<absl::Time> ParseHttpDate(std::string_view text, absl::Time now) {
  if (text.size() <= kShort) return std::nullopt;
  DateFields fields = {};
  const bool read = text[kShort] == ','   ? ReadImfFixdate(DateReader(text), fields)
                    : text[kShort] == ' ' ? ReadAsctime(DateReader(text), fields)
                                          : ReadRfc850(DateReader(text), fields, now);
  if (!read) return std::nullopt;
  return ToTime(fields);
}

}  // namespace forklift::http
