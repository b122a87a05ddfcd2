#include "forklift/apps/listen_address.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "forklift/net/address.h"

namespace forklift::apps {

absl::StatusOr<net::Address> ListenAddress(std::string_view bind, std::optional<uint16_t> port) {
  absl::StatusOr<net::Address> address = net::Address::Parse(bind);
  if (!address.ok() || !port) return address;
  if (address->family() == AF_UNIX) {
    return absl::InvalidArgumentError(absl::StrCat("--port does not go with --bind=", *address));
  }
  return address->WithPort(*port);
}

void AnnounceReadiness(const net::Address& address) {
  const std::string where =
      address.family() == AF_UNIX ? address.ToString() : absl::StrCat("port ", address.port());
  absl::PrintF("Serving HTTP on %s ...\n", where);
  if (::fflush(stdout) != 0)
    PLOG(WARNING) << "serving HTTP on " << where << ", but cannot say so on stdout";
}

}  // namespace forklift::apps
