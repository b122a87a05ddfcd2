#include "forklift/http/log/access_log.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/log/log.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/http/log/access_format.h"
#include "forklift/http/log/access_record.h"
#include "forklift/http/log/drop_count.h"
#include "forklift/http/log/log_destination.h"
#include "forklift/http/log/log_generation.h"
#include "forklift/net/eintr.h"
#include "forklift/net/posix_error.h"

namespace forklift::http::log {

static_assert(kMaxAccessLine <= PIPE_BUF, "a pipe takes longer lines in parts");

absl::StatusOr<std::unique_ptr<AccessLog>> AccessLog::Open(AccessLogOptions options) {
  LogDestination destination;
  if (options.path != "off") {
    absl::StatusOr<LogDestination> opened =
        options.path == "-" ? OpenStandardOutput() : OpenLogFile(options.path);
    if (!opened.ok()) return opened.status();
    destination = *std::move(opened);
  }
  absl::StatusOr<std::unique_ptr<DropCount>> drops = DropCount::Create();
  if (!drops.ok()) return drops.status();
  absl::StatusOr<std::unique_ptr<LogGeneration>> generation = LogGeneration::Create();
  if (!generation.ok()) return generation.status();
  return absl::WrapUnique(new AccessLog(std::move(options), std::move(destination),
                                        *std::move(drops), *std::move(generation)));
}

absl::Status AccessLog::Check(const AccessLogOptions& options) {
  if (options.path == "off" || options.path == "-") return absl::OkStatus();
  return CheckLogFile(options.path);
}

AccessLog::AccessLog(AccessLogOptions options, LogDestination destination,
                     std::unique_ptr<DropCount> drops, std::unique_ptr<LogGeneration> generation)
    : options_(std::move(options)),
      fd_(std::move(destination.fd)),
      mode_(destination.mode),
      drops_(std::move(drops)),
      generation_(std::move(generation)) {}

void AccessLog::Write(const AccessRecord& record) {
  if (!fd_.valid()) return;
  FollowReopen();
  char buffer[1 + kMaxAccessLine];
  buffer[0] = '\n';
  std::string_view line =
      FormatAccessRecord(record, options_.format, options_.zone, absl::MakeSpan(buffer).subspan(1));
  const bool mends = drops_->TakeTorn();
  if (mends) line = std::string_view(buffer, line.size() + 1);
  const ssize_t written = WriteWithoutWaiting(fd_.get(), mode_, line);
  if (written != static_cast<ssize_t>(line.size())) {
    drops_->Add(written < 0 ? errno : 0);
    if (mends || written > 0) drops_->SetTorn();
  }
  drops_->WarnWhenDue(options_.path);
}

absl::Status AccessLog::Reopen() {
  absl::Status reopened = ReopenHere();
  if (reopened.ok()) generation_->Begin();
  return reopened;
}

void AccessLog::FollowReopen() {
  generation_->FollowBy([this] {
    const absl::Status reopened = ReopenHere();
    if (!reopened.ok()) {
      LOG_EVERY_N_SEC(ERROR, 1) << reopened.message() << "; the old log goes on";
    }
    return reopened.ok();
  });
}

absl::Status AccessLog::ReopenHere() {
  if (!fd_.valid() || options_.path == "-") return absl::OkStatus();
  absl::StatusOr<LogDestination> opened = OpenLogFile(options_.path);
  if (!opened.ok()) return opened.status();
  // The open file is exchanged under the descriptor in one step, so that writers need no lock. What
  // is right for a pipe is right for both files meanwhile.
  mode_ = LogWriteMode::kPipe;
  const int result =
      net::RetryOnEintr([&] { return ::dup3(opened->fd.get(), fd_.get(), O_CLOEXEC); });
  if (result < 0) return net::PosixError(errno, absl::StrCat("dup3 ", options_.path));
  mode_ = opened->mode;
  return absl::OkStatus();
}

}  // namespace forklift::http::log
