// ClientConnection is the client's side of an HTTP/1.1 connection as a protocol without I/O: bytes
// in, and what they say of the requests that were sent.
//
// The counterpart of ServerConnection. Requests (RequestWriter writes their heads) may be
// pipelined: each response is read by what its own request was, so HEAD, 1xx, 204 and 304 are seen
// to, and bodies end by length, chunked, or with the connection. A response that is cut off or that
// nobody asked for is an error, never a whole one.
//
// Pure: no descriptor, no clock. Views are into the input of the last Next and stay good as long as
// those bytes stand still. In steady state nothing is allocated, except for trailers. One object,
// one connection, one thread at a time.
//
//   ClientConnection connection;
//   Send(request);
//   connection.ExpectResponse(Method::kGet);
//   for (;;) {
//     const ClientConnection::Step step = connection.Next(received);
//     switch (step.event) {
//       case Event::kNeedInput: ReceiveMore(received); break;  // or EndOfInput()
//       case Event::kInterim: break;
//       case Event::kResponse: Use(connection.head()); break;
//       case Event::kBody: Take(step.data); break;
//       case Event::kResponseEnd:
//         if (connection.closes()) return;
//         SendAnother();  // and ExpectResponse
//         break;
//       case Event::kError: return Report(connection.error());
//       case Event::kClose: return;  // outstanding() requests stay without a response
//     }
//     received.remove_prefix(step.consumed);
//   }
#ifndef FORKLIFT_HTTP_CLIENT_CONNECTION_H_
#define FORKLIFT_HTTP_CLIENT_CONNECTION_H_

#include <stddef.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "forklift/http/body_decoder.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/response_parser.h"

namespace forklift::http {

class ClientConnection {
 public:
  enum class Event {
    kNeedInput,    // call again with more bytes, or after EndOfInput
    kInterim,      // see head(): 1xx, which another response to the same request follows; of these
                   // come no more than `limits.interim_responses`
    kResponse,     // see head(); its body follows
    kBody,         // the next piece of the body, in `data`
    kResponseEnd,  // the response is whole; see trailers()
    kError,        // see error(): close the connection, and trust nothing of this response
    kClose,        // close the connection: it takes no more requests
  };

  struct Step {
    Event event;
    size_t consumed = 0;         // bytes of the input that are done with
    std::string_view data = {};  // with kBody
  };

  // A response's body may have `limits.body` bytes: raise that for large ones.
  explicit ClientConnection(const Limits& limits = {});
  ClientConnection(const ClientConnection&) = delete;  // its views are into itself, too
  ClientConnection& operator=(const ClientConnection&) = delete;

  // A request with `method` is being sent; its response comes after those to earlier ones. Of
  // CONNECT only a refusal can be read: a tunnel is no HTTP.
  //
  // Not once the connection closes(): no response would come. On a connection that has lain idle,
  // give Next first what has arrived meanwhile, and go on only if it says kNeedInput: bytes that
  // nobody had asked for would be taken for the response.
  void ExpectResponse(Method method) { expected_.push_back(method); }

  // Requests whose responses are not whole yet.
  size_t outstanding() const { return expected_.size() - answered_; }

  // What comes next. `input` begins where the bytes that were consumed end; those of a head are
  // consumed as a whole.
  Step Next(std::string_view input);

  // The peer sends no more than what Next is given from now on.
  void EndOfInput() { input_ended_ = true; }

  // With kInterim, and from kResponse on; its views are into the input of that step.
  ResponseHead head() const { return parser_.head(); }
  // With kResponseEnd. Not to be taken for fields of the head.
  HeaderFields trailers() const;
  // From kResponse on, and once the input has ended: whether the server closes the connection
  // behind this response, so that no other request may be sent (RFC 9112 section 9.6). Those that
  // were sent already stay without a response.
  bool closes() const { return closes_ || input_ended_; }
  // With kError. Its status, 502, is for a gateway to answer with.
  const ParseError& error() const { return error_; }

 private:
  enum class Phase { kHead, kBody, kClosed, kFailed };

  // A head that was read, and what it says.
  struct KnownHead {
    std::string text;  // empty: none is known
    Method method = Method::kGet;
    BodyFraming body;
  };

  Step NextHead(std::string_view input);
  bool IsKnown(std::string_view input) const;
  Step BeginBody(size_t consumed, const BodyFraming& body);
  Step NextBody(std::string_view input);
  Step EndResponse(size_t consumed, bool more_input);
  Step FailUnasked();
  Step Fail(ParseError error);

  Limits limits_;
  ResponseParser parser_;
  KnownHead known_;  // the one that parser_ has, of a response after which the connection goes on
  std::optional<BodyDecoder> decoder_;
  std::vector<Method> expected_;
  size_t answered_ = 0;  // of them, from the front
  size_t interim_ = 0;   // responses to the first of the others
  Phase phase_ = Phase::kHead;
  bool head_read_ = false;  // parser_ has one
  bool body_whole_ = false;
  bool closes_ = false;
  bool input_ended_ = false;
  ParseError error_ = {};
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_CLIENT_CONNECTION_H_
