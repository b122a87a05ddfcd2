// Whatever bytes a server answers with, and however they are cut up: the client says the same,
// makes progress, and comes to an end with no more responses than it asked for. The first byte
// tells what was asked, two bits a request.
#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/tests/http/support/recording_client.h"

namespace forklift::http {
namespace {

constexpr Limits kUsual = {};
constexpr Limits kWithinReach = {.start_line = 40,
                                 .field_line = 50,
                                 .fields = 4,
                                 .head = 200,
                                 .body = 40,
                                 .chunk_extensions = 10,
                                 .trailers = 20,
                                 .interim_responses = 2,
                                 .bare_lf = false};

struct Read {
  std::vector<std::string> got;
  std::string trailers;
  size_t outstanding;

  bool operator==(const Read&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Read& read) {
    return out << absl::CHexEscape(absl::StrJoin(read.got, ", ")) << "; " << read.outstanding
               << " outstanding";
  }
};

Read ReadInPieces(const Limits& limits, const std::vector<Method>& methods, std::string_view input,
                  const std::function<size_t(size_t at)>& next_size) {
  RecordingClient client(methods, limits);
  for (size_t at = 0; at < input.size();) {
    const std::string_view piece = input.substr(at, next_size(at));
    client.Receive(piece);
    at += piece.size();
  }
  client.End();
  return {client.got, client.trailers, client.connection().outstanding()};
}

void CheckClient(const Limits& limits, const std::vector<Method>& methods, std::string_view input) {
  const Read whole = ReadInPieces(limits, methods, input, [&](size_t) { return input.size(); });
  CHECK_EQ(ReadInPieces(limits, methods, input, [](size_t) { return 1; }), whole)
      << "byte by byte: " << absl::CHexEscape(input);
  // The bytes decide how many come at once, so that fuzzing reaches any way of cutting.
  const auto by_input = [&](size_t at) { return 1 + static_cast<unsigned char>(input[at]) % 64u; };
  CHECK_EQ(ReadInPieces(limits, methods, input, by_input), whole)
      << "in pieces: " << absl::CHexEscape(input);

  CHECK(whole.got.back() == "close" || whole.got.back() == "error") << whole;
  size_t responses = 0;
  for (const std::string& got : whole.got) {
    responses += absl::StrContains(got, ' ') && !absl::EndsWith(got, "...");
  }
  CHECK_LE(responses, methods.size()) << whole;
  CHECK_LE(whole.outstanding, methods.size()) << whole;
}

std::vector<Method> Asked(unsigned choice) {
  constexpr Method kMethods[] = {Method::kGet, Method::kHead, Method::kConnect};
  std::vector<Method> methods;
  for (; choice % 4 != 3 && methods.size() < 4; choice /= 4)
    methods.push_back(kMethods[choice % 4]);
  return methods;
}

}  // namespace
}  // namespace forklift::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::vector<forklift::http::Method> methods = forklift::http::Asked(data[0]);
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  forklift::http::CheckClient(forklift::http::kUsual, methods, input);
  forklift::http::CheckClient(forklift::http::kWithinReach, methods, input);
  return 0;
}
