// CreateSignalSource makes the SignalSource of the mechanism that is asked for, for programs that
// leave the choice to a flag. signal_source.h says how the two differ.
//
//   absl::StatusOr<std::unique_ptr<SignalSource>> source =
//       CreateSignalSource(SignalMechanism::kSignalFd, {SIGCHLD, SIGTERM});
#ifndef FORKLIFT_SIGNALS_CREATE_SIGNAL_SOURCE_H_
#define FORKLIFT_SIGNALS_CREATE_SIGNAL_SOURCE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "forklift/signals/signal_set.h"
#include "forklift/signals/signal_source.h"

namespace forklift::signals {

enum class SignalMechanism { kSelfPipe, kSignalFd };

// As SelfPipe::Create without options, or as SignalFd::Create.
absl::StatusOr<std::unique_ptr<SignalSource>> CreateSignalSource(SignalMechanism mechanism,
                                                                 const SignalSet& signals);

}  // namespace forklift::signals

#endif  // FORKLIFT_SIGNALS_CREATE_SIGNAL_SOURCE_H_
