// ConnectFailure names what became of a connection that did not come about.
//
// Pure; thread-safe.
#ifndef FORKLIFT_HTTP_LOAD_CONNECT_FAILURE_H_
#define FORKLIFT_HTTP_LOAD_CONNECT_FAILURE_H_

#include "forklift/http/load/failure.h"
#include "forklift/net/connector.h"

namespace forklift::http::load {

// For an outcome other than kConnected and kInProgress.
Failure ConnectFailure(const net::ConnectResult& result);

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_CONNECT_FAILURE_H_
