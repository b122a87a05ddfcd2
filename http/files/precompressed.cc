#include "forklift/http/files/precompressed.h"

#include <stddef.h>

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "forklift/http/accept_encoding.h"
#include "forklift/http/files/root.h"
#include "forklift/http/header_fields.h"

namespace forklift::http::files {
namespace {

struct Candidate {
  std::string_view coding;
  std::string_view suffix;
  int weight;
};

// Whether the neighbour was made of an earlier version. Some compressors copy the original's time
// in whole seconds: that is no sign of age.
bool IsStale(const FileInfo& neighbour, const FileInfo& original) {
  return neighbour.modified < original.modified &&
         neighbour.modified != absl::FromUnixSeconds(absl::ToUnixSeconds(original.modified));
}

}  // namespace

SelectedFile SelectPrecompressed(absl::FunctionRef<OpenedFile(const std::string&)> open,
                                 std::string& path, OpenedFile original,
                                 const HeaderFields& fields) {
  std::array<Candidate, 2> candidates = {
      Candidate{"br", ".br", EncodingWeight(fields, "br")},
      Candidate{"gzip", ".gz", EncodingWeight(fields, "gzip")},
  };
  if (candidates[0].weight < candidates[1].weight) std::swap(candidates[0], candidates[1]);
  const int original_weight = EncodingWeight(fields, "identity");
  const size_t path_size = path.size();
  bool varies = false;
  for (const Candidate& candidate : candidates) {
    const bool wanted = candidate.weight > 0 && candidate.weight >= original_weight;
    if (!wanted && varies) break;  // there is nothing more to learn
    path.append(candidate.suffix);
    OpenedFile neighbour = open(path);
    path.resize(path_size);
    if (neighbour.outcome != OpenedFile::Outcome::kFile) continue;
    if (IsStale(neighbour.info, original.info)) continue;
    varies = true;
    if (wanted) return {std::move(neighbour), candidate.coding, varies};
  }
  return {std::move(original), "", varies};
}

}  // namespace forklift::http::files
