#include "forklift/http/load/source_addresses.h"

#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "forklift/net/address.h"

namespace forklift::http::load {
namespace {

std::optional<net::Address> ParseAddress(std::string_view text) {
  for (const std::string& whole : {absl::StrCat(text, ":0"), absl::StrCat("[", text, "]:0")}) {
    const absl::StatusOr<net::Address> address = net::Address::Parse(whole);
    if (address.ok() && address->family() != AF_UNIX) return *address;
  }
  return std::nullopt;
}

// The address `offset` above an IPv4 one; nothing where that is none.
std::optional<net::Address> Above(const net::Address& network, uint32_t offset) {
  if (network.family() != AF_INET) return std::nullopt;
  sockaddr_in native = {};
  ::memcpy(&native, network.native(), sizeof(native));
  native.sin_addr.s_addr = htonl(ntohl(native.sin_addr.s_addr) + offset);
  const absl::StatusOr<net::Address> address =
      net::Address::FromNative(reinterpret_cast<const sockaddr*>(&native), sizeof(native));
  return address.ok() ? std::optional<net::Address>(*address) : std::nullopt;
}

// Adds the addresses of `text`; false where it has none.
bool AddSources(std::string_view text, size_t connections, std::vector<net::Address>& sources) {
  const std::pair<std::string_view, std::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('/', 1));
  const std::optional<net::Address> address = ParseAddress(parts.first);
  if (!address) return false;
  if (parts.first.size() == text.size()) {
    sources.push_back(*address);
    return true;
  }
  uint32_t prefix = 0;
  if (!absl::SimpleAtoi(parts.second, &prefix) || prefix < 1 || prefix > 30) return false;
  const size_t usable = (size_t{1} << (32 - prefix)) - 2;  // without the network's and broadcast's
  const size_t wanted = connections / kConnectionsOfASource + 1;
  for (size_t i = 1; i <= std::min(usable, wanted); ++i) {
    const std::optional<net::Address> source = Above(*address, static_cast<uint32_t>(i));
    if (!source) return false;
    sources.push_back(*source);
  }
  return true;
}

}  // namespace

absl::StatusOr<std::vector<net::Address>> ParseSources(absl::Span<const std::string> texts,
                                                       size_t connections) {
  std::vector<net::Address> sources;
  for (const std::string& text : texts) {
    if (!AddSources(text, connections, sources)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "'", absl::CHexEscape(text), "' is no address, nor an IPv4 network such as 127.0.0.0/8"));
    }
  }
  return sources;
}

}  // namespace forklift::http::load
