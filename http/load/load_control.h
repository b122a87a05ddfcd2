// LoadControl is how a load run and its workers agree: in memory that they share, as the workers
// are processes. The run writes `begin` and `stop`, the workers `settled`.
#ifndef FORKLIFT_HTTP_LOAD_LOAD_CONTROL_H_
#define FORKLIFT_HTTP_LOAD_LOAD_CONTROL_H_

#include <stddef.h>

#include <atomic>

#include "forklift/http/load/clock.h"

namespace forklift::http::load {

struct LoadControl {
  std::atomic<size_t> settled = 0;     // workers whose connections are all open, or have failed
  std::atomic<Nanoseconds> begin = 0;  // the moment from which requests are sent; 0: not yet
  std::atomic<bool> stop = false;      // no further request is to be sent
};

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_LOAD_CONTROL_H_
