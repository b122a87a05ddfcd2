// What the tests over both mechanisms of a SignalSource have in common.
#ifndef FORKLIFT_TESTS_SIGNALS_SIGNAL_SOURCE_FIXTURE_H_
#define FORKLIFT_TESTS_SIGNALS_SIGNAL_SOURCE_FIXTURE_H_

#include <poll.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "forklift/net/eintr.h"
#include "forklift/signals/create_signal_source.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/signal_set.h"
#include "forklift/signals/signal_source.h"
#include "gtest/gtest.h"

namespace forklift::signals {

class SignalSourceFixture : public testing::TestWithParam<SignalMechanism> {
 protected:
  static absl::StatusOr<std::unique_ptr<SignalSource>> Create(const SignalSet& signals) {
    return CreateSignalSource(GetParam(), signals);
  }

  static std::unique_ptr<SignalSource> Open(const SignalSet& signals) {
    absl::StatusOr<std::unique_ptr<SignalSource>> source = Create(signals);
    EXPECT_TRUE(source.ok()) << source.status();
    return *std::move(source);
  }

  static bool Readable(const SignalSource& source) {
    pollfd entry = {.fd = source.fd(), .events = POLLIN, .revents = 0};
    return net::RetryOnEintr([&] { return ::poll(&entry, 1, 0); }) == 1;
  }

  // Waits for a signal as a loop does; what a Drain that came to nothing says is a mistake.
  static ReceivedSignals Next(SignalSource& source) {
    pollfd entry = {.fd = source.fd(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(net::RetryOnEintr([&] { return ::poll(&entry, 1, 30'000); }), 1);
    return source.Drain();
  }
};

// INSTANTIATE_TEST_SUITE_P(Both, ATest, kBothMechanisms, MechanismName);
inline const auto kBothMechanisms =
    testing::Values(SignalMechanism::kSelfPipe, SignalMechanism::kSignalFd);

inline std::string MechanismName(const testing::TestParamInfo<SignalMechanism>& info) {
  return info.param == SignalMechanism::kSelfPipe ? "SelfPipe" : "SignalFd";
}

}  // namespace forklift::signals

#endif  // FORKLIFT_TESTS_SIGNALS_SIGNAL_SOURCE_FIXTURE_H_
