#include "forklift/http/files/file_response.h"

#include <stdint.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/http/conditional.h"
#include "forklift/http/date.h"
#include "forklift/http/files/file_parts.h"
#include "forklift/http/files/file_version.h"
#include "forklift/http/files/precompressed.h"
#include "forklift/http/files/root.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/range.h"
#include "forklift/http/request.h"
#include "forklift/http/request_conditions.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/response.h"
#include "forklift/http/status_code.h"

namespace forklift::http::files {
namespace {

using server::Response;

void Add(Response& response, HeaderName name, std::string_view value) {
  CHECK(response.headers.Add(name, value)) << Spelling(name);
}

// What 304 has too (RFC 9110 section 15.4.5).
void AddCacheFields(const SelectedFile& selected, const FileFields& fields,
                    const FileVersion& version, Response& response) {
  Add(response, HeaderName::kETag, version.entity_tag());
  if (!fields.cache_control.empty()) {
    Add(response, HeaderName::kCacheControl, fields.cache_control);
  }
  if (selected.varies) Add(response, HeaderName::kVary, Spelling(HeaderName::kAcceptEncoding));
}

void AddFileFields(const SelectedFile& selected, const FileVersion& version, Response& response) {
  const HttpDateText modified = HttpDate(version.last_modified());
  Add(response, HeaderName::kLastModified, {modified.data(), modified.size()});
  Add(response, HeaderName::kAcceptRanges, "bytes");
  if (!selected.coding.empty()) Add(response, HeaderName::kContentEncoding, selected.coding);
  CHECK(response.headers.Add("X-Content-Type-Options", "nosniff"));
}

// The ranges that are to be sent. One that came twice, Range that is, is none (RFC 9110 section
// 5.3).
RequestedRanges RangesOf(const http::Request& request, const Conditions& conditions,
                         const Representation& current, uint64_t size, absl::Time now) {
  const HeaderFields& fields = request.head.fields;
  if (fields.Count(HeaderName::kRange) != 1) return {};
  if (!RangeApplies(request.method, conditions, current, now)) return {};
  return ParseRange(*fields.Find(HeaderName::kRange), size);
}

server::Content ContentOf(OpenedFile opened, uint64_t offset, uint64_t size) {
  if (opened.content == nullptr) return server::FileRegion{std::move(opened.file), offset, size};
  return server::SharedBytes{std::string_view(*opened.content).substr(offset, size),
                             opened.content};
}

void AnswerWithRange(OpenedFile opened, ByteRange range, Response& response) {
  response.status = StatusCode::kPartialContent;
  Add(response, HeaderName::kContentRange, ContentRange(range, opened.info.size).value());
  response.content = ContentOf(std::move(opened), range.first, range.size());
}

// What no file has in it but by a chance of 1 in 2^128. From the kernel: forked processes must not
// have it in common. Nothing where it has none to give.
std::optional<std::string> MakeBoundary() {
  std::array<char, 16> random;
  if (::getentropy(random.data(), random.size()) != 0) return std::nullopt;
  return absl::BytesToHexString(std::string_view(random.data(), random.size()));
}

void AnswerWithRanges(OpenedFile opened, std::string boundary, std::string_view content_type,
                      const RequestedRanges& requested, Response& response) {
  response.status = StatusCode::kPartialContent;
  Add(response, HeaderName::kContentType,
      absl::StrCat("multipart/byteranges; boundary=", boundary));
  auto parts =
      std::make_unique<FileParts>(std::move(opened), std::move(boundary), content_type, requested);
  const uint64_t length = parts->ContentLength();
  response.content = server::Produced{std::move(parts), length};
}

}  // namespace

void AnswerWithFile(const http::Request& request, SelectedFile selected, const FileFields& fields,
                    absl::Time now, Response& response) {
  const FileVersion version(selected.opened.info, now);
  const Representation current = version.representation();
  const RequestConditions found(request.head.fields);
  const PreconditionOutcome outcome =
      EvaluatePreconditions(request.method, found.conditions(), current, now);
  if (outcome == PreconditionOutcome::kPreconditionFailed) {
    response.SetError(StatusCode::kPreconditionFailed, "the file is not as the request wants it");
    return;
  }
  if (outcome == PreconditionOutcome::kNotModified) {
    response.status = StatusCode::kNotModified;
    AddCacheFields(selected, fields, version, response);
    return;
  }

  const uint64_t size = selected.opened.info.size;
  const RequestedRanges requested = RangesOf(request, found.conditions(), current, size, now);
  if (requested.outcome == RequestedRanges::Outcome::kUnsatisfiable) {
    response.SetError(StatusCode::kRangeNotSatisfiable, "the file ends before");
    Add(response, HeaderName::kContentRange, ContentRange::Unsatisfied(size).value());
    return;
  }
  AddCacheFields(selected, fields, version, response);
  AddFileFields(selected, version, response);
  if (requested.count > 1 && selected.coding.empty()) {
    if (std::optional<std::string> boundary = MakeBoundary()) {
      AnswerWithRanges(std::move(selected.opened), *std::move(boundary), fields.content_type,
                       requested, response);
      return;
    }
  }
  Add(response, HeaderName::kContentType, fields.content_type);
  if (requested.count == 1) {
    AnswerWithRange(std::move(selected.opened), requested.ranges()[0], response);
  } else {
    response.content = ContentOf(std::move(selected.opened), 0, size);
  }
}

}  // namespace forklift::http::files
