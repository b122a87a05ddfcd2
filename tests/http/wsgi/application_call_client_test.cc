// Clients that act while the application runs.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/testing/memory_transport.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/http/wsgi/application_call.h"
#include "forklift/net/address.h"
#include "forklift/tests/http/wsgi/application_call_fixture.h"
#include "forklift/tests/http/wsgi/python_application.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using server::testing::MemoryTransport;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using tests::kEcho;
using tests::kGet;
using tests::PythonApplication;
using tests::Starts;

constexpr std::string_view kHeldBack =
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";

class ApplicationCallClientTest : public tests::ApplicationCallTest {
 protected:
  using Wait = server::Exchange::Wait;

  // What the connection comes to, with all that the client is sent in `output_`.
  Wait Serve(PythonApplication& application, std::string_view requests) {
    server::WorkerClock clock;
    server::Exchange exchange({.limits = {}, .handler = &application, .clock = &clock});
    const net::Address client = net::Address::Ipv4Loopback(50000);
    exchange.Attach(transport_, client, 0);
    transport_.AddInput(requests);
    Wait wait = exchange.Advance();
    for (; wait == Wait::kWork || wait == Wait::kOutput; wait = exchange.Advance()) {
      if (wait == Wait::kWork) exchange.Work();
      if (wait == Wait::kOutput) Take();
    }
    Take();
    return wait;
  }

  void Take() {
    output_ += transport_.TakeOutput();
    transport_.LimitOutput(1'000'000'000);
  }

  MemoryTransport transport_;
  std::string output_;
};

TEST_F(ApplicationCallClientTest, ABodyThatIsHeldBackIsAskedForWhenItIsRead) {
  PythonApplication application(kEcho);
  int waits = 0;
  transport_.OnWait([&] {
    Take();
    EXPECT_EQ(output_, "HTTP/1.1 100 Continue\r\n\r\n");
    transport_.AddInput(waits++ == 0 ? "he" : "llo");
  });
  EXPECT_EQ(Serve(application, kHeldBack), Wait::kIdle);
  EXPECT_EQ(waits, 2);
  EXPECT_THAT(output_, EndsWith("('5', 'BufferedReader', b'hello')"));
}

TEST_F(ApplicationCallClientTest, ABodyThatNobodyReadsIsNotAskedFor) {
  PythonApplication application(Starts("return [b'no, thanks']", "413 Too Much"));
  transport_.OnWait([] { ADD_FAILURE() << "waits for the client"; });
  Serve(application, kHeldBack);
  EXPECT_THAT(output_, StartsWith("HTTP/1.1 413 Too Much\r\n"));
}

TEST_F(ApplicationCallClientTest, ABodyThatDoesNotComeIsTheClientsFailure) {
  // Whatever the application makes of it.
  for (const char* source :
       {kEcho,
        "def application(environ, start_response):\n  try:\n    environ['wsgi.input'].read()\n"
        "  except OSError:\n    pass\n  start_response('200 OK', [])\n  return [b'fine']"}) {
    PythonApplication application(source);
    output_.clear();
    Serve(application, kHeldBack);
    EXPECT_THAT(output_, HasSubstr("HTTP/1.1 408 ")) << source;
    EXPECT_THAT(output_, Not(HasSubstr("fine")));
  }
  EXPECT_EQ(log_.Take(), "") << "it is not the application's";
}

TEST_F(ApplicationCallClientTest, AClientThatGoesWhileItsBodyIsReadIsNoFailureOfTheApplication) {
  PythonApplication application(kEcho);
  transport_.OnWait([&] { transport_.Break(); });
  EXPECT_EQ(Serve(application, kHeldBack), Wait::kClose);
  EXPECT_EQ(log_.Take(), "");
}

TEST_F(ApplicationCallClientTest, InputAndStartResponseEndWithTheRequest) {
  PythonApplication application(R"(
kept = []
def application(environ, start_response):
    write = start_response('200 OK', [])
    kept.append((environ['wsgi.input'], start_response, write))
    return [b'answered']
def failure(call, *arguments):
    try:
        call(*arguments)
    except Exception as exception:
        return str(exception)
)");
  Serve(application, kHeldBack);
  EXPECT_THAT(output_, EndsWith("answered"));
  EXPECT_EQ(application.Ask("failure(kept[0][0].read)"), "'wsgi.input: the request has ended'");
  EXPECT_EQ(application.Ask("failure(kept[0][1], '200 OK', [])"),
            "'start_response: the request has ended'");
  EXPECT_EQ(application.Ask("failure(kept[0][2], b'late')"),
            "'start_response: the request has ended'");
}

TEST_F(ApplicationCallClientTest, EachBlockIsSentBeforeTheNextIsMade) {
  constexpr char kSource[] = R"(
made = 0
def blocks():
    global made
    for _ in range(4):
        made += 1
        yield b'x' * 400_000
)";
  PythonApplication application(
      absl::StrCat(kSource, Starts("return blocks()", "200 OK", "('Content-Length', '1600000')")));
  std::vector<std::string> made;
  transport_.LimitOutput(0);
  transport_.OnWait([&] {
    made.push_back(application.Ask("made"));
    output_ += transport_.TakeOutput();
    transport_.LimitOutput(400'000);
  });
  EXPECT_EQ(Serve(application, kGet), Wait::kIdle);
  EXPECT_EQ(made.front(), "1");
  EXPECT_TRUE(std::is_sorted(made.begin(), made.end()));
  EXPECT_THAT(output_, EndsWith(std::string(1'600'000, 'x')));
}

TEST_F(ApplicationCallClientTest, NothingMoreIsMadeForAClientThatHasGone) {
  PythonApplication application(
      "made = 0\nclosed = 0\ndef application(environ, start_response):\n  global made, closed\n"
      "  start_response('200 OK', [])\n"
      "  try:\n    for _ in range(100):\n      made += 1\n      yield b'x' * 1_000_000\n"
      "  finally:\n    closed += 1");
  transport_.LimitOutput(10);
  transport_.OnWait([&] { transport_.Break(); });
  EXPECT_EQ(Serve(application, kGet), Wait::kClose);
  EXPECT_EQ(application.Ask("(made, closed)"), "(1, 1)");
  EXPECT_EQ(log_.Take(), "") << "it is no failure of the application's";
}

TEST_F(ApplicationCallClientTest, WriteRaisesAnExceptionWhereTheClientHasGone) {
  for (const char* body :
       {"write(b'x' * 1_000_000)",
        "try:\n    write(b'x' * 1_000_000)\n  except BrokenPipeError:\n    seen.append(1)\n    "
        "raise",
        "try:\n    write(b'x' * 1_000_000)\n  except BrokenPipeError:\n    seen.append(1)\n"
        "  return [b'more']",
        "try:\n    write(b'x' * 1_000_000)\n  except BrokenPipeError:\n    write(b'more')"}) {
    PythonApplication application(absl::StrCat("seen = []\n", Starts(body)));
    transport_ = MemoryTransport();
    transport_.LimitOutput(10);
    transport_.OnWait([&] { transport_.Break(); });
    EXPECT_EQ(Serve(application, kGet), Wait::kClose) << body;
    EXPECT_EQ(log_.Take(), "") << body;
  }
}

// Its blocks are still to be sent.
TEST_F(ApplicationCallClientTest, AListMayChangeWhileItIsSent) {
  PythonApplication application(absl::StrCat(
      "blocks = [bytes([65 + i]) * 400_000 for i in range(4)]\n", Starts("return blocks")));
  transport_.LimitOutput(0);
  transport_.OnWait([&] {
    application.Ask("blocks.clear()");
    output_ += transport_.TakeOutput();
    transport_.LimitOutput(400'000);
  });
  EXPECT_EQ(Serve(application, kGet), Wait::kIdle);
  std::string content;
  for (const char letter : {'A', 'B', 'C', 'D'}) content.append(400'000, letter);
  EXPECT_THAT(output_, EndsWith(content));
}

}  // namespace
}  // namespace forklift::http::wsgi
