#include "forklift/http/log/drop_count.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/log/log_entry.h"
#include "absl/log/log_sink.h"
#include "absl/log/log_sink_registry.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forklift/net/pipe.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/in_child.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::log {
namespace {

class Warnings final : public absl::LogSink {
 public:
  Warnings() { absl::AddLogSink(this); }
  ~Warnings() override { absl::RemoveLogSink(this); }

  void Send(const absl::LogEntry& entry) override {
    if (entry.log_severity() == absl::LogSeverity::kWarning) {
      texts.emplace_back(entry.text_message());
    }
  }

  std::vector<std::string> texts;
};

std::unique_ptr<DropCount> Create() {
  absl::StatusOr<std::unique_ptr<DropCount>> drops = DropCount::Create();
  EXPECT_TRUE(drops.ok()) << drops.status();
  return *std::move(drops);
}

TEST(DropCountTest, NothingLostIsNoWarning) {
  const std::unique_ptr<DropCount> drops = Create();
  const Warnings warnings;
  drops->WarnWhenDue("a.log");
  EXPECT_EQ(drops->count(), 0u);
  EXPECT_THAT(warnings.texts, testing::IsEmpty());
}

TEST(DropCountTest, WarnsOnceASecondOfAllThatWasLost) {
  const std::unique_ptr<DropCount> drops = Create();
  const Warnings warnings;
  const absl::Time start = absl::Now();
  for (int i = 0; i < 10'000; ++i) {
    drops->Add(ENOSPC);
    drops->WarnWhenDue("a.log");
  }
  const auto seconds = absl::ToInt64Seconds(absl::Now() - start);
  EXPECT_GE(warnings.texts.size(), 1u);
  EXPECT_LE(warnings.texts.size(), static_cast<size_t>(seconds) + 2);
  EXPECT_EQ(warnings.texts.front(),
            "access log a.log: 1 lines dropped so far; last, write: No space left on device "
            "(ENOSPC)");

  drops->Add(0);
  const std::string last =
      "access log a.log: 10001 lines dropped so far; last, write: only a part of a line";
  EXPECT_TRUE(tests::Eventually([&] {
    drops->WarnWhenDue("a.log");
    return warnings.texts.back() == last;
  }));
  EXPECT_EQ(drops->count(), 10'001u);
}

TEST(DropCountTest, ProcessesShareIt) {
  const std::unique_ptr<DropCount> drops = Create();
  const Warnings warnings;
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(tests::InChild([&] {
                drops->Add(EAGAIN);
                drops->WarnWhenDue("a.log");
                return static_cast<int>(warnings.texts.size());
              }),
              i == 0 ? 1 : 0);
  }
  EXPECT_EQ(drops->count(), 10u);
}

TEST(DropCountTest, ATornLineIsMendedOnce) {
  const std::unique_ptr<DropCount> drops = Create();
  EXPECT_FALSE(drops->TakeTorn());
  EXPECT_EQ(tests::InChild([&] { return drops->SetTorn(), 0; }), 0);
  EXPECT_TRUE(drops->TakeTorn());
  EXPECT_FALSE(drops->TakeTorn());
}

// Standard error of this process for a while.
class StandardError {
 public:
  explicit StandardError(const net::UniqueFd& fd) : own_(::dup(STDERR_FILENO)) {
    ::dup2(fd.get(), STDERR_FILENO);
  }
  ~StandardError() { ::dup2(own_.get(), STDERR_FILENO); }

 private:
  const net::UniqueFd own_;
};

TEST(DropCountTest, AFullStandardErrorPutsTheWarningOff) {
  const std::unique_ptr<DropCount> drops = Create();
  const Warnings warnings;
  absl::StatusOr<net::Pipe> pipe = net::CreatePipe(net::BlockingMode::kNonBlocking);
  ASSERT_TRUE(pipe.ok());
  while (::write(pipe->write_end.get(), "x", 1) == 1) {
  }
  ASSERT_EQ(::fcntl(pipe->write_end.get(), F_SETFL, 0), 0);  // it would block now
  drops->Add(EAGAIN);
  {
    const StandardError full(pipe->write_end);
    drops->WarnWhenDue("a.log");
    EXPECT_THAT(warnings.texts, testing::IsEmpty());
    pipe->read_end.reset();
    drops->WarnWhenDue("a.log");
    EXPECT_THAT(warnings.texts, testing::IsEmpty()) << "SIGPIPE would have come";
  }
  drops->WarnWhenDue("a.log");
  EXPECT_EQ(warnings.texts.size(), 1u);
}

}  // namespace
}  // namespace forklift::http::log
