// Address is a socket address: IPv4, IPv6 with its scope, or a Unix socket by path or abstract
// name.
//
// A value of about 130 bytes: owns nothing, never blocks (no name is looked up), safe across fork
// and from any thread. Not for signal handlers (errors and text allocate).
//
//   absl::StatusOr<Address> address = Address::Parse("127.0.0.1:8888");
//   if (!address.ok()) return address.status();
//   ::bind(fd, address->native(), address->native_size());
#ifndef FORKLIFT_NET_ADDRESS_H_
#define FORKLIFT_NET_ADDRESS_H_

#include <stdint.h>
#include <sys/socket.h>

#include <compare>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"

namespace forklift::net {

class Address {
 public:
  // Reads one of the forms
  //   192.0.2.1:80   [2001:db8::1]:80   [fe80::1%eth0]:80   unix:/run/server.sock   unix:@abstract
  // IPv4 is four decimal numbers, a port 0 to 65535, an IPv6 scope the name of an interface that
  // this machine has, or a number; a Unix name is taken as it stands. Anything else, a host name
  // too, is kInvalidArgument; the message quotes `text` escaped.
  static absl::StatusOr<Address> Parse(std::string_view text);

  // 127.0.0.1; port 0 lets the kernel choose an ephemeral one at bind.
  static Address Ipv4Loopback(uint16_t port);

  // Copies what the kernel returned. kInvalidArgument for a family other than AF_INET, AF_INET6,
  // AF_UNIX, or a size that does not fit it.
  static absl::StatusOr<Address> FromNative(const sockaddr* native, socklen_t size);

  // The two ends of a socket: the local one (getsockname) and the peer's (getpeername). The peer of
  // a socket that is not connected is an error (ENOTCONN).
  static absl::StatusOr<Address> Local(int fd);
  static absl::StatusOr<Address> Peer(int fd);

  // AF_INET, AF_INET6 or AF_UNIX.
  int family() const { return storage_.ss_family; }

  // In host byte order; 0 for a Unix address.
  uint16_t port() const;

  // The same with another port; a Unix address has none to change.
  Address WithPort(uint16_t port) const;

  // Whether it is an IP address that no packet leaves this machine for: 127.0.0.0/8, ::1, or one of
  // the former within IPv6 (::ffff:127.0.0.1).
  bool IsLoopback() const;

  // The file of a Unix socket; empty for an abstract or unnamed one and for IP.
  std::string_view UnixPath() const;

  // As bind(2) and connect(2) take them.
  const sockaddr* native() const { return reinterpret_cast<const sockaddr*>(&storage_); }
  socklen_t native_size() const { return size_; }

  // In Parse's form, for people: a Unix name's unprintable bytes, quotes and backslashes are
  // escaped, so the text is safe to log; an unnamed Unix socket (a client's) is "unix:".
  std::string ToString() const;

  // By family, address, port and scope, or Unix name. IPv6's flow label is not looked at.
  friend bool operator==(const Address& a, const Address& b) { return (a <=> b) == 0; }
  friend std::strong_ordering operator<=>(const Address& a, const Address& b);

  template <typename Hash>
  friend Hash AbslHashValue(Hash hash, const Address& address) {
    return Hash::combine(std::move(hash), address.family(), address.HostBytes(), address.port(),
                         address.scope());
  }
  template <typename Sink>
  friend void AbslStringify(Sink& sink, const Address& address) {
    sink.Append(address.ToString());
  }

 private:
  Address() = default;

  static absl::StatusOr<Address> ParseIp(std::string_view text);
  static absl::StatusOr<Address> ParseUnix(std::string_view name);

  // The IP address in network order, or the Unix name; nothing is copied.
  std::string_view HostBytes() const;
  std::string_view UnixName() const;
  uint32_t scope() const;

  sockaddr_storage storage_ = {};
  socklen_t size_ = 0;
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_ADDRESS_H_
