#include "forklift/http/load/connect_failure.h"

#include "absl/status/status.h"
#include "forklift/http/load/failure.h"
#include "forklift/net/connector.h"

namespace forklift::http::load {

Failure ConnectFailure(const net::ConnectResult& result) {
  switch (result.outcome) {
    case net::ConnectOutcome::kRefused:
      return Failure::kRefused;
    case net::ConnectOutcome::kTimedOut:
      return Failure::kConnectTimeout;
    case net::ConnectOutcome::kUnreachable:
      return Failure::kUnreachable;
    case net::ConnectOutcome::kNoEphemeralPorts:
      return Failure::kNoEphemeralPorts;
    default:
      return absl::IsResourceExhausted(result.error) ? Failure::kNoDescriptors
                                                     : Failure::kConnectFailed;
  }
}

}  // namespace forklift::http::load
