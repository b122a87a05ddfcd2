#include "forklift/apps/program.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "absl/base/log_severity.h"
#include "absl/log/globals.h"
#include "absl/log/initialize.h"
#include "absl/log/log.h"
#include "absl/status/status.h"
#include "forklift/proc/resource_limits.h"
#include "forklift/signals/disposition.h"

namespace forklift::apps {

void StartProgram() {
  // open takes the lowest free descriptor; so the first above 2 says that 0, 1 and 2 are taken.
  int fd;
  do {
    fd = ::open("/dev/null", O_RDWR);
    if (fd < 0) ::abort();  // there may be nowhere to say why
  } while (fd <= STDERR_FILENO);
  ::close(fd);
  for (const int signal : {SIGPIPE, SIGXFSZ}) {
    signals::ScopedDisposition::Ignore(signal).Abandon();  // for good
  }
  absl::InitializeLog();
  absl::SetStderrThreshold(absl::LogSeverityAtLeast::kInfo);
  const absl::Status raised = proc::RaiseSoftLimit("nofile");
  if (!raised.ok()) LOG(WARNING) << raised.message();
}

}  // namespace forklift::apps
