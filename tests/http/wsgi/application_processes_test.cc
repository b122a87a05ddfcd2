#include "forklift/tests/http/wsgi/python_fixture.h"
//
#include <signal.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/log/check.h"
#include "forklift/http/wsgi/application_processes.h"
#include "forklift/http/wsgi/gil.h"
#include "forklift/tests/support/in_child.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using tests::InChild;

constexpr int kGoesOn = 7;  // the code of a forked process that was not ended

// In a child, since it changes what the process does with signals.
TEST(CatchIgnoredSignalsTest, TheyStillDoNothingAndAreNotIgnored) {
  EXPECT_EQ(InChild([] {
              ::signal(SIGTERM, SIG_IGN);
              ::signal(SIGPIPE, SIG_IGN);
              ::signal(SIGUSR1, SIG_DFL);
              CatchIgnoredSignals();
              ::raise(SIGTERM);
              const auto was_caught = ::signal(SIGTERM, SIG_DFL);
              CHECK(was_caught != SIG_IGN && was_caught != SIG_DFL);
              CHECK(::signal(SIGPIPE, SIG_DFL) == SIG_IGN) << "Python's own";
              CHECK(::signal(SIGUSR1, SIG_DFL) == SIG_DFL);
              return 0;
            }),
            0);
}

enum class Forker { kServer, kApplication };

// How a fork ends in which `exception` is set, or none for null.
int CodeOfFork(Forker forker, PyObject* (*exception)() = nullptr) {
  return InChild([&] {
    tests::StartPython();
    AcquireGil();
    CHECK(WatchForks());
    if (forker == Forker::kServer) BeginServersFork();
    PyOS_BeforeFork();
    const pid_t child = ::fork();
    PCHECK(child >= 0);
    if (child == 0) {
      PyOS_AfterFork_Child();
      if (forker == Forker::kServer) EndServersFork();
      if (exception != nullptr) PyErr_SetObject(exception(), PyLong_FromLong(3));
      EndIfForkedByApplication();
      ::_exit(kGoesOn);
    }
    PyOS_AfterFork_Parent();
    if (forker == Forker::kServer) EndServersFork();
    EndIfForkedByApplication();  // not this process
    return tests::WaitForChild(child);
  });
}

TEST(EndIfForkedByApplicationTest, TheServersForksGoOn) {
  EXPECT_EQ(CodeOfFork(Forker::kServer), kGoesOn);
}

TEST(EndIfForkedByApplicationTest, TheApplicationsForksEnd) {
  EXPECT_EQ(CodeOfFork(Forker::kApplication), 0);
  EXPECT_EQ(CodeOfFork(Forker::kApplication, [] { return PyExc_SystemExit; }), 3);
  EXPECT_EQ(CodeOfFork(Forker::kApplication, [] { return PyExc_ValueError; }), 1);
}

// They are no worker's: what ends a program ends them.
TEST(WatchForksTest, TheApplicationsForksHaveTheirSignals) {
  EXPECT_EQ(InChild([] {
              ::signal(SIGTERM, SIG_IGN);
              tests::StartPython();
              AcquireGil();
              CHECK(WatchForks());
              CatchIgnoredSignals();
              PyOS_BeforeFork();
              const pid_t child = ::fork();
              PCHECK(child >= 0);
              if (child == 0) {
                PyOS_AfterFork_Child();
                ::raise(SIGTERM);
                ::_exit(kGoesOn);
              }
              PyOS_AfterFork_Parent();
              return tests::WaitForChild(child);
            }),
            128 + SIGTERM);
}

}  // namespace
}  // namespace forklift::http::wsgi
