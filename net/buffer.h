// Buffer holds bytes between a socket and a parser: they are appended at the back, consumed at the
// front, and never exceed a limit.
//
// Grows by doubling, so that a byte costs a constant time however it arrives, and gives its memory
// back with Release, so that an idle connection costs none. Owns the bytes. Never blocks. A copy in
// a forked child is the child's own. One object, one thread; not for signal handlers.
//
//   Buffer buffer(/*limit=*/64 * 1024);
//   absl::Span<char> room = buffer.Room(4096);
//   if (room.empty()) return TooLarge();
//   const IoResult got = TryReceive(fd, room);
//   if (got.outcome != IoOutcome::kOk) return Closed(got);
//   buffer.Commit(got.bytes);
//   buffer.Consume(Parse(buffer.bytes()));
#ifndef FORKLIFT_NET_BUFFER_H_
#define FORKLIFT_NET_BUFFER_H_

#include <stddef.h>

#include <memory>
#include <string_view>
#include <utility>

#include "absl/types/span.h"

namespace forklift::net {

class Buffer {
 public:
  // Empty, without memory. It will hold `limit` bytes at most.
  explicit Buffer(size_t limit) : limit_(limit) {}

  // What was moved from is empty, with the same limit.
  Buffer(Buffer&& other) noexcept
      : limit_(other.limit_),
        storage_(std::move(other.storage_)),
        capacity_(std::exchange(other.capacity_, 0)),
        begin_(std::exchange(other.begin_, 0)),
        end_(std::exchange(other.end_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept;

  // What was appended and not consumed. Valid until the next call that is not const.
  std::string_view bytes() const { return std::string_view(storage_.get() + begin_, size()); }
  size_t size() const { return end_ - begin_; }
  bool empty() const { return begin_ == end_; }
  size_t limit() const { return limit_; }

  // Room to write into, behind bytes(): at least min(`wanted`, limit - size()) bytes, more where
  // they cost nothing; empty where the limit is reached. Moves what bytes() showed.
  absl::Span<char> Room(size_t wanted);

  // Appends the first `count` bytes of the last Room. Dies where it had fewer.
  void Commit(size_t count);

  // Room and Commit for bytes at hand. False, and nothing is changed, where they exceed the limit.
  // `bytes` must not be of this buffer.
  bool Append(std::string_view bytes);

  // Drops the first `count` bytes. Dies where there are fewer.
  void Consume(size_t count);

  // Drops all, and gives the memory back.
  void Release();

  // Drops all, and gives the memory back where there is more of it than `kept` bytes.
  void Clear(size_t kept);

  // Bytes of memory held; at most twice the limit, and as much again while Room moves them.
  size_t capacity() const { return capacity_; }

 private:
  size_t limit_;
  std::unique_ptr<char[]> storage_;
  size_t capacity_ = 0;
  size_t begin_ = 0;
  size_t end_ = 0;
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_BUFFER_H_
