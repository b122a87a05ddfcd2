// What the tests of load runs have in common: a run whose server answers as a script says.
#ifndef FORKLIFT_TESTS_HTTP_LOAD_LOAD_RUN_SUPPORT_H_
#define FORKLIFT_TESTS_HTTP_LOAD_LOAD_RUN_SUPPORT_H_

#include <stddef.h>
#include <stdint.h>

#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/load_run.h"
#include "forklift/http/load/request_bytes.h"
#include "forklift/http/load/tally.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/load/scripted_server.h"
#include "forklift/tests/support/test_client.h"

namespace forklift::http::load {

inline constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello";

inline LoadOptions Options(const net::Address& server, uint64_t count) {
  LoadOptions options;
  const absl::StatusOr<RequestBytes> request =
      MakeRequest(absl::StrCat("http://", server, "/a"), {});
  CHECK_OK(request);
  options.requests = {*request};
  options.server = {server};
  options.connections = 1;
  options.count = count;
  options.duration = absl::InfiniteDuration();
  options.timeout = absl::Seconds(20);
  return options;
}

inline LoadResult Load(const LoadOptions& options) {
  absl::StatusOr<LoadResult> result = RunLoad(options);
  CHECK_OK(result);
  return *std::move(result);
}

inline uint64_t Failures(const LoadResult& result, Failure kind) {
  return result.total->failures[static_cast<size_t>(kind)];
}

// Answers every request of a connection.
inline void AnswerAll(net::UniqueFd& connection, tests::ScriptedServer& server) {
  while (server.ReceiveRequest(connection)) {
    if (!tests::Send(connection, kAnswer)) return;
  }
}

}  // namespace forklift::http::load

#endif  // FORKLIFT_TESTS_HTTP_LOAD_LOAD_RUN_SUPPORT_H_
