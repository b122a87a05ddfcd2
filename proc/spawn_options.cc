#include "forklift/proc/spawn_options.h"

#include <fcntl.h>
#include <sys/types.h>

#include <string>
#include <utility>

namespace forklift::proc {

Redirection Redirection::Null() { return File("/dev/null", O_RDWR); }

Redirection Redirection::File(std::string path, int flags, mode_t mode) {
  Redirection file(Kind::kFile, -1);
  file.path_ = std::move(path);
  file.flags_ = flags;
  file.mode_ = mode;
  return file;
}

}  // namespace forklift::proc
