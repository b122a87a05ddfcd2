#include "forklift/apps/server_flags.h"

#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/log_severity.h"
#include "absl/flags/flag.h"
#include "absl/log/globals.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "forklift/apps/command_line.h"
#include "forklift/apps/listeners.h"
#include "forklift/http/log/access_format.h"
#include "forklift/http/log/access_log.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/server/upgrade.h"
#include "forklift/net/unique_fd.h"

ABSL_FLAG(std::vector<std::string>, bind, {"127.0.0.1:8888"},
          "list of IPV4:PORT, [IPV6]:PORT, unix:PATH, unix:@NAME, fd:N or, from inetd, fd:0");
ABSL_FLAG(std::optional<uint16_t>, port, std::nullopt, "instead of --bind's; 0 takes a free one");
ABSL_FLAG(std::string, model, "fork", "who serves: iterative, fork, prefork, thread or event");
ABSL_FLAG(size_t, workers, 0, "processes that accept; 0: one for each CPU in prefork and event");
ABSL_FLAG(size_t, threads, 4, "that run handlers, of each worker in the thread model");
ABSL_FLAG(int, backlog, 1024, "connections that may wait to be accepted");
ABSL_FLAG(size_t, max_connections, 1024, "served at once; further clients are told 503");
ABSL_FLAG(size_t, max_connections_per_ip, 0,
          "of one IPv4 address or IPv6 /64, in each worker; 0: no limit");

ABSL_FLAG(absl::Duration, header_timeout, absl::Seconds(10), "for a request's head to arrive");
ABSL_FLAG(absl::Duration, body_timeout, absl::Seconds(30), "for more of a request's body");
ABSL_FLAG(absl::Duration, write_timeout, absl::Seconds(30), "for the client to take more");
ABSL_FLAG(absl::Duration, keep_alive, absl::Seconds(15), "for the next request");
ABSL_FLAG(absl::Duration, request_timeout, absl::Seconds(30), "for a handler; then it is killed");
ABSL_FLAG(double, min_rate, 500, "bytes/s that a body must move after its first timeout; 0: any");

ABSL_FLAG(size_t, keep_alive_requests, 1000, "of one connection");
ABSL_FLAG(size_t, limit_request_line, 8192, "bytes");
ABSL_FLAG(size_t, limit_request_fields, 100, "lines");
ABSL_FLAG(size_t, limit_request_field_size, 8192, "bytes of a line");
ABSL_FLAG(size_t, limit_header_bytes, 64 * 1024, "of a request's head");
ABSL_FLAG(uint64_t, max_body, 1024 * 1024, "bytes of a request's body");

ABSL_FLAG(uint64_t, max_requests, 0, "after which a worker is replaced; 0: never");
ABSL_FLAG(uint64_t, max_requests_jitter, 0, "up to so many requests more, at random");
ABSL_FLAG(absl::Duration, lameduck, absl::ZeroDuration(), "to go on at a stop, before the drain");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(25), "for connections to finish at a stop");
ABSL_FLAG(absl::Duration, kill_timeout, absl::Seconds(5), "from the drain's end to SIGKILL");

ABSL_FLAG(std::string, access_log, "-", "file, - for standard output, or off");
ABSL_FLAG(std::string, access_log_format, "combined", "common, combined or json");

ABSL_FLAG(std::string, log_level, "info",
          "debug, info, warning or error: what the log on standard error has at the least");

ABSL_FLAG(bool, check_config, false, "say whether the flags make sense, and exit");
ABSL_FLAG(std::string, port_file, "", "file to write the port to, once ready");
ABSL_FLAG(std::optional<int>, ready_fd, std::nullopt,
          "descriptor to write a line end to, once ready");

namespace forklift::apps {
namespace {

absl::StatusOr<http::log::AccessLogOptions> AccessLogOptionsOfFlags() {
  using http::log::AccessFormat;
  http::log::AccessLogOptions options = {.path = absl::GetFlag(FLAGS_access_log)};
  const std::string format = absl::GetFlag(FLAGS_access_log_format);
  if (format == "common") {
    options.format = AccessFormat::kCommon;
  } else if (format == "json") {
    options.format = AccessFormat::kJson;
  } else if (format != "combined") {
    return absl::InvalidArgumentError(
        absl::StrCat("--access-log-format must be common, combined or json, not '",
                     absl::CHexEscape(format), "'"));
  }
  return options;
}

}  // namespace

absl::StatusOr<http::server::ServerOptions> ServerOptionsOfFlags() {
  const std::string name = absl::GetFlag(FLAGS_model);
  const std::optional<http::server::Model> model = http::server::ParseModel(name);
  if (!model) {
    return absl::InvalidArgumentError(
        absl::StrCat("--model must be iterative, fork, prefork, thread or event, not '",
                     absl::CHexEscape(name), "'"));
  }
  const http::server::ServerOptions options = {
      .model = *model,
      .workers = absl::GetFlag(FLAGS_workers),
      .threads = absl::GetFlag(FLAGS_threads),
      .listener = {.backlog = absl::GetFlag(FLAGS_backlog)},
      .max_connections = absl::GetFlag(FLAGS_max_connections),
      .max_connections_per_client = absl::GetFlag(FLAGS_max_connections_per_ip),
      .limits = {.start_line = absl::GetFlag(FLAGS_limit_request_line),
                 .field_line = absl::GetFlag(FLAGS_limit_request_field_size),
                 .fields = absl::GetFlag(FLAGS_limit_request_fields),
                 .head = absl::GetFlag(FLAGS_limit_header_bytes),
                 .body = absl::GetFlag(FLAGS_max_body),
                 .requests = absl::GetFlag(FLAGS_keep_alive_requests)},
      .timeouts = {.header = absl::GetFlag(FLAGS_header_timeout),
                   .body = absl::GetFlag(FLAGS_body_timeout),
                   .write = absl::GetFlag(FLAGS_write_timeout),
                   .keep_alive = absl::GetFlag(FLAGS_keep_alive),
                   .request = absl::GetFlag(FLAGS_request_timeout),
                   .min_rate = absl::GetFlag(FLAGS_min_rate)},
      .max_requests = absl::GetFlag(FLAGS_max_requests),
      .max_requests_jitter = absl::GetFlag(FLAGS_max_requests_jitter),
      .lameduck = absl::GetFlag(FLAGS_lameduck),
      .drain = absl::GetFlag(FLAGS_drain_timeout),
      .kill = absl::GetFlag(FLAGS_kill_timeout)};
  const absl::Status checked = http::server::Check(options);
  if (!checked.ok()) return checked;
  return options;
}

std::optional<int> CheckOfFlags(std::string_view program) {
  if (!absl::GetFlag(FLAGS_check_config)) return std::nullopt;
  absl::Status status = CheckBind(absl::GetFlag(FLAGS_bind), absl::GetFlag(FLAGS_port));
  status.Update(ReadinessOfFlags({}).status());
  const absl::StatusOr<http::log::AccessLogOptions> access_log = AccessLogOptionsOfFlags();
  status.Update(access_log.ok() ? http::log::AccessLog::Check(*access_log) : access_log.status());
  if (!status.ok()) return Complain(program, status);
  absl::PrintF("the flags make sense\n");
  return ::fflush(stdout) == 0 ? kExitSuccess : kExitFailure;
}

absl::Status SetLogLevelOfFlags() {
  const std::string level = absl::GetFlag(FLAGS_log_level);
  absl::LogSeverityAtLeast least = absl::LogSeverityAtLeast::kInfo;
  if (level == "debug") {
    absl::SetGlobalVLogLevel(1);
  } else if (level == "warning") {
    least = absl::LogSeverityAtLeast::kWarning;
  } else if (level == "error") {
    least = absl::LogSeverityAtLeast::kError;
  } else if (level != "info") {
    return absl::InvalidArgumentError(absl::StrCat(
        "--log-level must be debug, info, warning or error, not '", absl::CHexEscape(level), "'"));
  }
  absl::SetMinLogLevel(least);
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<http::log::AccessLog>> AccessLogOfFlags() {
  const absl::StatusOr<http::log::AccessLogOptions> options = AccessLogOptionsOfFlags();
  if (!options.ok()) return options.status();
  if (options->path == "off") return nullptr;
  return http::log::AccessLog::Open(*options);
}

absl::StatusOr<http::server::Inheritance> ListenersOfFlags() {
  return OpenListeners(absl::GetFlag(FLAGS_bind), absl::GetFlag(FLAGS_port),
                       {.backlog = absl::GetFlag(FLAGS_backlog)});
}

absl::StatusOr<ReadinessOptions> ReadinessOfFlags(const http::server::Inheritance& inheritance) {
  ReadinessOptions options = {.port_file = absl::GetFlag(FLAGS_port_file), .ready_fd = {}};
  const std::optional<int> ready_fd = absl::GetFlag(FLAGS_ready_fd);
  const bool is_successor = inheritance.predecessor.has_value();
  if (!ready_fd || is_successor) return options;
  // What this program has opened itself is CLOEXEC.
  const int flags = *ready_fd > STDERR_FILENO ? ::fcntl(*ready_fd, F_GETFD) : -1;
  if (flags < 0 || (flags & FD_CLOEXEC) != 0 || ::fcntl(*ready_fd, F_SETFD, FD_CLOEXEC) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("--ready-fd=", *ready_fd, ": not a descriptor above 2 that is open"));
  }
  options.ready_fd = net::UniqueFd(*ready_fd);
  return options;
}

}  // namespace forklift::apps
