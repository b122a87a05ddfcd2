// LoopAcceptor accepts by an event loop, with the calm of net/acceptor.h where something is short.
//
// Owns the listener; borrows the loop. Never blocks. One object, one thread: the loop's.
#ifndef FORKLIFT_HTTP_SERVER_LOOP_ACCEPTOR_H_
#define FORKLIFT_HTTP_SERVER_LOOP_ACCEPTOR_H_

#include <stddef.h>

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/net/acceptor.h"
#include "forklift/net/deadline.h"
#include "forklift/net/event_loop.h"
#include "forklift/net/listener.h"
#include "forklift/net/poller.h"
#include "forklift/net/timer_queue.h"

namespace forklift::http::server {

// What to do after a connection was taken in.
enum class AfterServe {
  kNext,   // accept the next one
  kYield,  // first look at other things
  // First it is the others' turn who share the listener: the kernel wakes the process that has
  // waited for longest, and this goes to the end of that line, which costs two system calls.
  kEndTurn,
  kPause,  // something is short: accept no more for a moment
};

class LoopAcceptor {
 public:
  using OnAccept = absl::AnyInvocable<AfterServe(net::Accepted)>;

  // Accepts from now on, `batch` connections for each time that the loop looks. With `wakes` kOne,
  // of several loops that share the listener one is woken for a connection, and is the only one who
  // knows of it. Errors of EventLoop::Watch.
  static absl::StatusOr<std::unique_ptr<LoopAcceptor>> Create(net::EventLoop& loop,
                                                              net::Listener listener, int batch,
                                                              net::Wakes wakes, OnAccept on_accept);
  ~LoopAcceptor();
  LoopAcceptor(const LoopAcceptor&) = delete;
  LoopAcceptor& operator=(const LoopAcceptor&) = delete;

  // Takes in what is in the queue already, which closing the listener would reset, `most`
  // connections at most, and until `deadline`, as taking one in may block; closes the listener.
  void Drain(size_t most, net::Deadline deadline);

  // Leaves the queue to others, until it is called with true; but for a connection that the loop
  // has been woken for in this round.
  void SetAccepting(bool accepting);

  // Leaves the queue to others, and closes the listener; but for one connection that the loop may
  // have been woken for.
  void Leave();

  // Accepts no more.
  void Close();
  // Closes the copy of a forked child, which may do nothing else with this object.
  void CloseInChild() const { acceptor_.CloseInChild(); }
  bool closed() const { return acceptor_.closed(); }

  // An error where the listener will never accept again: then the loop was stopped.
  const absl::Status& status() const { return status_; }

 private:
  LoopAcceptor(net::EventLoop& loop, net::Listener listener, int batch, net::Wakes wakes,
               OnAccept on_accept);

  absl::Status Watch();
  void WatchAgain();
  void Accept();
  net::AfterAccept TakeIn(net::Accepted accepted);

  net::EventLoop& loop_;
  net::Acceptor acceptor_;
  const net::Wakes wakes_;
  bool accepting_ = true;
  bool turn_ends_ = false;
  OnAccept on_accept_;
  net::Registration registration_;  // none during a pause, and while it is not accepting
  net::TimerId pause_timer_;
  net::TimerId rest_timer_;  // from SetAccepting(false) to the end of the round
  absl::Status status_;
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_LOOP_ACCEPTOR_H_
