// ServerConnection is the server's side of an HTTP/1.1 connection as a protocol without I/O: bytes
// in, events out, and the bytes to send for each response.
//
// It holds what RFC 9112 says of a connection: keep-alive and its end, pipelining (one request at a
// time, in order), Expect: 100-continue, HTTP/1.0, HEAD, 1xx, 204 and 304, a body that nobody
// wants, an answer before the request's end, a half-closed connection. A blocking and an
// event-driven server drive the same object.
//
// Pure: no descriptor, no clock (so the caller adds Date, and has the timeouts). The bytes are the
// caller's: views are into the input of the Next that gave them, and good as long as those bytes
// stand still. In steady state nothing is allocated, except for trailers. One object, one
// connection, one thread at a time.
//
//   ServerConnection connection;
//   const auto Answer = [&](StatusCode status, std::string_view body) {
//     const auto head = connection.BeginResponse(buffer, status, fields, body.size());
//     if (!head) return Abort();  // the fields are bad, or too large for the buffer
//     Send(*head);
//     Send(connection.Body(body));
//     Send(connection.EndResponse());
//   };
//   for (;;) {
//     const ServerConnection::Step step = connection.Next(received);
//     switch (step.event) {
//       case Event::kNeedInput: ReceiveMore(received); break;  // or EndOfInput()
//       case Event::kRequest: Send(connection.ContinueIfExpected()); break;
//       case Event::kBody: Take(step.data); break;
//       case Event::kRequestEnd: break;
//       case Event::kNeedResponse: Answer(StatusCode::kOk, "Hello, World!\n"); break;
//       case Event::kError: Answer(connection.error().status, connection.error().reason); break;
//       case Event::kClose: return;  // what was not read yet is to be drained: see LingerAndClose
//     }
//     received.remove_prefix(step.consumed);
//   }
#ifndef FORKLIFT_HTTP_SERVER_CONNECTION_H_
#define FORKLIFT_HTTP_SERVER_CONNECTION_H_

#include <stddef.h>
#include <stdint.h>

#include <array>
#include <optional>
#include <string_view>

#include "absl/log/check.h"
#include "absl/types/span.h"
#include "forklift/http/body_decoder.h"
#include "forklift/http/chunked_encoder.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/limits.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/request.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/response_body.h"
#include "forklift/http/response_writer.h"
#include "forklift/http/status_code.h"

namespace forklift::http {

class ServerConnection {
 public:
  enum class Event {
    kNeedInput,     // call again with more bytes, or after EndOfInput
    kRequest,       // see request(); its body follows
    kBody,          // the next piece of the body, in `data`
    kRequestEnd,    // the request is whole; see trailers()
    kNeedResponse,  // nothing more is read before EndResponse
    kError,         // see error(): answer it, if you like, then close
    kClose,         // close the connection
  };

  struct Step {
    Event event;
    size_t consumed = 0;         // bytes of the input that are done with
    std::string_view data = {};  // with kBody
  };

  explicit ServerConnection(const Limits& limits = {});
  ServerConnection(const ServerConnection&) = delete;  // its views are into itself, too
  ServerConnection& operator=(const ServerConnection&) = delete;

  // For another connection: as new, but for memory.
  void Reset();

  // What comes next. `input` begins where the bytes that were consumed end; those of a head are
  // consumed as a whole. A response may begin from kRequest on.
  Step Next(std::string_view input) {
    if (phase_ != Phase::kBody || !body_whole_) return NextOfInput(input);
    phase_ = Phase::kResponse;
    return {Event::kRequestEnd};
  }

  // The peer sends no more than what Next is given from now on. A whole request is still answered;
  // half of one is an error (RFC 9112 section 8).
  void EndOfInput() { input_ended_ = true; }

  // Refuses the request that is being received, for a reason of the caller's: 408 when its time is
  // up. kError follows, or kClose where the response has begun or been sent. Of a request that is
  // refused already the first reason stays.
  void Refuse(const ParseError& error);

  // From kRequest on, with kError too, until Next is given bytes of another request; its views are
  // into the input of kRequest's step. A request that is refused for its head has head and method
  // only, with views into the input of kError's step; where not even its head is whole, method and
  // version, which are kOther and HTTP/1.0 as long as its first line is not whole either.
  const Request& request() const { return request_; }
  // From kRequestEnd to the next step. Not to be taken for fields of the head.
  HeaderFields trailers() const;
  // With kError.
  const ParseError& error() const { return error_; }

  // To be sent before the body is waited for, when the handler wants it: the interim response that
  // the client waits for. Empty where it does not, or no more.
  std::string_view ContinueIfExpected();

  // Another interim response (RFC 9110 section 15.2) to send before the response: 103 with its Link
  // fields. It is written into `buffer`. Empty where there can be none: the client speaks HTTP/1.0,
  // or the response has begun; `status` is 100, 101 or none of 1xx; or as of BeginResponse.
  template <class Fields>
  std::string_view InterimResponse(absl::Span<char> buffer, StatusCode status,
                                   const Fields& fields) {
    ResponseWriter writer(buffer, status);
    const HeaderNameSet names = AddFields(writer, fields);
    return FinishInterim(writer, status, names);
  }

  // The head of the response to the current request, or to the error. It is written into `buffer`
  // with all `fields`, which is a range of Field: one with an `id` under its usual name, which is
  // faster, any other under its `name`. Content-Length, Transfer-Encoding and Connection are added
  // as this connection needs them. `length` is that of the content as GET would get it; nothing if
  // it is not known yet. `reason` takes the place of the status' own phrase, if it is not empty.
  //
  // Nothing comes back where the buffer is too small, `status` is not final (200 to 599), or a
  // field is one of those three or another of this connection alone (RFC 9110 section 7.6.1), or
  // would break the head; and for 426 without Upgrade (RFC 9110 section 15.5.22). The response has
  // then not begun: another may, status 500 for one.
  template <class Fields>
  [[nodiscard]] std::optional<std::string_view> BeginResponse(absl::Span<char> buffer,
                                                              StatusCode status,
                                                              const Fields& fields,
                                                              std::optional<uint64_t> length,
                                                              std::string_view reason = {}) {
    ResponseWriter writer =
        reason.empty() ? ResponseWriter(buffer, status) : ResponseWriter(buffer, status, reason);
    const HeaderNameSet names = AddFields(writer, fields);
    const std::optional<std::string_view> head = FinishHead(writer, status, length, names);
    responding_ = head.has_value();
    return head;
  }

  // What to send for the next piece of the body, in up to three parts, valid until the next call:
  // none if this response has no body. What goes beyond the length is left out. Only between
  // BeginResponse and EndResponse.
  std::array<std::string_view, 3> Body(std::string_view data) {
    CHECK(responding_) << "Body: no response has begun";
    return body_.Wrap(data);
  }
  // The same for a piece that is sent by other means, sendfile(2): how much of it to send. Only for
  // a body whose length was told to BeginResponse: another may have to be chunked.
  uint64_t BodyBytes(uint64_t size) {
    CHECK(responding_) << "BodyBytes: no response has begun";
    return body_.Count(size);
  }

  // What to send after the body. Where it was shorter than its length, the connection closes, so
  // that the client can tell (RFC 9112 section 8). A response of unknown length that cannot be
  // finished is broken off by closing the connection without it.
  std::string_view EndResponse();
  // The same with trailers (see LastChunkWriter), a range of Field, which are written into
  // `buffer`; without them where the body is not chunked. Nothing comes back where the buffer is
  // too small or a field is refused. The response has then not ended.
  template <class Fields>
  [[nodiscard]] std::optional<std::string_view> EndResponse(absl::Span<char> buffer,
                                                            const Fields& trailers) {
    if (body_.framing() != ResponseBody::Framing::kChunked) return EndResponse();
    LastChunkWriter writer(buffer);
    for (const Field& field : trailers) {
      writer.AddField(field.id == HeaderName::kOther ? field.name : Spelling(field.id),
                      field.value);
    }
    const std::optional<std::string_view> end = writer.Finish();
    if (end) EndResponse();
    return end;
  }

  // The response that has begun is to be the last one, or else the next; only the next can tell the
  // client so in its head.
  void CloseAfterResponse() { (responding_ ? closes_ : close_wanted_) = true; }
  // From BeginResponse on: whether kClose follows the response.
  bool closes() const { return closes_; }

  // What the connection waits for, for the caller's timeouts.
  enum class Phase { kHead, kBody, kResponse, kError, kDrain, kClosed };
  Phase phase() const { return phase_; }

 private:
  // What Next does but for the end of a request whose body is whole, which takes no input.
  Step NextOfInput(std::string_view input);
  Step NextHead(std::string_view input);
  Step NextBody(std::string_view input);
  Step Drain(std::string_view input);
  Step Fail(const ParseError& error);
  void BeginNextRequest();
  void KeepRequestLine();
  template <class Fields>
  static HeaderNameSet AddFields(ResponseWriter& writer, const Fields& fields) {
    HeaderNameSet names = 0;
    for (const Field& field : fields) names |= Bit(writer.AddField(field));
    return names;
  }
  std::string_view FinishInterim(ResponseWriter& writer, StatusCode status,
                                 HeaderNameSet names) const;
  std::optional<std::string_view> FinishHead(ResponseWriter& writer, StatusCode status,
                                             std::optional<uint64_t> length, HeaderNameSet names);
  bool MustClose(StatusCode status) const;

  Limits limits_;
  RequestParser parser_;
  Request request_;
  std::optional<BodyDecoder> decoder_;
  ResponseBody body_;
  Phase phase_ = Phase::kHead;
  size_t requests_ = 0;
  uint64_t received_ = 0;  // of the current body, as it is on the wire
  uint64_t drained_ = 0;   // of them, after the response
  bool body_whole_ = false;
  bool input_ended_ = false;
  bool continue_due_ = false;
  bool responding_ = false;  // from BeginResponse to EndResponse
  bool close_wanted_ = false;
  bool closes_ = false;
  ParseError error_ = {};
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_SERVER_CONNECTION_H_
