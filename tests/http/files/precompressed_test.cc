#include "forklift/http/files/precompressed.h"

#include <string>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "forklift/http/files/root.h"
#include "forklift/http/headers.h"
#include "forklift/tests/http/files/tree.h"
#include "gtest/gtest.h"

namespace forklift::http::files {
namespace {

const absl::Time kModified = absl::FromUnixSeconds(784111777) + absl::Milliseconds(500);

struct Selection {
  std::string content;
  std::string_view coding;
  bool varies;
  friend bool operator==(const Selection&, const Selection&) = default;
  friend void PrintTo(const Selection& selection, std::ostream* out) {
    *out << selection.content << " " << selection.coding << " " << selection.varies;
  }
};

// Of "file", for a request with this Accept-Encoding.
Selection Select(const tests::Tree& tree, std::string_view accepted) {
  const absl::StatusOr<Root> root = Root::Open(tree.Path());
  CHECK_OK(root);
  Headers headers;
  CHECK(headers.Add("Accept-Encoding", accepted));
  std::string path = "file";
  const SelectedFile selected = SelectPrecompressed(
      [&](const std::string& neighbour) { return root->OpenFile(neighbour.c_str()); }, path,
      root->OpenFile("file"), headers.fields());
  EXPECT_EQ(path, "file");
  EXPECT_EQ(selected.opened.outcome, OpenedFile::Outcome::kFile);
  return {tests::ContentOf(selected.opened.file.get()), selected.coding, selected.varies};
}

void Write(const tests::Tree& tree, std::string_view name, std::string_view content) {
  tree.Write(name, content);
  tree.SetModified(name, kModified);
}

TEST(PrecompressedTest, TheClientsWeightsDecide) {
  const tests::Tree tree;
  Write(tree, "file", "plain");
  Write(tree, "file.br", "brotli");
  Write(tree, "file.gz", "zipped");
  struct Case {
    std::string_view accepted;
    Selection selection;
  };
  for (const Case& c : {
           Case{"gzip, deflate, br, zstd", {"brotli", "br", true}},
           Case{"gzip", {"zipped", "gzip", true}},
           Case{"gzip;q=1.0, br;q=0.9", {"zipped", "gzip", true}},
           Case{"*", {"brotli", "br", true}},
           Case{"br;q=0, *", {"zipped", "gzip", true}},
           Case{"", {"plain", "", true}},
           Case{"identity", {"plain", "", true}},
           Case{"zstd", {"plain", "", true}},
           Case{"gzip;q=0", {"plain", "", true}},
           Case{"gzip;q=0.5, identity", {"plain", "", true}},
           Case{"gzip;q=0.5, identity;q=0.5", {"zipped", "gzip", true}},
           // The original goes where nothing is acceptable (RFC 9110 section 12.4.1).
           Case{"*;q=0", {"plain", "", true}},
       }) {
    EXPECT_EQ(Select(tree, c.accepted), c.selection) << c.accepted;
  }
}

TEST(PrecompressedTest, OnlyWhatIsThereIsChosen) {
  const tests::Tree tree;
  Write(tree, "file", "plain");
  EXPECT_EQ(Select(tree, "gzip, br"), (Selection{"plain", "", false}));
  EXPECT_EQ(Select(tree, ""), (Selection{"plain", "", false}));
  Write(tree, "file.gz", "zipped");
  EXPECT_EQ(Select(tree, "gzip, br"), (Selection{"zipped", "gzip", true}));
  EXPECT_EQ(Select(tree, "br"), (Selection{"plain", "", true}));
  EXPECT_EQ(Select(tree, ""), (Selection{"plain", "", true}));
}

TEST(PrecompressedTest, AStaleNeighbourIsAsIfItWereNotThere) {
  const tests::Tree tree;
  Write(tree, "file", "plain");
  Write(tree, "file.gz", "zipped");
  struct Case {
    absl::Duration after;
    bool stale;
  };
  for (const Case& c : {Case{absl::ZeroDuration(), false}, Case{absl::Hours(1), false},
                        Case{-absl::Nanoseconds(1), true}, Case{-absl::Hours(1), true},
                        Case{-absl::Milliseconds(499), true}, Case{-absl::Milliseconds(501), true},
                        // the original's time in whole seconds
                        Case{-absl::Milliseconds(500), false}}) {
    tree.SetModified("file.gz", kModified + c.after);
    const Selection expected =
        c.stale ? Selection{"plain", "", false} : Selection{"zipped", "gzip", true};
    EXPECT_EQ(Select(tree, "gzip"), expected) << c.after;
  }
}

TEST(PrecompressedTest, ANeighbourIsAFileInside) {
  const tests::Tree tree;
  Write(tree, "file", "plain");
  tree.MakeFifo("file.br");
  tree.MakeFolder("file.gz");
  EXPECT_EQ(Select(tree, "gzip, br"), (Selection{"plain", "", false}));
  const tests::Tree other;
  Write(other, "file", "plain");
  other.Link("file.br", "/etc/passwd");
  other.Link("file.gz", "dangling");
  EXPECT_EQ(Select(other, "gzip, br"), (Selection{"plain", "", false}));
}

}  // namespace
}  // namespace forklift::http::files
