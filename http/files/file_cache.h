// FileCache opens files below a root, and keeps those that it has opened for a while: a file that
// is asked for again meanwhile is not looked up again.
//
// So what has changed, a file or the way to it by folders and symbolic links, is seen when the
// file's time is up, but never half: of a small file the content is kept with what is known of it,
// and there is no system call any more; of a larger one the descriptor, and it is looked up again
// at once where it is no longer as it was opened (by one call, which tells stat(2)'s ctime: what is
// written to, removed or replaced has another one).
//
// Only files are kept: what is missing or refused is looked up each time; and not while they are so
// fresh that another version might look the same (http/files/file_version.h).
//
// Owns the root and at most kMostFiles, with a descriptor for each larger one; where descriptors
// run short, it gives up all of them. It lets go of what is too old with the next file. Blocks as
// long as the disk does. Thread-safe. Processes that are forked have one each, which from then on
// are apart.
#ifndef FORKLIFT_HTTP_FILES_FILE_CACHE_H_
#define FORKLIFT_HTTP_FILES_FILE_CACHE_H_

#include <stddef.h>

#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "forklift/http/files/root.h"

namespace forklift::http::files {

class FileCache {
 public:
  static constexpr size_t kMostFiles = 512;
  // Of files up to this size the content is kept.
  static constexpr size_t kMaxContent = 4096;  // bytes

  // Files are kept for `age`; for none where it is zero.
  FileCache(Root root, absl::Duration age) : root_(std::move(root)), age_(age) {}

  // As Root::OpenFile. `now` is the wall clock's.
  OpenedFile OpenFile(const std::string& path, absl::Time now);

 private:
  struct Entry {
    std::string path;
    absl::Time opened_at;
    OpenedFile opened;
  };
  using Place = std::list<Entry>::iterator;

  std::optional<OpenedFile> Find(const std::string& path, absl::Time now);
  void Keep(const std::string& path, absl::Time now, OpenedFile& opened);
  bool GiveUpAll();
  bool IsOver(const Entry& entry, absl::Time now) const;
  void Drop(Place place) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Root root_;
  const absl::Duration age_;
  absl::Mutex mutex_;
  std::list<Entry> entries_ ABSL_GUARDED_BY(mutex_);  // in the order in which they were opened
  absl::flat_hash_map<std::string_view, Place> places_ ABSL_GUARDED_BY(mutex_);  // by path
};

}  // namespace forklift::http::files

#endif  // FORKLIFT_HTTP_FILES_FILE_CACHE_H_
