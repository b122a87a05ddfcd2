// Whatever path a client sends, no file outside of the root is served, and every answer is one that
// FileHandler promises.
#include <sys/stat.h>

#include <filesystem>
#include <iterator>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/files/file_handler.h"
#include "forklift/http/method.h"
#include "forklift/http/request.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/response.h"
#include "forklift/http/status_code.h"
#include "forklift/net/address.h"
#include "forklift/tests/http/files/response_text.h"
#include "forklift/tests/http/files/tree.h"
#include "gtest/gtest.h"

namespace forklift::http::files {
namespace {

using FileId = std::pair<dev_t, ino_t>;

std::set<FileId> FilesIn(const std::string& folder) {
  std::set<FileId> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    struct stat status;
    PCHECK(::lstat(entry.path().c_str(), &status) == 0);
    if (S_ISREG(status.st_mode)) files.emplace(status.st_dev, status.st_ino);
  }
  return files;
}

void MakeTree(const tests::Tree& tree) {
  for (std::string_view name : {"root/index.html", "root/a", "root/b/index.html", "root/b/a",
                                "root/b/c/a", "root/b/c/.hidden", "root/%2e%2e", "a", "b/a"}) {
    tree.Write(name, name);
  }
  tree.Link("root/up", "..");
  tree.Link("root/b/up", "..");
  tree.Link("root/b/out", "../../b");
  tree.Link("root/b/c/in", "../../a");
  tree.Link("root/b/slash", "/");
  tree.Link("root/b/c/loop", "loop");
  tree.MakeFifo("root/b/fifo");
}

TEST(FileHandlerPropertyTest, NoPathLeavesTheRoot) {
  const tests::Tree tree;
  MakeTree(tree);
  const std::set<FileId> inside = FilesIn(tree.Path("root"));
  absl::StatusOr<std::unique_ptr<FileHandler>> handler =
      FileHandler::Create({.root = tree.Path("root"), .precompressed = true});
  CHECK_OK(handler);
  constexpr std::string_view kPieces[] = {
      "/",    "/",    "/",     "/",  "/",     "a",          "b",     "b/",
      "c",    "up",   "out",   "in", ".",     "..",         "../",   "%2e",
      "%2E",  "%2f",  "%5c",   "\\", "slash", "etc/passwd", "%00",   "%252e",
      "loop", "fifo", "index", "%",  "%61",   "\xff",       "..%2f", ".hidden"};
  std::mt19937 random(1);
  int served = 0;
  int redirected = 0;
  server::Response response;
  for (int i = 0; i < 50'000; ++i) {
    std::string path;
    for (int pieces = static_cast<int>(random() % 10); pieces > 0; --pieces) {
      path += kPieces[random() % std::size(kPieces)];
    }
    if (random() % 8 != 0) path.insert(0, "/");
    http::Request request;  // as no parser lets it through
    request.method = Method::kGet;
    request.target.path = path;
    response.Clear();
    (*handler)->Handle({request, net::Address::Ipv4Loopback(1)}, response);
    switch (response.status) {
      case StatusCode::kOk: {
        const auto& region = std::get<server::FileRegion>(response.content);
        struct stat status;
        ASSERT_EQ(::fstat(region.file.get(), &status), 0) << path;
        ASSERT_TRUE(inside.contains({status.st_dev, status.st_ino})) << path;
        ++served;
        break;
      }
      case StatusCode::kMovedPermanently: {
        const std::string location = tests::FieldOf(response, "Location");
        ASSERT_TRUE(absl::StartsWith(location, "/") && absl::EndsWith(location, "/")) << path;
        ASSERT_FALSE(absl::StrContains(location, "//")) << path << " " << location;
        ASSERT_FALSE(absl::StrContains(location, '\\')) << path << " " << location;
        ++redirected;
        break;
      }
      default:
        ASSERT_TRUE(response.status == StatusCode::kBadRequest ||
                    response.status == StatusCode::kForbidden ||
                    response.status == StatusCode::kNotFound)
            << path << " " << static_cast<int>(response.status);
    }
  }
  EXPECT_GT(served, 2'000);
  EXPECT_GT(redirected, 100);
}

}  // namespace
}  // namespace forklift::http::files
