// Exchange carries a connection's requests to the handler and the responses back, over a transport
// that never waits: what all concurrency models have in common.
//
// It does what can be done at once and says what it waits for; when to wait, and how long, is the
// caller's (serve_connection.h for one connection, connections.h for many). Owns the buffers,
// which are larger than what a connection needs while it is idle: one exchange may serve one
// connection after another, and a connection may come back to another one at kIdle. Work may block,
// as the handler may; everything else never does. One thread at a time, which may change.
//
//   exchange.Attach(transport, peer, 0);
//   while (true) {
//     switch (exchange.Advance()) {
//       case Exchange::Wait::kIdle:
//       case Exchange::Wait::kInput: PollForReading(); exchange.SetReadable(); break;
//       case Exchange::Wait::kOutput: PollForWriting(); break;
//       case Exchange::Wait::kWork: exchange.Work(); break;
//       case Exchange::Wait::kClose: return exchange.Detach();
//       case Exchange::Wait::kLingeringClose:
//         net::LingerAndClose(std::move(socket), {});
//         return exchange.Detach();
//     }
//   }
#ifndef FORKLIFT_HTTP_SERVER_EXCHANGE_H_
#define FORKLIFT_HTTP_SERVER_EXCHANGE_H_

#include <stddef.h>
#include <stdint.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "forklift/http/limits.h"
#include "forklift/http/log/access_log.h"
#include "forklift/http/server/access_entry.h"
#include "forklift/http/server/call_handler.h"
#include "forklift/http/server/conversation.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/request_input.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/response_sender.h"
#include "forklift/http/server/timeouts.h"
#include "forklift/http/server/transport.h"
#include "forklift/http/server/worker_clock.h"
#include "forklift/http/server_connection.h"
#include "forklift/net/address.h"

namespace forklift::http::server {

// What the exchanges of a worker share. All must outlive them.
struct ExchangeContext {
  Limits limits;
  Handler* handler;
  WorkerClock* clock;
  log::AccessLog* access_log = nullptr;  // null: none
  Timeouts timeouts = {};                // for handlers that wait for their client
};

class Exchange {
 public:
  enum class Wait {
    kIdle,    // for the next request, nothing of which is here: the exchange may be detached
    kInput,   // until the transport has more to read
    kOutput,  // until it takes more
    kWork,    // for a call of Work
    kClose,   // the connection is done with
    kLingeringClose,  // likewise, so that the answer reaches a client that is still sending
    kIdleClose,  // likewise, unannounced: a request that comes meanwhile must find an end, no reset
  };

  explicit Exchange(const ExchangeContext& context);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Takes the memory for a usual request ahead, in one piece as far as may be: a forked child then
  // allocates nothing, and writes to fewer pages, each of which is one to copy.
  void Reserve();

  // Begins with a connection, or comes back to one that has had `requests` before. Both must
  // outlive its time here, which Detach ends.
  void Attach(Transport& transport, const net::Address& client, size_t requests);

  // Ends the connection's time here. A request that is in progress is logged as aborted, and
  // nothing of it is kept.
  void Detach();

  // The transport has something to read, or may have: the next Advance tries, once, so that a
  // client that sends without end leaves time for others. Attach implies it.
  void SetReadable() { readable_ = true; }

  // Does what can be done without waiting or working.
  Wait Advance();

  // Has the handler answer, or produce more of its answer. With kWork; then Advance. `alive` is
  // called whenever the handler has got on with its client (conversation.h).
  void Work(absl::FunctionRef<void()> alive = [] {});

  // The client's time is up, unless the next Advance finds that it has sent or taken something
  // after all, which the caller was too busy to see: then it is told 408 where a request had begun
  // and no answer had, and else cut off. After a wait of kIdle, kInput or kOutput.
  void TimeOut();

  // Refuses the connection: 503 before its first request. To be followed by Advance.
  void RefuseBusy();

  // The response at hand, or the next, is the connection's last; one that has had requests and has
  // none now closes, once SetReadable and Advance have found none. The first of a new one may be on
  // its way: whether it comes is for Patience.
  void Finish() { finishing_ = true; }

  // What a slow client is holding up.
  enum class Phase { kHead, kBody, kWork, kResponse };
  Phase phase() const;
  // Bytes moved, which grow as long as the client is not too slow.
  uint64_t received() const { return received_; }
  uint64_t sent() const { return sender_.sent(); }
  // That the connection has had.
  size_t requests() const { return requests_; }

 private:
  // What a handler gets for one call of Work.
  class HandlerConversation final : public Conversation {
   public:
    enum class State { kNotBegun, kBegun, kBrokenOff, kClientGone };

    HandlerConversation(Exchange& exchange, absl::FunctionRef<void()> alive)
        : exchange_(exchange), alive_(alive) {}

    net::Address LocalAddress() override { return exchange_.transport_->LocalAddress(); }
    std::optional<std::string_view> ReadBody() override;
    bool BeginResponse(std::optional<uint64_t> size) override;
    bool Write(std::string_view piece) override;
    void BreakOff() override;

    State state() const { return state_; }
    bool body_failed() const { return body_failed_; }

   private:
    bool ReceiveMore();
    bool SendPending();
    bool WaitFor(Transport::For what, absl::Duration timeout, uint64_t moved);
    bool LoseClient();

    Exchange& exchange_;
    const absl::FunctionRef<void()> alive_;
    State state_ = State::kNotBegun;
    bool body_failed_ = false;
    absl::Duration waited_ = absl::ZeroDuration();  // for the client, in all
  };

  enum class Stage { kReceiving, kWorking, kAnswered, kSending, kClosing };

  std::optional<Wait> Receive();
  std::optional<Wait> ReceiveMore();
  void OnNothingReceived(bool between_requests);
  std::optional<Wait> Send();
  ResponseSender::State SendMore();
  Wait Close();

  void OnRequest();
  void OnBody(std::string_view piece);
  void KeepPiece();
  void RespondError();
  void RespondFailure(HandlerOutcome outcome);
  void RespondHandled(const HandlerConversation& conversation, HandlerOutcome outcome);
  void Respond();
  bool BeginResponse(std::string_view date);
  void OnResponseSent();
  void EndRequest();
  std::nullopt_t Abort();
  void LogAborted();
  Request RequestView(std::string_view body, Conversation* conversation) const;

  const ExchangeContext context_;
  ServerConnection protocol_;
  ResponseSender sender_;
  Response response_;

  // The connection's.
  Transport* transport_ = nullptr;
  const net::Address* client_ = nullptr;
  size_t requests_ = 0;
  uint64_t received_ = 0;
  Stage stage_ = Stage::kReceiving;
  Wait wait_ = Wait::kIdle;              // what the last Advance said
  std::atomic<bool> finishing_ = false;  // set while a handler runs in another thread, too
  bool input_ended_ = false;             // the client has sent its end
  bool readable_ = false;
  bool overdue_ = false;        // the client's time is up
  bool more_may_come_ = false;  // of a body, or a request of a client that expects to go on
  bool broken_ = false;         // nothing can be sent any more
  bool unasked_ = false;        // the connection ends though the client wants it to go on

  RequestInput input_;

  // The request's.
  std::unique_ptr<BodyConsumer> consumer_;
  AccessEntry entry_;
  std::string body_;        // without `piece_`
  std::string_view piece_;  // which lies in the input: mostly all of the body
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_EXCHANGE_H_
