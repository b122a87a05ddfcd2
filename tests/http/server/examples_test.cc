// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <signal.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "forklift/http/server/fork_server.h"
#include "forklift/http/server/handler.h"
#include "forklift/net/address.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

absl::Status Serve(const ForkServerOptions& options, const Handler& handler) {
  absl::StatusOr<std::unique_ptr<ForkServer>> server = ForkServer::Create(options, handler);
  if (!server.ok()) return server.status();
  absl::PrintF("Serving HTTP on port %d ...\n", (*server)->address().port());
  ::raise(SIGTERM);  // this line is the test's
  return (*server)->Run();
}

TEST(ServerExamplesTest, AServer) {
  EXPECT_TRUE(Serve({.address = net::Address::Ipv4Loopback(0)}, [](const Request&) -> Response {
                return {.body = "Hello, World!\n"};
              }).ok());
}

}  // namespace
}  // namespace forklift::http::server
