// The application that the concurrent server runs: the files below --root, or a greeting.
//
// To be called once ParseCommandLine has set the flags.
#ifndef FORKLIFT_APPS_APPLICATION_H_
#define FORKLIFT_APPS_APPLICATION_H_

#include <memory>

#include "absl/status/statusor.h"
#include "forklift/http/server/handler.h"

namespace forklift::apps {

// Errors of FileHandler::Create.
absl::StatusOr<std::unique_ptr<http::server::Handler>> ApplicationOfFlags();

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_APPLICATION_H_
