#include "forklift/http/load/worker_group.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>

#include <atomic>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/load/load_options.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/proc/shared_array.h"
#include "forklift/tests/support/eventually.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

class WorkerGroupTest : public testing::TestWithParam<WorkerKind> {
 protected:
  // The errors of the workers, once all have ended.
  std::vector<absl::Status> Run(size_t count, const WorkerGroup::Body& body) {
    absl::StatusOr<std::unique_ptr<net::EventLoop>> loop = net::EventLoop::Create();
    EXPECT_TRUE(loop.ok()) << loop.status();
    std::vector<absl::Status> errors;
    WorkerGroup group(**loop, [&](const absl::Status& ended) {
      if (!ended.ok()) errors.push_back(ended);
    });
    EXPECT_TRUE(group.Start(GetParam(), count, body).ok());
    EXPECT_EQ(group.size(), count);
    EXPECT_TRUE(tests::Eventually([&] {
      group.ReapAll();
      EXPECT_TRUE((*loop)->RunOnce(net::Deadline::After(absl::ZeroDuration())).ok());
      return group.size() == 0;
    }));
    return errors;
  }
};

INSTANTIATE_TEST_SUITE_P(Kinds, WorkerGroupTest,
                         testing::Values(WorkerKind::kProcesses, WorkerKind::kThreads));

TEST_P(WorkerGroupTest, EachDoesItsPart) {
  auto done = proc::SharedArray<std::atomic<int>>::Create(5);
  ASSERT_TRUE(done.ok()) << done.status();
  EXPECT_TRUE(Run(5, [&](size_t index) {
                ++(*done)[index];
                return absl::OkStatus();
              }).empty());
  for (size_t i = 0; i < 5; ++i) EXPECT_EQ((*done)[i], 1);
}

TEST_P(WorkerGroupTest, TellsOfErrors) {
  const std::vector<absl::Status> errors = Run(3, [](size_t index) {
    return index == 1 ? absl::UnavailableError("no more") : absl::OkStatus();
  });
  EXPECT_EQ(errors.size(), 1u);
}

TEST_P(WorkerGroupTest, TellsOfACrash) {
  if (GetParam() == WorkerKind::kThreads) GTEST_SKIP() << "a thread takes all along";
  const std::vector<absl::Status> errors = Run(2, [](size_t index) {
    if (index == 0) ::raise(SIGKILL);
    return absl::OkStatus();
  });
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].message(), "worker 0 killed by signal 9 (SIGKILL)");
}

}  // namespace
}  // namespace forklift::http::load
