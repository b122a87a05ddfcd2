#include "forklift/proc/terminate.h"

#include <signal.h>

#include "forklift/net/deadline.h"
#include "forklift/proc/child.h"

namespace forklift::proc {
namespace {

void Send(Child& child, int signal, const TerminateOptions& options) {
  if (!options.group || !child.SignalGroup(signal)) child.Signal(signal);
}

}  // namespace

Termination Terminate(Child& child, const TerminateOptions& options) {
  Send(child, options.signal, options);
  Send(child, SIGCONT, options);
  child.WaitWithoutReaping(net::Deadline::After(options.grace));
  const bool killed = child.Signal(SIGKILL);  // not where it has ended
  // In any case, and before the child is reaped, while its number still is the group's.
  if (options.group) child.SignalGroup(SIGKILL);
  return {.status = child.Wait(net::Deadline::After(options.kill_patience)), .killed = killed};
}

}  // namespace forklift::proc
