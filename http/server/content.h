// Content is what a response carries: bytes, bytes that others share, a part of a file, or what a
// producer makes piece by piece.
//
// A value that owns what it holds. Moving it moves that; nothing is read or sent here.
#ifndef FORKLIFT_HTTP_SERVER_CONTENT_H_
#define FORKLIFT_HTTP_SERVER_CONTENT_H_

#include <stddef.h>
#include <stdint.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/types/span.h"
#include "forklift/net/shared_fd.h"

namespace forklift::http::server {

// Bytes that stand still until the response is sent: because `owner` keeps them, or for ever.
struct SharedBytes {
  std::string_view bytes;
  std::shared_ptr<const void> owner = nullptr;
};

// `size` bytes of a regular file from `offset`; they go by sendfile(2). Where the file turns out to
// be shorter, the connection is closed in the middle, so that the client can tell.
struct FileRegion {
  net::SharedFd file;
  uint64_t offset = 0;
  uint64_t size = 0;
};

// Makes a response's content while it is sent, no faster than the client takes it.
class Producer {
 public:
  virtual ~Producer() = default;

  // Writes the next bytes into `room`, which is not empty: how many, 0 at the end; nothing where
  // the content cannot be finished: the connection is closed then, so that the client can tell. May
  // block where Handler::Handle may, and runs in the same process, but maybe in another thread.
  virtual std::optional<size_t> Produce(absl::Span<char> room) = 0;
};

struct Produced {
  std::unique_ptr<Producer> producer;
  std::optional<uint64_t> size;  // of all of it, if known
};

// What a handler has written itself (conversation.h): its server says so.
struct Written {
  std::optional<uint64_t> size;  // of all of it, if known
};

using Content = std::variant<std::string, SharedBytes, FileRegion, Produced, Written>;

// How many bytes it is; nothing where that is not known.
std::optional<uint64_t> SizeOf(const Content& content);

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_CONTENT_H_
