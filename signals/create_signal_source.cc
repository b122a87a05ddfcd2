#include "forklift/signals/create_signal_source.h"

#include <memory>

#include "absl/status/statusor.h"
#include "forklift/signals/self_pipe.h"
#include "forklift/signals/signal_fd.h"
#include "forklift/signals/signal_set.h"
#include "forklift/signals/signal_source.h"

namespace forklift::signals {

absl::StatusOr<std::unique_ptr<SignalSource>> CreateSignalSource(SignalMechanism mechanism,
                                                                 const SignalSet& signals) {
  if (mechanism == SignalMechanism::kSignalFd) return SignalFd::Create(signals);
  return SelfPipe::Create(signals);
}

}  // namespace forklift::signals
