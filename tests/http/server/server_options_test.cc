#include "forklift/http/server/server_options.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

TEST(ModelTest, NamesAndModelsAreTheSame) {
  for (Model model :
       {Model::kIterative, Model::kFork, Model::kPrefork, Model::kThread, Model::kEvent}) {
    EXPECT_EQ(ParseModel(ModelName(model)), model);
  }
  EXPECT_EQ(ParseModel("epoll"), std::nullopt);
  EXPECT_EQ(ParseModel(""), std::nullopt);
}

TEST(ServerOptionsTest, TheDefaultsAreGood) { EXPECT_TRUE(Check({}).ok()); }

TEST(ServerOptionsTest, NonsenseIsNamed) {
  const struct {
    void (*change)(ServerOptions&);
    std::string_view name;
  } cases[] = {
      {[](ServerOptions& options) { options.workers = 100'000; }, "workers"},
      {[](ServerOptions& options) { options.threads = 0; }, "threads"},
      {[](ServerOptions& options) { options.max_connections = 0; }, "max-connections"},
      {[](ServerOptions& options) { options.max_requests_jitter = 1; }, "max-requests-jitter"},
      {[](ServerOptions& options) { options.limits.requests = 0; }, "keep-alive-requests"},
      {[](ServerOptions& options) { options.limits.head = 1; }, "limit-header-bytes"},
      {[](ServerOptions& options) { options.timeouts.header = absl::ZeroDuration(); },
       "header-timeout"},
      {[](ServerOptions& options) { options.timeouts.min_rate = -1; }, "min-rate"},
      {[](ServerOptions& options) { options.drain = absl::Seconds(-1); }, "drain-timeout"},
      {[](ServerOptions& options) { options.listener.backlog = 0; }, "backlog"},
      {[](ServerOptions& options) {
         options.model = Model::kIterative;
         options.workers = 2;
       },
       "workers"},
  };
  for (const auto& [change, name] : cases) {
    ServerOptions options;
    change(options);
    const absl::Status checked = Check(options);
    EXPECT_TRUE(absl::IsInvalidArgument(checked)) << name;
    EXPECT_THAT(checked.message(), testing::HasSubstr(std::string(name)));
  }
}

TEST(ServerOptionsTest, ModelsThatScaleHaveAWorkerForEachCpu) {
  for (Model model : {Model::kIterative, Model::kFork, Model::kThread}) {
    EXPECT_EQ(WorkerCount({.model = model}), 1u);
  }
  EXPECT_GE(WorkerCount({.model = Model::kEvent}), 1u);
  EXPECT_EQ(WorkerCount({.model = Model::kEvent, .workers = 7}), 7u);
}

TEST(ServerOptionsTest, TheSummarySaysHowManyAtOnce) {
  EXPECT_THAT(Summary({}), testing::StartsWith("model fork, 1 worker, 1024 requests at once;"));
  EXPECT_THAT(Summary({.model = Model::kThread, .workers = 2, .threads = 8}),
              testing::StartsWith("model thread, 2 workers, 16 requests at once;"));
  EXPECT_THAT(Summary({.model = Model::kIterative}),
              testing::StartsWith("model iterative, 1 worker, 1 request at once;"));
}

}  // namespace
}  // namespace forklift::http::server
