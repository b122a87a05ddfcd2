#include "forklift/http/wsgi/gil.h"

#include <atomic>
#include <thread>
#include <vector>

#include "forklift/http/wsgi/object_ref.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "forklift/tests/support/eventually.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using tests::Evaluate;
using tests::Execute;
using tests::Repr;

class GilTest : public ::testing::Test {
 protected:
  GilTest() { tests::StartPython(); }
};

TEST_F(GilTest, IsHeldAsLongAsTheObjectLives) {
  EXPECT_FALSE(PyGILState_Check());
  {
    const GilHold hold;
    EXPECT_TRUE(PyGILState_Check());
    {
      const GilRelease release;
      EXPECT_FALSE(PyGILState_Check());
    }
    EXPECT_TRUE(PyGILState_Check());
  }
  EXPECT_FALSE(PyGILState_Check());
}

TEST_F(GilTest, TwoThreadsRunPythonByTurns) {
  constexpr int kTurns = 2'000;
  int counter = 0;  // which only the lock protects
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&counter] {
      for (int turn = 0; turn < kTurns; ++turn) {
        const GilHold hold;
        const int before = counter;
        const ObjectRef sum = ObjectRef::Steal(PyLong_FromLong(before + 1));
        counter = static_cast<int>(PyLong_AsLong(sum.get()));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter, 2 * kTurns);
}

// Were the lock not given back, neither would get on.
TEST_F(GilTest, AnotherThreadGetsOnWhileItIsReleased) {
  std::atomic<int> stage = 0;
  std::thread other([&] {
    const GilHold hold;
    stage = 1;
    {
      const GilRelease release;
      EXPECT_TRUE(tests::Eventually([&] { return stage == 2; }));
    }
    stage = 3;
  });
  EXPECT_TRUE(tests::Eventually([&] { return stage == 1; }));
  {
    const GilHold hold;
    stage = 2;
    const GilRelease release;
    EXPECT_TRUE(tests::Eventually([&] { return stage == 3; }));
  }
  other.join();
}

// threading.local and what extension modules keep by thread last from one hold to the next.
TEST_F(GilTest, AThreadKeepsItsState) {
  const auto add_one = [](const ObjectRef& names) {
    return Repr(Evaluate("add_one()", names).get());
  };
  ObjectRef names;
  {
    const GilHold hold;
    names = Execute(
        "import threading\nlocal = threading.local()\n"
        "def add_one():\n  local.x = getattr(local, 'x', 0) + 1\n  return local.x");
    EXPECT_EQ(add_one(names), "1");
  }
  std::thread([&] {
    for (const char* count : {"1", "2", "3"}) {
      const GilHold hold;
      EXPECT_EQ(add_one(names), count);
    }
  }).join();
  const GilHold hold;
  EXPECT_EQ(add_one(names), "2");
  names = ObjectRef();
}

// As extension modules do that call Python from wherever they are.
TEST_F(GilTest, OthersFindTheThreadsState) {
  std::thread([] {
    const GilHold hold;
    PyThreadState* const state = PyThreadState_Get();
    EXPECT_EQ(PyGILState_GetThisThreadState(), state);
    const PyGILState_STATE nested = PyGILState_Ensure();
    EXPECT_EQ(PyThreadState_Get(), state);
    PyGILState_Release(nested);
    EXPECT_TRUE(PyGILState_Check());
  }).join();
}

}  // namespace
}  // namespace forklift::http::wsgi
