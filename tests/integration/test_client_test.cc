// The test client and the server, against each other: what one says that it has sent, the other
// says that it has answered.
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forklift/proc/exit_status.h"
#include "forklift/tests/integration/client_run.h"
#include "forklift/tests/integration/model_test.h"
#include "forklift/tests/support/eventually.h"
#include "forklift/tests/support/json.h"
#include "forklift/tests/support/proc_fs.h"
#include "forklift/tests/support/running_server.h"
#include "forklift/tests/support/test_process.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::tests {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path);
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

double Number(const Json& json, std::string_view name) {
  const Json* const found = json.Find(name);
  CHECK(found != nullptr) << name;
  return found->number;
}

size_t LinesOf(const std::string& path) {
  std::ifstream file(path);
  size_t lines = 0;
  for (std::string line; std::getline(file, line);) ++lines;
  return lines;
}

class TestClientTest : public ModelTest {};
INSTANTIATE_TEST_SUITE_P(Models, TestClientTest, AllModels(), NameOfModel);

TEST_P(TestClientTest, CountsWhatTheServerSaw) {
  const std::string log = absl::StrCat(testing::TempDir(), "/", Model(), ".log");
  std::filesystem::remove(log);
  RunningServer server({ModelFlag(), absl::StrCat("--access-log=", log)});
  // The iterative server has one connection at a time, which the others wait for.
  const std::string connections = Model() == "iterative" ? "1" : "6";
  const Json kept = RunClientForJson({"-c", connections, "-n", "400", server.Url("/hello")});
  EXPECT_EQ(Number(kept, "schema_version"), 1);
  EXPECT_EQ(Number(kept, "requests"), 400);
  EXPECT_EQ(Number(kept, "answered"), 400);
  EXPECT_EQ(Number(*kept.Find("status_codes"), "200"), 400);
  const Json each =
      RunClientForJson({"-c", connections, "-n", "100", "--no-keepalive", server.Url("/hello")});
  EXPECT_EQ(Number(each, "answered"), 100);
  EXPECT_EQ(Number(each, "connections_opened"), 100);
  EXPECT_EQ(server.Stop(), 0);
  EXPECT_EQ(LinesOf(log), 500u);
}

TEST_P(TestClientTest, ManyProcessesHoldAllTheirConnections) {
  if (Model() == "iterative") GTEST_SKIP() << "it has one connection at a time";
  RunningServer server({ModelFlag(), "--access-log=off"});
  const Json held = RunClientForJson({"--max-clients=8", "--max-conns=25", server.Url("/hello")});
  EXPECT_EQ(Number(held, "answered"), 200);
  EXPECT_EQ(Number(held, "workers"), 8);
  EXPECT_EQ(Number(held, "connections_opened"), 200);
}

TEST(TestClientOutputTest, ForAPerson) {
  RunningServer server({"--model=event", "--access-log=off"});
  const Finished client = RunClient({"-c4", "-n200", "--pipeline=4", "--workers=2",
                                     "--worker-kind=thread", server.Url("/hello?x=1")});
  EXPECT_EQ(client.status.code(), 0);
  EXPECT_EQ(client.error, "");
  EXPECT_THAT(client.output, StartsWith(absl::StrCat(server.Url("/hello?x=1"), "\nclosed loop; ")));
  for (const std::string_view part :
       {"200 of 200 requests", "requests/s", "p99.9", "200 OK", "Histogram"}) {
    EXPECT_THAT(client.output, HasSubstr(std::string(part)));
  }
  for (const std::string_view line : absl::StrSplit(client.output, '\n'))
    EXPECT_LE(line.size(), 100u) << line;
}

TEST(TestClientOutputTest, SecondsForASpreadsheet) {
  RunningServer server({"--model=event", "--access-log=off"});
  const Finished client = RunClient({"-n10", "--output=csv", server.Url("/")});
  EXPECT_THAT(client.output,
              StartsWith("second,answered,failed,latency_mean_s,latency_max_s\r\n0,10,0,"));
}

TEST(TestClientRequestTest, MethodHeadersAndBody) {
  const std::string log = absl::StrCat(testing::TempDir(), "/request.log");
  std::filesystem::remove(log);
  RunningServer server({"--model=event", absl::StrCat("--access-log=", log)});
  EXPECT_EQ(RunClient({"-n1", "-m", "POST", "-H", "User-Agent: one/1", "-H", "Referer: two",
                       "--body=data", server.Url("/a?b")})
                .status.code(),
            0);
  EXPECT_EQ(server.Stop(), 0);
  std::ifstream file(log);
  std::string line;
  std::getline(file, line);
  EXPECT_THAT(line, HasSubstr("\"POST /a?b HTTP/1.1\" 200"));
  EXPECT_THAT(line, HasSubstr("\"two\" \"one/1\""));
}

TEST(TestClientRequestTest, OverAUnixSocket) {
  char folder[] = "/tmp/forklift-test-client-XXXXXX";  // short enough for a Unix path
  ASSERT_NE(::mkdtemp(folder), nullptr);
  const std::string path = absl::StrCat(folder, "/socket");
  TestProcess server(
      {ServerBinary(), "--model=event", "--access-log=off", absl::StrCat("--bind=unix:", path)});
  EXPECT_THAT(server.ReadLine(), HasSubstr(path));
  EXPECT_EQ(RunClient({"-n10", "--unix-socket", path, "http://localhost/"}).status.code(), 0);
  server.Signal(SIGTERM);
  EXPECT_EQ(server.Wait().code(), 0);
  EXPECT_EQ(::rmdir(folder), 0);
}

TEST(TestClientRequestTest, OverIpv6) {
  TestProcess server({ServerBinary(), "--model=event", "--access-log=off", "--bind=[::1]:0"});
  std::string line = server.ReadLine();
  if (line.empty()) GTEST_SKIP() << "no IPv6 here: " << server.Stderr();
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  EXPECT_EQ(RunClient({"-n10", absl::StrCat("http://[::1]:", words.at(4), "/")}).status.code(), 0)
      << line;
}

TEST(TestClientRequestTest, FromManyAddresses) {
  const std::string log = absl::StrCat(testing::TempDir(), "/sources.log");
  std::filesystem::remove(log);
  RunningServer server({"--model=event", absl::StrCat("--access-log=", log)});
  EXPECT_EQ(RunClient({"-n9", "-c3", "--source-ip=127.0.0.2,127.0.0.3,127.0.0.4", server.Url("/")})
                .status.code(),
            0);
  EXPECT_EQ(server.Stop(), 0);
  std::ifstream file(log);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const std::string_view client : {"127.0.0.2 -", "127.0.0.3 -", "127.0.0.4 -"})
    EXPECT_THAT(text, HasSubstr(std::string(client)));
}

TEST(TestClientRequestTest, SaysBeforehandThatDescriptorsWillNotDo) {
  RunningServer server({"--model=event", "--access-log=off"});
  TestProcess client(ClientCommand({"--max-conns=100", server.Url("/")}),
                     {.limits = {{RLIMIT_NOFILE, 64}}});
  EXPECT_THAT(client.ReadAll(), HasSubstr("no descriptor left"));
  EXPECT_THAT(client.Stderr(), HasSubstr("100 connections in a process, which may have 64"));
  client.Wait();
}

TEST(TestClientGoalTest, ThresholdsDecideTheExitCode) {
  RunningServer server({"--model=event", "--access-log=off"});
  EXPECT_EQ(RunClient({"-n10", "--threshold=p99<1h, errors<=0", server.Url("/")}).status.code(), 0);
  const Finished missed = RunClient({"-n10", "--threshold=p99<1ns", server.Url("/")});
  EXPECT_EQ(missed.status.code(), 99);
  EXPECT_THAT(missed.error, StartsWith("test_client: not met: p99<1ns: measured "));
  EXPECT_THAT(missed.output, HasSubstr("10 of 10 requests"));
}

TEST(TestClientGoalTest, SearchesTheHighestRate) {
  const std::string root = absl::StrCat(testing::TempDir(), "/search");
  std::filesystem::create_directories(root);
  std::ofstream(root + "/there") << "hello";
  RunningServer server({"--model=event", "--access-log=off", absl::StrCat("--root=", root)});
  // Every second request fails, so that the goal depends on how many were due, and on nothing else.
  const Finished client =
      RunClient({"-d100ms", "-R50", "--search-max=errors<=10", "--expect-status=200",
                 server.Url("/there"), server.Url("/not-there")});
  EXPECT_EQ(client.status.code(), 0) << client.error;
  EXPECT_THAT(client.error, HasSubstr("\nthe highest rate that holds: "));
  EXPECT_THAT(client.error, HasSubstr("does not hold: errors<=10: measured "));
}

TEST(TestClientOutputTest, AProgressBarOnATerminalIsGoneAtTheEnd) {
  if (!HaveProgram("script")) GTEST_SKIP() << "script(1), of util-linux, makes the terminal";
  RunningServer server({"--model=event", "--access-log=off"});
  const Finished client =
      RunProgram({"script", "-qec", absl::StrCat(::getenv("CLIENT"), " -d 300ms ", server.Url("/")),
                  "/dev/null"});
  EXPECT_EQ(client.status.code(), 0);
  EXPECT_THAT(client.output, HasSubstr("\r[##"));
  EXPECT_THAT(client.output, HasSubstr(absl::StrCat("\r\033[K", server.Url("/"))));
}

TEST(TestClientOutputTest, AReportThatCannotBeWrittenIsAFailure) {
  RunningServer server({"--model=event", "--access-log=off"});
  for (const std::string_view arguments : {"--output=json", "--output=text", "--attack=reset"}) {
    const Finished client =
        RunProgram({"sh", "-c",
                    absl::StrCat("exec ", ::getenv("CLIENT"), " -d 300ms ", arguments, " ",
                                 server.Url("/"), " >/dev/full")});
    EXPECT_EQ(client.status.code(), 1) << arguments;
    EXPECT_THAT(client.error, HasSubstr("standard output: No space left on device (ENOSPC)"));
  }
}

TEST(TestClientReportTest, WritesAReportForABrowserBesideTheOther) {
  RunningServer server({"--model=event", "--access-log=off"});
  const std::string path = absl::StrCat(testing::TempDir(), "/load.html");
  const Finished client = RunClient({"-n100", "--html", path, server.Url("/?a&b")});
  EXPECT_EQ(client.status.code(), 0) << client.error;
  EXPECT_THAT(client.output, HasSubstr("100 of 100 requests"));
  const std::string html = ReadFile(path);
  EXPECT_THAT(html, StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(html, HasSubstr("/?a&amp;b</h1>"));
  EXPECT_THAT(html, HasSubstr("100 of 100 requests"));
}

// Nobody is asked for anything where the report could not be written in the end.
TEST(TestClientReportTest, AReportThatCannotBeWrittenIsToldBeforeTheRun) {
  const Finished client = RunClient({"--html=/no/such/folder/a.html", "http://127.0.0.1:1/"});
  EXPECT_EQ(client.status.code(), 1);
  EXPECT_EQ(client.output, "");
  EXPECT_THAT(client.error,
              StartsWith("test_client: --html: '/no/such/folder/a.html' cannot be written: "));
}

TEST(TestClientReportTest, ComparesWithAnEarlierRun) {
  RunningServer server({"--model=event", "--access-log=off"});
  const std::string base = absl::StrCat(testing::TempDir(), "/base.json");
  const std::string html = absl::StrCat(testing::TempDir(), "/compared.html");
  const Finished first = RunClient({"-n500", "--output=json", server.Url("/")});
  std::ofstream(base) << first.output;
  const Json second =
      RunClientForJson({"-n500", "--compare", base, "--html", html, server.Url("/")});
  const Json* const comparison = second.Find("comparison");
  ASSERT_NE(comparison, nullptr);
  EXPECT_EQ(comparison->Find("base")->text, base);
  EXPECT_EQ(Number(*comparison->Find("p50"), "base"),
            Number(*ParseJson(first.output)->Find("latency"), "p50"));
  EXPECT_EQ(Number(*comparison->Find("p50"), "changed"), Number(*second.Find("latency"), "p50"));
  EXPECT_THAT(ReadFile(html), HasSubstr("base.json</h2>"));
  const Finished text = RunClient({"-n500", "--compare", base, server.Url("/")});
  EXPECT_THAT(text.output, HasSubstr("\nCompared with "));
}

TEST(TestClientReportTest, WhatIsNoBaseIsToldBeforeTheRun) {
  RunningServer server({"--model=event", "--access-log=off"});
  const std::string closed = absl::StrCat(testing::TempDir(), "/closed.json");
  const std::string cut = absl::StrCat(testing::TempDir(), "/cut.json");
  const Finished first = RunClient({"-n10", "--output=json", server.Url("/")});
  std::ofstream(closed) << first.output;
  std::ofstream(cut) << first.output.substr(0, first.output.size() / 2);
  const struct {
    std::vector<std::string> flags;
    std::string text;
  } cases[] = {
      {{"--compare", cut}, "it is no JSON, or not all of it"},
      {{"--compare=/dev/zero"}, "it is too long"},
      {{"--compare=/proc"}, "it cannot be read"},
      {{"--compare=/no/such/file"}, "'/no/such/file' is no base: it cannot be read"},
      {{"--compare", closed, "-R10"}, "it is of a closed loop, and this one has a rate"},
      {{"--compare", closed, "--search-max=p99<1s"}, "and this one has a rate"},
      {{"--compare", closed, "--output=csv"}, "no place for what --compare finds"},
  };
  for (const auto& bad : cases) {
    std::vector<std::string> arguments = bad.flags;
    arguments.push_back(server.Url("/"));
    const Finished client = RunClient(arguments);
    EXPECT_EQ(client.status.code(), 2) << bad.text;
    EXPECT_EQ(client.output, "");
    EXPECT_THAT(client.error, HasSubstr(bad.text));
  }
}

TEST(TestClientEndTest, NobodyListens) {
  uint16_t port;
  {
    RunningServer server;
    port = server.address().port();
    EXPECT_EQ(server.Stop(), 0);
  }
  const Finished client = RunClient({absl::StrCat("http://127.0.0.1:", port, "/")});
  EXPECT_EQ(client.status.code(), 1);
  EXPECT_EQ(client.output, "");
  EXPECT_THAT(client.error, HasSubstr("Connection refused (ECONNREFUSED)"));
}

TEST(TestClientEndTest, UsageThatMakesNoSense) {
  const std::vector<std::vector<std::string>> commands = {
      {"--rate=0"},
      {"-c0"},
      {"-c2", "--workers=3"},
      {"--pipeline=2", "--no-keepalive"},
      {"https://a/"},
      {"ftp://a/"},
      {"-H", "no colon"},
      {"--body-file=/no/such/file"},
      {"--output=xml"},
      {"--worker-kind=fibre"},
      {"--arrivals=odd"},
      {"--stages=x"},
      {"--stages=1s:5", "-R3"},
      {"--threshold=p99"},
      {"--search-max=p99<1s", "--stages=1s:5"},
      {"-d0s"},
      {"-n0"},
      {"-n5", "-d1s"},
      {"--warmup=inf"},
      {"--max-clients=4294967296", "--max-conns=4294967296"},
      {"--max-conns=5", "-c2"},
      {"--pipeline=1000000000"},
      {"--stages=1s:5,1s:1e-12"},
      {"--search-max=p99<1s", "-n5"},
      {"--expect-status=99999"},
      {"--timeout=0s"},
      {"--max-conns=3", "-R5"},
      {"http://a/", "http://b/"},
      {"--source-ip=300.1.1.1"},
      {"-x"}};
  for (const std::vector<std::string>& command : commands) {
    const Finished client = RunClient(command);
    EXPECT_EQ(client.status.code(), 2) << command[0] << ": " << client.error;
    EXPECT_EQ(std::count(client.error.begin(), client.error.end(), '\n'), 1) << client.error;
    EXPECT_THAT(client.error, StartsWith("test_client: "));
  }
}

TEST(TestClientEndTest, InterruptedItTellsWhatThereIs) {
  RunningServer server({"--model=event", "--access-log=off"});
  TestProcess client(ClientCommand({"-R200", "-d1h", "--output=json", server.Url("/")}));
  // Its worker catches no signal: the client itself decides.
  ASSERT_TRUE(Eventually([&] { return !Children(client.pid()).empty(); }));
  ASSERT_TRUE(Eventually([&] { return CatchesSignal(client.pid(), SIGINT); }));
  for (const pid_t worker : Children(client.pid())) ::kill(worker, SIGINT);
  client.Signal(SIGTTIN);
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(client.Stderr(), "the rate is 220"); }));
  client.Signal(SIGINT);
  const std::optional<Json> json = ParseJson(client.ReadAll());
  ASSERT_TRUE(json);
  EXPECT_TRUE(json->Find("interrupted")->boolean);
  EXPECT_EQ(Number(*json, "failed"), 0);
  EXPECT_EQ(Number(*json, "answered"), Number(*json, "requests"));
  client.Wait();
}

TEST(TestClientEndTest, InterruptedTwiceItDoesNotWait) {
  RunningServer server({"--model=event", "--workers=1"});
  TestProcess client(ClientCommand({"-d1h", server.Url("/")}));
  EXPECT_THAT(server.process().ReadLine(), HasSubstr("GET / HTTP/1.1"));  // it has begun
  server.process().Signal(SIGSTOP);  // its worker too does not answer any more
  for (const pid_t worker : server.Workers()) ::kill(worker, SIGSTOP);
  client.Signal(SIGINT);
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(client.Stderr(), "a second SIGINT"); }));
  client.Signal(SIGINT);
  EXPECT_THAT(client.ReadAll(), HasSubstr("interrupted before the response  10\n"));
  client.Wait();
  for (const pid_t worker : server.Workers()) ::kill(worker, SIGCONT);
  server.process().Signal(SIGCONT);
}

TEST(TestClientEndTest, ItsWorkersEndWithIt) {
  RunningServer server({"--model=event", "--access-log=off"});
  TestProcess client(ClientCommand({"-d1h", "--workers=2", server.Url("/")}));
  std::vector<pid_t> workers;
  ASSERT_TRUE(Eventually([&] {
    workers = Children(client.pid());
    return workers.size() == 2;
  }));
  client.Signal(SIGKILL);
  for (const pid_t worker : workers) {
    EXPECT_TRUE(Eventually([&] { return HasEnded(worker); }));
  }
}

}  // namespace
}  // namespace forklift::tests
