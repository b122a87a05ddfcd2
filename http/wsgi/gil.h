// GilHold and GilRelease take and give the lock without which no thread may touch a Python object.
//
// A thread holds it only while it runs Python, never while it waits for a client, or nobody else of
// the process gets on. Each thread's Python state is made when it takes the lock first, and kept.
// Neither may be nested in another of its kind.
//
//   const GilHold hold;
//   ...
//   {
//     const GilRelease release;
//     Send(bytes);  // of a bytes object that is still referred to
//   }
#ifndef FORKLIFT_HTTP_WSGI_GIL_H_
#define FORKLIFT_HTTP_WSGI_GIL_H_

#include "forklift/http/wsgi/python.h"

namespace forklift::http::wsgi {

// The two as functions, for what begins in one and ends in another. The thread that starts the
// interpreter holds the lock then.
void AcquireGil();
void ReleaseGil();

class [[nodiscard]] GilHold {
 public:
  GilHold() { AcquireGil(); }
  ~GilHold() { ReleaseGil(); }
  GilHold(const GilHold&) = delete;
  GilHold& operator=(const GilHold&) = delete;
};

class [[nodiscard]] GilRelease {
 public:
  GilRelease() { ReleaseGil(); }
  ~GilRelease() { AcquireGil(); }
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;
};

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_GIL_H_
