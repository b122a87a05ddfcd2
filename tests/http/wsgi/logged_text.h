// LoggedText is what the program logs as long as it lives.
#ifndef FORKLIFT_TESTS_HTTP_WSGI_LOGGED_TEXT_H_
#define FORKLIFT_TESTS_HTTP_WSGI_LOGGED_TEXT_H_

#include <string>
#include <utility>

#include "absl/log/log_entry.h"
#include "absl/log/log_sink.h"
#include "absl/log/log_sink_registry.h"
#include "absl/strings/str_cat.h"

namespace forklift::tests {

class LoggedText final : public absl::LogSink {
 public:
  LoggedText() { absl::AddLogSink(this); }
  ~LoggedText() override { absl::RemoveLogSink(this); }

  void Send(const absl::LogEntry& entry) override {
    absl::StrAppend(&text_, entry.text_message(), "\n");
  }

  // Since the last call.
  std::string Take() { return std::exchange(text_, std::string()); }

 private:
  std::string text_;
};

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_HTTP_WSGI_LOGGED_TEXT_H_
