// The flags that all of our servers share, and what they say.
//
// To be called once ParseCommandLine has set them.
#ifndef FORKLIFT_APPS_SERVER_FLAGS_H_
#define FORKLIFT_APPS_SERVER_FLAGS_H_

#include "absl/status/statusor.h"
#include "forklift/apps/listeners.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/server/upgrade.h"

namespace forklift::apps {

// kInvalidArgument where --model is none; the rest is checked by http::server::Check.
absl::StatusOr<http::server::ServerOptions> ServerOptionsOfFlags();

// Opens what --bind and --port say; errors as of OpenListeners.
absl::StatusOr<http::server::Inheritance> ListenersOfFlags();

// Takes the descriptor of --ready-fd, whose number a successor has for something else. To be called
// after ListenersOfFlags. kInvalidArgument where whoever started the program has not opened it.
absl::StatusOr<ReadinessOptions> ReadinessOfFlags(const http::server::Inheritance& inheritance);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_SERVER_FLAGS_H_
