#ifndef FORKLIFT_HTTP_SERVER_ACCESS_RECORD_H_
#define FORKLIFT_HTTP_SERVER_ACCESS_RECORD_H_
#include <stdint.h>
#include <string_view>
#include "absl/time/time.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"
namespace forklift::http::server {
struct AccessRecord {
  const net::Address* client = nullptr;
  std::string_view method;
  std::string_view target;
  int minor_version = 1;
  StatusCode status = {};
  uint64_t content_size = 0;
  std::string_view referer;
  std::string_view user_agent;
  absl::Time start;
  absl::Duration duration;
  bool aborted = false;
};
}
#endif
