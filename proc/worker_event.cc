#include "forklift/proc/worker_event.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"

namespace forklift::proc {
namespace {

std::string_view Text(WorkerEvent::Kind kind) {
  switch (kind) {
    case WorkerEvent::Kind::kStarted:
      return "started";
    case WorkerEvent::Kind::kReady:
      return "is ready";
    case WorkerEvent::Kind::kRetiring:
      return "retires; starting its replacement";
    case WorkerEvent::Kind::kNotReady:
      return "was not ready in time; killing it";
    case WorkerEvent::Kind::kStuck:
      return "gave no sign of life in time; stopping it";
    case WorkerEvent::Kind::kKilled:
      return "did not stop in time; killing it";
    case WorkerEvent::Kind::kEnded:
      return "ended";
    case WorkerEvent::Kind::kFailed:
      return "failed";
    case WorkerEvent::Kind::kStartFailed:
      return "could not start a worker; trying again";
    case WorkerEvent::Kind::kRolled:
      return "all workers are of the new generation";
    case WorkerEvent::Kind::kRollFailed:
      return "the new generation failed; going on with the old one";
    case WorkerEvent::Kind::kGaveUp:
      return "gave up; stopping all workers";
  }
  return "";
}

}  // namespace

std::string WorkerEvent::ToString() const {
  std::string text = pid > 0 ? absl::StrCat("worker ", pid, " (slot ", worker.slot, ", generation ",
                                            worker.generation, ") ")
                             : absl::StrCat("generation ", worker.generation, ": ");
  absl::StrAppend(&text, Text(kind));
  if (exit_status) absl::StrAppend(&text, ": ", *exit_status);
  if (!status.ok()) absl::StrAppend(&text, ": ", status.message());
  return text;
}

}  // namespace forklift::proc
