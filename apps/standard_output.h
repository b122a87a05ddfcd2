// PrintWhole prints a text to standard output, or says that not all of it got there.
//
// Blocks as the reader of standard output does. Not for signal handlers.
#ifndef FORKLIFT_APPS_STANDARD_OUTPUT_H_
#define FORKLIFT_APPS_STANDARD_OUTPUT_H_

#include <errno.h>
#include <stdio.h>

#include <string_view>

#include "absl/status/status.h"
#include "forklift/net/posix_error.h"

namespace forklift::apps {

// All of `text`, and what was printed before it; else an error that names the cause. A text that is
// longer than stdio's buffer may fail before the flush, which then knows nothing of it.
inline absl::Status PrintWhole(std::string_view text) {
  const bool is_written =
      ::fwrite(text.data(), 1, text.size(), stdout) == text.size() && ::fflush(stdout) == 0;
  return is_written ? absl::OkStatus() : net::PosixError(errno, "write standard output");
}

}  // namespace forklift::apps

#endif  // FORKLIFT_APPS_STANDARD_OUTPUT_H_
