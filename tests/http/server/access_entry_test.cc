#include "forklift/http/server/access_entry.h"

#include <unistd.h>

#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "forklift/http/log/access_log.h"
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

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::MemoryTransport;
using ::testing::Not;
using ::testing::StartsWith;

// What an exchange, which has one, writes of its requests.
class AccessEntryTest : public ::testing::Test {
 protected:
  AccessEntryTest() {
    path_ = ::testing::TempDir() + "/access_entry_test.log";
    ::unlink(path_.c_str());
    log_ = *log::AccessLog::Open({.path = path_, .zone = absl::UTCTimeZone()});
    exchange_.emplace(ExchangeContext{{}, &handler_, &clock_, log_.get()});
  }

  // Serves what a client sends, and then breaks off if `breaks`.
  void Serve(const net::Address& client, std::string_view bytes, bool breaks = false) {
    MemoryTransport transport;
    exchange_->Attach(transport, client, 0);
    transport.AddInput(bytes);
    Run();
    if (breaks) {
      transport.Break();
      exchange_->SetReadable();
      Run();
    }
    exchange_->Detach();
  }
  void Run() {
    while (exchange_->Advance() == Exchange::Wait::kWork) exchange_->Work();
  }

  std::string Log() const {
    std::stringstream text;
    text << std::ifstream(path_).rdbuf();
    return text.str();
  }

  std::string path_;
  std::unique_ptr<log::AccessLog> log_;
  WorkerClock clock_;
  FunctionHandler handler_{[](const Request&, Response& response) { response.content = "hi"; }};
  const net::Address one_ = *net::Address::Parse("192.0.2.1:1");
  const net::Address two_ = *net::Address::Parse("192.0.2.2:2");
  std::optional<Exchange> exchange_;
};

TEST_F(AccessEntryTest, EachRequestHasALine) {
  Serve(one_,
        "GET /a HTTP/1.1\r\nHost: a\r\nUser-Agent: x\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(Log(), AllOf(StartsWith("192.0.2.1 - - ["),
                           HasSubstr("\"GET /a HTTP/1.1\" 200 2 \"-\" \"x\"\n"),
                           EndsWith("\"GET /b HTTP/1.1\" 200 2 \"-\" \"-\"\n")));
}

// The head is whole, and yet no request.
TEST_F(AccessEntryTest, ARefusedRequestIsItsOwnClients) {
  Serve(one_, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  Serve(two_, "GET /bad HTTP/1.1\r\n\r\n");
  EXPECT_THAT(Log(), HasSubstr("\n192.0.2.2 - - ["));
  EXPECT_THAT(Log(), HasSubstr("\"GET /bad HTTP/1.1\" 400 "));
  EXPECT_THAT(Log(), Not(HasSubstr("/1970")));
}

TEST_F(AccessEntryTest, WhatIsNoHeadHasALine) {
  Serve(one_, "\x16\x03\x01\r\n\r\n");
  EXPECT_THAT(Log(), AllOf(StartsWith("192.0.2.1 - - ["), HasSubstr("\"-\" 400 ")));
}

TEST_F(AccessEntryTest, ARequestThatBreaksOffHasALineWithoutAStatus) {
  Serve(one_, "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf", /*breaks=*/true);
  EXPECT_THAT(Log(), HasSubstr("\"POST /up HTTP/1.1\" 499 "));
}

TEST_F(AccessEntryTest, SoHasOneThatTheServerBreaksOff) {
  Serve(one_, "POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
  EXPECT_THAT(Log(), HasSubstr("\"POST /up HTTP/1.1\" 499 "));
}

TEST_F(AccessEntryTest, SilenceHasNone) {
  Serve(one_, "");
  Serve(one_, "", /*breaks=*/true);
  EXPECT_EQ(Log(), "");
}

}  // namespace
}  // namespace forklift::http::server
