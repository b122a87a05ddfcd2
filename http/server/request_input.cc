#include "forklift/http/server/request_input.h"

#include <stddef.h>

#include <utility>

#include "absl/log/check.h"
#include "absl/types/span.h"
#include "forklift/http/server/transport.h"
#include "forklift/net/buffer.h"
#include "forklift/net/io.h"

namespace forklift::http::server {
namespace {

constexpr size_t kReceiveRoom = 16 * 1024;
constexpr size_t kKeptCapacity = 32 * 1024;  // from one connection to the next

}  // namespace

RequestInput::RequestInput(size_t head_limit)
    : head_(head_limit + kReceiveRoom), body_(head_limit + kReceiveRoom) {}

void RequestInput::Reserve() { head_.Room(kReceiveRoom); }

void RequestInput::KeepHead() {
  if (in_body_) return;
  CHECK(body_.Append(unread()));
  consumed_ = head_.size();
  in_body_ = true;
}

net::IoResult RequestInput::Receive(Transport& transport) {
  net::Buffer& buffer = in_body_ ? body_ : head_;
  const absl::Span<char> room = buffer.Room(kReceiveRoom);
  net::IoResult got = transport.Receive(room);
  if (got.outcome == net::IoOutcome::kOk) buffer.Commit(got.bytes);
  return got;
}

void RequestInput::EndRequest() {
  head_.Consume(consumed_);
  consumed_ = 0;
  if (std::exchange(in_body_, false)) std::swap(head_, body_);
}

void RequestInput::Clear() {
  EndRequest();
  head_.Clear(kKeptCapacity);
  body_.Clear(kKeptCapacity);
}

}  // namespace forklift::http::server
