#include "forklift/apps/load_output.h"

#include <stddef.h>

#include <array>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forklift/apps/standard_output.h"
#include "forklift/apps/whole_file.h"
#include "forklift/http/load/base_run.h"
#include "forklift/http/load/html_report.h"
#include "forklift/http/load/json_report.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/run_comparison.h"
#include "forklift/http/load/text_report.h"

ABSL_FLAG(std::string, output, "text", "text, json, or csv of each second");
ABSL_FLAG(std::string, html, "", "file to write a report with plots to, for a browser");
ABSL_FLAG(std::string, compare, "",
          "file with the --output=json of an earlier run, to tell whether this one is better");

namespace forklift::apps {
namespace {

using http::load::BaseRun;
using http::load::LoadOptions;
using http::load::LoadResult;
using http::load::RunComparison;

absl::Status Wrong(std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(
      "--compare: '", absl::CHexEscape(absl::GetFlag(FLAGS_compare)), "' is no base: ", what));
}

absl::StatusOr<BaseRun> ReadBase(bool is_open_loop) {
  constexpr size_t kMost = size_t{64} << 20;  // a report of a day has some 10 MB
  std::ifstream file(absl::GetFlag(FLAGS_compare), std::ios::binary);
  if (!file) return Wrong("it cannot be read");
  std::string json;
  std::array<char, 65536> block;
  while (file) {
    file.read(block.data(), block.size());
    json.append(block.data(), static_cast<size_t>(file.gcount()));
    if (json.size() > kMost) return Wrong("it is too long");
  }
  if (file.bad()) return Wrong("it cannot be read");
  absl::StatusOr<BaseRun> base = http::load::ParseBaseRun(json);
  if (!base.ok()) return Wrong(base.status().message());
  if (base->is_open_loop != is_open_loop) {
    return Wrong(base->is_open_loop ? "it is of an open loop, with a rate, and this one has none"
                                    : "it is of a closed loop, and this one has a rate");
  }
  return base;
}

std::optional<RunComparison> Compare(const LoadOutput& output, const LoadResult& result) {
  if (!output.base) return std::nullopt;
  return RunComparison{.base = absl::CHexEscape(absl::GetFlag(FLAGS_compare)),
                       .figures = http::load::CompareRuns(*output.base, result)};
}

std::string Report(OutputFormat format, const LoadOptions& options, const LoadResult& result,
                   std::string_view target, const RunComparison* comparison) {
  if (format == OutputFormat::kJson)
    return http::load::JsonReport(target, options, result, comparison);
  if (format == OutputFormat::kCsv) return http::load::CsvReport(result);
  return absl::StrCat(target, "\n", http::load::TextReport(options, result),
                      comparison == nullptr ? "" : "\n",
                      comparison == nullptr ? "" : http::load::TextComparison(*comparison));
}

absl::Status OfHtml(const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat("--html: ", status.message()));
}

}  // namespace

absl::StatusOr<LoadOutput> LoadOutputOfFlags(bool is_open_loop) {
  LoadOutput checked = {.html = absl::GetFlag(FLAGS_html)};
  const std::string format = absl::GetFlag(FLAGS_output);
  if (format == "json") {
    checked.format = OutputFormat::kJson;
  } else if (format == "csv") {
    checked.format = OutputFormat::kCsv;
  } else if (format != "text") {
    return absl::InvalidArgumentError(
        absl::StrCat("--output must be text, json or csv, not '", absl::CHexEscape(format), "'"));
  }
  if (!absl::GetFlag(FLAGS_compare).empty()) {
    if (checked.format == OutputFormat::kCsv && checked.html.empty()) {
      return absl::InvalidArgumentError(
          "--output=csv has no place for what --compare finds: add --html, or leave one out");
    }
    absl::StatusOr<BaseRun> base = ReadBase(is_open_loop);
    if (!base.ok()) return base.status();
    checked.base = *std::move(base);
  }
  if (checked.html.empty()) return checked;
  if (const absl::Status writable = OfHtml(CheckWholeFile(checked.html)); !writable.ok())
    return writable;
  return checked;
}

absl::Status WriteLoadOutput(const LoadOutput& output, const LoadOptions& options,
                             const LoadResult& result, std::string_view target) {
  const std::optional<RunComparison> compared = Compare(output, result);
  const RunComparison* const comparison = compared ? &*compared : nullptr;
  absl::Status written = PrintWhole(Report(output.format, options, result, target, comparison));
  if (output.html.empty()) return written;
  written.Update(OfHtml(
      WriteWholeFile(output.html, http::load::HtmlReport(target, options, result, comparison))));
  return written;
}

}  // namespace forklift::apps
