// RunServer is what remains of a server's main once it knows what to serve and how: it opens what
// the flags of server_flags.h say, serves until it is told to stop, and tells how it has ended.
//
// To be called once, in a program with a single thread.
#ifndef FORKLIFT_APPS_RUN_SERVER_H_
#define FORKLIFT_APPS_RUN_SERVER_H_

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/server_options.h"

namespace forklift::apps {

// The exit code. The arguments are main's, for an upgrade. `prepare` is called before anything is
// opened, unless the flags were only to be checked: where it fails, the application does not load.
int RunServer(
    int argc, char** argv, const http::server::ServerOptions& options,
    http::server::Handler& handler,
    absl::FunctionRef<absl::Status()> prepare = [] { return absl::OkStatus(); });

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_RUN_SERVER_H_
