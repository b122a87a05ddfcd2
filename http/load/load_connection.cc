#include "forklift/http/load/load_connection.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "forklift/http/client_connection.h"
#include "forklift/http/limits.h"
#include "forklift/http/load/clock.h"
#include "forklift/http/load/connect_failure.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/load/request_bytes.h"
#include "forklift/net/connector.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/io.h"
#include "forklift/net/poller.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::load {
namespace {

// After a connection that failed, so that a server that is not there costs no processor.
constexpr Nanoseconds kRest = kSecond / 10;

// A client that measures takes what the server sends, as far as it has a length.
Limits LimitsOfClient() {
  Limits limits;
  limits.body = std::numeric_limits<uint64_t>::max();
  return limits;
}

// A nonce as it is sent: kNonceDigits digits.
std::string NonceText(uint64_t nonce) { return absl::StrCat(absl::Hex(nonce, absl::kZeroPad16)); }

}  // namespace

LoadConnection::LoadConnection(LoadContext& context, const std::optional<net::Address>& source)
    : context_(context), source_(source), ring_(context.options.pipeline) {}

void LoadConnection::Begin(Nanoseconds now) {
  if (context_.options.keep_alive) return Connect(now);
  Fill(now);
}

void LoadConnection::Connect(Nanoseconds now) {
  state_ = State::kConnecting;
  connector_.emplace(context_.options.server, net::ConnectOptions{.local = source_},
                     net::Deadline::After(context_.options.timeout));
  AdvanceConnect(now);
}

void LoadConnection::AdvanceConnect(Nanoseconds now) {
  registration_.Cancel();  // Advance may close the descriptor
  net::ConnectResult result = connector_->Advance();
  if (result.outcome == net::ConnectOutcome::kConnected)
    return OnConnected(std::move(result.connection), now);
  if (result.outcome != net::ConnectOutcome::kInProgress)
    return FailToConnect(ConnectFailure(result), now);
  if (connector_->fd() < 0) return;  // a Unix listener had no room: Sweep tries again
  absl::StatusOr<net::Registration> watched =
      context_.loop.Watch(connector_->fd(), net::Interest::kWrite,
                          [this](net::Readiness readiness) { OnReady(readiness); });
  if (!watched.ok()) return FailToConnect(Failure::kConnectFailed, now);
  registration_ = *std::move(watched);
}

void LoadConnection::OnConnected(net::UniqueFd socket, Nanoseconds now) {
  connector_.reset();
  socket_ = std::move(socket);
  absl::StatusOr<net::Registration> watched =
      context_.loop.Watch(socket_.get(), net::Interest::kRead,
                          [this](net::Readiness readiness) { OnReady(readiness); });
  if (!watched.ok()) return FailToConnect(Failure::kConnectFailed, now);
  registration_ = *std::move(watched);
  state_ = State::kOpen;
  context_.tally.connections.Add(1);
  context_.tally.open.Add(1);
  protocol_.emplace(LimitsOfClient());
  SendAgain(now);
  Fill(now);
}

// What was not answered, or has waited for the connection, goes first.
void LoadConnection::SendAgain(Nanoseconds now) {
  for (size_t i = 0; i < count_; ++i) {
    InFlight& request = ring_[(first_ + i) % ring_.size()];
    request.sent = now;
    Write(request);
  }
}

void LoadConnection::FailToConnect(Failure failure, Nanoseconds now) {
  Close();
  if (count_ > 0) {
    FailInFlight(failure, now);
  } else if (context_.work != nullptr) {  // a connection that fails costs the request it was for
    if (const auto due = context_.work->Take(now)) CountFailure(failure, *due, now);
  }
  state_ = State::kResting;
  rest_until_ = now + kRest;
}

void LoadConnection::Close() {
  if (state_ == State::kOpen) context_.tally.open.Remove(1);
  state_ = State::kClosed;
  registration_.Cancel();
  connector_.reset();
  socket_.reset();
  protocol_.reset();
  unsent_.clear();
  unsent_begin_ = 0;
  sending_waits_ = false;
  unparsed_.clear();
  response_begun_ = false;
  input_ended_ = false;
}

// Connects for what is still to be answered, or for the next request, once there is one.
void LoadConnection::BeginAnew(Nanoseconds now) {
  Close();
  if (count_ > 0) return Connect(now);
  Fill(now);
}

void LoadConnection::OnReady(net::Readiness readiness) {
  if (state_ == State::kConnecting) return AdvanceConnect(MonotonicNanoseconds());
  if (readiness.writable && sending_waits_) Send();
  if (readiness.readable) Receive();
}

void LoadConnection::Receive() {
  const size_t kept = unparsed_.size();
  CHECK_LT(kept, context_.buffer.size());
  std::copy(unparsed_.begin(), unparsed_.end(), context_.buffer.begin());
  const net::IoResult received = net::TryReceive(socket_.get(), context_.buffer.subspan(kept));
  const std::string_view input(context_.buffer.data(), kept + received.bytes);
  switch (received.outcome) {
    case net::IoOutcome::kNotReady:
      return;
    case net::IoOutcome::kOk:
      if (context_.measuring) context_.tally.received_bytes.Add(received.bytes);
      return Process(input, MonotonicNanoseconds());
    case net::IoOutcome::kEnd:
      input_ended_ = true;
      protocol_->EndOfInput();
      return Process(input, MonotonicNanoseconds());
    default:
      return FailAll(Failure::kReset, MonotonicNanoseconds());
  }
}

void LoadConnection::Process(std::string_view input, Nanoseconds now) {
  using Event = ClientConnection::Event;
  while (true) {
    const ClientConnection::Step step = protocol_->Next(input);
    input.remove_prefix(step.consumed);
    switch (step.event) {
      case Event::kNeedInput:
        unparsed_.assign(input);
        return Fill(now);
      case Event::kInterim:
        break;
      case Event::kResponse:
        CheckHead();
        break;
      case Event::kBody:
        CheckBody(step.data);
        break;
      case Event::kResponseEnd:
        response_begun_ = false;
        FinishFirst(now);
        if (context_.options.keep_alive && !protocol_->closes()) break;
        if (context_.measuring) context_.tally.sent_again.Add(count_);
        return BeginAnew(now);
      case Event::kError:
        return FailAll(input_ended_ ? Failure::kShortResponse : Failure::kBadResponse, now);
      case Event::kClose:
        return FailAll(Failure::kClosed, now);
    }
  }
}

void LoadConnection::CheckHead() {
  response_begun_ = true;
  status_ = static_cast<int>(protocol_->head().status);
  body_size_ = 0;
  body_differs_ = false;
  const std::string& nonce_header = context_.options.nonce_header;
  nonce_differs_ = !nonce_header.empty() &&
                   protocol_->head().fields.Find(nonce_header) != NonceText(first().nonce);
}

void LoadConnection::CheckBody(std::string_view piece) {
  const std::optional<std::string>& expected = context_.options.expected_body;
  if (expected) {
    const std::string_view rest =
        std::string_view(*expected).substr(std::min(body_size_, expected->size()));
    body_differs_ = body_differs_ || !absl::StartsWith(rest, piece);
  }
  body_size_ += piece.size();
}

void LoadConnection::Wake(Nanoseconds now) {
  is_idle_ = false;
  if (context_.measuring && context_.options.rate &&
      (state_ == State::kOpen || state_ == State::kClosed))
    context_.tally.AddLag(now - context_.work->NextDue());
  Fill(now);
}

void LoadConnection::Fill(Nanoseconds now) {
  const bool can_send = state_ == State::kOpen || state_ == State::kClosed;
  while (can_send && !spent_ && context_.work != nullptr && count_ < ring_.size()) {
    const std::optional<Nanoseconds> due = context_.work->Take(now);
    if (!due) break;
    Append(*due, now);
    if (state_ == State::kClosed) return Connect(now);
  }
  if (state_ == State::kOpen && !unsent_.empty() && !sending_waits_) Send();
  if (can_send && count_ == 0 && !is_idle_) {
    is_idle_ = true;
    context_.idle.push_back(this);
  }
}

void LoadConnection::Append(Nanoseconds due, Nanoseconds now) {
  const std::vector<RequestBytes>& requests = context_.options.requests;
  const RequestBytes& request = requests[context_.next_request];
  if (++context_.next_request == requests.size()) context_.next_request = 0;
  InFlight& in_flight = ring_[(first_ + count_) % ring_.size()];
  in_flight = {.due = due, .sent = now, .request = &request, .nonce = context_.next_nonce++};
  ++count_;
  ++context_.in_flight;
  spent_ = context_.options.hold;
  if (state_ == State::kOpen) Write(in_flight);  // else it is for SendAgain
}

void LoadConnection::Write(const InFlight& request) {
  const RequestBytes& bytes = *request.request;
  if (bytes.nonce > 0) {
    const size_t begin = unsent_.size() + bytes.nonce;
    unsent_ += bytes.bytes;
    unsent_.replace(begin, kNonceDigits, NonceText(request.nonce));
  } else {
    unsent_ += bytes.bytes;
  }
  protocol_->ExpectResponse(bytes.method);
}

void LoadConnection::Send() {
  const std::string_view rest = std::string_view(unsent_).substr(unsent_begin_);
  const net::IoResult sent = net::TrySend(socket_.get(), {rest});
  if (context_.measuring) context_.tally.sent_bytes.Add(sent.bytes);
  unsent_begin_ += sent.bytes;
  // Where the server has gone, what it has said before is still to be received, and its end.
  const bool failed =
      sent.outcome != net::IoOutcome::kOk && sent.outcome != net::IoOutcome::kNotReady;
  if (failed || unsent_begin_ == unsent_.size()) {
    unsent_.clear();
    unsent_begin_ = 0;
  }
  const bool waits = !unsent_.empty();
  if (waits == sending_waits_) return;
  sending_waits_ = waits;
  registration_.SetInterest(waits ? net::Interest::kReadOrWrite : net::Interest::kRead);
}

void LoadConnection::FinishFirst(Nanoseconds now) {
  const InFlight request = first();
  PopFirst();
  Tally& tally = context_.tally;
  if (request.due < context_.measure_from) return tally.warm_up.Add(1);
  const LoadOptions& options = context_.options;
  if (options.expected_status && status_ != *options.expected_status)
    return CountFailure(Failure::kUnexpectedStatus, request.due, now);
  if (options.expected_body && (body_differs_ || body_size_ != options.expected_body->size()))
    return CountFailure(Failure::kUnexpectedBody, request.due, now);
  if (nonce_differs_) return CountFailure(Failure::kOtherNonce, request.due, now);
  tally.AddAnswer(status_, now - request.due, now);
  if (options.rate) tally.service_time.Record(absl::Nanoseconds(now - request.sent));
  context_.timeline.AddAnswer(now, now - request.due);
}

void LoadConnection::CountFailure(Failure failure, Nanoseconds due, Nanoseconds now) {
  if (due < context_.measure_from) return;
  context_.tally.AddFailures(failure, 1, now);
  context_.timeline.AddFailures(1, now);
}

void LoadConnection::FailInFlight(Failure failure, Nanoseconds now) {
  while (count_ > 0) {
    CountFailure(failure, first().due, now);
    PopFirst();
  }
}

void LoadConnection::FailAll(Failure failure, Nanoseconds now) {
  FailInFlight(failure, now);
  BeginAnew(now);
}

void LoadConnection::Abort(Nanoseconds now) {
  FailInFlight(Failure::kInterrupted, now);
  Close();
}

void LoadConnection::PopFirst() {
  first_ = first_ + 1 == ring_.size() ? 0 : first_ + 1;
  --count_;
  --context_.in_flight;
}

void LoadConnection::Sweep(Nanoseconds now) {
  const Nanoseconds timeout = absl::ToInt64Nanoseconds(context_.options.timeout);
  if (state_ == State::kResting && now >= rest_until_) {
    BeginAnew(now);
  } else if (state_ == State::kConnecting) {
    if (connector_->deadline().expired()) AdvanceConnect(now);
  } else if (state_ == State::kOpen && count_ > 0 && now - first().sent >= timeout) {
    const bool begun = response_begun_ || !unparsed_.empty();
    FailAll(begun ? Failure::kResponseTimeout : Failure::kFirstByteTimeout, now);
  }
}

}  // namespace forklift::http::load
