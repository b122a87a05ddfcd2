// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <stddef.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forklift/http/load/histogram.h"
#include "forklift/proc/shared_array.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

using proc::SharedArray;

TEST(LoadExamplesTest, RecordingLatencies) {
  const size_t workers = 2;
  const size_t worker = 1;
  const absl::Duration sent_at = absl::Seconds(1);
  const absl::Duration received_at = absl::Seconds(1) + absl::Milliseconds(5);
  absl::Duration printed;
  const auto Print = [&](absl::Duration latency) { printed = latency; };
  const auto run = [&]() -> absl::Status {
    auto latencies = SharedArray<Histogram>::Create(workers);
    if (!latencies.ok()) return latencies.status();
    // In the worker:
    (*latencies)[worker].Record(received_at - sent_at);
    // In the parent, at any time:
    const auto all = std::make_unique<Histogram>();  // too large for some stacks
    for (size_t i = 0; i < latencies->size(); ++i) all->Merge((*latencies)[i]);
    Print(all->ValueAtPercentile(99.9));
    return absl::OkStatus();
  };
  EXPECT_TRUE(run().ok());
  EXPECT_EQ(printed, absl::Milliseconds(5));
}

}  // namespace
}  // namespace forklift::http::load
