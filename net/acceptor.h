// Acceptor takes connections off a listener's queue, and stays calm when it cannot: without a
// descriptor or memory to accept with, it neither spins nor dies.
//
// When descriptors run out (EMFILE, ENFILE) it accepts with one that it keeps in reserve, a
// connection after the other, so that the clients in the queue do not hang: a server that hands
// connections to other processes serves them as ever, one that keeps them says that it is busy.
// Then, and whenever the system is short of something, it leaves the listener alone for a pause.
// What it meets it logs, once a second at most.
//
// Owns the listener and the reserve. Never blocks: poll fd() for readability, until deadline(),
// then call Accept. In a forked child call Close or CloseInChild. Not for signal handlers. One
// object, one thread.
//
//   Acceptor acceptor(*std::move(listener), {});
//   pollfd entry = {.fd = acceptor.fd(), .events = POLLIN, .revents = 0};
//   ::poll(&entry, 1, acceptor.deadline().PollTimeout());
//   absl::Status status = acceptor.Accept([&](Accepted accepted) {
//     Serve(std::move(accepted.connection));
//     return AfterAccept::kNext;
//   });
#ifndef FORKLIFT_NET_ACCEPTOR_H_
#define FORKLIFT_NET_ACCEPTOR_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "forklift/net/address.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/net/unique_fd.h"

namespace forklift::net {

struct AcceptorOptions {
  // Connections taken by one Accept at most, before the caller's loop looks at other things; at
  // least 1.
  int batch = 64;
  // How long a shortage leaves the listener alone; more than 0.
  absl::Duration pause = absl::Milliseconds(100);
};

struct Accepted {
  UniqueFd connection;          // non-blocking, CLOEXEC
  std::optional<Address> peer;  // unless Address cannot hold it
  // Accepted with the reserve's descriptor, which the next one needs: close this process's copy
  // before returning.
  bool on_reserve;
};

// What the caller wants after a connection: the next one, or a look at other things first.
enum class AfterAccept { kNext, kEndBatch };

class Acceptor {
 public:
  using OnAccept = absl::FunctionRef<AfterAccept(Accepted)>;

  // Without a descriptor for the reserve it goes on, and takes one when there is one.
  Acceptor(Listener listener, const AcceptorOptions& options);

  // To poll for readability; -1 during a pause and once closed.
  int fd() const { return paused() ? -1 : listener_.fd(); }

  // When a pause ends; infinite where there is none. To call Accept then at the latest.
  Deadline deadline() const { return paused_until_.value_or(Deadline::Infinite()); }

  // Hands what waits in the queue to `on_accept`, which may call Pause and Close. During a pause
  // does nothing; once its time is over, ends it first. An error says that the listener will never
  // accept again.
  absl::Status Accept(OnAccept on_accept);

  // Whether the last Accept has come to the end of the queue, rather than of its batch.
  bool drained() const { return drained_; }

  // Leaves the listener alone for a pause: the caller is short of something, processes perhaps.
  void Pause() { paused_until_ = Deadline::After(options_.pause); }
  // Ends the pause early: there is enough again.
  void Resume() { paused_until_.reset(); }
  bool paused() const { return paused_until_.has_value(); }

  const Listener& listener() const { return listener_; }
  bool closed() const { return listener_.fd() < 0; }

  // Closes this process's copy of the listener, and the reserve.
  void Close();
  // The same in a forked child that ends by _exit, without a destructor: writes to no memory, which
  // would have to be copied for it.
  void CloseInChild() const;

 private:
  absl::Status AcceptOnReserve(OnAccept on_accept);

  const AcceptorOptions options_;
  Listener listener_;
  UniqueFd reserve_;
  std::optional<Deadline> paused_until_;
  bool drained_ = false;
};

}  // namespace forklift::net

#endif  // FORKLIFT_NET_ACCEPTOR_H_
