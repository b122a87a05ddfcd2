#include "forklift/http/load/attack_connection.h"

#include <stddef.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/load/clock.h"
#include "forklift/http/load/connect_failure.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/parse_state.h"
#include "forklift/net/connector.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/io.h"
#include "forklift/net/poller.h"
#include "forklift/net/socket_options.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::load {
namespace {

// A server that takes all that it is asked, and answers to none of it, is not asked without end.
constexpr size_t kMostAskedInATurn = 1024 * 1024;

}  // namespace

void AttackConnection::Begin() {
  TakeTurn();
  WaitForTurn();
}

void AttackConnection::Finish() {
  if (state_ == State::kOpen) ++context_.result.held;
  if (state_ == State::kConnecting) ++context_.result.connecting;
  Close();
  context_.loop.timers().Cancel(timer_);
}

void AttackConnection::OnTimer() {
  if (state_ == State::kConnecting) {
    AdvanceConnect();
  } else {
    TakeTurn();
  }
  WaitForTurn();
}

void AttackConnection::TakeTurn() {
  next_turn_ = net::Deadline::After(context_.options.interval);
  if (state_ == State::kClosed) return Connect();
  Act();
}

void AttackConnection::WaitForTurn() {
  const net::Deadline deadline = state_ == State::kConnecting ? connector_->deadline() : next_turn_;
  net::TimerQueue& timers = context_.loop.timers();
  if (!timers.Move(timer_, deadline)) timer_ = timers.Add(deadline, [this] { OnTimer(); });
}

void AttackConnection::Connect() {
  state_ = State::kConnecting;
  connector_.emplace(
      context_.options.server,
      net::ConnectOptions{.local = source_, .receive_buffer = context_.script.receive_buffer},
      net::Deadline::After(context_.options.timeout));
  AdvanceConnect();
}

void AttackConnection::AdvanceConnect() {
  registration_.Cancel();  // of a descriptor that the connector may close now
  net::ConnectResult result = connector_->Advance();
  if (result.outcome == net::ConnectOutcome::kConnected)
    return OnConnected(std::move(result.connection));
  if (result.outcome != net::ConnectOutcome::kInProgress) return Fail(ConnectFailure(result));
  // Without a descriptor, a Unix listener had no room: the timer tries again.
  if (connector_->fd() >= 0 && !Watch(connector_->fd(), net::Interest::kWrite))
    Fail(Failure::kConnectFailed);
}

void AttackConnection::OnConnected(net::UniqueFd socket) {
  connector_.reset();
  socket_ = std::move(socket);
  // A slow reader does not want to hear of what there is to read.
  if (context_.script.asks.empty() && !Watch(socket_.get(), net::Interest::kRead))
    return Fail(Failure::kConnectFailed);
  state_ = State::kOpen;
  opened_at_ = MonotonicNanoseconds();
  ++context_.result.opened;
  if (!context_.script.at_once.empty()) Send(context_.script.at_once);
  switch (context_.script.then) {
    case AttackScript::Then::kStay:
      return Act();
    case AttackScript::Then::kFinishSending:
      ::shutdown(socket_.get(), SHUT_WR);  // fails where the server was faster, which is read next
      return;
    case AttackScript::Then::kReset:
      net::SetLinger(socket_.get(), absl::ZeroDuration()).IgnoreError();  // or the end is a FIN
      ++context_.result.reset_here;
      return Close();
  }
}

bool AttackConnection::Watch(int fd, net::Interest interest) {
  absl::StatusOr<net::Registration> watched =
      context_.loop.Watch(fd, interest, [this](net::Readiness readiness) { OnReady(readiness); });
  if (!watched.ok()) return false;
  registration_ = *std::move(watched);
  return true;
}

void AttackConnection::OnReady(net::Readiness readiness) {
  if (state_ == State::kConnecting) {
    AdvanceConnect();
    WaitForTurn();
  } else if (readiness.readable) {
    constexpr size_t kAll = 16 * 1024;
    Receive(kAll);
  }
}

void AttackConnection::Act() {
  if (!context_.script.asks.empty()) return Ask();
  const std::optional<char> byte = context_.script.Drip(dripped_);
  if (byte) dripped_ += Send(std::string_view(&*byte, 1));
}

void AttackConnection::Ask() {
  const std::string_view asks = context_.script.asks;
  for (size_t sent_now = 0; sent_now < kMostAskedInATurn;) {
    const size_t sent = Send(asks.substr(asked_));
    if (sent == 0) break;
    sent_now += sent;
    asked_ = (asked_ + sent) % asks.size();
  }
  if (cannot_send_) return End(Failure::kReset);  // what is left to read is not wanted
  Receive(1);
}

size_t AttackConnection::Send(std::string_view bytes) {
  if (cannot_send_) return 0;
  const net::IoResult sent = net::TrySend(socket_.get(), {bytes});
  // Where the server has gone, what it has said before is still to be received, and its end.
  cannot_send_ = sent.outcome != net::IoOutcome::kOk && sent.outcome != net::IoOutcome::kNotReady;
  context_.result.sent_bytes += sent.bytes;
  return sent.bytes;
}

void AttackConnection::Receive(size_t most) {
  std::array<char, 16 * 1024> buffer;
  const net::IoResult received =
      net::TryReceive(socket_.get(), absl::MakeSpan(buffer).first(std::min(most, buffer.size())));
  switch (received.outcome) {
    case net::IoOutcome::kNotReady:
      return;
    case net::IoOutcome::kOk:
      context_.result.received_bytes += received.bytes;
      return ReadAnswer(std::string_view(buffer.data(), received.bytes));
    case net::IoOutcome::kEnd:  // also of a reset that a send was told of
      return End(cannot_send_ ? Failure::kReset : Failure::kClosed);
    default:
      return End(Failure::kReset);
  }
}

void AttackConnection::ReadAnswer(std::string_view bytes) {
  if (!context_.script.asks.empty() || answer_state_ != ParseState::kIncomplete) return;
  answer_ += bytes;
  answer_state_ = parser_.Parse(answer_);
  if (answer_state_ == ParseState::kComplete) status_ = static_cast<int>(parser_.head().status);
}

void AttackConnection::Fail(Failure failure) {
  ++context_.result.failures[failure];
  Close();
}

void AttackConnection::End(Failure failure) {
  if (answer_state_ == ParseState::kComplete) {
    ++context_.result.statuses[status_];
    return Close();
  }
  if (answer_state_ == ParseState::kError) return Fail(Failure::kBadResponse);
  Fail(answer_.empty() ? failure : Failure::kShortResponse);
}

void AttackConnection::Close() {
  if (state_ == State::kOpen) {
    context_.result.held_for->Record(absl::Nanoseconds(MonotonicNanoseconds() - opened_at_));
  }
  state_ = State::kClosed;
  registration_.Cancel();
  connector_.reset();
  socket_.reset();
  dripped_ = 0;
  asked_ = 0;
  cannot_send_ = false;
  answer_.clear();
  parser_.Reset();
  answer_state_ = ParseState::kIncomplete;
}

}  // namespace forklift::http::load
