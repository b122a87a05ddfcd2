// What a server's processes below its parent ignore from birth.
#ifndef FORKLIFT_HTTP_SERVER_IGNORED_SIGNALS_H_
#define FORKLIFT_HTTP_SERVER_IGNORED_SIGNALS_H_

#include <signal.h>

#include "forklift/signals/signal_set.h"

namespace forklift::http::server {

// The parent's signals, which it passes on in its own way: terminals and service managers send them
// to all processes of a server. And what would kill one for a client that hangs up or a log that is
// as large as it may be.
inline signals::SignalSet IgnoredBelowTheParent() {
  return {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTTIN, SIGTTOU, SIGPIPE, SIGXFSZ};
}

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_IGNORED_SIGNALS_H_
