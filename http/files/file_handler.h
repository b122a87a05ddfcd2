// FileHandler serves the files below a folder: the handler of a server of static files.
//
// It owns the folder (http/files/root.h) and files that it keeps open (http/files/file_cache.h).
// One object serves all threads; processes that are forked with it keep files of their own.
// Handling blocks as long as the disk does.
//
//   auto handler = FileHandler::Create({.root = "/srv/www"});
//   if (!handler.ok()) return handler.status();
#ifndef FORKLIFT_HTTP_FILES_FILE_HANDLER_H_
#define FORKLIFT_HTTP_FILES_FILE_HANDLER_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "forklift/http/files/file_cache.h"
#include "forklift/http/files/root.h"
#include "forklift/http/request_target.h"
#include "forklift/http/server/handler.h"

namespace forklift::http::files {

struct FileHandlerOptions {
  std::string root;  // the folder
  // The file that stands for the folder it is in; empty for none. A folder is never listed.
  std::string index = "index.html";
  // For every file, as "max-age=3600"; empty to send no such field, so that caches go by age.
  std::string cache_control = "";
  // Whether to send precompressed neighbours (http/files/precompressed.h). A request costs two
  // system calls more then, where there are none.
  bool precompressed = false;
  // For how long a file is kept open, and not looked up again (http/files/file_cache.h); zero to
  // look each up for every request.
  absl::Duration file_cache = absl::ZeroDuration();
  // Another one for tests.
  std::function<absl::Time()> clock = [] { return absl::Now(); };
};

class FileHandler final : public server::Handler {
 public:
  // Errors: kInvalidArgument for an index that is no file's name, a cache_control that is no
  // field's value and a file_cache below zero; else what Root::Open says.
  static absl::StatusOr<std::unique_ptr<FileHandler>> Create(FileHandlerOptions options);

  // Answers GET and HEAD with the file at the target's path, decoded, as AnswerWithFile
  // (http/files/file_response.h) has it; OPTIONS 204. Else:
  //   301  a folder, to the same path with a slash; the query stays
  //   400  a path that http/path.h refuses: one that climbs above the root, "%2f", "%00"
  //   403  what must not be read, is no file, or is a link that leaves the root
  //   404  no such file, and whatever is hidden: below a name that begins with a dot, except for
  //        /.well-known (RFC 8615)
  //   405  another method; 501 for one that is not known at all
  //   414  a path longer than the system takes
  //   503  no descriptors left
  void Handle(const server::Request& request, server::Response& response) override;

 private:
  FileHandler(FileHandlerOptions options, Root root);

  void HandleRead(const server::Request& request, server::Response& response);

  const FileHandlerOptions options_;
  FileCache files_;
};

}  // namespace forklift::http::files

#endif  // FORKLIFT_HTTP_FILES_FILE_HANDLER_H_
