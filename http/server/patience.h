// Patience decides how long to wait for a client: until when it must have sent, or taken, more.
//
// A few words of memory for each connection. Pure but for the clock of net::Deadline. One object,
// one connection.
//
//   const Exchange::Wait wait = exchange.Advance();
//   patience.Update(timeouts, wait, exchange);
//   if (!WaitReady(fd, events, patience.deadline())) exchange.TimeOut();
#ifndef FORKLIFT_HTTP_SERVER_PATIENCE_H_
#define FORKLIFT_HTTP_SERVER_PATIENCE_H_

#include <stdint.h>

#include "absl/time/time.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/timeouts.h"
#include "forklift/net/deadline.h"

namespace forklift::http::server {

class Patience {
 public:
  // The first head is to come within the timeout for it; to call once, when a connection begins to
  // wait before its exchange is attached.
  void Begin(const Timeouts& timeouts);

  // To call after each Advance of a connection, with what it waits for now; before Work, too.
  void Update(const Timeouts& timeouts, Exchange::Wait wait, const Exchange& exchange);

  // The server stops: a client that has connected, and said nothing yet, has little more time.
  void Hurry(const Exchange& exchange);

  // When the client's time is up; infinite while it keeps nobody waiting.
  net::Deadline deadline() const { return deadline_; }

 private:
  enum class Kind : uint8_t { kNothing, kIdle, kHead, kBody, kResponse };
  static Kind KindOf(Exchange::Wait wait, const Exchange& exchange);

  // The client waits for the handler, in the middle of a response.
  void Pause(double min_rate);
  // For what goes on as long as it moves bytes: `moved` of them so far.
  void ExpectProgress(bool begins, absl::Duration timeout, double min_rate, uint64_t moved);

  // When the client will have been slower than `min_rate`.
  net::Deadline RateDeadline(double min_rate) const;

  Kind kind_ = Kind::kNothing;
  bool paused_ = false;
  net::Deadline deadline_ = net::Deadline::Infinite();
  net::Deadline rate_from_ = net::Deadline::Infinite();  // when the rate begins to count
  absl::Duration rate_left_ = absl::ZeroDuration();      // from the end of a pause until then
  uint64_t moved_at_begin_ = 0;
  uint64_t moved_ = 0;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_PATIENCE_H_
