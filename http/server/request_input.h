// RequestInput holds what a connection has sent and the protocol has not read, such that the head
// of a request stands still while its body passes.
//
// Owns the bytes. Never blocks. One object, one thread at a time.
#ifndef FORKLIFT_HTTP_SERVER_REQUEST_INPUT_H_
#define FORKLIFT_HTTP_SERVER_REQUEST_INPUT_H_

#include <stddef.h>

#include <string_view>

#include "forklift/http/server/transport.h"
#include "forklift/net/buffer.h"
#include "forklift/net/io.h"

namespace forklift::http::server {

class RequestInput {
 public:
  // For heads of up to `head_limit` bytes.
  explicit RequestInput(size_t head_limit);

  // Takes the memory for a usual request ahead.
  void Reserve();

  // What comes next: good until the next call of another function, but for Consume: that moves
  // nothing.
  std::string_view unread() const {
    return in_body_ ? body_.bytes() : head_.bytes().substr(consumed_);
  }
  void Consume(size_t count) {
    if (in_body_) {
      body_.Consume(count);
    } else {
      consumed_ += count;
    }
  }

  // What was consumed is a head, or begins with one: it stands still until EndRequest, whatever is
  // received.
  void KeepHead();

  // Receives what there is, up to 16 KiB.
  net::IoResult Receive(Transport& transport);

  // Drops the head; what is unread is the next.
  void EndRequest();

  // As new, but for the memory of a usual request.
  void Clear();

 private:
  net::Buffer head_;
  net::Buffer body_;     // the rest of a body, where the next request may follow it
  size_t consumed_ = 0;  // of head_
  bool in_body_ = false;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_REQUEST_INPUT_H_
