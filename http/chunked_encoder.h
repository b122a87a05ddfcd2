// EncodeChunk frames a piece of a body whose length is not known when its head is sent (RFC 9112
// section 7.1), so that one writev(2) sends it; kLastChunk or LastChunkWriter ends the body.
//
// Pure: no I/O, no allocation; the data is not copied.
//
//   ChunkSizeLine line;
//   Send(EncodeChunk("Hello, ", line));
//   Send(EncodeChunk("World!\n", line));
//   Send(kLastChunk);
#ifndef FORKLIFT_HTTP_CHUNKED_ENCODER_H_
#define FORKLIFT_HTTP_CHUNKED_ENCODER_H_

#include <array>
#include <optional>
#include <string_view>

#include "absl/types/span.h"
#include "forklift/http/head_writer.h"

namespace forklift::http {

// Room for the longest size line.
using ChunkSizeLine = std::array<char, 18>;

// The size line, the data and CRLF. Three empty parts where `data` is empty: a chunk without data
// would end the body. The first part lies in `line`, the second is `data`.
std::array<std::string_view, 3> EncodeChunk(std::string_view data, ChunkSizeLine& line);

// Ends a body without trailers.
inline constexpr std::string_view kLastChunk = "0\r\n\r\n";

// Writes what ends a body with trailers: fields that are known only when the body is. Like
// ResponseWriter, it lets nothing unsafe into its buffer.
class LastChunkWriter {
 public:
  // `buffer` must outlive the writer and the view that Finish returns.
  explicit LastChunkWriter(absl::Span<char> buffer);

  // `name` must be a token, `value` without control characters other than HTAB. Only a field whose
  // definition allows it may be a trailer (RFC 9110 section 6.5.1): of those in HeaderName, all but
  // ETag and Accept-Ranges are refused; of others the caller must know.
  void AddField(std::string_view name, std::string_view value);

  // Ends the body and returns the whole; nothing where the buffer was too small, a field was
  // refused, or it was returned before.
  std::optional<std::string_view> Finish() { return head_.Finish(); }

 private:
  HeadWriter head_;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_CHUNKED_ENCODER_H_
