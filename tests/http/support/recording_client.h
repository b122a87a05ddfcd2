// RecordingClient reads responses by a ClientConnection, and keeps what it made of them.
//
// It checks by CHECK that the connection makes progress, so that fuzz targets use it as tests do.
//
//   RecordingClient client({Method::kGet});
//   client.Receive("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
//   EXPECT_THAT(client.got, testing::ElementsAre("200 hi"));
#ifndef FORKLIFT_TESTS_HTTP_SUPPORT_RECORDING_CLIENT_H_
#define FORKLIFT_TESTS_HTTP_SUPPORT_RECORDING_CLIENT_H_

#include <stddef.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/http/client_connection.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"

namespace forklift::http {

class RecordingClient {
 public:
  // Requests with `methods` were sent.
  explicit RecordingClient(absl::Span<const Method> methods, const Limits& limits = {})
      : connection_(limits) {
    for (const Method method : methods) connection_.ExpectResponse(method);
  }

  ClientConnection& connection() { return connection_; }

  void Receive(std::string_view bytes) {
    input_ += bytes;
    Run();
  }
  void End() {
    connection_.EndOfInput();
    input_ended_ = true;
    Run();
  }

  // "100" for an interim response, "200 body" for a whole one, "200 body..." for one that is not,
  // and last "error" or "close".
  std::vector<std::string> got;
  std::string trailers;  // "name=value " each

 private:
  using Event = ClientConnection::Event;

  void Run() {
    while (!done_) {
      // In memory of its own, so that a sanitizer sees a view into an earlier step's, or an
      // overrun.
      const std::string at_hand = input_;
      const ClientConnection::Step step = connection_.Next(at_hand);
      CHECK_LE(step.consumed, at_hand.size());
      input_.erase(0, step.consumed);
      switch (step.event) {
        case Event::kNeedInput:
          CHECK(!input_ended_) << "there is no more";
          return;
        case Event::kInterim:
          CHECK_GT(step.consumed, 0u);
          got.push_back(absl::StrCat(static_cast<int>(connection_.head().status)));
          break;
        case Event::kResponse:
          CHECK_GT(step.consumed, 0u);
          got.push_back(absl::StrCat(static_cast<int>(connection_.head().status), " ..."));
          break;
        case Event::kBody:
          CHECK(step.consumed > 0 && !step.data.empty());
          got.back().insert(got.back().size() - kRest.size(), step.data);
          break;
        case Event::kResponseEnd:
          got.back().resize(got.back().size() - kRest.size());
          for (const Field field : connection_.trailers()) {
            absl::StrAppend(&trailers, field.name, "=", field.value, " ");
          }
          break;
        case Event::kError:
          got.push_back("error");
          done_ = true;
          break;
        case Event::kClose:
          got.push_back("close");
          done_ = true;
          break;
      }
    }
  }

  static constexpr std::string_view kRest = "...";

  ClientConnection connection_;
  std::string input_;
  bool input_ended_ = false;
  bool done_ = false;
};

}  // namespace forklift::http

#endif  // FORKLIFT_TESTS_HTTP_SUPPORT_RECORDING_CLIENT_H_
