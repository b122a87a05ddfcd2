// ResponseSender sends responses over a transport that takes bytes when it can: heads and small
// contents together in one segment, large ones without copying them, large files by sendfile(2).
//
// Responses that follow each other may gather in it before they are sent, as those to pipelined
// requests do. Owns the bytes that are pending, not the response: that must stand still from Begin
// until Advance says kDone. Never blocks, but for Produce. One object, one thread at a time.
#ifndef FORKLIFT_HTTP_SERVER_RESPONSE_SENDER_H_
#define FORKLIFT_HTTP_SERVER_RESPONSE_SENDER_H_

#include <stddef.h>
#include <stdint.h>

#include <string_view>

#include "forklift/http/server/content.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/transport.h"
#include "forklift/http/server_connection.h"
#include "forklift/net/buffer.h"

namespace forklift::http::server {

class ResponseSender {
 public:
  enum class State {
    kDone,     // all is with the kernel
    kBlocked,  // call Advance again when the transport takes more
    kProduce,  // call Produce, then Advance
    kBroken,   // the client has gone, or the content cannot be finished: close
  };

  ResponseSender();

  // Takes the memory for so many bytes of heads and bodies ahead.
  void Reserve(size_t bytes) { buffer_.Room(bytes); }

  // Begins the response to `protocol`'s current request, with `date` where it has no Date of its
  // own. False where it breaks the protocol (no final status, a field of the connection's, a head
  // above 64 KiB): nothing is sent of it then, and another may begin.
  bool Begin(ServerConnection& protocol, Response& response, std::string_view date);

  // Bytes of the protocol's, before any response to the same request: 100 Continue.
  void Add(std::string_view bytes);

  // Whether the content of the last response is in the buffer whole, so that the next may begin
  // without Advance.
  bool gathered() const {
    return !broken_ && !writing_ && tail_.empty() && file_left_ == 0 && producer_ == nullptr;
  }
  size_t pending() const { return buffer_.size() + tail_.size() + tail_end_.size(); }

  // Sends what can be sent at once.
  State Advance(Transport& transport);

  // Has the producer make the next piece: blocks as long as that does. With kProduce.
  void Produce(ServerConnection& protocol);

  // The next piece of a content that is Written: it must stand still until Advance says kDone, or
  // Keep takes what is left of it; false where that is too much. EndWriting or BreakOff ends it.
  void Write(ServerConnection& protocol, std::string_view piece);
  bool Keep();
  void EndWriting(ServerConnection& protocol);

  // The content cannot be finished: kBroken, once what is pending was sent.
  void BreakOff();

  // Bytes sent in all; grows as long as the client takes them.
  uint64_t sent() const { return sent_; }
  // Bytes of content of the last response that are sent or gathered.
  uint64_t content_sent() const { return content_queued_ - tail_.size() - file_left_; }

  // For another connection: drops what is pending, and the memory beyond that of a small answer.
  void Reset();

 private:
  void CopyFile();
  State SendBytes(Transport& transport);
  State SendFile(Transport& transport);

  net::Buffer buffer_;
  std::string_view tail_;      // follows the buffer
  std::string_view tail_end_;  // and that: the end of a chunk
  int file_ = -1;              // follows all
  uint64_t file_offset_ = 0;
  uint64_t file_left_ = 0;
  Producer* producer_ = nullptr;  // until it has ended
  bool writing_ = false;
  bool broken_ = false;
  uint64_t sent_ = 0;
  uint64_t content_queued_ = 0;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_RESPONSE_SENDER_H_
