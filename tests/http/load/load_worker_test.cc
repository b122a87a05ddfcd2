// ShareOf; what a worker does is in load_run_test.cc.
#include "forklift/http/load/load_worker.h"

#include <stddef.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

TEST(LoadWorkerTest, SharesAddUpAndDifferByOneAtMost) {
  for (const size_t total : {0, 1, 7, 1000}) {
    for (const size_t workers : {1, 3, 7, 64}) {
      size_t sum = 0;
      for (size_t i = 0; i < workers; ++i) {
        const size_t share = ShareOf(total, i, workers);
        EXPECT_GE(share, total / workers);
        EXPECT_LE(share, total / workers + 1);
        sum += share;
      }
      EXPECT_EQ(sum, total);
    }
  }
}

}  // namespace
}  // namespace forklift::http::load
