// WsgiTest runs //apps:wsgi_server with the applications of tests/integration/wsgi, by each of the
// models that it has.
//
//   using WsgiInputTest = WsgiTest;
//   INSTANTIATE_TEST_SUITE_P(Models, WsgiInputTest, WsgiModels(), NameOfWsgiModel);
//   TEST_P(WsgiInputTest, ...) { RunningServer server = Serve("hello:application"); ... }
//
// The test's BUILD rule is a wsgi_test.
#ifndef FORKLIFT_TESTS_INTEGRATION_WSGI_TEST_H_
#define FORKLIFT_TESTS_INTEGRATION_WSGI_TEST_H_

#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_process.h"
#include "gtest/gtest.h"

namespace forklift::tests {

// "threads" is prefork whose workers have several.
inline auto WsgiModels() { return testing::Values("iterative", "fork", "prefork", "threads"); }

// Those that serve several clients at once.
inline auto ConcurrentWsgiModels() { return testing::Values("fork", "prefork", "threads"); }

inline std::string NameOfWsgiModel(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

inline std::vector<std::string> FlagsOfWsgiModel(std::string_view model) {
  if (model == "threads") return {"--model=prefork", "--threads=4"};
  return {absl::StrCat("--model=", model)};
}

// A file or folder of this test alone.
inline std::string TemporaryPath(std::string_view name) {
  return absl::StrCat(::getenv("TEST_TMPDIR"), "/", name);
}

inline void WriteFile(const std::string& path, std::string_view content) {
  CHECK(std::ofstream(path) << content) << path;
}

inline std::string ReadFile(const std::string& path) {
  std::ostringstream content;
  content << std::ifstream(path).rdbuf();
  return content.str();
}

// The folder of the applications.
inline std::string WsgiApplications() {
  const std::string hello = ::getenv("WSGI_APPLICATIONS");
  return hello.substr(0, hello.rfind('/'));
}

// Lets applications that wait for $GATE go on, one step for each call.
class WsgiGate {
 public:
  WsgiGate() {
    ::unlink(path_.c_str());
    PCHECK(::mkfifo(path_.c_str(), 0600) == 0) << path_;
    // For both, so that it waits for no reader and the application sees no end.
    fifo_ = net::UniqueFd(::open(path_.c_str(), O_RDWR | O_CLOEXEC));
    PCHECK(fifo_.valid()) << path_;
  }

  void LetGoOn() const { PCHECK(::write(fifo_.get(), "x", 1) == 1); }

  std::map<std::string, std::string> Environment() const { return {{"GATE", path_}}; }

 private:
  const std::string path_ = TemporaryPath("gate");
  net::UniqueFd fifo_;
};

class WsgiTest : public testing::TestWithParam<const char*> {
 protected:
  WsgiTest() { ::unlink(TemporaryPath("record").c_str()); }

  static std::string Model() { return GetParam(); }

  // Two workers, or the one that the iterative model has.
  static std::string TwoWorkersFlag() {
    return Model() == "iterative" ? "--workers=1" : "--workers=2";
  }

  static RunningServer Serve(std::string_view application,
                             const std::vector<std::string>& flags = {},
                             const std::map<std::string, std::string>& environment = {}) {
    return ServeBy(GetParam(), application, flags, environment);
  }

  static RunningServer ServeBy(std::string_view model, std::string_view application,
                               const std::vector<std::string>& flags = {},
                               std::map<std::string, std::string> environment = {}) {
    std::vector<std::string> all = FlagsOfWsgiModel(model);
    all.push_back(absl::StrCat("--pythonpath=", WsgiApplications()));
    all.insert(all.end(), flags.begin(), flags.end());
    all.emplace_back(application);
    environment.emplace("PYTHONDONTWRITEBYTECODE", "1");
    environment.emplace("RECORD", TemporaryPath("record"));
    return RunningServer(all, {.limits = {}, .user = {}, .environment = std::move(environment)});
  }

  // What applications have noted (wsgi/record.py), a line each.
  static std::string Recorded() { return ReadFile(TemporaryPath("record")); }

  static bool ComesToRecord(std::string_view lines) {
    return Eventually([&] { return Recorded() == lines; });
  }

  static bool ComesToLog(RunningServer& server, std::string_view text) {
    return Eventually([&] { return absl::StrContains(server.process().Stderr(), text); });
  }
};

// A request that is its connection's last. `fields` are whole lines.
inline std::string Request(std::string_view method, std::string_view target,
                           std::string_view fields = "") {
  return absl::StrCat(method, " ", target, " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
                      fields, "\r\n");
}

inline std::string Get(std::string_view target) { return Request("GET", target); }

inline std::string Post(std::string_view target, std::string_view body,
                        std::string_view fields = "") {
  return absl::StrCat(
      Request("POST", target, absl::StrCat("Content-Length: ", body.size(), "\r\n", fields)), body);
}

inline std::string_view HeadOf(std::string_view answer) {
  return answer.substr(0, answer.find("\r\n\r\n"));
}

// The answer's content, without the framing of chunks; "<cut>" is where those have no end.
inline std::string ContentOf(std::string_view answer) {
  const size_t head_end = answer.find("\r\n\r\n");
  if (head_end == answer.npos) return "<no answer>";
  std::string_view rest = answer.substr(head_end + 4);
  if (!absl::StrContains(HeadOf(answer), "\r\nTransfer-Encoding: chunked")) {
    return std::string(rest);
  }
  std::string content;
  while (true) {
    const size_t line_end = rest.find("\r\n");
    if (line_end == rest.npos) return absl::StrCat(content, "<cut>");
    const size_t size = ::strtoul(std::string(rest.substr(0, line_end)).c_str(), nullptr, 16);
    if (size == 0) return content;
    rest.remove_prefix(line_end + 2);
    content += rest.substr(0, size);
    if (rest.size() < size + 2) return absl::StrCat(content, "<cut>");
    rest.remove_prefix(size + 2);
  }
}

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_INTEGRATION_WSGI_TEST_H_
