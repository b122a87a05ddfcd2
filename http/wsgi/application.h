// LoadApplication finds the callable that a command line names: "module:callable".
//
// Imports the module, and so runs its code, which may block. For a thread that holds the GIL.
#ifndef FORKLIFT_HTTP_WSGI_APPLICATION_H_
#define FORKLIFT_HTTP_WSGI_APPLICATION_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/http/wsgi/object_ref.h"

namespace forklift::http::wsgi {

// Where an application is: "site.wsgi:application", "site.wsgi", which means the same,
// "site:apps.v2" or, of a function that makes it, "site:create_app()".
struct ApplicationName {
  std::string module;     // dotted
  std::string attribute;  // dotted
  bool is_factory = false;

  // kInvalidArgument where `text` is none.
  static absl::StatusOr<ApplicationName> Parse(std::string_view text);
};

// kFailedPrecondition where the module cannot be imported, has no such attribute, or that is no
// callable; with Python's traceback.
absl::StatusOr<ObjectRef> LoadApplication(const ApplicationName& name);

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_APPLICATION_H_
