// Runs of the real test client, whose binary is the test's CLIENT: its BUILD rule has
// //apps:test_client in data, and that target's $(rootpath) as CLIENT in env.
#ifndef FORKLIFT_TESTS_INTEGRATION_CLIENT_RUN_H_
#define FORKLIFT_TESTS_INTEGRATION_CLIENT_RUN_H_

#include <stdlib.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/support/json.h"
#include "forklift/tests/support/test_process.h"
#include "gtest/gtest.h"

namespace forklift::tests {

inline std::vector<std::string> ClientCommand(const std::vector<std::string>& arguments) {
  std::vector<std::string> command = {::getenv("CLIENT")};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return command;
}

inline Finished RunClient(const std::vector<std::string>& arguments) {
  return RunProgram(ClientCommand(arguments));
}

// What it says with --output=json.
inline Json RunClientForJson(std::vector<std::string> arguments) {
  arguments.push_back("--output=json");
  const Finished client = RunClient(arguments);
  EXPECT_EQ(client.status.code(), 0) << client.error;
  std::optional<Json> json = ParseJson(client.output);
  CHECK(json) << client.output;
  return *std::move(json);
}

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_INTEGRATION_CLIENT_RUN_H_
