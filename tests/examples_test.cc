// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <poll.h>
#include <signal.h>
#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/types/span.h"
#include "forklift/http/date.h"
#include "forklift/http/head_scanner.h"
#include "forklift/http/request_line.h"
#include "forklift/http/response_writer.h"
#include "forklift/http/server/fork_server.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/io.h"
#include "forklift/net/lingering_close.h"
#include "forklift/net/listener.h"
#include "forklift/proc/exit_status.h"
#include "forklift/proc/fork.h"
#include "forklift/proc/reaper.h"
#include "forklift/signals/disposition.h"
#include "forklift/signals/self_pipe.h"
#include "forklift/tests/support/test_client.h"
#include "gtest/gtest.h"

namespace forklift {
namespace {

// net: a connection, served and closed.
absl::Status ServeOne(net::Listener& listener, std::string& used) {
  using namespace net;  // NOLINT: as a reader of the header would write
  AcceptResult accepted = listener.TryAccept();
  if (accepted.outcome != AcceptOutcome::kAccepted) return accepted.error;
  UniqueFd connection = std::move(accepted.connection);
  const Deadline deadline = Deadline::After(absl::Seconds(10));

  char buffer[4096];
  const IoResult got = Receive(connection.get(), absl::MakeSpan(buffer), deadline);
  if (got.outcome == IoOutcome::kOk) used = std::string_view(buffer, got.bytes);

  LingeringClose closing(std::move(connection), {});
  while (!closing.Advance()) {
    pollfd entry = {.fd = closing.fd(), .events = POLLIN, .revents = 0};
    ::poll(&entry, 1, closing.deadline().PollTimeout());
  }
  return absl::OkStatus();
}

TEST(ExamplesTest, ServingAConnection) {
  using net::Address, net::Listener;
  absl::StatusOr<Listener> listener = Listener::Bind(Address::Ipv4Loopback(0), {});
  ASSERT_TRUE(listener.ok()) << listener.status();
  {
    const net::UniqueFd client = tests::Connect(listener->local_address());
    ASSERT_TRUE(tests::Send(client, "request"));
  }
  std::string used;
  EXPECT_TRUE(ServeOne(*listener, used).ok());
  EXPECT_EQ(used, "request");
}

// signals and proc: a child, and the loop that hears of its end.
TEST(ExamplesTest, ASelfPipeAndAReaperInALoop) {
  using proc::ExitStatus, proc::Fork, proc::Reaper, signals::SelfPipe;
  absl::StatusOr<std::unique_ptr<SelfPipe>> self_pipe = SelfPipe::Create({SIGCHLD, SIGTERM});
  ASSERT_TRUE(self_pipe.ok()) << self_pipe.status();
  absl::StatusOr<pid_t> child = Fork([&] { return 3; });
  ASSERT_TRUE(child.ok()) << child.status();

  Reaper reaper;
  ExitStatus ended = ExitStatus::Unknown();
  reaper.Adopt(*child, [&](pid_t pid, ExitStatus status) {
    LOG(INFO) << pid << " " << status;
    ended = status;
  });
  while (reaper.size() > 0) {
    pollfd entry = {.fd = (*self_pipe)->fd(), .events = POLLIN, .revents = 0};
    ASSERT_NE(::poll(&entry, 1, 30'000), 0);
    if ((*self_pipe)->Drain().Contains(SIGCHLD)) reaper.ReapAll();
  }
  EXPECT_EQ(ended.code(), 3);
}

TEST(ExamplesTest, IgnoringASignalForAScope) {
  using signals::ScopedDisposition;
  ScopedDisposition ignored = ScopedDisposition::Ignore(SIGPIPE);  // until the end of the scope
  ::raise(SIGPIPE);
}

// http: from the bytes of a request to the head of its response.
TEST(ExamplesTest, AnsweringARequest) {
  using namespace http;  // NOLINT
  const std::string_view arriving = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
  std::string_view received;
  HeadScanner scanner;
  while (scanner.Scan(received) == HeadScanner::State::kIncomplete) {
    received = arriving.substr(0, received.size() + 5);
  }

  const auto parsed = ParseRequestLine(received.substr(0, received.find("\r\n")));
  const auto* line = std::get_if<RequestLine>(&parsed);
  ASSERT_NE(line, nullptr);
  EXPECT_EQ(line->target, "/hello");

  const std::string_view body = "Hello, World!\n";
  char buffer[512];
  ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kOk);
  const HttpDateText date = HttpDate(absl::Now());
  writer.AddField("Date", std::string_view(date.data(), date.size()));
  writer.AddField("Content-Type", "text/plain");
  writer.AddContentLength(body.size());
  std::optional<std::string_view> head = writer.Finish();
  ASSERT_TRUE(head.has_value());
  EXPECT_EQ(head->substr(0, 17), "HTTP/1.1 200 OK\r\n");
}

absl::Status Serve(const http::server::ForkServerOptions& options,
                   const http::server::Handler& handler) {
  using http::server::ForkServer;
  absl::StatusOr<std::unique_ptr<ForkServer>> server = ForkServer::Create(options, handler);
  if (!server.ok()) return server.status();
  absl::PrintF("Serving HTTP on port %d ...\n", (*server)->address().port());
  ::raise(SIGTERM);  // this line is the test's
  return (*server)->Run();
}

TEST(ExamplesTest, AServer) {
  using http::server::Request, http::server::Response;
  EXPECT_TRUE(Serve({.address = net::Address::Ipv4Loopback(0)}, [](const Request&) -> Response {
                return {.body = "Hello, World!\n"};
              }).ok());
}

}  // namespace
}  // namespace forklift
