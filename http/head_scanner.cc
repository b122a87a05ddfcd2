#include "forklift/http/head_scanner.h"

#include <stddef.h>

#include <string_view>

namespace forklift::http {

HeadScanner::State HeadScanner::Scan(std::string_view received) {
  const std::string_view visible = received.substr(0, limit_);
  while (state_ == State::kIncomplete) {
    const size_t line_feed = visible.find('\n', scanned_);
    if (line_feed == visible.npos) {
      scanned_ = visible.size();
      if (received.size() >= limit_) state_ = State::kTooLarge;
      return state_;
    }
    const std::string_view line = visible.substr(line_begin_, line_feed - line_begin_);
    const bool before_head = line_begin_ == head_begin_;
    scanned_ = line_begin_ = line_feed + 1;
    if (!line.empty() && line != "\r") continue;
    if (!before_head) {
      state_ = State::kComplete;
    } else if (++empty_lines_ > kMaxEmptyLines) {
      state_ = State::kMalformed;
    } else {
      head_begin_ = line_begin_;
    }
  }
  return state_;
}

}  // namespace forklift::http
