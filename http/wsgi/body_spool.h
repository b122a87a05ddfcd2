// BodySpool keeps the body of a request until it is whole: a short one in memory, a long one in a
// temporary file, so that no application waits for a client, and no client fills the memory.
//
// Owns both. The file has no name, and is gone with its descriptor. Blocks as long as writing to a
// file does. One object, one thread at a time.
//
//   BodySpool spool;
//   spool.Append(piece);
//   if (!spool.ok()) return Refuse();
//   spool.file() < 0 ? Parse(spool.memory()) : ParseFile(spool.TakeFile());
#ifndef FORKLIFT_HTTP_WSGI_BODY_SPOOL_H_
#define FORKLIFT_HTTP_WSGI_BODY_SPOOL_H_

#include <stddef.h>
#include <stdint.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::wsgi {

class BodySpool {
 public:
  // Up to `memory_limit` bytes are kept in memory; a longer body is in a file in $TMPDIR, or else
  // /tmp.
  explicit BodySpool(size_t memory_limit = size_t{64} * 1024) : memory_limit_(memory_limit) {}

  // Adds a piece. False where it cannot be kept: see status().
  bool Append(std::string_view piece);

  // OK, or why the file could not be made or written: the error of open or write.
  const absl::Status& status() const { return status_; }

  uint64_t size() const { return size_; }
  bool in_file() const { return file_.valid(); }

  // All of it, where it is not in a file.
  std::string_view memory() const { return memory_; }
  // All of it, where it is in a file: open for reading, at the beginning. To be called once.
  net::UniqueFd TakeFile();

 private:
  bool Fail(absl::Status status);
  bool Write(std::string_view bytes);

  const size_t memory_limit_;
  std::string memory_;
  net::UniqueFd file_;
  uint64_t size_ = 0;
  absl::Status status_;
};

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_BODY_SPOOL_H_
