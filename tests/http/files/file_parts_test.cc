#include "forklift/http/files/file_parts.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "forklift/http/files/root.h"
#include "forklift/http/range.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/files/response_text.h"
#include "forklift/tests/http/files/tree.h"
#include "gtest/gtest.h"

namespace forklift::http::files {
namespace {

constexpr std::string_view kBody =
    "--xyz\r\nContent-Type: text/plain\r\nContent-Range: bytes 7-9/10\r\n\r\n789\r\n"
    "--xyz\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-0/10\r\n\r\n0\r\n--xyz--\r\n";

OpenedFile Open(const std::string& path, uint64_t size = 10) {
  return {.outcome = OpenedFile::Outcome::kFile,
          .file = net::UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC)),
          .info = {.size = size}};
}

TEST(FilePartsTest, MakesTheSameInPiecesOfAnySize) {
  const tests::Tree tree;
  tree.Write("file", "0123456789");
  for (size_t room = 1; room <= kBody.size() + 1; ++room) {
    for (const bool in_memory : {false, true}) {
      OpenedFile file = Open(tree.Path("file"));
      if (in_memory) {
        file.file = {};
        file.content = std::make_shared<const std::string>("0123456789");
      }
      FileParts parts(std::move(file), "xyz", "text/plain", ParseRange("bytes=-3,0-0", 10));
      EXPECT_EQ(parts.ContentLength(), kBody.size());
      EXPECT_EQ(tests::AllOf(parts, room), kBody) << room;
      char more;
      EXPECT_EQ(parts.Produce({&more, 1}), size_t{0}) << "the end stays";
    }
  }
}

TEST(FilePartsTest, SendsMoreThanFitsIntoMemoryAtOnce) {
  const tests::Tree tree;
  std::string content(1 << 20, 'a');
  content.append(1 << 20, 'b');
  tree.Write("file", content);
  FileParts parts(Open(tree.Path("file"), content.size()), "xyz", "text/plain",
                  ParseRange("bytes=1048575-1048576,0-1000000", content.size()));
  const std::optional<std::string> all = tests::AllOf(parts, 65536);
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->size(), parts.ContentLength());
  EXPECT_NE(all->find("\r\n\r\nab\r\n--xyz\r\n"), all->npos);
  EXPECT_NE(all->find("\r\n\r\n" + std::string(1000001, 'a') + "\r\n--xyz--\r\n"), all->npos);
}

TEST(FilePartsTest, GivesUpWhereTheFileBecameShorter) {
  const tests::Tree tree;
  tree.Write("file", "0123456789");
  FileParts parts(Open(tree.Path("file")), "xyz", "text/plain", ParseRange("bytes=0-0,5-9", 10));
  ASSERT_EQ(::truncate(tree.Path("file").c_str(), 7), 0);
  EXPECT_EQ(tests::AllOf(parts, 1), std::nullopt);
}

TEST(FilePartsTest, GivesUpWhereTheFileCannotBeRead) {
  const tests::Tree tree;
  FileParts parts(Open(tree.Path()), "xyz", "text/plain", ParseRange("bytes=0-0,5-9", 10));
  EXPECT_EQ(tests::AllOf(parts, 100), std::nullopt);
}

}  // namespace
}  // namespace forklift::http::files
