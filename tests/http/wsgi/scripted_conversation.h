// ScriptedConversation is a client that sends what the test says, and keeps what it is sent.
#ifndef FORKLIFT_TESTS_HTTP_WSGI_SCRIPTED_CONVERSATION_H_
#define FORKLIFT_TESTS_HTTP_WSGI_SCRIPTED_CONVERSATION_H_

#include <stdint.h>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "forklift/http/server/conversation.h"
#include "forklift/net/address.h"

namespace forklift::tests {

struct ScriptedConversation final : http::server::Conversation {
  net::Address local = net::Address::Ipv4Loopback(8888);
  std::deque<std::string> pieces;  // of the body
  bool fails = false;              // once they are read
  bool takes_head = true;
  bool gone = false;
  std::function<void()> on_write = [] {};

  std::optional<std::optional<uint64_t>> begun;  // with which size
  std::string written;
  bool broken_off = false;

  net::Address LocalAddress() override { return local; }
  std::optional<std::string_view> ReadBody() override {
    if (pieces.empty()) return fails ? std::nullopt : std::optional(std::string_view());
    piece_ = std::move(pieces.front());
    pieces.pop_front();
    return piece_;
  }
  bool BeginResponse(std::optional<uint64_t> size) override {
    if (takes_head) begun = size;
    return takes_head;
  }
  bool Write(std::string_view piece) override {
    on_write();
    if (!gone) written.append(piece);
    return !gone;
  }
  void BreakOff() override { broken_off = true; }

 private:
  std::string piece_;
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_HTTP_WSGI_SCRIPTED_CONVERSATION_H_
