// The flags of the WSGI server beside those of all servers, and what they say.
//
// To be called once ParseCommandLine has set them.
#ifndef FORKLIFT_APPS_WSGI_FLAGS_H_
#define FORKLIFT_APPS_WSGI_FLAGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "forklift/apps/command_line.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/wsgi/wsgi_handler.h"

namespace forklift::apps {

// The command line of a program that runs an application, which is one of `operands` then.
CommandLineStyle WsgiCommandLine(std::vector<std::string>& operands);

struct WsgiSettings {
  http::server::ServerOptions server;
  http::wsgi::WsgiOptions handler;
  bool preload = false;
};

// kInvalidArgument where `operands` are not the name of one application, the model has none, and as
// of ServerOptionsOfFlags.
absl::StatusOr<WsgiSettings> WsgiSettingsOfFlags(const std::vector<std::string>& operands);

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_WSGI_FLAGS_H_
