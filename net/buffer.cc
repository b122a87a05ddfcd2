#include "forklift/net/buffer.h"

#include <stddef.h>
#include <string.h>

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/types/span.h"

namespace forklift::net {

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  if (this == &other) return *this;
  limit_ = other.limit_;
  storage_ = std::move(other.storage_);
  capacity_ = std::exchange(other.capacity_, 0);
  begin_ = std::exchange(other.begin_, 0);
  end_ = std::exchange(other.end_, 0);
  return *this;
}

absl::Span<char> Buffer::Room(size_t wanted) {
  const size_t size = this->size();
  wanted = std::min(wanted, limit_ - size);
  if (capacity_ - end_ < wanted) {
    // Bytes move within the memory where at least as many were consumed in front of them, which
    // pays for the move; or where the memory is as large as it gets.
    const bool grow = capacity_ - size < wanted || (begin_ < size && capacity_ <= limit_);
    const size_t capacity = grow ? std::max(size + wanted, 2 * capacity_) : capacity_;
    std::unique_ptr<char[]> larger;
    if (grow) larger.reset(new char[capacity]);  // uninitialized
    char* const target = grow ? larger.get() : storage_.get();
    if (size > 0) ::memmove(target, storage_.get() + begin_, size);
    if (grow) storage_ = std::move(larger);
    capacity_ = capacity;
    begin_ = 0;
    end_ = size;
  }
  return absl::MakeSpan(storage_.get() + end_, std::min(capacity_ - end_, limit_ - size));
}

void Buffer::Commit(size_t count) {
  CHECK_LE(count, std::min(capacity_ - end_, limit_ - size())) << "Buffer::Commit: more than Room";
  end_ += count;
}

bool Buffer::Append(std::string_view bytes) {
  if (bytes.size() > limit_ - size()) return false;
  if (bytes.empty()) return true;
  ::memcpy(Room(bytes.size()).data(), bytes.data(), bytes.size());
  end_ += bytes.size();
  return true;
}

void Buffer::Consume(size_t count) {
  CHECK_LE(count, size()) << "Buffer::Consume: more than there is";
  begin_ += count;
  if (begin_ == end_) begin_ = end_ = 0;
}

void Buffer::Release() {
  storage_.reset();
  capacity_ = begin_ = end_ = 0;
}

void Buffer::Clear(size_t kept) {
  Consume(size());
  if (capacity_ > kept) Release();
}

}  // namespace forklift::net
