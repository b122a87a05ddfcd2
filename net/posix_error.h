// posix_error turns errno into an absl::Status: the one door from POSIX errors into Forklift.
//
// Owns nothing, never blocks. Allocates, so not for signal handlers. Thread-safe.
#ifndef FORKLIFT_NET_POSIX_ERROR_H_
#define FORKLIFT_NET_POSIX_ERROR_H_

#include <string_view>

#include "absl/status/status.h"

namespace forklift::net {

// The status for `error_number`, a value of errno. `call` names the system call and its argument,
// and opens the message: PosixError(EACCES, "bind 127.0.0.1:80") reads "bind 127.0.0.1:80:
// Permission denied (EACCES)".
//
// The code is absl::ErrnoToStatusCode's. It is for reporting only: EAGAIN, EINTR, ECONNREFUSED and
// ECONNRESET all become kUnavailable, so outcomes that a caller acts on are enumerators instead.
//
// `error_number` is an argument so that the caller reads errno first, before anything else can
// change it:
//   if (::bind(...) != 0) return PosixError(errno, absl::StrCat("bind ", address));
absl::Status PosixError(int error_number, std::string_view call);

}  // namespace forklift::net

#endif  // FORKLIFT_NET_POSIX_ERROR_H_
