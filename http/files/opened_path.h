// OpenedPath is a descriptor, or why there is none.
#ifndef FORKLIFT_HTTP_FILES_OPENED_PATH_H_
#define FORKLIFT_HTTP_FILES_OPENED_PATH_H_

#include "forklift/net/unique_fd.h"

namespace forklift::http::files {

struct OpenedPath {
  net::UniqueFd descriptor;
  int error_number = 0;  // as open(2) would leave it, where `descriptor` is not valid
};

}  // namespace forklift::http::files

#endif  // FORKLIFT_HTTP_FILES_OPENED_PATH_H_
