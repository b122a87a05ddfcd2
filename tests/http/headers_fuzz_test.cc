// Whatever an application adds to its headers: they are as a list of pairs would be, and in the
// head of a response nothing changes where the message ends. The input is a row of calls.
#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/headers.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/response_parser.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"

namespace forklift::http {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

// Takes what the next call is made of from the front of the input.
class Calls {
 public:
  explicit Calls(std::string_view input) : input_(input) {}

  bool empty() const { return input_.empty(); }
  unsigned Byte() {
    if (input_.empty()) return 0;
    const auto byte = static_cast<unsigned char>(input_[0]);
    input_.remove_prefix(1);
    return byte;
  }
  std::string Text() {
    const size_t size = Byte() % 32;
    std::string text(input_.substr(0, size));
    input_.remove_prefix(text.size());
    return text;
  }
  // One that is known, or any.
  std::string Name() {
    const unsigned choice = Byte();
    if (choice < kHeaderNameCount) return std::string(Spelling(static_cast<HeaderName>(choice)));
    return Text();
  }

 private:
  std::string_view input_;
};

bool IsGood(std::string_view name, std::string_view value) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  const auto is_token = [&](unsigned char c) {
    return absl::ascii_isalnum(c) || absl::StrContains(kMarks, static_cast<char>(c));
  };
  const auto is_control = [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_token) &&
         std::none_of(value.begin(), value.end(), is_control);
}

std::string_view Trimmed(std::string_view value) {
  while (value.starts_with(' ') || value.starts_with('\t')) value.remove_prefix(1);
  while (value.ends_with(' ') || value.ends_with('\t')) value.remove_suffix(1);
  return value;
}

size_t Remove(Pairs& pairs, std::string_view name) {
  return std::erase_if(pairs,
                       [&](const auto& pair) { return absl::EqualsIgnoreCase(pair.first, name); });
}

Pairs PairsOf(const HeaderFields& fields) {
  Pairs pairs;
  for (const Field field : fields) {
    CHECK(field.id == FindHeaderName(field.name));
    CHECK(fields.Has(field.id));
    pairs.emplace_back(field.name, field.value);
  }
  return pairs;
}

void Call(Calls& calls, Headers& headers, Pairs& pairs) {
  const unsigned choice = calls.Byte() % 16;
  if (choice == 0) {
    headers.Clear();
    pairs.clear();
    return;
  }
  const std::string name = calls.Name();
  if (choice < 4) {
    CHECK_EQ(headers.Remove(name), Remove(pairs, name));
    return;
  }
  const std::string value = calls.Text();
  const bool good = IsGood(name, value);
  if (choice < 8) {
    CHECK_EQ(headers.Set(name, value), good) << absl::CHexEscape(name);
    if (good) Remove(pairs, name);
  } else {
    CHECK_EQ(headers.Add(name, value), good) << absl::CHexEscape(name);
  }
  if (good) pairs.emplace_back(name, Trimmed(value));
}

bool IsRefused(const std::pair<std::string, std::string>& field) {
  for (std::string_view name : {"Connection", "Content-Length", "Keep-Alive", "Proxy-Connection",
                                "TE", "Transfer-Encoding", "Upgrade"}) {
    if (absl::EqualsIgnoreCase(field.first, name)) return true;
  }
  return false;
}

// A response with these fields has them and what frames it, or is none.
void CheckResponse(const Pairs& pairs, const HeaderFields& fields, std::string_view method,
                   std::optional<uint64_t> length) {
  static auto* const buffer = new std::vector<char>(size_t{1} << 20);
  ServerConnection connection;
  const std::string request = absl::StrCat(method, " / HTTP/1.1\r\nHost: a\r\n\r\n");
  CHECK(connection.Next(request).event == ServerConnection::Event::kRequest);
  const std::optional<std::string_view> head =
      connection.BeginResponse(absl::MakeSpan(*buffer), StatusCode::kOk, fields, length);
  CHECK_EQ(head.has_value(), std::none_of(pairs.begin(), pairs.end(), IsRefused));
  if (!head) return;
  ResponseParser parser({.fields = 65'535, .head = buffer->size()});
  CHECK(parser.Parse(*head) == ParseState::kComplete) << absl::CHexEscape(*head);
  CHECK_EQ(parser.head().size, head->size()) << absl::CHexEscape(*head);
  Pairs expected = pairs;
  if (length) {
    expected.emplace_back("Content-Length", absl::StrCat(*length));
  } else if (method != "HEAD") {
    expected.emplace_back("Transfer-Encoding", "chunked");
  }
  CHECK(PairsOf(parser.head().fields) == expected) << absl::CHexEscape(*head);
}

void CheckCalls(std::string_view input) {
  Calls calls(input);
  Headers headers;
  Pairs pairs;
  while (!calls.empty()) {
    Call(calls, headers, pairs);
    CHECK(PairsOf(headers.fields()) == pairs);
  }
  CheckResponse(pairs, headers.fields(), "GET", 5);
  CheckResponse(pairs, headers.fields(), "GET", std::nullopt);
  CheckResponse(pairs, headers.fields(), "HEAD", std::nullopt);
}

}  // namespace
}  // namespace forklift::http

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  forklift::http::CheckCalls(std::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
