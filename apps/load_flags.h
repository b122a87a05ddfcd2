// The flags of the test client, and what they mean together.
//
// To be called once ParseCommandLine has set them.
#ifndef FORKLIFT_APPS_LOAD_FLAGS_H_
#define FORKLIFT_APPS_LOAD_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forklift/apps/command_line.h"
#include "forklift/http/load/load_options.h"
#include "forklift/net/address.h"

namespace forklift::apps {

// The letters that stand for flags, and the URLs, which go to `urls`.
CommandLineStyle LoadCommandLine(std::vector<std::string>* urls);

// The URLs, for people: the first, and how many more there are.
std::string TargetOf(const std::vector<std::string>& urls);

// What to do, but for where to: kInvalidArgument names the flag that makes no sense. Without a URL
// it is the article's, http://localhost:8888/hello.
absl::StatusOr<http::load::LoadOptions> LoadOptionsOfFlags(const std::vector<std::string>& urls);

// The addresses that the server may have: looks its name up, and sends it nothing.
absl::StatusOr<std::vector<net::Address>> AddressesOfServer(const http::load::LoadOptions& options);

// The one of them that it has: connects once, so that a server that is not there is an error at
// once, which names each address that was tried.
absl::StatusOr<net::Address> ReachServer(const http::load::LoadOptions& options,
                                         const std::vector<net::Address>& addresses);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_LOAD_FLAGS_H_
