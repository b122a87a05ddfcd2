#include "forklift/http/load/load_options.h"

#include <string>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/load/request_bytes.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::load {
namespace {

// What Check says of options that make sense, but for what `change` does to them.
std::string Refusal(void (*change)(LoadOptions&)) {
  LoadOptions options;
  const absl::StatusOr<RequestBytes> request = MakeRequest("a", {});
  CHECK_OK(request);
  options.requests = {*request};
  EXPECT_TRUE(Check(options).ok());
  change(options);
  const absl::Status status = Check(options);
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  return std::string(status.message());
}

TEST(LoadOptionsTest, CheckNamesWhatMakesNoSense) {
  EXPECT_EQ(Refusal([](LoadOptions& options) { options.requests.clear(); }),
            "there is no request to send");
  EXPECT_EQ(Refusal([](LoadOptions& options) {
              options.workers = 2;
              options.connections = 1;
            }),
            "2 workers need a connection each, and there are 1");
  EXPECT_EQ(Refusal([](LoadOptions& options) { options.pipeline = 0; }),
            "there may be 1 to 1000 requests in flight on a connection");
  EXPECT_EQ(Refusal([](LoadOptions& options) { options.rate = 0; }),
            "the rate must be 1e-06 to 1e+07 requests a second");
  EXPECT_EQ(Refusal([](LoadOptions& options) { options.connections = 2'000'000; }),
            "there may be 1000000 connections at most");
  EXPECT_EQ(Refusal([](LoadOptions& options) { options.duration = absl::ZeroDuration(); }),
            "the duration must be more than 0, and at most 168h");
  EXPECT_EQ(Refusal([](LoadOptions& options) { options.warm_up = absl::InfiniteDuration(); }),
            "the warm-up must be 0 or more, and at most 168h");
  EXPECT_EQ(Refusal([](LoadOptions& options) { options.expected_status = 99'999; }),
            "the status to expect must be 100 to 999");
  EXPECT_EQ(Refusal([](LoadOptions& options) { options.connections = 0; }),
            "1 workers need a connection each, and there are 0");
  EXPECT_EQ(Refusal([](LoadOptions& options) { options.workers = 2000; }),
            "there must be 1 to 1024 workers");
  EXPECT_EQ(Refusal([](LoadOptions& options) { options.count = 0; }),
            "the number of requests must be 1 or more");
  EXPECT_EQ(Refusal([](LoadOptions& options) {
              options.keep_alive = false;
              options.pipeline = 2;
            }),
            "a connection for each request has nothing to pipeline");
  EXPECT_EQ(Refusal([](LoadOptions& options) { options.timeout = absl::ZeroDuration(); }),
            "the timeout must be more than 0");
  EXPECT_EQ(Refusal([](LoadOptions& options) {
              options.rate = 1;
              options.stages = {{absl::Seconds(1), 1e-12}};
            }),
            "the rate of a stage must be 0, or 1e-06 to 1e+07 requests a second");
}

TEST(LoadOptionsTest, WithoutAnEndThereMustBeACount) {
  EXPECT_EQ(Refusal([](LoadOptions& options) { options.duration = absl::InfiniteDuration(); }),
            "the duration must be more than 0, and at most 168h");
  LoadOptions options;
  options.requests = {*MakeRequest("a", {})};
  options.duration = absl::InfiniteDuration();
  options.count = 5;
  EXPECT_TRUE(Check(options).ok());
}

}  // namespace
}  // namespace forklift::http::load
