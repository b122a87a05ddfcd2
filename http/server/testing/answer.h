// Answer asks a handler as a client would, without a socket: the request goes through the server's
// protocol, in memory, and what comes back is read as a client reads it.
//
// For tests: dies where something is not as it should be.
//
//   const TestResponse response =
//       Answer(handler, {.target = "/login", .method = "POST", .body = "user=me"});
//   EXPECT_EQ(response.status, StatusCode::kSeeOther);
#ifndef FORKLIFT_HTTP_SERVER_TESTING_ANSWER_H_
#define FORKLIFT_HTTP_SERVER_TESTING_ANSWER_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "forklift/http/headers.h"
#include "forklift/http/limits.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"

namespace forklift::http::server::testing {

struct TestRequest {
  std::string target = "/";
  std::string method = "GET";
  // Host, and Content-Length where there is a body, are added.
  std::vector<std::pair<std::string, std::string>> fields = {};
  std::string body = {};

  // As it goes over the wire.
  std::string ToString() const;
};

struct TestResponse {
  StatusCode status;
  Headers headers;
  std::string body;  // without transfer codings

  // The value of the first field of that name; empty where there is none.
  std::string Field(std::string_view name) const;
};

struct AnswerOptions {
  absl::Time now = absl::UnixEpoch() + absl::Hours(24 * 365 * 50);  // what the server's clock says
  net::Address client = net::Address::Ipv4Loopback(50000);
  Limits limits = {};
};

TestResponse Answer(Handler& handler, const TestRequest& request,
                    const AnswerOptions& options = {});

// The same in bytes: any number of requests, and all that comes back until the server closes or has
// nothing more to read.
std::string AnswerBytes(Handler& handler, std::string_view requests,
                        const AnswerOptions& options = {});

}  // namespace forklift::http::server::testing

#endif  // FORKLIFT_HTTP_SERVER_TESTING_ANSWER_H_
