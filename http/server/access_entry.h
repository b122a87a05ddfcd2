// AccessEntry is the access log's line of the request that a connection has in hand: begun with the
// request, written when that has ended, however it ends.
//
// Borrows the log, and what it is told of until the line is written. Never blocks. One object, one
// thread at a time.
//
//   entry.Begin(client);                    // a request has come
//   entry.Describe(head);                   // while its head can be looked at
//   entry.End(StatusCode::kOk, 14, false);  // its answer is sent
#ifndef FORKLIFT_HTTP_SERVER_ACCESS_ENTRY_H_
#define FORKLIFT_HTTP_SERVER_ACCESS_ENTRY_H_

#include <stdint.h>

#include <string_view>

#include "absl/time/clock.h"
#include "forklift/http/header_name.h"
#include "forklift/http/log/access_log.h"
#include "forklift/http/log/access_record.h"
#include "forklift/http/request_parser.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"

namespace forklift::http::server {

class AccessEntry {
 public:
  // Null: there is no log, and nothing is done.
  explicit AccessEntry(log::AccessLog* log) : log_(log) {}

  bool begun() const { return begun_; }

  // A request of `client` begins, now.
  void Begin(const net::Address& client) {
    begun_ = true;
    if (log_ != nullptr) record_ = {.client = &client, .start = absl::Now()};
  }

  void Describe(const RequestHead& head) {
    if (log_ == nullptr) return;
    record_.method = head.method;
    record_.target = head.target;
    record_.minor_version = head.minor_version;
    record_.referer = head.fields.Find(HeaderName::kReferer).value_or(std::string_view());
    record_.user_agent = head.fields.Find(HeaderName::kUserAgent).value_or(std::string_view());
  }

  // The request has had its answer, or a part of it (`aborted`), or none: then `status` is 0.
  void End(StatusCode status, uint64_t content_bytes, bool aborted) {
    begun_ = false;
    if (log_ == nullptr) return;
    record_.status = status;
    record_.content_bytes = content_bytes;
    record_.duration = absl::Now() - record_.start;
    record_.aborted = aborted;
    log_->Write(record_);
  }

 private:
  log::AccessLog* const log_;
  bool begun_ = false;
  log::AccessRecord record_;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_ACCESS_ENTRY_H_
