#include "forklift/net/connector.h"

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <sys/socket.h>

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/endpoints.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/socket_options.h"
#include "forklift/net/unique_fd.h"
#include "forklift/net/wait_ready.h"

namespace forklift::net {
namespace {

// Between two looks at a full Unix backlog: short at first, as a live server empties it at once.
constexpr absl::Duration kFirstRetry = absl::Milliseconds(1);
constexpr absl::Duration kLongestRetry = absl::Milliseconds(50);

ConnectOutcome OutcomeOf(int error_number) {
  switch (error_number) {
    case ECONNREFUSED:
    case ECONNRESET:
    case ENOENT:
      return ConnectOutcome::kRefused;
    case ETIMEDOUT:
      return ConnectOutcome::kTimedOut;
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETDOWN:
    case ENETUNREACH:
      return ConnectOutcome::kUnreachable;
    case EADDRNOTAVAIL:
      return ConnectOutcome::kNoEphemeralPorts;
    default:
      return ConnectOutcome::kFailed;
  }
}

// What a person can do about it.
std::string_view Advice(int error_number) {
  switch (error_number) {
    case ENOENT:
      return "; no such path: is the server running?";
    case EADDRNOTAVAIL:
      return "; no ephemeral port is free: keep connections alive, or connect from more local "
             "addresses";
    default:
      return "";
  }
}

absl::Status WithAdvice(const absl::Status& error, std::string_view advice) {
  return absl::Status(error.code(), absl::StrCat(error.message(), advice));
}

}  // namespace

Connector::Connector(std::vector<Address> addresses, const ConnectOptions& options,
                     Deadline deadline)
    : addresses_(std::move(addresses)),
      options_(options),
      whole_(deadline),
      share_(deadline),
      retry_at_(deadline) {
  CHECK(!addresses_.empty()) << "Connector: no address to connect to";
  BeginAddress();
}

void Connector::BeginAddress() {
  const size_t left = addresses_.size() - current_;
  share_ = left == 1 ? whole_ : Deadline::After(whole_.Remaining() / static_cast<double>(left));
  retry_at_ = Deadline::After(absl::ZeroDuration());
  retry_delay_ = kFirstRetry;
  connecting_ = false;
  socket_.reset();
}

Deadline Connector::deadline() const { return connecting_ ? share_ : std::min(share_, retry_at_); }

ConnectResult Connector::Advance() {
  while (true) {
    CHECK(current_ < addresses_.size()) << "Connector::Advance after its last result";
    Attempt attempt = connecting_ ? Finish() : Start();
    if (attempt.outcome == ConnectOutcome::kInProgress && share_.expired()) {
      attempt = {ConnectOutcome::kTimedOut,
                 absl::DeadlineExceededError(absl::StrCat(
                     "connect ", address(),
                     connecting_ ? ": no answer in time" : ": its backlog stays full"))};
    }
    if (attempt.outcome == ConnectOutcome::kInProgress)
      return {attempt.outcome, UniqueFd(), absl::OkStatus()};
    if (attempt.outcome == ConnectOutcome::kConnected) {
      current_ = addresses_.size();
      connecting_ = false;
      return {attempt.outcome, std::move(socket_), absl::OkStatus()};
    }
    errors_ = errors_.ok()
                  ? attempt.error
                  : absl::Status(attempt.error.code(),
                                 absl::StrCat(errors_.message(), "; ", attempt.error.message()));
    ++current_;
    if (current_ == addresses_.size() || whole_.expired()) {
      current_ = addresses_.size();
      connecting_ = false;
      socket_.reset();
      return {attempt.outcome, UniqueFd(), errors_};
    }
    BeginAddress();
  }
}

Connector::Attempt Connector::Start() {
  if (!retry_at_.expired()) return {ConnectOutcome::kInProgress, absl::OkStatus()};
  if (!socket_.valid()) {
    Attempt opened = OpenSocket();
    if (!opened.error.ok()) return opened;
  }
  if (::connect(socket_.get(), address().native(), address().native_size()) == 0)
    return CheckConnected();
  const int error_number = errno;
  if (error_number == EINPROGRESS || error_number == EINTR) {
    connecting_ = true;
    return Finish();  // loopback may have answered already
  }
  if (error_number == EAGAIN && address().family() == AF_UNIX) {
    retry_at_ = Deadline::After(retry_delay_);
    retry_delay_ = std::min(retry_delay_ * 2, kLongestRetry);
    return {ConnectOutcome::kInProgress, absl::OkStatus()};
  }
  return Failure(error_number);
}

Connector::Attempt Connector::OpenSocket() {
  UniqueFd socket(::socket(address().family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) {
    return {ConnectOutcome::kFailed, PosixError(errno, absl::StrCat("socket for ", address()))};
  }
  if (address().family() != AF_UNIX) {
    SetNoDelay(socket.get(), true).IgnoreError();  // TCP works without it, if not as well
  }
  if (options_.receive_buffer) {
    const absl::Status set = SetReceiveBuffer(socket.get(), *options_.receive_buffer);
    if (!set.ok()) return {ConnectOutcome::kFailed, set};
  }
  if (options_.local) {
    const Address& local = *options_.local;
    if (local.family() != AF_UNIX && local.port() == 0) {
      SetBindAddressNoPort(socket.get(), true).IgnoreError();  // likewise
    }
    if (::bind(socket.get(), local.native(), local.native_size()) != 0) {
      const int error_number = errno;
      return {ConnectOutcome::kFailed,
              PosixError(error_number, absl::StrCat("bind ", local, " to connect to ", address()))};
    }
  }
  socket_ = std::move(socket);
  return {ConnectOutcome::kInProgress, absl::OkStatus()};
}

Connector::Attempt Connector::Finish() {
  const absl::StatusOr<bool> ready =
      WaitReady(socket_.get(), POLLOUT, Deadline::After(absl::ZeroDuration()));
  if (!ready.ok()) return {ConnectOutcome::kFailed, ready.status()};
  if (!*ready) return {ConnectOutcome::kInProgress, absl::OkStatus()};
  const int error_number = TakeSocketError(socket_.get());
  if (error_number != 0) return Failure(error_number);
  return CheckConnected();
}

Connector::Attempt Connector::CheckConnected() {
  if (address().family() == AF_UNIX) return {ConnectOutcome::kConnected, absl::OkStatus()};
  const absl::StatusOr<Endpoints> ends = Endpoints::Of(socket_.get());
  // It has been reset again since.
  if (!ends.ok()) return Failure(ECONNRESET);
  if (ends->local != ends->peer) return {ConnectOutcome::kConnected, absl::OkStatus()};
  // A port without a listener in the ephemeral range may be given to the very socket that connects
  // to it, and TCP's simultaneous open then connects it to itself. A reset frees the port at once
  // for the server to come; a plain close would leave it in TIME_WAIT.
  SetLinger(socket_.get(), absl::ZeroDuration()).IgnoreError();
  return {ConnectOutcome::kRefused,
          WithAdvice(PosixError(ECONNREFUSED, absl::StrCat("connect ", address())),
                     "; TCP had connected the socket to itself")};
}

Connector::Attempt Connector::Failure(int error_number) const {
  return {OutcomeOf(error_number),
          WithAdvice(PosixError(error_number, absl::StrCat("connect ", address())),
                     Advice(error_number))};
}

ConnectResult Connect(std::vector<Address> addresses, const ConnectOptions& options,
                      Deadline deadline) {
  Connector connector(std::move(addresses), options, deadline);
  while (true) {
    ConnectResult result = connector.Advance();
    if (result.outcome != ConnectOutcome::kInProgress) return result;
    const absl::StatusOr<bool> ready = WaitReady(connector.fd(), POLLOUT, connector.deadline());
    if (!ready.ok()) return {ConnectOutcome::kFailed, UniqueFd(), ready.status()};
  }
}

}  // namespace forklift::net
