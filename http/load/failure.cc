#include "forklift/http/load/failure.h"

#include <stddef.h>

#include <array>
#include <string_view>

namespace forklift::http::load {
namespace {

struct Names {
  std::string_view name;
  std::string_view text;
};

// In the order of the enumerators.
constexpr std::array<Names, kFailureKinds> kNames = {{
    {"refused", "connection refused"},
    {"unreachable", "host unreachable"},
    {"connect_timeout", "timeout while connecting"},
    {"no_ephemeral_ports", "no ephemeral port left"},
    {"no_descriptors", "no descriptor left"},
    {"connect_failed", "could not connect"},
    {"closed", "closed without a response"},
    {"reset", "connection reset"},
    {"first_byte_timeout", "timeout before the first byte"},
    {"short_response", "closed within the response"},
    {"response_timeout", "timeout within the response"},
    {"bad_response", "not HTTP/1.1"},
    {"unexpected_status", "unexpected status"},
    {"unexpected_body", "unexpected body"},
    {"other_nonce", "the answer to another request"},
    {"not_sent", "not sent: no connection was free"},
    {"interrupted", "interrupted before the response"},
}};

}  // namespace

std::string_view FailureText(Failure failure) { return kNames[static_cast<size_t>(failure)].text; }

std::string_view FailureName(Failure failure) { return kNames[static_cast<size_t>(failure)].name; }

}  // namespace forklift::http::load
