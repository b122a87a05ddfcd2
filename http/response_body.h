// ResponseBody frames the body of a response as its head has announced it (RFC 9112 section 6).
//
// Pure, without allocation. One object, one response after another.
#ifndef FORKLIFT_HTTP_RESPONSE_BODY_H_
#define FORKLIFT_HTTP_RESPONSE_BODY_H_

#include <stdint.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "absl/log/check.h"
#include "forklift/http/chunked_encoder.h"

namespace forklift::http {

class ResponseBody {
 public:
  enum class Framing {
    kNone,    // nothing may be sent: HEAD, 204, 304
    kLength,  // as many bytes as announced
    kChunked,
    kUntilClose,  // to a client of HTTP/1.0
  };

  // `length` counts with kLength.
  void Begin(Framing framing, uint64_t length) {
    framing_ = framing;
    left_ = framing == Framing::kLength ? length : 0;
  }

  Framing framing() const { return framing_; }

  // What to send for `data`; the first part lies in this object.
  std::array<std::string_view, 3> Wrap(std::string_view data) {
    if (framing_ == Framing::kChunked) return EncodeChunk(data, size_line_);
    return {std::string_view(), data.substr(0, Count(data.size())), std::string_view()};
  }

  // How much to send as it is of `size` bytes; not with kChunked.
  uint64_t Count(uint64_t size) {
    CHECK(framing_ != Framing::kChunked) << "ResponseBody: bytes without a chunk around them";
    if (framing_ == Framing::kUntilClose) return size;
    size = std::min(size, left_);
    left_ -= size;
    return size;
  }

  // What to send behind the last piece.
  std::string_view End() const {
    return framing_ == Framing::kChunked ? kLastChunk : std::string_view();
  }

  // Whether fewer bytes were sent than announced.
  bool IsShort() const { return left_ > 0; }

 private:
  Framing framing_ = Framing::kNone;
  uint64_t left_ = 0;
  ChunkSizeLine size_line_;
};

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_RESPONSE_BODY_H_
