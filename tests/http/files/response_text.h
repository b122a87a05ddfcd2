// What a response says, to compare with.
#ifndef FORKLIFT_TESTS_HTTP_FILES_RESPONSE_TEXT_H_
#define FORKLIFT_TESTS_HTTP_FILES_RESPONSE_TEXT_H_

#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/log/check.h"
#include "absl/types/span.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/response.h"

namespace forklift::tests {

// The value of a field; empty where there is none, or more than one.
inline std::string FieldOf(const http::server::Response& response, std::string_view name) {
  const http::HeaderFields fields = response.headers.fields();
  const http::HeaderName id = http::FindHeaderName(name);
  if (id != http::HeaderName::kOther && fields.Count(id) != 1) return "";
  return std::string(fields.Find(name).value_or(""));
}

// All that a producer makes, `room` bytes at a time; nothing where it gives up.
inline std::optional<std::string> AllOf(http::server::Producer& producer, size_t room) {
  std::string all;
  std::string piece(room, '?');
  while (true) {
    const std::optional<size_t> count = producer.Produce(absl::MakeSpan(piece));
    if (!count) return std::nullopt;
    CHECK_LE(*count, room);
    if (*count == 0) return all;
    all.append(piece, 0, *count);
  }
}

inline std::string BodyOf(const http::server::Response& response) {
  if (const auto* bytes = std::get_if<std::string>(&response.content)) return *bytes;
  if (const auto* region = std::get_if<http::server::FileRegion>(&response.content)) {
    std::string body(region->size, '?');
    const ssize_t count =
        ::pread(region->file.get(), body.data(), body.size(), static_cast<off_t>(region->offset));
    PCHECK(count == static_cast<ssize_t>(body.size()));
    return body;
  }
  if (const auto* shared = std::get_if<http::server::SharedBytes>(&response.content)) {
    return std::string(shared->bytes);
  }
  const auto& produced = std::get<http::server::Produced>(response.content);
  std::optional<std::string> body = AllOf(*produced.producer, 7);
  CHECK(body && produced.size == body->size());
  return *body;
}

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_HTTP_FILES_RESPONSE_TEXT_H_
