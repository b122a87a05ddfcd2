#include "forklift/http/server/conversation.h"

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
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

using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::MemoryTransport;
using ::testing::Not;
using ::testing::StartsWith;
using Wait = Exchange::Wait;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
constexpr std::string_view kHeldBack =
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n";
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

// Talks with the client in a function of the test's, and takes no body before that.
class Talker final : public Handler {
 public:
  using Talk = std::function<void(Conversation&, Response&)>;

  void Handle(const Request& request, Response& response) override {
    talk(*request.conversation, response);
  }
  std::unique_ptr<BodyConsumer> ConsumeBody(const Request&) override {
    return std::make_unique<Unwanted>(*this);
  }

  Talk talk;

 private:
  class Unwanted final : public BodyConsumer {
   public:
    explicit Unwanted(Talker& talker) : talker_(talker) {}
    bool wants_body() const override { return false; }
    bool Consume(std::string_view) override { return true; }
    void Finish(const Request& request, Response& response) override {
      talker_.Handle(request, response);
    }

   private:
    Talker& talker_;
  };
};

class ConversationTest : public ::testing::Test {
 protected:
  // What the connection comes to, with what the client is sent in `output_`.
  Wait Serve(std::string_view request, Talker::Talk talk) {
    handler_.talk = std::move(talk);
    exchange_.Attach(transport_, client_, 0);
    transport_.AddInput(request);
    Wait wait = exchange_.Advance();
    for (; wait == Wait::kWork || wait == Wait::kOutput; wait = exchange_.Advance()) {
      if (wait == Wait::kWork) exchange_.Work([this] { ++alive_; });
      if (wait == Wait::kOutput) TakeOutput();
    }
    TakeOutput();
    return wait;
  }

  void TakeOutput() {
    output_ += transport_.TakeOutput();
    transport_.LimitOutput(1'000'000'000);
  }

  MemoryTransport transport_;
  std::string output_;
  int alive_ = 0;
  Talker handler_;
  WorkerClock clock_;
  const net::Address client_ = net::Address::Ipv4Loopback(50000);
  Exchange exchange_ = Exchange({.limits = {}, .handler = &handler_, .clock = &clock_});
};

TEST_F(ConversationTest, EachPieceIsSentAtOnce) {
  const Wait wait = Serve(kGet, [&](Conversation& conversation, Response&) {
    ASSERT_TRUE(conversation.BeginResponse(std::nullopt));
    EXPECT_TRUE(conversation.Write("one"));
    EXPECT_THAT(transport_.TakeOutput(), EndsWith("\r\n\r\n3\r\none\r\n"));
    EXPECT_TRUE(conversation.Write(""));
    EXPECT_EQ(transport_.TakeOutput(), "");
    const std::string large(100'000, 'x');
    EXPECT_TRUE(conversation.Write(large));
    EXPECT_EQ(transport_.TakeOutput(), absl::StrCat("186a0\r\n", large, "\r\n"));
  });
  EXPECT_EQ(output_, "0\r\n\r\n");
  EXPECT_EQ(wait, Wait::kIdle);
  EXPECT_GE(alive_, 2);
}

TEST_F(ConversationTest, WhatGoesBeyondTheSizeIsLeftOut) {
  EXPECT_EQ(Serve(kGet,
                  [](Conversation& conversation, Response&) {
                    ASSERT_TRUE(conversation.BeginResponse(4));
                    EXPECT_TRUE(conversation.Write("abc"));
                    EXPECT_TRUE(conversation.Write("def"));
                  }),
            Wait::kIdle);
  EXPECT_THAT(output_, HasSubstr("Content-Length: 4\r\n"));
  EXPECT_THAT(output_, EndsWith("\r\n\r\nabcd"));
}

TEST_F(ConversationTest, AShortContentEndsTheConnection) {
  EXPECT_EQ(Serve(absl::StrCat(kGet, kGet),
                  [](Conversation& conversation, Response&) {
                    ASSERT_TRUE(conversation.BeginResponse(4));
                    EXPECT_TRUE(conversation.Write("abc"));
                  }),
            Wait::kLingeringClose);
  EXPECT_THAT(output_, EndsWith("\r\n\r\nabc"));
}

TEST_F(ConversationTest, OnlyTheHeadAnswersHead) {
  EXPECT_EQ(Serve("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
                  [](Conversation& conversation, Response&) {
                    ASSERT_TRUE(conversation.BeginResponse(4));
                    EXPECT_TRUE(conversation.Write("abcd"));
                  }),
            Wait::kIdle);
  EXPECT_THAT(output_, EndsWith("Content-Length: 4\r\n\r\n"));
}

TEST_F(ConversationTest, AHeadThatCannotBeSentLeavesRoomForAnother) {
  EXPECT_EQ(Serve(kGet,
                  [](Conversation& conversation, Response& response) {
                    response.reason = "a\r\nb";
                    EXPECT_FALSE(conversation.BeginResponse(4));
                    response.reason = "Fine";
                    response.content = "otherwise";
                  }),
            Wait::kIdle);
  EXPECT_THAT(output_, StartsWith("HTTP/1.1 200 Fine\r\n"));
  EXPECT_THAT(output_, EndsWith("\r\n\r\notherwise"));
}

TEST_F(ConversationTest, AContentBrokenOffHasNoEnd) {
  EXPECT_EQ(Serve(absl::StrCat(kGet, kGet),
                  [](Conversation& conversation, Response&) {
                    ASSERT_TRUE(conversation.BeginResponse(std::nullopt));
                    EXPECT_TRUE(conversation.Write("abc"));
                    conversation.BreakOff();
                  }),
            Wait::kClose);
  EXPECT_THAT(output_, EndsWith("3\r\nabc\r\n"));
}

TEST_F(ConversationTest, AHandlerThatThrowsInTheMiddleBreaksOff) {
  EXPECT_EQ(Serve(kGet,
                  [](Conversation& conversation, Response&) {
                    ASSERT_TRUE(conversation.BeginResponse(std::nullopt));
                    EXPECT_TRUE(conversation.Write("abc"));
                    throw std::runtime_error("in the middle");
                  }),
            Wait::kClose);
  EXPECT_THAT(output_, EndsWith("3\r\nabc\r\n"));
}

TEST_F(ConversationTest, ARestIsKeptForASlowClient) {
  const std::string piece(100'000, 'x');
  const Wait wait = Serve(kGet, [&](Conversation& conversation, Response&) {
    ASSERT_TRUE(conversation.BeginResponse(200'000));
    transport_.LimitOutput(10);
    transport_.OnWait([] { ADD_FAILURE() << "waits for the client"; });
    EXPECT_TRUE(conversation.Write(piece));
    EXPECT_TRUE(conversation.Write(piece));
  });
  EXPECT_EQ(wait, Wait::kIdle);
  EXPECT_THAT(output_, EndsWith(absl::StrCat("\r\n\r\n", piece, piece)));
}

TEST_F(ConversationTest, WaitsForAClientThatHasTooMuchToTake) {
  const std::string piece(1'000'000, 'x');
  int waits = 0;
  transport_.OnWait([&] {
    ++waits;
    TakeOutput();
    transport_.LimitOutput(100'000);
  });
  const Wait wait = Serve(kGet, [&](Conversation& conversation, Response&) {
    ASSERT_TRUE(conversation.BeginResponse(1'000'000));
    transport_.LimitOutput(10);
    EXPECT_TRUE(conversation.Write(piece));
  });
  EXPECT_EQ(wait, Wait::kIdle);
  EXPECT_GE(waits, 7);
  EXPECT_THAT(output_, EndsWith(absl::StrCat("\r\n\r\n", piece)));
}

TEST_F(ConversationTest, AClientThatTakesNothingIsCutOff) {
  const Wait wait = Serve(kGet, [&](Conversation& conversation, Response&) {
    ASSERT_TRUE(conversation.BeginResponse(std::nullopt));
    transport_.LimitOutput(10);
    EXPECT_FALSE(conversation.Write(std::string(1'000'000, 'x')));
    EXPECT_FALSE(conversation.Write("more"));
  });
  EXPECT_EQ(wait, Wait::kClose);
  EXPECT_EQ(output_.size(), 10);
}

TEST_F(ConversationTest, AClientThatHasGoneIsNoticed) {
  const Wait wait = Serve(kGet, [&](Conversation& conversation, Response&) {
    ASSERT_TRUE(conversation.BeginResponse(std::nullopt));
    transport_.Break();
    EXPECT_FALSE(conversation.Write("abc"));
  });
  EXPECT_EQ(wait, Wait::kClose);
}

TEST_F(ConversationTest, ABodyIsAskedForOnceWhenItIsRead) {
  int waits = 0;
  transport_.OnWait([&] {
    TakeOutput();
    EXPECT_EQ(output_, kContinue);
    transport_.AddInput(waits++ == 0 ? "he" : "llo");
  });
  std::string body;
  const Wait wait = Serve(kHeldBack, [&](Conversation& conversation, Response& response) {
    EXPECT_EQ(waits, 0);
    for (auto piece = conversation.ReadBody(); piece && !piece->empty();
         piece = conversation.ReadBody()) {
      body.append(*piece);
    }
    response.content = "read";
  });
  EXPECT_EQ(wait, Wait::kIdle);
  EXPECT_EQ(body, "hello");
  EXPECT_EQ(waits, 2);
  EXPECT_THAT(output_, StartsWith(absl::StrCat(kContinue, "HTTP/1.1 200 OK\r\n")));
  EXPECT_THAT(output_, EndsWith("\r\n\r\nread"));
}

TEST_F(ConversationTest, ABodyThatNobodyReadsIsNotAskedFor) {
  Serve(kHeldBack, [&](Conversation&, Response& response) { response.content = "unread"; });
  EXPECT_THAT(output_, StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ConversationTest, APieceThatHasComeIsReadWithoutWaiting) {
  Serve("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        [](Conversation& conversation, Response&) {
          EXPECT_EQ(conversation.ReadBody(), "hello");
          EXPECT_EQ(conversation.ReadBody(), "");
          EXPECT_EQ(conversation.ReadBody(), "");
        });
  EXPECT_THAT(output_, StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ConversationTest, ThereIsNoBodyToReadWhereTheRequestHasNone) {
  Serve(kGet,
        [](Conversation& conversation, Response&) { EXPECT_EQ(conversation.ReadBody(), ""); });
  EXPECT_THAT(output_, StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ConversationTest, ABodyThatDoesNotComeIsTheClientsError) {
  EXPECT_EQ(Serve(kHeldBack,
                  [](Conversation& conversation, Response& response) {
                    EXPECT_EQ(conversation.ReadBody(), std::nullopt);
                    EXPECT_EQ(conversation.ReadBody(), std::nullopt);
                    response.content = "whatever";
                  }),
            Wait::kLingeringClose);
  EXPECT_THAT(output_, StartsWith(absl::StrCat(kContinue, "HTTP/1.1 408 ")));
}

// An application may answer whatever becomes of its reading: that ended the worker.
TEST_F(ConversationTest, ABodyWhoseClientHasGoneCanBeAnsweredInVain) {
  transport_.OnWait([&] { transport_.Break(); });
  EXPECT_EQ(Serve(kHeldBack,
                  [](Conversation& conversation, Response&) {
                    EXPECT_EQ(conversation.ReadBody(), std::nullopt);
                    EXPECT_TRUE(conversation.BeginResponse(3));
                    EXPECT_FALSE(conversation.Write("abc"));
                    conversation.BreakOff();
                  }),
            Wait::kClose);
}

TEST_F(ConversationTest, NothingFollowsWhatWasBrokenOff) {
  EXPECT_EQ(Serve(kGet,
                  [](Conversation& conversation, Response&) {
                    ASSERT_TRUE(conversation.BeginResponse(std::nullopt));
                    conversation.BreakOff();
                    EXPECT_FALSE(conversation.Write("abc"));
                  }),
            Wait::kClose);
  EXPECT_THAT(output_, EndsWith("\r\n\r\n"));
}

TEST_F(ConversationTest, AMalformedBodyIsTheClientsError) {
  Serve("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nnonsense\r\n",
        [](Conversation& conversation, Response&) {
          EXPECT_EQ(conversation.ReadBody(), "abc");
          EXPECT_EQ(conversation.ReadBody(), std::nullopt);
          throw std::runtime_error("for lack of a body");
        });
  EXPECT_THAT(output_, StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(output_, Not(HasSubstr("500")));
}

TEST_F(ConversationTest, TheNextRequestIsServedAfterIt) {
  int requests = 0;
  EXPECT_EQ(Serve(absl::StrCat("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nok", kGet),
                  [&](Conversation& conversation, Response&) {
                    ++requests;
                    EXPECT_EQ(conversation.ReadBody(), requests == 1 ? "ok" : "");
                    ASSERT_TRUE(conversation.BeginResponse(1));
                    EXPECT_TRUE(conversation.Write("x"));
                  }),
            Wait::kIdle);
  EXPECT_EQ(requests, 2);
}

}  // namespace
}  // namespace forklift::http::server
