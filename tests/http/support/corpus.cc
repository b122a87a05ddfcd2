#include "forklift/tests/http/support/corpus.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/log/check.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "forklift/tests/support/json.h"
#include "gtest/gtest.h"

namespace forklift::http {
namespace {

using tests::Json;

std::vector<std::string>& Files() {
  static auto* const files = new std::vector<std::string>;
  return *files;
}

}  // namespace

const std::vector<std::string>& CorpusFiles() { return Files(); }

void ForEachCase(absl::FunctionRef<void(const Json&)> judge) {
  for (const std::string& path : CorpusFiles()) {
    std::ifstream file(path);
    ASSERT_TRUE(file.is_open()) << path;
    for (std::string line; std::getline(file, line);) {
      const std::optional<Json> json = tests::ParseJson(line);
      ASSERT_TRUE(json.has_value()) << path << ": " << line.substr(0, 100);
      judge(*json);
    }
  }
}

std::string_view Text(const Json& json, std::string_view key) {
  const Json* const value = json.Find(key);
  return value == nullptr ? "" : std::string_view(value->text);
}

std::string_view Source(std::string_view id) { return id.substr(0, id.find('/')); }

std::string Bytes(const Json& json) {
  std::string bytes;
  CHECK(absl::Base64Unescape(Text(json, "bytes"), &bytes)) << Text(json, "id");
  return bytes;
}

bool Ends(const Json& json) {
  const Json* const eof = json.Find("eof");
  return eof != nullptr && eof->boolean;
}

std::string_view Expected(const Json& json) {
  if (absl::StartsWith(Text(json, "rfc"), "FORBIDDEN")) return "reject";
  const std::string_view expected = Text(json, "expect");
  return Text(json, "strictness") == "strict" && expected != "either" ? expected : "";
}

}  // namespace forklift::http

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  auto& files = forklift::http::Files();
  files.assign(argv + 1, argv + argc);
  const char* const folder = ::getenv("FORKLIFT_CORPUS");
  if (folder != nullptr) {
    CHECK(std::filesystem::is_directory(folder)) << "FORKLIFT_CORPUS: " << folder;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
    }
  }
  return RUN_ALL_TESTS();
}
