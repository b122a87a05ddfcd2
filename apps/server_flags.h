// The flags that all of our servers share, and what they say.
//
// To be called once ParseCommandLine has set them.
#ifndef FORKLIFT_APPS_SERVER_FLAGS_H_
#define FORKLIFT_APPS_SERVER_FLAGS_H_

#include <memory>
#include <optional>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/apps/listeners.h"
#include "forklift/http/log/access_log.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/server/upgrade.h"

namespace forklift::apps {

// kInvalidArgument where --model is none, and as of http::server::Check.
absl::StatusOr<http::server::ServerOptions> ServerOptionsOfFlags();

// The exit code to leave with where --check-config is given: what is wrong with the other flags is
// said as it would be without it, but nothing is opened or made.
std::optional<int> CheckOfFlags(std::string_view program);

// Lets the log have what --log-level says. kInvalidArgument where that is none.
absl::Status SetLogLevelOfFlags();

// Opens the access log of --access-log and --access-log-format; null where it is off.
// kInvalidArgument for a format that is none, or the error of http::log::AccessLog::Open.
absl::StatusOr<std::unique_ptr<http::log::AccessLog>> AccessLogOfFlags();

// Opens what --bind and --port say; errors as of OpenListeners.
absl::StatusOr<http::server::Inheritance> ListenersOfFlags();

// Takes the descriptor of --ready-fd, whose number a successor has for something else. To be called
// after ListenersOfFlags. kInvalidArgument where whoever started the program has not opened it.
absl::StatusOr<ReadinessOptions> ReadinessOfFlags(const http::server::Inheritance& inheritance);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_SERVER_FLAGS_H_
