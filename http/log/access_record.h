// AccessRecord is what an access log tells of one finished request.
//
// Views only: good as long as what they look at, and cheap to fill in for every request.
#ifndef FORKLIFT_HTTP_LOG_ACCESS_RECORD_H_
#define FORKLIFT_HTTP_LOG_ACCESS_RECORD_H_

#include <stdint.h>

#include <string_view>

#include "absl/time/time.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"

namespace forklift::http::log {

struct AccessRecord {
  const net::Address* client = nullptr;  // null where it is not known
  std::string_view method = {};          // empty where the request's head could not be read
  std::string_view target = {};          // as received
  int minor_version = 1;                 // of HTTP/1
  StatusCode status = {};                // 0 where no answer was sent
  uint64_t content_bytes = 0;            // sent, behind the head; without transfer codings
  std::string_view referer = {};         // empty where there is none
  std::string_view user_agent = {};      // empty where there is none
  absl::Time start = absl::UnixEpoch();  // by the wall clock
  absl::Duration duration = absl::ZeroDuration();
  bool aborted = false;  // the connection ended before the answer did
};

}  // namespace forklift::http::log

#endif  // FORKLIFT_HTTP_LOG_ACCESS_RECORD_H_
