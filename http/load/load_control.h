// LoadControl is how a load run and its workers agree: in memory that they share, as the workers
// are processes. The workers write `settled`, the run all else.
#ifndef FORKLIFT_HTTP_LOAD_LOAD_CONTROL_H_
#define FORKLIFT_HTTP_LOAD_LOAD_CONTROL_H_

#include <stddef.h>
#include <stdint.h>

#include <atomic>

#include "forklift/http/load/clock.h"

namespace forklift::http::load {

struct LoadControl {
  std::atomic<size_t> settled = 0;     // workers whose connections are all open, or have failed
  std::atomic<Nanoseconds> begin = 0;  // the moment from which requests are sent; 0: not yet
  std::atomic<bool> stop = false;      // no further request is to be sent
  std::atomic<bool> abort = false;     // nor is an answer to be waited for

  // Another rate for all workers, from a moment on that is far enough ahead for all of them to see
  // it in time; `changes` is written last.
  std::atomic<double> rate = 0;
  std::atomic<Nanoseconds> rate_from = 0;
  std::atomic<uint64_t> changes = 0;
};

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_LOAD_CONTROL_H_
