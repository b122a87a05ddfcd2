// AccessLog writes a line for each request to a file or to standard output, and never holds up a
// request for it.
//
// A line is one write(2) of at most PIPE_BUF bytes to a file that is open to append, so those of
// several processes and threads do not mix; their order is not promised. Where a line cannot be
// written at once (nobody reads the pipe, the disk is full), it is dropped and counted, and the
// ordinary log says so at most once a second. A line of which a full disk took a part counts as
// dropped, and the next begins on a line of its own.
//
// Owns its descriptor. To be opened before the workers are forked: they share the counts, and hear
// of it when one of them opens the file again. Write is thread-safe and takes no lock; not for
// signal handlers. A network file system may block all the same; and a program under RLIMIT_FSIZE
// should ignore SIGXFSZ.
//
//   absl::StatusOr<std::unique_ptr<AccessLog>> log = AccessLog::Open({.path = "access.log"});
//   if (!log.ok()) return log.status();
//   (*log)->Write({.client = &client, .method = "GET", .target = "/", .status = StatusCode::kOk});
#ifndef FORKLIFT_HTTP_LOG_ACCESS_LOG_H_
#define FORKLIFT_HTTP_LOG_ACCESS_LOG_H_

#include <stdint.h>

#include <atomic>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/log/access_format.h"
#include "forklift/http/log/access_record.h"
#include "forklift/http/log/drop_count.h"
#include "forklift/http/log/log_destination.h"
#include "forklift/http/log/log_generation.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::log {

struct AccessLogOptions {
  std::string path = "-";  // "-" for standard output, "off" for none
  AccessFormat format = AccessFormat::kCombined;
  absl::TimeZone zone = absl::LocalTimeZone();  // of the text formats
};

class AccessLog {
 public:
  // Fails where the file cannot be opened (open(2)), or memory for the counts is short.
  static absl::StatusOr<std::unique_ptr<AccessLog>> Open(AccessLogOptions options);

  // Whether that would do, as far as can be told without making the file.
  static absl::Status Check(const AccessLogOptions& options);

  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  void Write(const AccessRecord& record);

  // Opens the path again, after the file was renamed, and has the other processes do so before
  // their next line. Other threads may write meanwhile. Where it fails, as Open does, the old file
  // stays, for all. Standard output stays as it is. Of several processes, one is to call it.
  absl::Status Reopen();

  // Opens the path again where another process has said so, as Write does: for a process that
  // writes too seldom to let the old file go. Where it fails, the old file stays until the next
  // call, and the ordinary log says so.
  void FollowReopen();

  // How many lines were dropped, by all the processes that share this log.
  uint64_t dropped() const { return drops_->count(); }

 private:
  AccessLog(AccessLogOptions options, LogDestination destination, std::unique_ptr<DropCount> drops,
            std::unique_ptr<LogGeneration> generation);

  absl::Status ReopenHere();

  const AccessLogOptions options_;
  const net::UniqueFd fd_;  // its number stays when the file is opened again
  std::atomic<LogWriteMode> mode_;
  const std::unique_ptr<DropCount> drops_;
  const std::unique_ptr<LogGeneration> generation_;
};

}  // namespace forklift::http::log

#endif  // FORKLIFT_HTTP_LOG_ACCESS_LOG_H_
