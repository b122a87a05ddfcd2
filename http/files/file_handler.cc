#include "forklift/http/files/file_handler.h"

#include <limits.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "forklift/http/content_type.h"
#include "forklift/http/files/file_cache.h"
#include "forklift/http/files/file_response.h"
#include "forklift/http/files/precompressed.h"
#include "forklift/http/files/root.h"
#include "forklift/http/header_name.h"
#include "forklift/http/headers.h"
#include "forklift/http/method.h"
#include "forklift/http/parse_error.h"
#include "forklift/http/path.h"
#include "forklift/http/percent_encoding.h"
#include "forklift/http/request_target.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/status_code.h"

namespace forklift::http::files {
namespace {

using Outcome = OpenedFile::Outcome;
using server::Response;

constexpr std::string_view kAllowed = "GET, HEAD, OPTIONS";
constexpr std::string_view kNoSuchFile = "there is no such file";

// `path` is normalized: "/a/b".
bool IsHidden(std::string_view path) {
  if (absl::ConsumePrefix(&path, "/.well-known")) {
    if (!path.empty() && path[0] != '/') return true;
  }
  return absl::StrContains(path, "/.");
}

bool IsFileName(std::string_view name) {
  return name != "." && name != ".." && !absl::StrContains(name, '/') &&
         !absl::StrContains(name, '\0');
}

// `folder` is normalized, so what it is encoded to begins with one slash: not with two, which would
// name another server.
void RedirectInto(std::string_view folder, const std::optional<std::string_view>& query,
                  Response& response) {
  std::string location;
  AppendPercentEncoded(folder, UriPart::kPath, location);
  absl::StrAppend(&location, "/", query ? "?" : "", query.value_or(""));
  response.SetError(StatusCode::kMovedPermanently, "a folder's path ends with a slash");
  CHECK(response.headers.Add(HeaderName::kLocation, location)) << "a target that is none";
}

void AnswerWithoutFile(const OpenedFile& opened, Response& response) {
  switch (opened.outcome) {
    case Outcome::kFile:
    case Outcome::kFolder:  // in the place of an index
    case Outcome::kNotFound:
      response.SetError(StatusCode::kNotFound, kNoSuchFile);
      return;
    case Outcome::kForbidden:
      response.SetError(StatusCode::kForbidden, "this is not served");
      return;
    case Outcome::kExhausted:
      LOG_EVERY_N_SEC(WARNING, 1) << opened.error.message() << "; answering 503";
      response.SetError(StatusCode::kServiceUnavailable, "too much is going on");
      return;
    case Outcome::kFailed:
      LOG_EVERY_N_SEC(ERROR, 1) << opened.error.message() << "; answering 500";
      response.SetError(StatusCode::kInternalServerError, "the file cannot be read");
      return;
  }
}

}  // namespace

FileHandler::FileHandler(FileHandlerOptions options, Root root)
    : options_(std::move(options)), files_(std::move(root), options_.file_cache) {}

absl::StatusOr<std::unique_ptr<FileHandler>> FileHandler::Create(FileHandlerOptions options) {
  if (!IsFileName(options.index)) {
    return absl::InvalidArgumentError(absl::StrCat("no file's name: ", options.index));
  }
  if (!Headers().Add(HeaderName::kCacheControl, options.cache_control)) {
    return absl::InvalidArgumentError("no value of Cache-Control");
  }
  if (options.file_cache < absl::ZeroDuration()) {
    return absl::InvalidArgumentError(absl::StrCat("file_cache is ",
                                                   absl::FormatDuration(options.file_cache),
                                                   ": a time to keep files for is 0 or more"));
  }
  absl::StatusOr<Root> root = Root::Open(options.root);
  if (!root.ok()) return root.status();
  return absl::WrapUnique(new FileHandler(std::move(options), *std::move(root)));
}

void FileHandler::Handle(const server::Request& request, Response& response) {
  switch (request.message.method) {
    case Method::kGet:
    case Method::kHead:
      return HandleRead(request, response);
    case Method::kOptions:
      response.status = StatusCode::kNoContent;
      break;
    case Method::kOther:
      return response.SetError(StatusCode::kNotImplemented, "this method is not known");
    default:
      response.SetError(StatusCode::kMethodNotAllowed, "files are only read here");
      break;
  }
  CHECK(response.headers.Add(HeaderName::kAllow, kAllowed));
}

void FileHandler::HandleRead(const server::Request& request, Response& response) {
  const RequestTarget& target = request.message.target;
  std::string path;
  path.reserve(target.path.size() + options_.index.size() + kLongestSuffix);
  if (const std::optional<ParseError> error = AppendNormalizedPath(target.path, path)) {
    return response.SetError(error->status, error->reason);
  }
  if (path.size() >= PATH_MAX) {
    return response.SetError(StatusCode::kUriTooLong, "no file has such a path");
  }
  if (IsHidden(path)) return response.SetError(StatusCode::kNotFound, kNoSuchFile);
  const bool wants_folder = path.back() == '/';
  if (wants_folder && options_.index.empty()) {
    return response.SetError(StatusCode::kNotFound, kNoSuchFile);
  }
  if (wants_folder) path.append(options_.index);
  path.erase(0, 1);  // relative to the root
  const absl::Time now = options_.clock();
  const auto open = [&](const std::string& file) { return files_.OpenFile(file, now); };
  OpenedFile opened = open(path);
  if (opened.outcome == Outcome::kFolder && !wants_folder) {
    return RedirectInto(absl::StrCat("/", path), target.query, response);
  }
  if (opened.outcome != Outcome::kFile) return AnswerWithoutFile(opened, response);
  const FileFields fields = {ContentTypeOf(path), options_.cache_control};
  SelectedFile selected =
      options_.precompressed
          ? SelectPrecompressed(open, path, std::move(opened), request.message.head.fields)
          : SelectedFile{std::move(opened), ""};
  AnswerWithFile(request.message, std::move(selected), fields, now, response);
}

}  // namespace forklift::http::files
