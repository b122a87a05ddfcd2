#include "forklift/http/log/access_format.h"

#include <stdint.h>

#include <algorithm>
#include <string_view>

#include "absl/log/check.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/log/access_json.h"
#include "forklift/http/log/access_record.h"
#include "forklift/http/log/client_text.h"
#include "forklift/http/log/log_line.h"
#include "forklift/http/log/log_time.h"

namespace forklift::http::log {
namespace {

constexpr int kClientClosedRequest = 499;

std::string_view OrHyphen(std::string_view value) { return value.empty() ? "-" : value; }

// What stands behind the request line: '" 200 2326', and the version in front of it.
std::string_view Answer(const AccessRecord& record, AccessFormat format, absl::Span<char> buffer) {
  LogLine text(buffer);
  if (!record.method.empty()) {
    text.Add(" HTTP/1.");
    text.AddNumber(static_cast<uint64_t>(std::max(record.minor_version, 0)));
  }
  text.Add("\" ");
  const int status = static_cast<int>(record.status);
  text.AddPadded(static_cast<uint64_t>(status > 0 ? status : kClientClosedRequest), 3);
  text.Add(" ");
  if (record.content_bytes == 0 && format == AccessFormat::kCommon) {
    text.Add("-");
  } else {
    text.AddNumber(record.content_bytes);
  }
  return text.text();
}

void AddText(const AccessRecord& record, AccessFormat format, absl::TimeZone zone, LogLine& line) {
  if (record.client != nullptr) {
    AddClient(*record.client, line);
  } else {
    line.Add("-");
  }
  line.Add(" - - [");
  AddLocalTime(record.start, zone, line);
  line.Add("] \"");
  char buffer[64];
  const std::string_view answer = Answer(record, format, absl::MakeSpan(buffer));
  const bool has_request = !record.method.empty();
  const LogValue values[] = {
      {"", OrHyphen(record.method), has_request ? " " : ""},
      {"", has_request ? record.target : "", answer},
      {" \"", OrHyphen(record.referer), "\""},
      {" \"", OrHyphen(record.user_agent), "\""},
  };
  line.AddValues(absl::MakeSpan(values).first(format == AccessFormat::kCommon ? 2 : 4),
                 Escaping::kHexadecimal, "\n");
}

}  // namespace

std::string_view FormatAccessRecord(const AccessRecord& record, AccessFormat format,
                                    absl::TimeZone zone, absl::Span<char> buffer) {
  CHECK(buffer.size() >= kMaxAccessLine);
  LogLine line(buffer.first(kMaxAccessLine));
  if (format == AccessFormat::kJson) {
    AddJson(record, line);
  } else {
    AddText(record, format, zone, line);
  }
  return line.text();
}

}  // namespace forklift::http::log
