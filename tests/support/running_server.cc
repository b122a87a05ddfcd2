#include "forklift/tests/support/running_server.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "forklift/net/address.h"
#include "forklift/net/unique_fd.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/test_client.h"
#include "forklift/tests/support/test_process.h"

namespace forklift::tests {
namespace {

std::vector<std::string> Command(const std::vector<std::string>& wrapper,
                                 const std::vector<std::string>& flags) {
  std::vector<std::string> command = wrapper;
  command.push_back(ServerBinary());
  command.push_back("--port=0");
  command.insert(command.end(), flags.begin(), flags.end());
  return command;
}

uint16_t PortIn(const std::string& readiness_line, const TestProcess& process) {
  std::string_view digits = readiness_line;
  uint32_t port = 0;
  CHECK(absl::ConsumePrefix(&digits, "Serving HTTP on port ") &&
        absl::ConsumeSuffix(&digits, " ...") && absl::SimpleAtoi(digits, &port) && port > 0 &&
        port < 65536)
      << "no readiness line but '" << readiness_line << "'; standard error: " << process.Stderr();
  return static_cast<uint16_t>(port);
}

}  // namespace

std::string ServerBinary() {
  const char* path = ::getenv("SERVER");
  CHECK(path != nullptr) << "the test's BUILD rule does not set SERVER";
  return path;
}

RunningServer::RunningServer(const std::vector<std::string>& flags,
                             const TestProcessOptions& options,
                             const std::vector<std::string>& wrapper)
    : process_(Command(wrapper, flags), options),
      address_(net::Address::Ipv4Loopback(PortIn(process_.ReadLine(), process_))) {}

std::string RunningServer::Url(std::string_view target) const {
  return absl::StrCat("http://", address_, target);
}

std::vector<std::string> RunningServer::GetAtOnce(size_t count) const {
  std::vector<net::UniqueFd> clients;
  for (size_t i = 0; i < count; ++i) clients.push_back(Connect(address_));
  for (const net::UniqueFd& client : clients) Send(client, kRequest);
  std::vector<std::string> answers;
  for (const net::UniqueFd& client : clients) answers.push_back(ReceiveAll(client));
  return answers;
}

std::vector<pid_t> RunningServer::Connections() const {
  std::vector<pid_t> connections;
  for (const pid_t worker : Workers()) {
    const std::vector<pid_t> children = Children(worker);
    connections.insert(connections.end(), children.begin(), children.end());
  }
  return connections;
}

bool RunningServer::HasNoConnections() const {
  return Eventually([&] { return Connections().empty(); });
}

int RunningServer::Stop() {
  process_.Signal(SIGTERM);
  return process_.Wait().code();
}

}  // namespace forklift::tests
