#include "forklift/apps/load_flags.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "forklift/apps/command_line.h"
#include "forklift/http/load/arrivals.h"
#include "forklift/http/load/load_options.h"
#include "forklift/http/load/request_bytes.h"
#include "forklift/http/load/source_addresses.h"
#include "forklift/http/load/stages.h"
#include "forklift/net/address.h"
#include "forklift/net/connector.h"
#include "forklift/net/deadline.h"
#include "forklift/net/name_lookup.h"

ABSL_FLAG(std::optional<size_t>, connections, std::nullopt,
          "open at once, of all workers together (default: 10)");
ABSL_FLAG(absl::Duration, duration, absl::Seconds(10), "of the measurement");
ABSL_FLAG(std::optional<uint64_t>, requests, std::nullopt, "to send, instead of --duration");
ABSL_FLAG(std::optional<double>, rate, std::nullopt,
          "requests a second, sent when they are due, however the answers come");
ABSL_FLAG(std::string, stages, "",
          "rates that follow one another, instead of --rate and --duration: 10s:100,30s:1000");
ABSL_FLAG(std::string, arrivals, "even", "of --rate: even, or poisson as of many strangers");
ABSL_FLAG(bool, keepalive, true, "use a connection for many requests; --no-keepalive for one each");
ABSL_FLAG(size_t, pipeline, 1, "requests in flight on a connection");
ABSL_FLAG(std::optional<size_t>, workers, std::nullopt,
          "processes, or threads, that share the work (default: 1)");
ABSL_FLAG(std::string, worker_kind, "process", "process or thread");
ABSL_FLAG(std::optional<size_t>, max_clients, std::nullopt,
          "processes, each with --max-conns connections that are all held open at once");
ABSL_FLAG(std::optional<size_t>, max_conns, std::nullopt, "connections of each of --max-clients");

ABSL_FLAG(std::string, method, "GET", "of the requests");
ABSL_FLAG(std::string, header, "", "'Name: value' to send; may be given again and again");
ABSL_FLAG(std::string, body, "", "to send");
ABSL_FLAG(std::string, body_file, "", "file with the body to send");
ABSL_FLAG(std::string, unix_socket, "",
          "path of a Unix socket to connect to, in place of the URL's host");
ABSL_FLAG(std::vector<std::string>, source_ip, {},
          "addresses to connect from, in turn, or a network: 127.0.0.0/8");

ABSL_FLAG(absl::Duration, timeout, absl::Seconds(30),
          "to connect, to the first byte of a response and to its end");
ABSL_FLAG(absl::Duration, warmup, absl::ZeroDuration(), "before the measurement");
ABSL_FLAG(std::optional<int>, expect_status, std::nullopt, "another status is a failure");
ABSL_FLAG(std::optional<std::string>, expect_body, std::nullopt, "another body is a failure");
ABSL_FLAG(
    std::string, nonce, "",
    "header to send a number in that is another in each request, and that its answer must have");
ABSL_FLAG(uint64_t, seed, 1, "of --arrivals=poisson");

namespace forklift::apps {
namespace {

using http::load::LoadOptions;
using http::load::RequestOptions;
using http::load::Spacing;
using http::load::WorkerKind;

constexpr std::string_view kArticlesUrl = "http://localhost:8888/hello";

// Whether another duration than the default was given: one that says the same changes nothing.
bool HasDuration() { return absl::GetFlag(FLAGS_duration) != absl::Seconds(10); }

// Sets `chosen` to what goes by the name `text`.
template <typename T>
absl::Status Choose(std::string_view flag, std::string_view text,
                    const std::vector<std::pair<std::string_view, T>>& choices, T& chosen) {
  std::string names;
  for (const auto& [name, choice] : choices) {
    if (name == text) {
      chosen = choice;
      return absl::OkStatus();
    }
    absl::StrAppend(&names, names.empty() ? "" : " or ", name);
  }
  return absl::InvalidArgumentError(
      absl::StrCat(flag, " must be ", names, ", not '", absl::CHexEscape(text), "'"));
}

absl::StatusOr<std::vector<std::pair<std::string, std::string>>> HeadersOfFlags() {
  std::vector<std::pair<std::string, std::string>> headers;
  for (std::string_view line :
       absl::StrSplit(absl::GetFlag(FLAGS_header), '\n', absl::SkipEmpty())) {
    const std::pair<std::string_view, std::string_view> parts =
        absl::StrSplit(line, absl::MaxSplits(':', 1));
    if (parts.first.size() == line.size()) {
      return absl::InvalidArgumentError(absl::StrCat("--header '", absl::CHexEscape(line),
                                                     "' has no colon; write 'Name: value'"));
    }
    headers.emplace_back(parts.first, absl::StripAsciiWhitespace(parts.second));
  }
  return headers;
}

absl::StatusOr<std::string> BodyOfFlags() {
  const std::string path = absl::GetFlag(FLAGS_body_file);
  if (path.empty()) return absl::GetFlag(FLAGS_body);
  std::ifstream file(path, std::ios::binary);
  std::ostringstream body;
  body << file.rdbuf();
  if (!file || !body) {
    return absl::InvalidArgumentError(
        absl::StrCat("--body-file '", absl::CHexEscape(path), "' cannot be read"));
  }
  return body.str();
}

absl::Status AddRequests(const std::vector<std::string>& urls, LoadOptions& options) {
  RequestOptions request = {.method = absl::GetFlag(FLAGS_method),
                            .keep_alive = options.keep_alive,
                            .nonce_header = options.nonce_header};
  auto headers = HeadersOfFlags();
  if (!headers.ok()) return headers.status();
  request.headers = *std::move(headers);
  absl::StatusOr<std::string> body = BodyOfFlags();
  if (!body.ok()) return body.status();
  request.body = *std::move(body);
  for (const std::string& url : urls) {
    absl::StatusOr<http::load::RequestBytes> bytes = http::load::MakeRequest(url, request);
    if (!bytes.ok()) return bytes.status();
    options.requests.push_back(*std::move(bytes));
    const http::load::RequestBytes& first = options.requests.front();
    const http::load::RequestBytes& last = options.requests.back();
    if (first.host != last.host || first.port != last.port)
      return absl::InvalidArgumentError("all URLs must be of one server");
  }
  return absl::OkStatus();
}

// client3's two flags: processes that hold all of their connections open.
absl::Status HoldAsFlagsSay(LoadOptions& options) {
  const std::optional<size_t> clients = absl::GetFlag(FLAGS_max_clients);
  const std::optional<size_t> connections = absl::GetFlag(FLAGS_max_conns);
  if (!clients && !connections) return absl::OkStatus();
  if (options.rate || options.pipeline > 1 || !options.keep_alive ||
      absl::GetFlag(FLAGS_connections) || absl::GetFlag(FLAGS_workers) ||
      absl::GetFlag(FLAGS_requests) || HasDuration()) {
    return absl::InvalidArgumentError(
        "--max-clients and --max-conns hold connections of one request each: leave --rate, "
        "--pipeline, --no-keepalive, --connections, --workers, --requests and --duration out");
  }
  options.hold = true;
  options.workers = clients.value_or(1);
  // Where either is too large, so is the product, by which Check refuses it.
  options.connections = std::min(options.workers, http::load::kMostWorkers) *
                        std::min(connections.value_or(1024), http::load::kMostConnections + 1);
  options.count = options.connections;
  options.duration = absl::InfiniteDuration();
  return absl::OkStatus();
}

absl::Status AddStages(LoadOptions& options) {
  const std::string text = absl::GetFlag(FLAGS_stages);
  if (text.empty()) return absl::OkStatus();
  if (options.rate || HasDuration() || absl::GetFlag(FLAGS_requests) || options.hold) {
    return absl::InvalidArgumentError(
        "--stages say the rates and the time: leave --rate, --duration, --requests, --max-clients "
        "and --max-conns out");
  }
  absl::StatusOr<std::vector<http::load::Stage>> stages =
      http::load::ParseStages(text, http::load::StageValue::kRate);
  if (!stages.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("--stages: ", stages.status().message()));
  }
  options.stages = *std::move(stages);
  options.rate = options.stages.front().value;
  options.duration = http::load::TotalDuration(options.stages);
  return absl::OkStatus();
}

absl::Status AddSources(LoadOptions& options) {
  auto sources = http::load::ParseSources(absl::GetFlag(FLAGS_source_ip), options.connections);
  if (!sources.ok())
    return absl::InvalidArgumentError(absl::StrCat("--source-ip: ", sources.status().message()));
  options.sources = *std::move(sources);
  return absl::OkStatus();
}

}  // namespace

CommandLineStyle LoadCommandLine(std::vector<std::string>* urls) {
  return {.letters = {{'c', "connections"},
                      {'d', "duration"},
                      {'n', "requests"},
                      {'R', "rate"},
                      {'H', "header"},
                      {'m', "method"}},
          .repeatable = {"header"},
          .operands = urls,
          .operand_name = "[URL ...]",
          .host_variables = false};
}

std::string TargetOf(const std::vector<std::string>& urls) {
  if (urls.empty()) return std::string(kArticlesUrl);
  if (urls.size() == 1) return urls.front();
  return absl::StrCat(urls.front(), " and ", urls.size() - 1, " more");
}

absl::StatusOr<LoadOptions> LoadOptionsOfFlags(const std::vector<std::string>& urls) {
  LoadOptions options = {.workers = absl::GetFlag(FLAGS_workers).value_or(1),
                         .connections = absl::GetFlag(FLAGS_connections).value_or(10),
                         .pipeline = absl::GetFlag(FLAGS_pipeline),
                         .keep_alive = absl::GetFlag(FLAGS_keepalive),
                         .warm_up = absl::GetFlag(FLAGS_warmup),
                         .duration = absl::GetFlag(FLAGS_duration),
                         .rate = absl::GetFlag(FLAGS_rate),
                         .seed = absl::GetFlag(FLAGS_seed),
                         .timeout = absl::GetFlag(FLAGS_timeout),
                         .expected_status = absl::GetFlag(FLAGS_expect_status),
                         .expected_body = absl::GetFlag(FLAGS_expect_body),
                         .nonce_header = absl::GetFlag(FLAGS_nonce)};
  if (const std::optional<uint64_t> count = absl::GetFlag(FLAGS_requests)) {
    if (HasDuration())
      return absl::InvalidArgumentError("--requests and --duration: leave one of them out");
    options.count = *count;
    options.duration = absl::InfiniteDuration();
  }
  absl::Status status =
      Choose("--arrivals", absl::GetFlag(FLAGS_arrivals),
             {{"even", Spacing::kEven}, {"poisson", Spacing::kPoisson}}, options.spacing);
  status.Update(Choose("--worker-kind", absl::GetFlag(FLAGS_worker_kind),
                       {{"process", WorkerKind::kProcesses}, {"thread", WorkerKind::kThreads}},
                       options.worker_kind));
  if (status.ok()) status = HoldAsFlagsSay(options);
  if (status.ok()) status = AddStages(options);
  if (status.ok()) status = AddSources(options);
  if (status.ok()) {
    status = AddRequests(urls.empty() ? std::vector<std::string>{std::string(kArticlesUrl)} : urls,
                         options);
  }
  if (status.ok()) status = http::load::Check(options);
  if (!status.ok()) return status;
  return options;
}

absl::StatusOr<std::vector<net::Address>> AddressesOfServer(const LoadOptions& options) {
  const std::string path = absl::GetFlag(FLAGS_unix_socket);
  if (!path.empty()) {
    absl::StatusOr<net::Address> address = net::Address::Parse(absl::StrCat("unix:", path));
    if (!address.ok()) return address.status();
    return std::vector<net::Address>{*address};
  }
  const http::load::RequestBytes& request = options.requests.front();
  return net::ResolveNow(request.host, absl::StrCat(request.port));
}

absl::StatusOr<net::Address> ReachServer(const LoadOptions& options,
                                         const std::vector<net::Address>& addresses) {
  const net::ConnectResult reached =
      net::Connect(addresses, {}, net::Deadline::After(options.timeout));
  if (reached.outcome != net::ConnectOutcome::kConnected) return reached.error;
  return net::Address::Peer(reached.connection.get());
}

}  // namespace forklift::apps
