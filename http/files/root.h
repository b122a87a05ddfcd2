// Root is the folder that files are served from, and beyond which none can be reached.
//
// It owns a descriptor of the folder (O_PATH, CLOEXEC), so what is at the folder's path later does
// not matter: to serve another tree at once, serve one through a symbolic link inside of this, or
// open anew. Opening blocks as long as the disk does. Thread-safe; processes share it across fork.
//
//   absl::StatusOr<Root> root = Root::Open("/srv/www");
//   if (!root.ok()) return root.status();
//   OpenedFile opened = root->OpenFile("css/site.css");
//   if (opened.outcome == OpenedFile::Outcome::kFile) Send(std::move(opened.file));
#ifndef FORKLIFT_HTTP_FILES_ROOT_H_
#define FORKLIFT_HTTP_FILES_ROOT_H_

#include <stdint.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/net/shared_fd.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::files {

// Of stat(2).
struct FileInfo {
  uint64_t size = 0;    // in bytes
  absl::Time modified;  // the content, as far as nobody set it to another time
  absl::Time changed;   // the content or anything else of it, which nobody can set

  friend bool operator==(const FileInfo&, const FileInfo&) = default;
};

struct OpenedFile {
  enum class Outcome {
    kFile,
    kFolder,
    kNotFound,   // nor can there be such a path: a name too long, links without end
    kForbidden,  // it leaves the root, must not be read, or is no file: a FIFO, socket, device
    kExhausted,  // no descriptor or memory is left: later perhaps
    kFailed,
  };

  Outcome outcome = Outcome::kFailed;
  net::SharedFd file;  // of kFile: to be read at places of one's own, CLOEXEC
  FileInfo info = {};  // of kFile
  // Instead of `file`, all that is in it: of one that a FileCache has in memory.
  std::shared_ptr<const std::string> content = nullptr;
  absl::Status error = {};  // of kExhausted and kFailed
};

class Root {
 public:
  // An error says why `folder` is none, or must not be looked into.
  static absl::StatusOr<Root> Open(const std::string& folder);

  // `path` is relative to the root and ends with NUL. See http/files/open_beneath.h for the links
  // in it. Never waits for a FIFO's other end.
  OpenedFile OpenFile(const char* path) const;

  // What is known of a file that is open, by now; nothing where that cannot be told.
  static std::optional<FileInfo> InfoOf(int file);

 private:
  explicit Root(net::UniqueFd folder) : folder_(std::move(folder)) {}

  net::UniqueFd folder_;
};

}  // namespace forklift::http::files

#endif  // FORKLIFT_HTTP_FILES_ROOT_H_
