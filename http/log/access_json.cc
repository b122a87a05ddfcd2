#include "forklift/http/log/access_json.h"

#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>

#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/log/access_record.h"
#include "forklift/http/log/client_text.h"
#include "forklift/http/log/log_line.h"
#include "forklift/http/log/log_time.h"

namespace forklift::http::log {
namespace {

void AddSeconds(absl::Duration duration, LogLine& line) {
  const auto microseconds =
      static_cast<uint64_t>(absl::ToInt64Microseconds(std::max(duration, absl::ZeroDuration())));
  line.AddNumber(microseconds / 1'000'000);
  line.Add(".");
  line.AddPadded(microseconds % 1'000'000, 6);
}

// What takes few bytes, whatever the record says.
void AddShortMembers(const AccessRecord& record, LogLine& line) {
  line.Add(R"("time":")");
  AddUtcTime(record.start, line);
  line.Add("\"");
  if (record.client != nullptr) {
    line.Add(R"(,"client.address":")");
    AddClient(*record.client, line);
    line.Add("\"");
  }
  if (!record.method.empty()) {
    line.Add(R"(,"network.protocol.version":"1.)");
    line.AddNumber(static_cast<uint64_t>(std::max(record.minor_version, 0)));
    line.Add("\"");
  }
  const int status = static_cast<int>(record.status);
  if (status > 0) {
    line.Add(R"(,"http.response.status_code":)");
    line.AddNumber(static_cast<uint64_t>(status));
  }
  line.Add(R"(,"http.response.body.size":)");
  line.AddNumber(record.content_bytes);
  line.Add(R"(,"duration_s":)");
  AddSeconds(record.duration, line);
  line.Add(R"(,"pid":)");
  line.AddNumber(static_cast<uint64_t>(::getpid()));
  if (record.aborted) line.Add(R"(,"aborted":true)");
}

}  // namespace

void AddJson(const AccessRecord& record, LogLine& line) {
  line.Add("{");
  AddShortMembers(record, line);

  LogValue values[5];
  size_t count = 0;
  const std::string_view target = record.target;
  if (!record.method.empty()) {
    values[count++] = {R"(,"http.request.method":")", record.method, "\""};
    if (target.starts_with('/') || target == "*") {
      const size_t question_mark = std::min(target.find('?'), target.size());
      values[count++] = {R"(,"url.path":")", target.substr(0, question_mark), "\""};
      if (question_mark < target.size()) {
        values[count++] = {R"(,"url.query":")", target.substr(question_mark + 1), "\""};
      }
    } else if (!target.empty()) {
      values[count++] = {R"(,"url.full":")", target, "\""};
    }
  }
  if (!record.referer.empty()) {
    values[count++] = {R"(,"http.request.header.referer":[")", record.referer, R"("])"};
  }
  if (!record.user_agent.empty()) {
    values[count++] = {R"(,"user_agent.original":")", record.user_agent, "\""};
  }
  line.AddValues(absl::MakeSpan(values, count), Escaping::kJson, "}\n");
}

}  // namespace forklift::http::log
