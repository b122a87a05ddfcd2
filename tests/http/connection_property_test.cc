// What holds of any conversation between a client and a server, however the bytes between them are
// cut up: every request gets its own response, in order, and no body is taken for a request.
#include <stddef.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/tests/http/support/echo_server.h"
#include "forklift/tests/http/support/head_generator.h"
#include "forklift/tests/http/support/recording_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

constexpr Limits kLimits = {.unread_body = 200};

// A request to an EchoServer, and what comes of it.
struct Exchange {
  Method method = Method::kGet;
  std::string head;
  std::string body;              // framed
  bool waits = false;            // holds the body back until it is asked for
  std::vector<std::string> got;  // by a RecordingClient
  bool closes = false;           // the connection, behind it
};

class ExchangeGenerator {
 public:
  explicit ExchangeGenerator(unsigned seed) : random_(seed) {}

  size_t Number(size_t bound) { return random_.Number(bound); }
  bool OneIn(size_t n) { return Number(n) == 0; }
  void Damage(std::string& message) { random_.Damage(message); }

  Exchange Next() {
    Exchange exchange;
    exchange.method = OneOf({Method::kGet, Method::kHead, Method::kPost});
    const bool http_1_0 = OneIn(12);
    const bool early = OneIn(4);
    const bool stream = OneIn(4);
    const bool hold = OneIn(4);
    const std::string target = absl::StrCat("/", ++nonce_, "?", early ? "early" : "",
                                            stream ? "stream" : "", hold ? "hold" : "");
    absl::StrAppend(&exchange.head, MethodName(exchange.method), " ", target,
                    http_1_0 ? " HTTP/1.0" : " HTTP/1.1", "\r\nHost: a\r\n");

    const bool keep_alive = OneIn(2);
    if (http_1_0 && keep_alive) exchange.head += "Connection: keep-alive\r\n";
    exchange.closes = http_1_0 && (!keep_alive || (stream && exchange.method != Method::kHead));
    if (!http_1_0 && OneIn(20)) {
      exchange.head += "Connection: close\r\n";
      exchange.closes = true;
    }

    const std::string content = OneIn(2) ? "" : Content();
    const bool chunked = !http_1_0 && !content.empty() && OneIn(2);
    exchange.body = chunked ? Chunks(content) : content;
    if (!content.empty()) {
      exchange.head += chunked ? "Transfer-Encoding: chunked\r\n"
                               : absl::StrCat("Content-Length: ", content.size(), "\r\n");
      if (early && exchange.body.size() > kLimits.unread_body) exchange.closes = true;
      if (OneIn(3)) {
        exchange.head += "Expect: 100-continue\r\n";
        exchange.waits = !http_1_0 && !hold && OneIn(2);
        if (!http_1_0 && early) exchange.closes = true;
        if (!http_1_0 && !early && !hold) exchange.got.push_back("100");
      }
    }
    exchange.head += "\r\n";

    std::string response = "200 ";
    if (exchange.method != Method::kHead) {
      absl::StrAppend(&response, MethodName(exchange.method), " ", target);
      if (!early && !content.empty()) absl::StrAppend(&response, " ", content);
    }
    exchange.got.push_back(response);
    return exchange;
  }

 private:
  template <class T>
  T OneOf(std::initializer_list<T> choices) {
    return choices.begin()[Number(choices.size())];
  }

  // What is most easily taken for something else.
  std::string Content() {
    std::string content = absl::StrCat("body of ", nonce_, ";");
    for (size_t i = Number(5); i > 0; --i) {
      content += OneOf<std::string_view>({"GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n", "0\r\n\r\n",
                                          "\r\n", "5\r\nhello\r\n",
                                          "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"});
    }
    return content;
  }

  std::string Chunks(std::string_view content) {
    std::string chunks;
    while (!content.empty()) {
      const std::string_view data = content.substr(0, 1 + Number(content.size()));
      absl::StrAppend(&chunks, absl::Hex(data.size()), OneIn(4) ? ";a=b" : "", "\r\n", data,
                      "\r\n");
      content.remove_prefix(data.size());
    }
    return absl::StrCat(chunks, "0\r\n", OneIn(3) ? "X: GET /smuggled HTTP/1.1\r\n" : "", "\r\n");
  }

  HeadGenerator random_;
  int nonce_ = 0;
};

// The two ends, and the bytes on their way between them.
class Conversation {
 public:
  Conversation(ExchangeGenerator& random, std::vector<Exchange> exchanges)
      : random_(random), exchanges_(std::move(exchanges)), client_({}), server_(kLimits) {}

  const RecordingClient& client() const { return client_; }
  const EchoServer& server() const { return server_; }

  // Until both have closed. False where neither has anything to say before that.
  bool Run() {
    while (client_.got.empty() || client_.got.back() != "close") {
      if (!client_.got.empty() && client_.got.back() == "error") return true;
      const bool to_server = random_.OneIn(2);
      const bool moved = to_server ? Send() || Deliver() : Deliver() || Send();
      if (!moved) return false;
    }
    return true;
  }

 private:
  // The client sends some of what it has to.
  bool Send() {
    if (server_.closed() || ended_) return false;
    if (sent_ == outgoing_.size() && !ComposeMore()) return false;
    if (sent_ == outgoing_.size()) {
      server_.End();
      ended_ = true;
      return true;
    }
    const size_t size = Some(outgoing_.size() - sent_);
    server_.Receive(std::string_view(outgoing_).substr(sent_, size));
    sent_ += size;
    return true;
  }

  // False where the client waits before it goes on.
  bool ComposeMore() {
    if (body_next_) {
      if (!IsAskedFor(next_)) return false;
      outgoing_ += exchanges_[next_++].body;
      body_next_ = false;
    }
    // As many as there are to send without waiting.
    while (next_ < exchanges_.size() && !body_next_) {
      const Exchange& exchange = exchanges_[next_];
      client_.connection().ExpectResponse(exchange.method);
      outgoing_ += exchange.head;
      body_next_ = exchange.waits;
      if (!body_next_) outgoing_ += exchanges_[next_++].body;
    }
    return true;
  }

  // Whether the client has seen that the server wants the body of the exchange `index`.
  bool IsAskedFor(size_t index) const {
    ptrdiff_t asked = 0;
    for (size_t i = 0; i <= index; ++i) asked += exchanges_[i].got.front() == "100";
    return exchanges_[index].got.front() == "100" &&
           std::count(client_.got.begin(), client_.got.end(), "100") == asked;
  }

  // Some of what the server has sent arrives.
  bool Deliver() {
    if (delivered_ == server_.sent.size()) {
      if (!server_.closed()) return false;
      client_.End();
      return true;
    }
    const size_t size = Some(server_.sent.size() - delivered_);
    client_.Receive(std::string_view(server_.sent).substr(delivered_, size));
    delivered_ += size;
    return true;
  }

  size_t Some(size_t most) {
    return random_.OneIn(3) ? most : 1 + random_.Number(std::min<size_t>(most, 40));
  }

  ExchangeGenerator& random_;
  std::vector<Exchange> exchanges_;
  RecordingClient client_;
  EchoServer server_;
  std::string outgoing_;
  size_t sent_ = 0;
  size_t delivered_ = 0;
  size_t next_ = 0;         // exchange
  bool body_next_ = false;  // of it
  bool ended_ = false;
};

TEST(ConnectionPropertyTest, EveryRequestGetsItsOwnResponseInOrder) {
  size_t exchanged = 0;
  for (unsigned seed = 1; seed <= 1000; ++seed) {
    ExchangeGenerator random(seed);
    std::vector<Exchange> exchanges;
    std::vector<std::string> expected;
    bool closed = false;
    for (size_t count = random.Number(10); count > 0; --count) {
      exchanges.push_back(random.Next());
      if (closed) continue;
      const Exchange& last = exchanges.back();
      expected.insert(expected.end(), last.got.begin(), last.got.end());
      closed = last.closes;
      ++exchanged;
    }
    expected.push_back("close");
    Conversation conversation(random, exchanges);
    ASSERT_TRUE(conversation.Run()) << "both wait, with seed " << seed;
    ASSERT_EQ(conversation.client().got, expected) << "with seed " << seed;
    for (const std::string& request : conversation.server().requests) {
      ASSERT_FALSE(absl::StartsWith(request, "GET /smuggled")) << "with seed " << seed;
    }
  }
  EXPECT_GT(exchanged, 2000u);
}

// Whole or damaged.
TEST(ConnectionPropertyTest, HowTheInputIsCutUpMakesNoDifference) {
  size_t refused = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    ExchangeGenerator random(seed);
    std::string input;
    for (int i = 0; i < 4; ++i) {
      const Exchange exchange = random.Next();
      absl::StrAppend(&input, exchange.head, exchange.body);
    }
    if (seed % 2 == 0) random.Damage(input);
    const Served whole = ServeInPieces(kLimits, input, [&](size_t) { return input.size(); });
    refused += std::count(whole.requests.begin(), whole.requests.end(), "error");
    ASSERT_EQ(ServeInPieces(kLimits, input, [](size_t) { return 1; }), whole)
        << "byte by byte, with seed " << seed;
    for (size_t split = 1; split < input.size(); ++split) {
      ASSERT_EQ(
          ServeInPieces(kLimits, input, [&](size_t at) { return at == 0 ? split : input.size(); }),
          whole)
          << "at " << split << ", with seed " << seed;
    }
  }
  EXPECT_GT(refused, 5u);
}

}  // namespace
}  // namespace forklift::http
