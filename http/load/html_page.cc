#include "forklift/http/load/html_page.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace forklift::http::load {
namespace {

// Blue and orange are those of Okabe and Ito, which the colour-blind tell apart.
constexpr std::string_view kStyle = R"(
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --text: #1a1d21; --soft: #5b6470; --rule: #dde1e6;
  --first: #0072b2; --second: #c04f00; --alert: #fff4dc; --alert-rule: #d79b00; }
@media screen and (prefers-color-scheme: dark) { :root {
  --page: #14171b; --card: #1d2127; --text: #e6e9ed; --soft: #a2abb6; --rule: #353c45;
  --first: #56b4e9; --second: #ee9b3a; --alert: #33290f; --alert-rule: #b98a1d; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 24px 16px 40px; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 8px; font-size: 1.05rem; }
p { margin: 4px 0 0; color: var(--soft); }
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(132px, 1fr)); gap: 12px;
  margin: 20px 0 0; padding: 0; }
.figures div, section { background: var(--card); border: 1px solid var(--rule);
  border-radius: 8px; padding: 14px 16px; }
.figures dt { color: var(--soft); font-size: 0.85rem; }
.figures dd { margin: 0; font-size: 1.4rem; font-weight: 600; white-space: nowrap;
  font-variant-numeric: tabular-nums; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 440px), 1fr));
  gap: 12px; margin-top: 12px; }
.stack { display: grid; gap: 12px; align-content: start; min-width: 0; }
section { min-width: 0; overflow-x: auto; break-inside: avoid; }
section p { font-size: 0.85rem; text-wrap: pretty; }
.wide { margin-top: 12px; }
.wide td { white-space: nowrap; }
.alert { margin-top: 12px; background: var(--alert); border-color: var(--alert-rule); }
.alert ul { margin: 0; padding-left: 20px; }
table { width: 100%; border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 4px 0 4px 14px; border-top: 1px solid var(--rule); text-align: right;
  vertical-align: top; font-weight: 400; }
th:first-child { padding-left: 0; text-align: left; color: var(--soft); white-space: nowrap; }
thead th { border-top: 0; color: var(--soft); }
svg { display: block; width: 100%; height: auto; }
svg text { font-size: 13.5px; fill: var(--soft); }
.label { fill: var(--text); }
.end { text-anchor: end; }
.middle { text-anchor: middle; }
.grid { fill: none; stroke: var(--rule); stroke-width: 1; }
.axis { fill: none; stroke: var(--soft); stroke-width: 1; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.line.first { stroke: var(--first); }
.line.second { stroke: var(--second); stroke-dasharray: 6 3; }
rect.first, circle.first { fill: var(--first); }
circle.second { fill: var(--second); }
@media print {
  @page { margin: 12mm; }
  :root { font-size: 10.5px; }
  body { background: none; print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  .cards { grid-template-columns: 1fr 1fr; }
  .figures { grid-template-columns: repeat(6, 1fr); } }
)";

}  // namespace

std::string HtmlEscape(std::string_view text) {
  return absl::StrReplaceAll(
      text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});
}

std::string HtmlPage(std::string_view title, std::string_view body) {
  return absl::StrCat(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>",
      HtmlEscape(title), "</title>\n<style>", kStyle, "</style>\n</head>\n<body>\n<main>\n", body,
      "</main>\n</body>\n</html>\n");
}

}  // namespace forklift::http::load
