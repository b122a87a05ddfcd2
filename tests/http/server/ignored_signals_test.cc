#include "forklift/http/server/ignored_signals.h"

#include <signal.h>

#include "forklift/signals/signal_set.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

// Whatever the parent takes as an order (server.h), and what comes of writing to the outside.
TEST(IgnoredSignalsTest, NoOrderToTheParentHitsAWorker) {
  for (const int signal :
       {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGTTIN, SIGTTOU, SIGPIPE, SIGXFSZ}) {
    EXPECT_TRUE(IgnoredBelowTheParent().Contains(signal)) << signal;
  }
}

TEST(IgnoredSignalsTest, ACrashStaysACrash) {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGALRM, SIGCHLD}) {
    EXPECT_FALSE(IgnoredBelowTheParent().Contains(signal)) << signal;
  }
}

}  // namespace
}  // namespace forklift::http::server
