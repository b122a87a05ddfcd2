#ifndef FORKLIFT_HTTP_SERVER_ACCESS_LOG_H_
#define FORKLIFT_HTTP_SERVER_ACCESS_LOG_H_
#include "absl/status/status.h"
#include "forklift/http/server/access_record.h"
namespace forklift::http::server {
class AccessLog {
 public:
  void Write(const AccessRecord&) {}
  absl::Status Reopen() { return absl::OkStatus(); }
};
}
#endif
