#include "forklift/apps/application.h"

#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/apps/hello_world.h"
#include "forklift/http/files/file_handler.h"
#include "forklift/http/server/handler.h"

ABSL_FLAG(std::string, root, "", "folder whose files are served, instead of a greeting");
ABSL_FLAG(bool, precompressed, false, "send FILE.br or FILE.gz to clients that take them");
ABSL_FLAG(absl::Duration, file_cache, absl::ZeroDuration(),
          "for how long a file is kept open, and not looked up again");

namespace forklift::apps {

absl::StatusOr<std::unique_ptr<http::server::Handler>> ApplicationOfFlags() {
  const std::string root = absl::GetFlag(FLAGS_root);
  if (root.empty()) return std::make_unique<HelloWorld>();
  return http::files::FileHandler::Create({.root = root,
                                           .precompressed = absl::GetFlag(FLAGS_precompressed),
                                           .file_cache = absl::GetFlag(FLAGS_file_cache)});
}

}  // namespace forklift::apps
