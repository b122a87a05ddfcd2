// AttackConnection is one place of an attack: it connects, follows the script, counts how that
// ended, and connects anew; one step an interval.
//
// Driven by an event loop, never blocks. Owns its socket. One object, one thread. Stays where it
// is.
//
// Not for use outside an attack (attack.h).
#ifndef FORKLIFT_HTTP_LOAD_ATTACK_CONNECTION_H_
#define FORKLIFT_HTTP_LOAD_ATTACK_CONNECTION_H_

#include <stddef.h>
#include <stdint.h>

#include <optional>
#include <string>
#include <string_view>

#include "forklift/http/load/attack_options.h"
#include "forklift/http/load/attack_result.h"
#include "forklift/http/load/attack_script.h"
#include "forklift/http/load/clock.h"
#include "forklift/http/load/failure.h"
#include "forklift/http/parse_state.h"
#include "forklift/http/response_parser.h"
#include "forklift/net/address.h"
#include "forklift/net/connector.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/timer_queue.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::load {

// What the connections of an attack share.
struct AttackContext {
  const AttackOptions& options;
  const AttackScript& script;
  net::EventLoop& loop;
  AttackResult& result;
};

class AttackConnection {
 public:
  // From `source`, where that is set. Nothing happens before Begin.
  AttackConnection(AttackContext& context, const std::optional<net::Address>& source)
      : context_(context), source_(source) {}
  AttackConnection(const AttackConnection&) = delete;
  AttackConnection& operator=(const AttackConnection&) = delete;

  void Begin();

  // The attack is over: counts what there is, and closes it.
  void Finish();

 private:
  enum class State { kClosed, kConnecting, kOpen };

  void OnTimer();
  void OnReady(net::Readiness readiness);
  void TakeTurn();
  void WaitForTurn();

  void Connect();
  void AdvanceConnect();
  void OnConnected(net::UniqueFd socket);
  bool Watch(int fd, net::Interest interest);

  void Act();
  void Ask();
  size_t Send(std::string_view bytes);
  void Receive(size_t most);
  void ReadAnswer(std::string_view bytes);

  void Fail(Failure failure);
  void End(Failure failure);
  void Close();

  AttackContext& context_;
  const std::optional<net::Address> source_;
  State state_ = State::kClosed;
  net::TimerId timer_;
  net::Deadline next_turn_ = net::Deadline::Infinite();
  std::optional<net::Connector> connector_;
  net::UniqueFd socket_;
  net::Registration registration_;  // of the connector's or the socket's descriptor
  Nanoseconds opened_at_ = 0;

  uint64_t dripped_ = 0;
  size_t asked_ = 0;  // of script.asks
  bool cannot_send_ = false;

  std::string answer_;  // its head, until that is parsed
  ResponseParser parser_;
  ParseState answer_state_ = ParseState::kIncomplete;
  int status_ = 0;  // with kComplete
};

}  // namespace forklift::http::load

#endif  // FORKLIFT_HTTP_LOAD_ATTACK_CONNECTION_H_
