#include "forklift/http/server/upgrade.h"

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gtest/gtest.h"

namespace forklift::http::server {
namespace {

std::string ProgramOf(std::string name) {
  char flag[] = "--flag";
  char* const argv[] = {name.data(), flag, nullptr};
  const absl::StatusOr<UpgradeCommand> command = ThisCommand(2, const_cast<char**>(argv));
  EXPECT_TRUE(command.ok()) << command.status();
  EXPECT_EQ(command->arguments, (std::vector<std::string>{name, "--flag"}));
  return command->program;
}

// A deployment switches "current" to the next release, and upgrades.
TEST(ThisCommandTest, APathIsNotResolved) {
  EXPECT_EQ(ProgramOf("/srv/current/server"), "/srv/current/server");
  EXPECT_EQ(ProgramOf("/no/such/program"), "/no/such/program");
}

TEST(ThisCommandTest, ARelativePathIsMadeAbsolute) {
  EXPECT_EQ(ProgramOf("bin/server"), std::filesystem::current_path() / "bin/server");
}

TEST(ThisCommandTest, ANameIsThisProgram) {
  EXPECT_EQ(ProgramOf("server"), std::filesystem::read_symlink("/proc/self/exe"));
}

}  // namespace
}  // namespace forklift::http::server
