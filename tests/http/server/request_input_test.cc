#include "forklift/http/server/request_input.h"

#include <string_view>

#include "forklift/http/server/testing/memory_transport.h"
#include "forklift/net/io.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

using testing::MemoryTransport;

class RequestInputTest : public ::testing::Test {
 protected:
  void Receive(std::string_view bytes) {
    transport_.AddInput(bytes);
    ASSERT_EQ(input_.Receive(transport_).outcome, net::IoOutcome::kOk);
  }

  MemoryTransport transport_;
  RequestInput input_ = RequestInput(1024);
};

TEST_F(RequestInputTest, GivesWhatWasReceivedAndNotConsumed) {
  input_.Reserve();
  Receive("abc");
  Receive("def");
  EXPECT_EQ(input_.unread(), "abcdef");
  input_.Consume(4);
  EXPECT_EQ(input_.unread(), "ef");
  EXPECT_EQ(input_.Receive(transport_).outcome, net::IoOutcome::kNotReady);
}

TEST_F(RequestInputTest, AHeadStandsStillWhileItsBodyPasses) {
  Receive("head|bo");
  const std::string_view head = input_.unread().substr(0, 5);
  input_.Consume(head.size());
  input_.KeepHead();
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(input_.unread(), i == 0 ? "bo" : "more of the body");
    input_.Consume(input_.unread().size());
    Receive("more of the body");
  }
  EXPECT_EQ(head, "head|");
}

TEST_F(RequestInputTest, TheNextRequestFollowsTheBody) {
  Receive("head|");
  input_.Consume(5);
  input_.KeepHead();
  Receive("body|next");
  input_.Consume(5);
  input_.EndRequest();
  EXPECT_EQ(input_.unread(), "next");
  input_.Consume(4);
  input_.EndRequest();
  EXPECT_EQ(input_.unread(), "");
}

TEST_F(RequestInputTest, NothingOfAConnectionIsLeftForAnother) {
  Receive("head|");
  input_.Consume(5);
  input_.KeepHead();
  Receive("body");
  input_.Clear();
  EXPECT_EQ(input_.unread(), "");
  Receive("another");
  EXPECT_EQ(input_.unread(), "another");
}

}  // namespace
}  // namespace forklift::http::server
