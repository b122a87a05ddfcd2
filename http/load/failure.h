// Failure names what became of a request that had no whole response: each kind is counted under its
// own name, and none is left out.
//
// Plain values: pure, thread-safe, usable anywhere.
#ifndef FORKLIFT_HTTP_LOAD_FAILURE_H_
#define FORKLIFT_HTTP_LOAD_FAILURE_H_

#include <stddef.h>
#include <stdint.h>

#include <string_view>

namespace forklift::http::load {

enum class Failure : uint8_t {
  // No connection: nothing was sent.
  kRefused,           // nobody listens, or turned away at once
  kUnreachable,       // no way to that host or network
  kConnectTimeout,    // no connection within the timeout
  kNoEphemeralPorts,  // this machine's ports towards the server are used up
  kNoDescriptors,     // this process may have no more sockets
  kConnectFailed,     // anything else
  // A connection, but no byte of a response.
  kClosed,            // the server closed it in good order
  kReset,             // the server reset it, before or within the response
  kFirstByteTimeout,  // nothing came within the timeout
  // A part of a response.
  kShortResponse,    // the server closed within it
  kResponseTimeout,  // it was not whole within the timeout
  // A response that cannot be used.
  kBadResponse,       // it is no HTTP/1.1
  kUnexpectedStatus,  // not the one that was asked for
  kUnexpectedBody,    // not the body that was asked for
  kOtherNonce,        // not the answer to this request
  // An open loop's request whose time came, but for which no connection was free until a second
  // after the end.
  kNotSent,
  kInterrupted,  // in flight when the run was ended a second time
};

inline constexpr size_t kFailureKinds = static_cast<size_t>(Failure::kInterrupted) + 1;

// For a person: "connection refused"; and for a machine: "refused".
std::string_view FailureText(Failure failure);
std::string_view FailureName(Failure failure);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_FAILURE_H_
