// RequestWriter writes the head of a request into a buffer of the caller's, and lets nothing unsafe
// into it.
//
// What would let whoever chose a target or a value add fields or a whole request of his own spoils
// the head, and Finish gives nothing. Pure: no I/O, no clock, no allocation. One object, one head.
//
//   char buffer[512];
//   RequestWriter writer(absl::MakeSpan(buffer), "GET", "/hello?x=1", "localhost:8888");
//   writer.AddField("Accept", "text/plain");
//   if (std::optional<std::string_view> head = writer.Finish()) Send(*head);
#ifndef FORKLIFT_HTTP_REQUEST_WRITER_H_
#define FORKLIFT_HTTP_REQUEST_WRITER_H_

#include <stdint.h>

#include <optional>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/head_writer.h"

namespace forklift::http {

class RequestWriter {
 public:
  // Begins with "GET /hello HTTP/1.1" (RFC 9112 section 3) and the Host field, which is to be the
  // first (RFC 9110 section 7.2). `method` must be a token; `target` of what RequestLineParser
  // takes, and not empty; `host` is the target's authority, "localhost:8888" or "[::1]", as
  // ParseAuthority takes it, and may be empty where the target has none. `buffer` must outlive the
  // writer and the view that Finish returns.
  RequestWriter(absl::Span<char> buffer, std::string_view method, std::string_view target,
                std::string_view host);

  // "name: value" (RFC 9112 section 5). `name` must be a token, `value` without control characters
  // other than HTAB. Host is there already, and framing has functions of its own: Host,
  // Content-Length and Transfer-Encoding are refused.
  void AddField(std::string_view name, std::string_view value);

  // One of them where there is a body, to be called once: its length, or that it is chunked (see
  // EncodeChunk). A server must have shown that it speaks HTTP/1.1 to be sent chunks (RFC 9112
  // section 6.1).
  void AddContentLength(uint64_t size);
  void AddChunked();

  // Ends the head and returns it; nothing where the buffer was too small, something was refused, or
  // it was returned before.
  std::optional<std::string_view> Finish() { return head_.Finish(); }

 private:
  void FrameOnce();

  HeadWriter head_;
  bool framed_ = false;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_REQUEST_WRITER_H_
