#include "forklift/apps/load_output.h"

#include <errno.h>
#include <stdio.h>

#include <string>
#include <string_view>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "forklift/apps/whole_file.h"
#include "forklift/http/load/html_report.h"
#include "forklift/http/load/json_report.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/text_report.h"
#include "forklift/net/posix_error.h"

ABSL_FLAG(std::string, output, "text", "text, json, or csv of each second");
ABSL_FLAG(std::string, html, "", "file to write a report with plots to, for a browser");

namespace forklift::apps {
namespace {

std::string Report(const http::load::LoadOptions& options, const http::load::LoadResult& result,
                   std::string_view target) {
  const std::string output = absl::GetFlag(FLAGS_output);
  if (output == "json") return http::load::JsonReport(target, options, result);
  if (output == "csv") return http::load::CsvReport(result);
  return absl::StrCat(target, "\n", http::load::TextReport(options, result));
}

absl::Status OfHtml(const absl::Status& status) {
  return status.ok() ? status
                     : absl::Status(status.code(), absl::StrCat("--html: ", status.message()));
}

}  // namespace

absl::Status CheckLoadOutput() {
  const std::string output = absl::GetFlag(FLAGS_output);
  if (output != "text" && output != "json" && output != "csv") {
    return absl::InvalidArgumentError(
        absl::StrCat("--output must be text, json or csv, not '", absl::CHexEscape(output), "'"));
  }
  const std::string html = absl::GetFlag(FLAGS_html);
  return html.empty() ? absl::OkStatus() : OfHtml(CheckWholeFile(html));
}

absl::Status WriteLoadOutput(const http::load::LoadOptions& options,
                             const http::load::LoadResult& result, std::string_view target) {
  absl::PrintF("%s", Report(options, result, target));
  absl::Status written =
      ::fflush(stdout) == 0 ? absl::OkStatus() : net::PosixError(errno, "write standard output");
  const std::string html = absl::GetFlag(FLAGS_html);
  if (html.empty()) return written;
  written.Update(OfHtml(WriteWholeFile(html, http::load::HtmlReport(target, options, result))));
  return written;
}

}  // namespace forklift::apps
