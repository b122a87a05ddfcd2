#include "forklift/http/files/file_version.h"

#include <stdint.h>

#include <limits>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "forklift/http/conditional.h"
#include "forklift/http/entity_tag.h"
#include "forklift/http/files/root.h"
#include "gtest/gtest.h"

namespace forklift::http::files {
namespace {

const absl::Time kChanged = absl::FromUnixNanos(0x123456789abcdef);
const absl::Time kModified = kChanged - absl::Hours(1);
const absl::Time kLater = kChanged + absl::Hours(1);

FileInfo File(uint64_t size, absl::Time modified, absl::Time changed) {
  return {.size = size, .modified = modified, .changed = changed};
}

std::string TagOf(const FileInfo& file) {
  return std::string(FileVersion(file, kLater).entity_tag());
}

TEST(FileVersionTest, TheTagIsOfSizeAndChange) {
  EXPECT_EQ(TagOf(File(1024, kModified, kChanged)), "\"400-123456789abcdef\"");
  std::set<std::string> tags;
  for (const uint64_t size : {0, 1, 1024}) {
    for (const absl::Duration d : {absl::ZeroDuration(), absl::Nanoseconds(1), absl::Seconds(1)}) {
      tags.insert(TagOf(File(size, kModified, kChanged + d)));
    }
  }
  EXPECT_EQ(tags.size(), 9u);
  EXPECT_EQ(TagOf(File(1, kModified, kChanged)), TagOf(File(1, kLater, kChanged)));
}

TEST(FileVersionTest, TheLongestTagHasRoom) {
  const absl::Time before = absl::FromUnixNanos(-1);
  const FileVersion strong(File(std::numeric_limits<uint64_t>::max(), before, before), kLater);
  EXPECT_EQ(strong.entity_tag(), "\"ffffffffffffffff-ffffffffffffffff\"");
  const FileVersion weak(File(std::numeric_limits<uint64_t>::max(), before, before), before);
  EXPECT_EQ(weak.entity_tag(), "W/\"ffffffffffffffff-ffffffffffffffff\"");
}

// Another write in the same tick of the file system's clock would not show.
TEST(FileVersionTest, TheTagOfAFreshChangeIsWeak) {
  struct Case {
    absl::Duration age;
    bool weak;
  };
  for (const Case& c : {Case{absl::ZeroDuration(), true}, Case{absl::Milliseconds(10), true},
                        Case{absl::Seconds(2), true}, Case{absl::Milliseconds(2001), false},
                        Case{absl::Hours(1), false},
                        // another machine's clock, or one that was set back
                        Case{-absl::Hours(1), true}}) {
    const FileInfo file = File(1, kModified, kChanged);
    const FileVersion version(file, kChanged + c.age);
    const Representation representation = version.representation();
    ASSERT_TRUE(representation.entity_tag.has_value());
    EXPECT_EQ(representation.entity_tag->weak, c.weak) << c.age;
    EXPECT_EQ(representation.entity_tag->opaque, "1-123456789abcdef") << c.age;
    const auto parsed = ParseEntityTag(version.entity_tag());
    ASSERT_TRUE(parsed.has_value()) << version.entity_tag();
    EXPECT_EQ(parsed->weak, c.weak) << c.age;
    EXPECT_EQ(parsed->opaque, representation.entity_tag->opaque) << c.age;
  }
}

TEST(FileVersionTest, WasNotModifiedInTheFuture) {  // RFC 9110 section 8.8.2.1
  const FileVersion past(File(1, kModified, kChanged), kLater);
  EXPECT_EQ(past.last_modified(), kModified);
  EXPECT_EQ(past.representation().last_modified, kModified);
  const FileVersion future(File(1, kLater + absl::Hours(1), kChanged), kLater);
  EXPECT_EQ(future.last_modified(), kLater);
  EXPECT_EQ(future.representation().last_modified, kLater);
}

}  // namespace
}  // namespace forklift::http::files
