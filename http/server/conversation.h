// Conversation lets a handler talk with its client while it runs: read a body that the client holds
// back, and answer piece by piece, all in one thread and one call.
//
// For what has to stay in one thread from its beginning to its end; other handlers set
// Response::content, which costs the server less. Its functions block, but never longer than the
// server's Timeouts allow a client, and say meanwhile that the handler is alive. Good during one
// call of Handler::Handle or BodyConsumer::Finish, in the thread of that call.
//
//   void Handle(const Request& request, Response& response) override {
//     if (!request.conversation->BeginResponse(std::nullopt)) return;
//     while (const std::optional<Row> row = cursor.Next()) {
//       if (!request.conversation->Write(row->ToText())) return;
//     }
//   }
#ifndef FORKLIFT_HTTP_SERVER_CONVERSATION_H_
#define FORKLIFT_HTTP_SERVER_CONVERSATION_H_

#include <stdint.h>

#include <optional>
#include <string_view>

#include "forklift/net/address.h"

namespace forklift::http::server {

class Conversation {
 public:
  virtual ~Conversation() = default;

  // The server's end of the connection; of port 0 where it cannot be told.
  virtual net::Address LocalAddress() = 0;

  // The next piece of what the handler has not got of the request's body, after telling a client
  // that waits for it to go on (RFC 9110 section 10.1.1); good until the next call. Empty at the
  // end. Nothing where the rest does not come, or is malformed: then the server answers 408 or 400
  // itself, unless a response has begun.
  virtual std::optional<std::string_view> ReadBody() = 0;

  // Begins to answer, with the response's status and headers as they are now; its content does not
  // count. `size` is that of all the content, if known. False where they make no head that can be
  // sent: nothing has begun then, and another response may. Where ReadBody has lost the client,
  // Write tells. To be called once.
  virtual bool BeginResponse(std::optional<uint64_t> size) = 0;

  // Sends the next piece of the content: all that the client's system takes at once. A rest of up
  // to 256 KiB is kept, and sent later; beyond that, it waits. False where the client has gone, or
  // is too slow, or after BreakOff: no more is wanted. What goes beyond the size is left out, as is
  // all where the response has no content (HEAD, 204, 304).
  virtual bool Write(std::string_view piece) = 0;

  // The content cannot be finished: the connection is closed behind what was written, so that the
  // client can tell.
  virtual void BreakOff() = 0;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_CONVERSATION_H_
