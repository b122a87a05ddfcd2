// ResponseWriter writes the head of a response into a buffer of the caller's, and lets nothing
// unsafe into it.
//
// A field with a bad name, or with CR, LF or NUL in its value, would let whoever chose the value
// add fields or a whole response of his own; one such field spoils the head, and Finish gives
// nothing. Pure: no I/O, no clock, no allocation. One object, one head.
//
//   char buffer[512];
//   ResponseWriter writer(absl::MakeSpan(buffer), StatusCode::kOk);
//   writer.AddField("Content-Type", "text/plain");
//   writer.AddContentLength(body.size());
//   if (std::optional<std::string_view> head = writer.Finish()) Send(*head, body);
#ifndef FORKLIFT_HTTP_RESPONSE_WRITER_H_
#define FORKLIFT_HTTP_RESPONSE_WRITER_H_

#include <stdint.h>

#include <optional>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/head_writer.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/status_code.h"

namespace forklift::http {

class ResponseWriter {
 public:
  // Begins with the status line, "HTTP/1.1 200 OK" (RFC 9112 section 4). `buffer` must outlive the
  // writer and the view that Finish returns.
  ResponseWriter(absl::Span<char> buffer, StatusCode status);

  // With a reason phrase of the caller's, or none. A `status` without three digits spoils the head,
  // and so does a control character other than HTAB in `reason`.
  ResponseWriter(absl::Span<char> buffer, StatusCode status, std::string_view reason);

  // "name: value" (RFC 9112 section 5). `name` must be a token, `value` without control characters
  // other than HTAB.
  void AddField(std::string_view name, std::string_view value) { head_.AddField(name, value); }
  // One with an `id` under its usual name, which needs no check; any other under its `name`. The
  // name's number comes back.
  HeaderName AddField(const Field& field) {
    if (field.id == HeaderName::kOther) {
      AddField(field.name, field.value);
      return FindHeaderName(field.name);
    }
    head_.AddField(field.id, field.value);
    return field.id;
  }
  void AddContentLength(uint64_t size) { head_.AddContentLength(size); }

  // Ends the head and returns it; nothing where the buffer was too small, something was refused, or
  // it was returned before.
  std::optional<std::string_view> Finish() { return head_.Finish(); }

 private:
  void AddStatusLine(StatusCode status, std::string_view reason);

  HeadWriter head_;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_RESPONSE_WRITER_H_
