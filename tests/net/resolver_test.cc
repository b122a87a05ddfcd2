#include "forklift/net/resolver.h"

#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/config.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/wait_ready.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/holdings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::net {
namespace {

using Answer = absl::StatusOr<std::vector<Address>>;
using testing::ElementsAre;
using testing::HasSubstr;

Deadline Patience() { return Deadline::After(tests::kPatience); }
Deadline Soon() { return Deadline::After(absl::Milliseconds(20)); }

// A getaddrinfo that is as slow as a test wants: every lookup waits for Release, and answers
// 192.0.2.7. Copies share their state, which lives as long as a thread is in it.
class SlowLookup {
 public:
  int operator()(const char* host, const char* service, const addrinfo*, addrinfo** list) const {
    {
      const absl::MutexLock lock(&state_->mutex);
      state_->hosts.emplace_back(host);
      state_->most_inside = std::max(state_->most_inside, ++state_->inside);
      state_->mutex.Await(absl::Condition(&state_->released));
      --state_->inside;
    }
    addrinfo hints = {};
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    hints.ai_socktype = SOCK_STREAM;
    return ::getaddrinfo("192.0.2.7", service, &hints, list);
  }

  void Release() const {
    const absl::MutexLock lock(&state_->mutex);
    state_->released = true;
  }
  std::vector<std::string> hosts() const {
    const absl::MutexLock lock(&state_->mutex);
    return state_->hosts;
  }
  int inside() const {
    const absl::MutexLock lock(&state_->mutex);
    return state_->inside;
  }
  int most_inside() const {
    const absl::MutexLock lock(&state_->mutex);
    return state_->most_inside;
  }

 private:
  struct State {
    absl::Mutex mutex;
    bool released = false;
    int inside = 0;
    int most_inside = 0;
    std::vector<std::string> hosts;  // that were looked up
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

std::ptrdiff_t Threads() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"),
                       std::filesystem::directory_iterator());
}

// Those of this process without a resolver's.
#ifdef ABSL_HAVE_THREAD_SANITIZER
constexpr std::ptrdiff_t kOtherThreads = 2;  // it starts one of its own beside the first of ours
#else
constexpr std::ptrdiff_t kOtherThreads = 1;
#endif

class ResolverTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::thread([] {}).join();
    EXPECT_TRUE(tests::Eventually([] { return Threads() == kOtherThreads; }));
  }

  // No thread may look on when the next test counts them.
  ~ResolverTest() override {
    resolver_.reset();
    lookup_.Release();
    EXPECT_TRUE(tests::Eventually([] { return Threads() == kOtherThreads; }));
  }

  void Create(ResolverOptions options = {}) {
    options.get_addr_info = lookup_;
    absl::StatusOr<std::unique_ptr<Resolver>> resolver = Resolver::Create(options);
    ASSERT_TRUE(resolver.ok()) << resolver.status();
    resolver_ = *std::move(resolver);
  }

  // The answer comes to answers_ as it is called back.
  Resolver::QueryId Ask(std::string_view host, Deadline deadline = Patience()) {
    absl::StatusOr<Resolver::QueryId> query = resolver_->Resolve(
        host, "80", {}, deadline, [this](Answer answer) { answers_.push_back(std::move(answer)); });
    EXPECT_TRUE(query.ok()) << query.status();
    return *query;
  }

  void DeliverAll() {
    while (resolver_->pending() > 0) {
      ASSERT_TRUE(WaitReady(resolver_->fd(), POLLIN, resolver_->deadline()).ok());
      resolver_->Deliver();
    }
  }

  const SlowLookup lookup_ = {};
  std::unique_ptr<Resolver> resolver_;
  std::vector<Answer> answers_;
  const std::vector<Address> address_ = {*Address::Parse("192.0.2.7:80")};
};

TEST_F(ResolverTest, AnswersComeInTheCallersThreadFromDeliver) {
  Create();
  lookup_.Release();
  std::optional<std::thread::id> called_in;
  ASSERT_TRUE(resolver_
                  ->Resolve("some.host", "80", {}, Patience(),
                            [&](Answer answer) {
                              EXPECT_EQ(*answer, address_);
                              called_in = std::this_thread::get_id();
                            })
                  .ok());
  ASSERT_TRUE(*WaitReady(resolver_->fd(), POLLIN, Patience()));
  EXPECT_EQ(called_in, std::nullopt) << "not before Deliver";
  DeliverAll();
  EXPECT_EQ(called_in, std::this_thread::get_id());
  EXPECT_THAT(lookup_.hosts(), ElementsAre("some.host"));
  EXPECT_FALSE(*WaitReady(resolver_->fd(), POLLIN, Deadline::After(absl::ZeroDuration())));
  EXPECT_TRUE(resolver_->deadline().infinite());
}

TEST_F(ResolverTest, NumbersAreAnsweredWithoutAThreadButNotBeforeDeliver) {
  Create();
  Ask("192.0.2.7");
  EXPECT_EQ(Threads(), kOtherThreads);
  EXPECT_TRUE(answers_.empty());
  DeliverAll();
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_EQ(*answers_[0], address_);
  EXPECT_TRUE(lookup_.hosts().empty());
}

TEST_F(ResolverTest, ErrorsAreThoseOfTheLookup) {
  absl::StatusOr<std::unique_ptr<Resolver>> resolver =
      Resolver::Create({.get_addr_info = [](const char*, const char*, const addrinfo*, addrinfo**) {
        return EAI_NONAME;
      }});
  ASSERT_TRUE(resolver.ok()) << resolver.status();
  resolver_ = *std::move(resolver);
  Ask("no\n.host");
  DeliverAll();
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_EQ(answers_[0].status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(answers_[0].status().message(), HasSubstr("'no\\n.host'"));
}

TEST_F(ResolverTest, AnAnswerAfterTheDeadlineIsDropped) {
  Create();
  const Deadline deadline = Soon();
  Ask("slow\t.host", deadline);
  Ask("patient.host");
  EXPECT_EQ(resolver_->deadline(), deadline);
  ASSERT_FALSE(*WaitReady(resolver_->fd(), POLLIN, resolver_->deadline()));
  resolver_->Deliver();
  ASSERT_EQ(answers_.size(), 1u);
  EXPECT_EQ(answers_[0].status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(answers_[0].status().message(), HasSubstr("'slow\\t.host'"));
  lookup_.Release();
  DeliverAll();
  EXPECT_TRUE(tests::Eventually([&] { return lookup_.inside() == 0; }));
  resolver_->Deliver();
  ASSERT_EQ(answers_.size(), 2u);
  EXPECT_EQ(*answers_[1], address_);
}

TEST_F(ResolverTest, AQueryThatIsPastItsDeadlineIsNotLookedUp) {
  Create({.threads = 1});
  Ask("first.host");
  ASSERT_TRUE(tests::Eventually([&] { return lookup_.inside() == 1; }));
  Ask("late.host", Deadline::After(absl::ZeroDuration()));
  resolver_->Deliver();
  EXPECT_EQ(answers_.size(), 1u);
  lookup_.Release();
  DeliverAll();
  EXPECT_THAT(lookup_.hosts(), ElementsAre("first.host"));
}

TEST_F(ResolverTest, ACancelledQueryIsNeverCalledBack) {
  Create({.threads = 1});
  const auto token = std::make_shared<int>();
  const Resolver::QueryId running = Ask("running.host");
  const absl::StatusOr<Resolver::QueryId> waiting = resolver_->Resolve(
      "waiting.host", "80", {}, Patience(), [token](Answer) { ADD_FAILURE() << "called back"; });
  ASSERT_TRUE(waiting.ok()) << waiting.status();
  ASSERT_TRUE(tests::Eventually([&] { return lookup_.inside() == 1; }));
  EXPECT_TRUE(resolver_->Cancel(*waiting));
  EXPECT_EQ(token.use_count(), 1) << "its callback is destroyed";
  EXPECT_FALSE(resolver_->Cancel(*waiting));
  EXPECT_TRUE(resolver_->Cancel(running));
  EXPECT_EQ(resolver_->pending(), 0u);
  lookup_.Release();
  ASSERT_TRUE(*WaitReady(resolver_->fd(), POLLIN, Patience())) << "the answer of the running one";
  resolver_->Deliver();
  EXPECT_TRUE(answers_.empty());
  EXPECT_THAT(lookup_.hosts(), ElementsAre("running.host"));
}

TEST_F(ResolverTest, RunsNoMoreLookupsAtOnceThanThreads) {
  Create({.threads = 3});
  for (int i = 0; i < 10; ++i) Ask(absl::StrCat("host", i));
  EXPECT_TRUE(tests::Eventually([&] { return lookup_.inside() == 3; }));
  EXPECT_EQ(Threads(), kOtherThreads + 3);
  lookup_.Release();
  DeliverAll();
  EXPECT_EQ(answers_.size(), 10u);
  EXPECT_EQ(lookup_.most_inside(), 3);
  Ask("once.more");
  DeliverAll();
  EXPECT_EQ(Threads(), kOtherThreads + 3) << "an idle thread took it";
}

TEST_F(ResolverTest, QueriesAreBounded) {
  Create({.threads = 1, .queries = 2});
  Ask("first.host");
  Ask("192.0.2.7");
  const absl::Status refused =
      resolver_->Resolve("third.host", "80", {}, Patience(), [](Answer) { ADD_FAILURE(); })
          .status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(refused.message(), HasSubstr("'third.host'"));
  resolver_->Deliver();  // the one in numbers
  Ask("third.host");
}

TEST_F(ResolverTest, DestructionWaitsForNobodyAndCallsNobodyBack) {
  const tests::Holdings before = tests::Holdings::Now();
  Create({.threads = 2});
  for (int i = 0; i < 5; ++i) Ask(absl::StrCat("stuck", i));
  ASSERT_TRUE(tests::Eventually([&] { return lookup_.inside() == 2; }));
  resolver_.reset();  // with both threads still inside
  EXPECT_EQ(lookup_.inside(), 2);
  EXPECT_EQ(tests::Holdings::Now(), before);
  lookup_.Release();
  EXPECT_TRUE(tests::Eventually([] { return Threads() == kOtherThreads; }));
  EXPECT_EQ(lookup_.hosts().size(), 2u) << "what was queued is not looked up any more";
  EXPECT_TRUE(answers_.empty());
}

TEST_F(ResolverTest, DestructionEndsIdleThreads) {
  Create();
  lookup_.Release();
  Ask("some.host");
  DeliverAll();
  EXPECT_EQ(Threads(), kOtherThreads + 1);
  resolver_.reset();
  EXPECT_TRUE(tests::Eventually([] { return Threads() == kOtherThreads; }));
}

TEST_F(ResolverTest, CallbacksMayResolveAndCancel) {
  Create();
  lookup_.Release();
  const Resolver::QueryId expired = Ask("192.0.2.8");
  bool second = false;
  ASSERT_TRUE(resolver_
                  ->Resolve("first.host", "80", {}, Patience(),
                            [&](Answer) {
                              ASSERT_TRUE(
                                  resolver_
                                      ->Resolve("second.host", "80", {}, Patience(),
                                                [&](Answer answer) { second = answer.ok(); })
                                      .ok());
                            })
                  .ok());
  DeliverAll();
  EXPECT_TRUE(second);
  EXPECT_FALSE(resolver_->Cancel(expired)) << "called back already";
}

TEST_F(ResolverTest, ACallbackMayCancelWhatIsAboutToExpire) {
  Create();
  const Deadline past = Deadline::After(absl::ZeroDuration());
  Resolver::QueryId second{};
  ASSERT_TRUE(resolver_
                  ->Resolve("first.host", "80", {}, past,
                            [&](Answer) { EXPECT_TRUE(resolver_->Cancel(second)); })
                  .ok());
  second = Ask("second.host", past);
  resolver_->Deliver();
  EXPECT_TRUE(answers_.empty());
  EXPECT_EQ(resolver_->pending(), 0u);
}

TEST_F(ResolverTest, ItsThreadsBlockEverySignal) {
  sigset_t mask;
  ::sigemptyset(&mask);
  absl::StatusOr<std::unique_ptr<Resolver>> resolver = Resolver::Create(
      {.get_addr_info = [&mask](const char*, const char*, const addrinfo*, addrinfo**) {
        ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
        return EAI_NONAME;
      }});
  ASSERT_TRUE(resolver.ok()) << resolver.status();
  resolver_ = *std::move(resolver);
  sigset_t before, after;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &before);
  Ask("some.host");
  ::pthread_sigmask(SIG_SETMASK, nullptr, &after);
  DeliverAll();
  for (int signal : {SIGINT, SIGTERM, SIGCHLD, SIGHUP, SIGALRM, SIGPIPE, SIGUSR1, SIGRTMAX}) {
    EXPECT_EQ(::sigismember(&mask, signal), 1) << signal;
    EXPECT_EQ(::sigismember(&after, signal), ::sigismember(&before, signal)) << signal;
  }
}

TEST_F(ResolverTest, FailsClearlyAndLeavesNothingWithoutDescriptors) {
  const tests::Holdings before = tests::Holdings::Now();
  rlimit limit;
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit tight = {.rlim_cur = static_cast<rlim_t>(*before.descriptors.rbegin()) + 1,
                        .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &tight), 0);
  const absl::Status status = Resolver::Create({}).status();
  ::setrlimit(RLIMIT_NOFILE, &limit);
  EXPECT_THAT(status.message(), HasSubstr("(EMFILE)"));
  EXPECT_EQ(tests::Holdings::Now(), before);
}

// In a process that has had no thread yet, whose stack would be used again. 0 where all went well.
int ResolveWithoutRoomForAThread() {
  const auto resolver = *Resolver::Create({});
  const tests::Holdings before = tests::Holdings::Now();
  size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t used = pages * static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  // Room for all but a stack of 8 MiB.
  const rlimit tight = {.rlim_cur = used + (6 << 20), .rlim_max = RLIM_INFINITY};
  const rlimit wide = {.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
  if (::setrlimit(RLIMIT_AS, &tight) != 0) return 1;
  const absl::Status status =
      resolver->Resolve("some.host", "80", {}, Patience(), [](Answer) {}).status();
  ::setrlimit(RLIMIT_AS, &wide);
  if (status.message() !=
      "pthread_create for the resolver: Resource temporarily unavailable (EAGAIN)")
    return 2;
  if (resolver->pending() != 0) return 3;
  return tests::Holdings::Now() == before ? 0 : 4;
}

TEST(ResolverDeathTest, WithoutAnyThreadResolveFailsAndLeavesNothing) {
#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_THREAD_SANITIZER)
  GTEST_SKIP() << "a sanitizer does not live within RLIMIT_AS";
#endif
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(::_exit(ResolveWithoutRoomForAThread()), testing::ExitedWithCode(0), "");
}

TEST(ResolverDeathTest, NoThreadsAllowedIsAMistake) {
  EXPECT_DEATH((void)Resolver::Create({.threads = 0}), "no threads");
}

}  // namespace
}  // namespace forklift::net
