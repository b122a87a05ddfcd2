// Eventually waits for what another process is about to do, where nothing can be polled for it.
#ifndef FORKLIFT_TESTS_SUPPORT_EVENTUALLY_H_
#define FORKLIFT_TESTS_SUPPORT_EVENTUALLY_H_

#include <poll.h>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "forklift/net/deadline.h"

namespace forklift::tests {

// Longer than anything that a test waits for takes, on a slow machine under a sanitizer too.
inline constexpr absl::Duration kPatience = absl::Seconds(30);

// True as soon as `condition` holds, false where it does not within `timeout`.
inline bool Eventually(absl::FunctionRef<bool()> condition, absl::Duration timeout = kPatience) {
  const net::Deadline deadline = net::Deadline::After(timeout);
  while (!condition()) {
    if (deadline.expired()) return false;
    ::poll(nullptr, 0, 1);
  }
  return true;
}

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_SUPPORT_EVENTUALLY_H_
