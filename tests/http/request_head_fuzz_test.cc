// Whatever bytes arrive, and however they are cut up: the head is found in the same place, and what
// is taken for a request line is one.
#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>
#include <variant>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/head_scanner.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/request_line.h"

namespace forklift::http {
namespace {

constexpr size_t kLimit = 512;  // within reach of short inputs

void CheckHead(std::string_view input) {
  HeadScanner whole(kLimit);
  HeadScanner piecewise(kLimit);
  const HeadScanner::State state = whole.Scan(input);
  for (size_t size = 0; size <= input.size(); ++size) piecewise.Scan(input.substr(0, size));
  CHECK(piecewise.Scan(input) == state);
  if (state != HeadScanner::State::kComplete) return;
  CHECK_EQ(piecewise.head_end(), whole.head_end());
  CHECK_EQ(piecewise.head_begin(), whole.head_begin());
  CHECK_LT(whole.head_begin(), whole.head_end());
  CHECK_LE(whole.head_end(), kLimit);
  CHECK_EQ(input[whole.head_end() - 1], '\n');
}

void CheckRequestLine(std::string_view line) {
  const auto parsed = ParseRequestLine(line);
  if (const auto* error = std::get_if<ParseError>(&parsed)) {
    CHECK_LE(error->offset, line.size());
    return;
  }
  const auto& parts = std::get<RequestLine>(parsed);
  CHECK_EQ(absl::StrCat(parts.method, " ", parts.target, " HTTP/1.", parts.minor_version), line);
}

}  // namespace
}  // namespace forklift::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  // A copy of just the size, so that a sanitizer sees an overrun.
  const std::string input(reinterpret_cast<const char*>(data), size);
  forklift::http::CheckHead(input);
  forklift::http::CheckRequestLine(std::string_view(input).substr(0, input.find('\n')));
  return 0;
}
