#include "forklift/http/wsgi/running_requests.h"

#include <sys/mman.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/wsgi/parsed_request.h"
#include "forklift/tests/support/in_child.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;
using tests::ParsedRequest;

// What is printed now, in lines.
std::vector<std::string> Printed() {
  const net::UniqueFd file(::memfd_create("report", MFD_CLOEXEC));
  PrintRunningRequests(file.get());
  std::string text(static_cast<size_t>(::lseek(file.get(), 0, SEEK_END)), '?');
  PCHECK(::pread(file.get(), text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()));
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  EXPECT_EQ(lines.back(), "") << "the last line has no end";
  lines.pop_back();
  return lines;
}

std::string Head(std::string_view method, std::string_view target) {
  return absl::StrCat(method, " ", target, " HTTP/1.1\r\nHost: a\r\n");
}

TEST(RunningRequestsTest, WithoutAnyNothingIsPrinted) { EXPECT_THAT(Printed(), IsEmpty()); }

TEST(RunningRequestsTest, TellsOfEachUntilItEnds) {
  const ParsedRequest one(Head("GET", "/one?a=b"));
  const ParsedRequest two(Head("POST", "/two"));
  const std::string start = absl::StrCat("process ", ::getpid(), " has been at this request for ");
  std::optional<RunningRequest> first(std::in_place, one.In(nullptr));
  {
    const RunningRequest second(two.In(nullptr));
    EXPECT_THAT(Printed(), ElementsAre(AllOf(StartsWith(start), EndsWith(" s: GET /one?a=b")),
                                       AllOf(StartsWith(start), EndsWith(" s: POST /two"))));
    first.reset();
    EXPECT_THAT(Printed(), ElementsAre(EndsWith(" s: POST /two")));
    first.emplace(one.In(nullptr));
  }
  EXPECT_THAT(Printed(), ElementsAre(MatchesRegex("process [0-9]+ has been at this request for "
                                                  "[0-9]+ s: GET /one\\?a=b")));
  first.reset();
  EXPECT_THAT(Printed(), IsEmpty());
}

// What a client sent must not look like something else.
TEST(RunningRequestsTest, ATargetIsEscaped) {
  const ParsedRequest request(Head("GET", "/%0a'x"));
  const RunningRequest running(request.In(nullptr));
  EXPECT_THAT(Printed(), ElementsAre(EndsWith(": GET /%0a\\'x")));
}

TEST(RunningRequestsTest, ALongOneIsCut) {
  const std::string target = absl::StrCat("/", std::string(5'000, 'x'));
  const ParsedRequest long_target(Head("GET", target));
  const ParsedRequest quotes(Head("GET", absl::StrCat("/", std::string(5'000, '\''))));
  const ParsedRequest long_method(Head(std::string(1'000, 'M'), target));
  for (const ParsedRequest* request : {&long_target, &quotes, &long_method}) {
    const RunningRequest running(request->In(nullptr));
    EXPECT_THAT(Printed(), ElementsAre(SizeIs(::testing::Lt(400))));
  }
  const RunningRequest running(long_method.In(nullptr));
  EXPECT_THAT(Printed(), ElementsAre(MatchesRegex(".* s: M{32} /x+")));
}

TEST(RunningRequestsTest, ThoseBeyondTheRoomRunAllTheSame) {
  const ParsedRequest request(Head("GET", "/"));
  std::vector<std::unique_ptr<RunningRequest>> running;
  for (int i = 0; i < 5'000; ++i) {
    running.push_back(std::make_unique<RunningRequest>(request.In(nullptr)));
  }
  EXPECT_THAT(Printed(), SizeIs(4'096));
  running.clear();
  EXPECT_THAT(Printed(), IsEmpty());
}

TEST(RunningRequestsTest, AForkedChildHasACopy) {
  const ParsedRequest one(Head("GET", "/one"));
  const ParsedRequest two(Head("GET", "/two"));
  const RunningRequest running(one.In(nullptr));
  EXPECT_EQ(tests::InChild([&] {
              const RunningRequest of_child(two.In(nullptr));
              const std::string start = absl::StrCat("process ", ::getpid(), " ");
              EXPECT_THAT(Printed(), ElementsAre(AllOf(StartsWith(start), EndsWith("/one")),
                                                 AllOf(StartsWith(start), EndsWith("/two"))));
              return ::testing::Test::HasFailure() ? 1 : 0;
            }),
            0);
  EXPECT_THAT(Printed(), ElementsAre(EndsWith("/one")));
}

TEST(RunningRequestsTest, ThreadsDoNotGetInEachOthersWay) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      const ParsedRequest request(Head("GET", absl::StrCat("/", i)));
      for (int round = 0; round < 10'000; ++round)
        const RunningRequest running(request.In(nullptr));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(Printed(), IsEmpty());
}

}  // namespace
}  // namespace forklift::http::wsgi
