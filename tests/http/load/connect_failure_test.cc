#include "forklift/http/load/connect_failure.h"

#include <errno.h>

#include "absl/status/status.h"
#include "forklift/http/load/failure.h"
#include "forklift/net/connector.h"
#include "forklift/net/posix_error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

TEST(ConnectFailureTest, EachOutcomeHasItsName) {
  using net::ConnectOutcome;
  const auto failure = [](ConnectOutcome outcome, const absl::Status& error = {}) {
    return ConnectFailure({.outcome = outcome, .connection = {}, .error = error});
  };
  EXPECT_EQ(failure(ConnectOutcome::kRefused), Failure::kRefused);
  EXPECT_EQ(failure(ConnectOutcome::kTimedOut), Failure::kConnectTimeout);
  EXPECT_EQ(failure(ConnectOutcome::kUnreachable), Failure::kUnreachable);
  EXPECT_EQ(failure(ConnectOutcome::kNoEphemeralPorts), Failure::kNoEphemeralPorts);
  EXPECT_EQ(failure(ConnectOutcome::kFailed, net::PosixError(EACCES, "connect")),
            Failure::kConnectFailed);
  for (const int error_number : {EMFILE, ENFILE}) {
    EXPECT_EQ(failure(ConnectOutcome::kFailed, net::PosixError(error_number, "socket")),
              Failure::kNoDescriptors);
  }
}

}  // namespace
}  // namespace forklift::http::load
