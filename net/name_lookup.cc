#include "forklift/net/name_lookup.h"

#include <errno.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/address.h"
#include "forklift/net/posix_error.h"

namespace forklift::net {
namespace {

struct Meaning {
  std::string symbol;
  absl::StatusCode code;
};

Meaning MeaningOf(int error) {
  switch (error) {
    case EAI_AGAIN:
      return {"EAI_AGAIN", absl::StatusCode::kUnavailable};
    case EAI_FAIL:
      return {"EAI_FAIL", absl::StatusCode::kUnavailable};
    case EAI_NONAME:
      return {"EAI_NONAME", absl::StatusCode::kNotFound};
    case EAI_SERVICE:
      return {"EAI_SERVICE", absl::StatusCode::kNotFound};
#ifdef EAI_NODATA
    case EAI_NODATA:
      return {"EAI_NODATA", absl::StatusCode::kNotFound};
#endif
#ifdef EAI_ADDRFAMILY
    case EAI_ADDRFAMILY:
      return {"EAI_ADDRFAMILY", absl::StatusCode::kNotFound};
#endif
    case EAI_MEMORY:
      return {"EAI_MEMORY", absl::StatusCode::kResourceExhausted};
    case EAI_FAMILY:
      return {"EAI_FAMILY", absl::StatusCode::kInvalidArgument};
    default:
      return {absl::StrCat("error ", error), absl::StatusCode::kUnknown};
  }
}

// What is wrong with the names, as far as getaddrinfo does not look: it stops at a NUL, takes
// " +80", and cuts 65616 down to 80. Empty where nothing is.
std::string_view Objection(std::string_view host, std::string_view service) {
  if (absl::StrContains(host, '\0') || absl::StrContains(service, '\0')) return "it has a NUL";
  if (service.empty()) return "no service; give a port or a name";
  if (!absl::ascii_isalnum(service[0])) return "a service begins with a letter or a digit";
  const bool number = std::all_of(service.begin(), service.end(), absl::ascii_isdigit);
  int port;
  if (number && (!absl::SimpleAtoi(service, &port) || port > 65535))
    return "the port is above 65535";
  return "";
}

std::string Describe(std::string_view host, std::string_view service) {
  return absl::StrCat("getaddrinfo host '", absl::CHexEscape(host), "' service '",
                      absl::CHexEscape(service), "'");
}

absl::Status LookupError(int error, int error_number, std::string_view call) {
  if (error == EAI_SYSTEM) return PosixError(error_number, call);
  const Meaning meaning = MeaningOf(error);
  return absl::Status(meaning.code,
                      absl::StrCat(call, ": ", ::gai_strerror(error), " (", meaning.symbol, ")"));
}

addrinfo Hints(const LookupOptions& options, int flags) {
  addrinfo hints = {};
  hints.ai_family = options.family;
  hints.ai_socktype = SOCK_STREAM;  // or each address comes once a type
  hints.ai_flags = flags;
  return hints;
}

std::vector<Address> AddressesOf(const addrinfo* list) {
  std::vector<Address> addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    const absl::StatusOr<Address> address = Address::FromNative(entry->ai_addr, entry->ai_addrlen);
    // /etc/hosts may list one twice.
    if (address.ok() && std::find(addresses.begin(), addresses.end(), *address) == addresses.end())
      addresses.push_back(*address);
  }
  return addresses;
}

absl::StatusOr<std::vector<Address>> Lookup(std::string_view host, std::string_view service,
                                            const addrinfo& hints,
                                            const GetAddrInfo& get_addr_info) {
  const std::string call = Describe(host, service);
  const std::string_view objection = Objection(host, service);
  if (!objection.empty()) return absl::InvalidArgumentError(absl::StrCat(call, ": ", objection));
  const std::string host_text(host), service_text(service);
  addrinfo* list = nullptr;
  const int error = get_addr_info(host_text.c_str(), service_text.c_str(), &hints, &list);
  if (error != 0) return LookupError(error, errno, call);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, ::freeaddrinfo);
  std::vector<Address> addresses = AddressesOf(list);
  if (addresses.empty()) return absl::NotFoundError(absl::StrCat(call, ": no IP address"));
  return addresses;
}

}  // namespace

absl::StatusOr<std::vector<Address>> ResolveNow(std::string_view host, std::string_view service,
                                                const LookupOptions& options,
                                                const GetAddrInfo& get_addr_info) {
  return Lookup(host, service, Hints(options, 0), get_addr_info);
}

std::optional<std::vector<Address>> ResolveNumeric(std::string_view host, std::string_view service,
                                                   const LookupOptions& options) {
  absl::StatusOr<std::vector<Address>> addresses =
      Lookup(host, service, Hints(options, AI_NUMERICHOST | AI_NUMERICSERV), ::getaddrinfo);
  if (!addresses.ok()) return std::nullopt;
  return *std::move(addresses);
}

}  // namespace forklift::net
