#include "forklift/net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "forklift/net/posix_error.h"

namespace forklift::net {
namespace {

constexpr size_t kUnixNameOffset = offsetof(sockaddr_un, sun_path);

absl::Status BadAddress(std::string_view text, std::string_view reason) {
  return absl::InvalidArgumentError(
      absl::StrCat("address '", absl::CHexEscape(text), "': ", reason));
}

// Only digits: SimpleAtoi alone would take "+80" and " 80".
std::optional<uint32_t> ParseNumber(std::string_view text) {
  uint32_t number;
  if (text.empty() || !std::all_of(text.begin(), text.end(), absl::ascii_isdigit))
    return std::nullopt;
  if (!absl::SimpleAtoi(text, &number)) return std::nullopt;
  return number;
}

std::optional<uint32_t> ParseScope(std::string_view scope) {
  if (std::optional<uint32_t> number = ParseNumber(scope)) return number;
  const uint32_t index = ::if_nametoindex(std::string(scope).c_str());
  return index == 0 ? std::nullopt : std::optional(index);
}

const sockaddr_in& AsIpv4(const sockaddr_storage& storage) {
  return reinterpret_cast<const sockaddr_in&>(storage);
}
const sockaddr_in6& AsIpv6(const sockaddr_storage& storage) {
  return reinterpret_cast<const sockaddr_in6&>(storage);
}

template <typename T>
std::string_view Bytes(const T& value) {
  return std::string_view(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

absl::StatusOr<Address> Address::Parse(std::string_view text) {
  if (absl::StrContains(text, '\0')) return BadAddress(text, "it has a NUL");
  std::string_view unix_name = text;
  absl::StatusOr<Address> address =
      absl::ConsumePrefix(&unix_name, "unix:") ? ParseUnix(unix_name) : ParseIp(text);
  if (!address.ok()) return BadAddress(text, address.status().message());
  return address;
}

absl::StatusOr<Address> Address::ParseIp(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == text.npos) return absl::InvalidArgumentError("no port; write HOST:PORT");
  std::string_view host = text.substr(0, colon);
  const std::optional<uint32_t> port = ParseNumber(text.substr(colon + 1));
  if (!port || *port > 65535)
    return absl::InvalidArgumentError("the port is not a number from 0 to 65535");

  Address address;
  if (absl::ConsumePrefix(&host, "[")) {
    if (!absl::ConsumeSuffix(&host, "]")) return absl::InvalidArgumentError("no ] before the port");
    auto& ipv6 = reinterpret_cast<sockaddr_in6&>(address.storage_);
    const size_t percent = host.find('%');
    const std::string digits(host.substr(0, percent));
    if (::inet_pton(AF_INET6, digits.c_str(), &ipv6.sin6_addr) != 1) {
      return absl::InvalidArgumentError("not an IPv6 address between the brackets");
    }
    if (percent != host.npos) {
      const std::optional<uint32_t> scope = ParseScope(host.substr(percent + 1));
      if (!scope) return absl::InvalidArgumentError("no such interface after the %");
      ipv6.sin6_scope_id = *scope;
    }
    ipv6.sin6_family = AF_INET6;
    ipv6.sin6_port = htons(static_cast<uint16_t>(*port));
    address.size_ = sizeof(sockaddr_in6);
    return address;
  }
  auto& ipv4 = reinterpret_cast<sockaddr_in&>(address.storage_);
  const std::string digits(host);
  if (::inet_pton(AF_INET, digits.c_str(), &ipv4.sin_addr) != 1) {
    return absl::InvalidArgumentError(
        "not an IP address; write 127.0.0.1:PORT, [::1]:PORT, unix:/PATH or unix:@NAME (names are "
        "not looked up)");
  }
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(static_cast<uint16_t>(*port));
  address.size_ = sizeof(sockaddr_in);
  return address;
}

absl::StatusOr<Address> Address::ParseUnix(std::string_view name) {
  const bool abstract = absl::ConsumePrefix(&name, "@");
  if (name.empty()) return absl::InvalidArgumentError("the Unix socket has no name");
  // A path's ending NUL or an abstract name's leading one takes a byte.
  if (name.size() >= sizeof(sockaddr_un::sun_path)) {
    return absl::InvalidArgumentError(absl::StrCat("a Unix socket's name has at most ",
                                                   sizeof(sockaddr_un::sun_path) - 1, " bytes"));
  }
  Address address;
  auto& local = reinterpret_cast<sockaddr_un&>(address.storage_);
  local.sun_family = AF_UNIX;
  ::memcpy(local.sun_path + (abstract ? 1 : 0), name.data(), name.size());
  address.size_ = static_cast<socklen_t>(kUnixNameOffset + name.size() + 1);
  return address;
}

Address Address::Ipv4Loopback(uint16_t port) {
  Address address;
  auto& ipv4 = reinterpret_cast<sockaddr_in&>(address.storage_);
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(port);
  ipv4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.size_ = sizeof(sockaddr_in);
  return address;
}

absl::StatusOr<Address> Address::FromNative(const sockaddr* native, socklen_t size) {
  const bool fits = size >= sizeof(sa_family_t) &&
                    ((native->sa_family == AF_INET && size == sizeof(sockaddr_in)) ||
                     (native->sa_family == AF_INET6 && size == sizeof(sockaddr_in6)) ||
                     (native->sa_family == AF_UNIX && size <= sizeof(sockaddr_un)));
  if (!fits)
    return absl::InvalidArgumentError("sockaddr: neither IPv4, IPv6 nor Unix, or of a wrong size");
  Address address;
  ::memcpy(&address.storage_, native, size);
  address.size_ = size;
  return address;
}

absl::StatusOr<Address> Address::Local(int fd) {
  sockaddr_storage storage;
  socklen_t size = sizeof(storage);
  auto* native = reinterpret_cast<sockaddr*>(&storage);
  if (::getsockname(fd, native, &size) != 0)
    return PosixError(errno, absl::StrCat("getsockname ", fd));
  return FromNative(native, size);
}

absl::StatusOr<Address> Address::Peer(int fd) {
  sockaddr_storage storage;
  socklen_t size = sizeof(storage);
  auto* native = reinterpret_cast<sockaddr*>(&storage);
  if (::getpeername(fd, native, &size) != 0)
    return PosixError(errno, absl::StrCat("getpeername ", fd));
  return FromNative(native, size);
}

uint16_t Address::port() const {
  if (family() == AF_INET) return ntohs(AsIpv4(storage_).sin_port);
  if (family() == AF_INET6) return ntohs(AsIpv6(storage_).sin6_port);
  return 0;
}

Address Address::WithPort(uint16_t port) const {
  Address changed = *this;
  if (family() == AF_INET) reinterpret_cast<sockaddr_in&>(changed.storage_).sin_port = htons(port);
  if (family() == AF_INET6)
    reinterpret_cast<sockaddr_in6&>(changed.storage_).sin6_port = htons(port);
  return changed;
}

// As it stands in sun_path: an abstract name with its leading NUL, a path without its ending one.
std::string_view Address::UnixName() const {
  const char* path = reinterpret_cast<const sockaddr_un&>(storage_).sun_path;
  const size_t size = size_ - kUnixNameOffset;
  if (size == 0 || path[0] == '\0') return std::string_view(path, size);
  return std::string_view(path, ::strnlen(path, size));
}

std::string_view Address::UnixPath() const {
  const std::string_view name = family() == AF_UNIX ? UnixName() : std::string_view();
  return absl::StartsWith(name, std::string_view("\0", 1)) ? std::string_view() : name;
}

std::string Address::ToString() const {
  if (family() == AF_UNIX) {
    std::string_view name = UnixName();
    const bool abstract = absl::ConsumePrefix(&name, std::string_view("\0", 1));
    return absl::StrCat("unix:", abstract ? "@" : "", absl::CHexEscape(name));
  }
  char text[INET6_ADDRSTRLEN];
  if (family() == AF_INET) {
    ::inet_ntop(AF_INET, &AsIpv4(storage_).sin_addr, text, sizeof(text));
    return absl::StrCat(text, ":", port());
  }
  const sockaddr_in6& ipv6 = AsIpv6(storage_);
  ::inet_ntop(AF_INET6, &ipv6.sin6_addr, text, sizeof(text));
  std::string scope;
  if (ipv6.sin6_scope_id != 0) {
    char name[IF_NAMESIZE];
    scope = absl::StrCat("%", ipv6.sin6_scope_id);
    if (::if_indextoname(ipv6.sin6_scope_id, name) != nullptr) scope = absl::StrCat("%", name);
  }
  return absl::StrCat("[", text, scope, "]:", port());
}

bool Address::IsLoopback() const {
  constexpr char kLoopbackNet = 127;
  const std::string_view bytes = HostBytes();
  if (family() == AF_INET) return bytes[0] == kLoopbackNet;
  if (family() != AF_INET6) return false;
  const in6_addr& ipv6 = AsIpv6(storage_).sin6_addr;
  return IN6_IS_ADDR_LOOPBACK(&ipv6) || (IN6_IS_ADDR_V4MAPPED(&ipv6) && bytes[12] == kLoopbackNet);
}

std::string_view Address::HostBytes() const {
  if (family() == AF_UNIX) return UnixName();
  if (family() == AF_INET) return Bytes(AsIpv4(storage_).sin_addr);
  return Bytes(AsIpv6(storage_).sin6_addr);
}

uint32_t Address::scope() const {
  return family() == AF_INET6 ? AsIpv6(storage_).sin6_scope_id : 0;
}

std::strong_ordering operator<=>(const Address& a, const Address& b) {
  if (const auto order = a.family() <=> b.family(); order != 0) return order;
  if (const auto order = a.HostBytes() <=> b.HostBytes(); order != 0) return order;
  if (const auto order = a.port() <=> b.port(); order != 0) return order;
  return a.scope() <=> b.scope();
}

}  // namespace forklift::net
