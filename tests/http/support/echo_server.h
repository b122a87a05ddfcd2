// EchoServer answers each request with "METHOD target body" by a ServerConnection, and keeps what
// it was asked and what it sent.
//
// It checks by CHECK that the connection makes progress, so that fuzz targets use it as tests do.
//
//   EchoServer server;
//   server.Receive("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
//   EXPECT_THAT(server.requests, testing::ElementsAre("GET /a"));
#ifndef FORKLIFT_TESTS_HTTP_SUPPORT_ECHO_SERVER_H_
#define FORKLIFT_TESTS_HTTP_SUPPORT_ECHO_SERVER_H_

#include <stddef.h>
#include <stdint.h>

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/request.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"

namespace forklift::http {

class EchoServer {
 public:
  explicit EchoServer(const Limits& limits = {}) : connection_(limits) {}

  ServerConnection& connection() { return connection_; }
  bool closed() const { return closed_; }
  // Whether a request has begun that is not whole.
  bool waits() const {
    return !closed_ && (!input_.empty() || connection_.phase() != ServerConnection::Phase::kHead);
  }

  void Receive(std::string_view bytes) {
    input_ += bytes;
    Run();
  }
  void End() {
    connection_.EndOfInput();
    ended_ = true;
    Run();
  }

  // For all requests; or, each by its name, for those whose query has it.
  bool early = false;   // answers at the head
  bool stream = false;  // does not tell the length
  bool hold = false;    // does not ask for a body that is held back

  std::string sent;
  std::vector<Method> answered;       // whose responses that is
  std::vector<std::string> requests;  // that were received whole; "error" for one that was refused

 private:
  using Event = ServerConnection::Event;

  void Run() {
    while (!closed_) {
      // In memory of its own, so that a sanitizer sees a view into an earlier step's, or an
      // overrun.
      const std::string at_hand = input_;
      const ServerConnection::Phase before = connection_.phase();
      const ServerConnection::Step step = connection_.Next(at_hand);
      CHECK_LE(step.consumed, at_hand.size());
      input_.erase(0, step.consumed);
      switch (step.event) {
        case Event::kNeedInput:
          CHECK(!ended_) << "there is no more";
          return;
        case Event::kRequest:
          BeginRequest(connection_.request());
          break;
        case Event::kBody:
          CHECK(!step.data.empty());
          body_ += step.data;
          break;
        case Event::kRequestEnd:
          requests.push_back(absl::StrCat(request_, body_.empty() ? "" : " ", body_));
          break;
        case Event::kNeedResponse:
          Answer(StatusCode::kOk, requests.back());
          break;
        case Event::kError:
          requests.push_back("error");
          stream_this_ = stream;
          Answer(connection_.error().status,
                 absl::StrCat(connection_.error().reason, " at ", connection_.error().offset));
          break;
        case Event::kClose:
          closed_ = true;
          break;
      }
      CHECK(step.consumed > 0 || connection_.phase() != before || closed_) << "no progress";
    }
  }

  void BeginRequest(const Request& request) {
    const auto chosen = [&](bool all, std::string_view name) {
      return all || absl::StrContains(request.target.query.value_or(""), name);
    };
    request_ = absl::StrCat(request.head.method, " ", request.head.target);
    body_.clear();
    stream_this_ = chosen(stream, "stream");
    if (chosen(early, "early")) {
      Answer(StatusCode::kOk, request_);
    } else if (!chosen(hold, "hold")) {
      sent += connection_.ContinueIfExpected();
    }
  }

  void Answer(StatusCode status, std::string_view body) {
    char buffer[256];
    const std::optional<uint64_t> length = stream_this_ ? std::nullopt : std::optional(body.size());
    auto head = connection_.BeginResponse(absl::MakeSpan(buffer), status, absl::Span<const Field>(),
                                          length);
    if (!head) {  // to CONNECT
      head = connection_.BeginResponse(absl::MakeSpan(buffer), StatusCode::kNotImplemented,
                                       absl::Span<const Field>(), length);
    }
    sent += head.value();
    for (const std::string_view part : connection_.Body(body)) sent += part;
    sent += connection_.EndResponse();
    answered.push_back(connection_.request().method);
  }

  ServerConnection connection_;
  std::string input_;
  std::string request_;  // its method and target
  std::string body_;
  bool stream_this_ = false;
  bool ended_ = false;
  bool closed_ = false;
};

// All that a server has to say of an input that ends.
struct Served {
  std::string sent;
  std::vector<Method> answered;
  std::vector<std::string> requests;

  bool operator==(const Served&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Served& served) {
    return out << absl::CHexEscape(served.sent) << " to "
               << absl::CHexEscape(absl::StrJoin(served.requests, ", "));
  }
};

// `next_size(at)` is the size of the piece that arrives when `at` bytes have; at least 1.
inline Served ServeInPieces(const Limits& limits, std::string_view input,
                            const std::function<size_t(size_t at)>& next_size) {
  EchoServer server(limits);
  for (size_t at = 0; at < input.size();) {
    const std::string_view piece = input.substr(at, next_size(at));
    server.Receive(piece);
    at += piece.size();
  }
  server.End();
  CHECK(server.closed());
  return {server.sent, server.answered, server.requests};
}

}  // namespace forklift::http

#endif  // FORKLIFT_TESTS_HTTP_SUPPORT_ECHO_SERVER_H_
