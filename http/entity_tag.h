// EntityTag is the validator that tells one version of a resource from another (RFC 9110 section
// 8.8.3).
//
// Pure: views into the caller's bytes, nothing is allocated. Thread-safe.
#ifndef FORKLIFT_HTTP_ENTITY_TAG_H_
#define FORKLIFT_HTTP_ENTITY_TAG_H_

#include <optional>
#include <string_view>

namespace forklift::http {

// To be sent it is written with its quotes: absl::StrCat(tag.weak ? "W/" : "", "\"", tag.opaque,
// "\""). What ParseEntityTag does not read back is none.
struct EntityTag {
  std::string_view opaque;  // between the quotes
  bool weak = false;        // W/"...": versions that are as good as each other share it
};

// Takes an entity tag off the front of `text`; or leaves `text` as it is where there is none.
std::optional<EntityTag> ConsumeEntityTag(std::string_view& text);

// The entity tag that `text` is, with nothing around it.
std::optional<EntityTag> ParseEntityTag(std::string_view text);

// Whether the versions are the same byte by byte: a weak tag equals none (RFC 9110
// section 8.8.3.2).
bool StronglyEqual(const EntityTag& a, const EntityTag& b);

// Whether the versions are as good as each other (RFC 9110 section 8.8.3.2).
bool WeaklyEqual(const EntityTag& a, const EntityTag& b);

}  // namespace forklift::http

#endif  // FORKLIFT_HTTP_ENTITY_TAG_H_
