// Whatever bytes arrive at a server, and however they are cut up: it says the same, makes progress,
// closes at the end, and a client reads each of its responses whole.
#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "forklift/http/limits.h"
#include "forklift/tests/http/support/echo_server.h"
#include "forklift/tests/http/support/recording_client.h"

namespace forklift::http {
namespace {

constexpr Limits kUsual = {};
constexpr Limits kWithinReach = {.start_line = 40,
                                 .field_line = 50,
                                 .fields = 4,
                                 .head = 200,
                                 .empty_lines = 1,
                                 .body = 40,
                                 .chunk_extensions = 10,
                                 .trailers = 20,
                                 .requests = 3,
                                 .unread_body = 20,
                                 .bare_lf = false};

// A final response to each request, and nothing else but interim ones.
void CheckResponses(const Served& served) {
  RecordingClient client(served.answered);
  client.Receive(served.sent);
  client.End();
  size_t final_responses = 0;
  for (const std::string& got : client.got) final_responses += absl::StrContains(got, ' ');
  CHECK_EQ(final_responses, served.answered.size()) << served;
  CHECK(client.got.back() == "close") << served;
}

void CheckServer(const Limits& limits, std::string_view input) {
  const Served whole = ServeInPieces(limits, input, [&](size_t) { return input.size(); });
  CHECK_EQ(ServeInPieces(limits, input, [](size_t) { return 1; }), whole)
      << "byte by byte: " << absl::CHexEscape(input);
  // The bytes decide how many come at once, so that fuzzing reaches any way of cutting.
  const auto by_input = [&](size_t at) { return 1 + static_cast<unsigned char>(input[at]) % 64u; };
  CHECK_EQ(ServeInPieces(limits, input, by_input), whole)
      << "in pieces: " << absl::CHexEscape(input);
  CheckResponses(whole);
}

}  // namespace
}  // namespace forklift::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  forklift::http::CheckServer(forklift::http::kUsual, input);
  forklift::http::CheckServer(forklift::http::kWithinReach, input);
  return 0;
}
