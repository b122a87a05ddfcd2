// The examples at the head of the headers, line by line as they stand there, made whole and run.
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/http/files/file_handler.h"
#include "forklift/http/files/root.h"
#include "forklift/net/shared_fd.h"
#include "forklift/tests/http/files/tree.h"
#include "gtest/gtest.h"

namespace forklift::http::files {
namespace {

absl::Status SendStyle(const std::string& folder, std::string& sent) {
  const auto Send = [&](const net::SharedFd& file) { sent = tests::ContentOf(file.get()); };
  absl::StatusOr<Root> root = Root::Open(folder);
  if (!root.ok()) return root.status();
  OpenedFile opened = root->OpenFile("css/site.css");
  if (opened.outcome == OpenedFile::Outcome::kFile) Send(std::move(opened.file));
  return absl::OkStatus();
}

TEST(FilesExamplesTest, OpeningAFile) {
  const tests::Tree tree;
  tree.Write("css/site.css", "style");
  std::string sent;
  EXPECT_TRUE(SendStyle(tree.Path(), sent).ok());
  EXPECT_EQ(sent, "style");
  EXPECT_FALSE(SendStyle(tree.Path("nothing"), sent).ok());
}

absl::Status MakeHandler(const std::string& folder) {
  absl::StatusOr<std::unique_ptr<FileHandler>> handler = FileHandler::Create({.root = folder});
  if (!handler.ok()) return handler.status();
  return absl::OkStatus();
}

TEST(FilesExamplesTest, AHandler) {
  const tests::Tree tree;
  EXPECT_TRUE(MakeHandler(tree.Path()).ok());
  EXPECT_FALSE(MakeHandler(tree.Path("nothing")).ok());
}

}  // namespace
}  // namespace forklift::http::files
