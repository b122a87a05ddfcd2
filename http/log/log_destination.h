// Where a log goes, opened and written so that no write waits for whoever reads it.
//
// Standard output is shared with other processes, so its open file must not become non-blocking for
// all of them: O_NONBLOCK is a flag of the open file, not of the descriptor. A pipe or terminal
// there is opened a second time through /proc, which makes an open file of our own. Where that is
// refused (another user's pipe, no /proc), poll(2) is asked before each write: then one that comes
// just as another process fills the pipe may still wait. A socket is told with each write. A
// regular file never waits for a reader; it waits as long as its disk does.
//
// Safe across fork, and from any thread; not for signal handlers (errors allocate).
#ifndef FORKLIFT_HTTP_LOG_LOG_DESTINATION_H_
#define FORKLIFT_HTTP_LOG_LOG_DESTINATION_H_

#include <sys/types.h>

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::log {

enum class LogWriteMode {
  kPlain,   // write(2), which does not wait
  kPipe,    // the same, and kept from raising SIGPIPE
  kPolled,  // the same, which might wait: poll(2) goes before it
  kSocket,  // send(2)
};

struct LogDestination {
  net::UniqueFd fd;
  LogWriteMode mode = LogWriteMode::kPlain;
};

// Opens the file to append to it, or makes it (mode 0640). A FIFO that nobody reads is opened for
// reading too: it takes lines until it is full. Fails like open(2), and on a socket.
absl::StatusOr<LogDestination> OpenLogFile(const std::string& path);

// Whether that would do, as far as can be told without making the file.
absl::Status CheckLogFile(const std::string& path);

// Standard output, by a descriptor of its own. Fails where it is closed.
absl::StatusOr<LogDestination> OpenStandardOutput();

// As write(2), with its errno. EAGAIN where it would wait. A pipe takes a line of up to PIPE_BUF
// bytes whole or not at all.
ssize_t WriteWithoutWaiting(int fd, LogWriteMode mode, std::string_view line);

}  // namespace forklift::http::log

#endif  // FORKLIFT_HTTP_LOG_LOG_DESTINATION_H_
