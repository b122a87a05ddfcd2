#include "forklift/http/server/refusals.h"

#include <string>
#include <string_view>

#include "forklift/http/parse_error.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/testing/memory_transport.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/net/address.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

// What a client is told, to which `refuse` was done after it had sent `bytes`.
template <typename Refuse>
std::string Told(std::string_view bytes, Refuse refuse) {
  FunctionHandler handler([](const Request&, Response& response) { response.content = "served"; });
  WorkerClock clock;
  Exchange exchange({.limits = {}, .handler = &handler, .clock = &clock});
  testing::MemoryTransport transport;
  const net::Address client = net::Address::Ipv4Loopback(1);
  exchange.Attach(transport, client, 0);
  transport.AddInput(bytes);
  if (exchange.Advance() == Exchange::Wait::kInput) exchange.SetReadable();
  refuse(exchange);
  while (exchange.Advance() == Exchange::Wait::kWork) exchange.Work();
  return transport.TakeOutput();
}

void ExpectToldOf(const std::string& answer, std::string_view status_line, const ParseError& why) {
  EXPECT_THAT(answer, ::testing::StartsWith(status_line));
  EXPECT_THAT(answer, ::testing::HasSubstr(std::string(why.reason)));
  EXPECT_THAT(answer, ::testing::HasSubstr("Connection: close\r\n"));
}

TEST(RefusalsTest, AreToldWithTheirReasonAndEndTheConnection) {
  ExpectToldOf(Told("GET / HT", [](Exchange& exchange) { exchange.TimeOut(); }), "HTTP/1.1 408 ",
               kTooSlow);
  ExpectToldOf(Told("", [](Exchange& exchange) { exchange.RefuseBusy(); }), "HTTP/1.1 503 ",
               kTooBusy);
  ExpectToldOf(Told("CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", [](Exchange&) {}), "HTTP/1.1 501 ",
               kNoProxy);
}

}  // namespace
}  // namespace forklift::http::server
