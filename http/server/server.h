// Server is an HTTP/1.1 server as a whole: it keeps workers alive that serve by one of five
// concurrency models, and stops, reloads and upgrades them without losing a request.
//
// This process, the parent, never touches a connection: it forks the workers (proc/supervisor.h),
// which share the listeners, and handles signals:
//   TERM, QUIT, INT  stop gracefully (ServerOptions::drain); a second INT does not wait
//   HUP              replace the workers one by one; where the new ones fail, the old ones stay
//   USR1             reopen the access log
//   USR2             start the program anew with the same listeners, and stop once that is ready
//   TTIN, TTOU       one worker more, one less
// When it is killed, the workers end within a second, and the port is free.
//
// Owns the listeners, its signals and the workers. For a program with a single thread; one a
// process.
//
//   GreetingHandler handler;
//   absl::StatusOr<std::unique_ptr<Server>> server =
//       Server::Create({.model = Model::kEvent}, {.listeners = std::move(listeners)}, handler,
//       nullptr);
//   if (!server.ok()) return server.status();
//   return (*server)->Run([] { absl::PrintF("ready\n"); });
#ifndef FORKLIFT_HTTP_SERVER_SERVER_H_
#define FORKLIFT_HTTP_SERVER_SERVER_H_

#include <poll.h>
#include <stddef.h>

#include <memory>
#include <optional>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "forklift/http/log/access_log.h"
#include "forklift/http/server/connection_limit.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/server/service_notices.h"
#include "forklift/http/server/upgrade.h"
#include "forklift/net/deadline.h"
#include "forklift/net/listener.h"
#include "forklift/proc/notify.h"
#include "forklift/proc/supervisor.h"
#include "forklift/proc/worker_event.h"
#include "forklift/signals/received_signals.h"
#include "forklift/signals/self_pipe.h"

namespace forklift::http::server {

class Server {
 public:
  // Catches the signals. `handler` and `access_log`, which may be null, must outlive the server.
  // `upgrade` is what SIGUSR2 starts; without it that does nothing. kInvalidArgument for options
  // that make no sense, and where there is no listener; else errors of SelfPipe, Notifier and
  // Supervisor. No process is started yet.
  static absl::StatusOr<std::unique_ptr<Server>> Create(
      const ServerOptions& options, Inheritance inheritance, Handler& handler,
      log::AccessLog* access_log, std::optional<UpgradeCommand> upgrade = std::nullopt);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Serves until it is told to stop, and all has finished. `on_ready` is called once, when all
  // workers are ready, and then destroyed with what it holds, as it is in each worker. OK after a
  // stop; kFailedPrecondition where the application does not start (Handler::Start),
  // kResourceExhausted where workers keep failing at their start. No worker is left. To be called
  // once.
  absl::Status Run(absl::AnyInvocable<void()> on_ready);

  const std::vector<net::Listener>& listeners() const { return listeners_; }

 private:
  enum class Stage {
    kServing,
    kLameDuck,    // a stop was asked for
    kHandshakes,  // new clients are left unanswered, those that have begun are accepted still
    kDraining,
  };

  Server(const ServerOptions& options, Inheritance inheritance, Handler& handler,
         log::AccessLog* access_log, std::unique_ptr<ConnectionLimit> limit,
         std::unique_ptr<signals::SelfPipe> self_pipe, proc::Notifier notifier,
         std::optional<UpgradeCommand> upgrade);

  proc::Supervisor::WorkerBody Body();
  void OnEvent(const proc::WorkerEvent& event);
  void WaitForEvents();
  void HandleSignals(const signals::ReceivedSignals& signals);
  void BeReady();
  void Reload();
  void ReopenLog();
  void SetWorkers(size_t workers);
  void TellServing();
  void Upgrade();
  void AdvanceUpgrade();
  void EndSuccessor();
  void Stop();
  void AdvanceStop();
  void TurnAway();
  void Drain();
  bool stopping() const { return stage_ != Stage::kServing; }

  const ServerOptions options_;
  std::vector<net::Listener> listeners_;
  std::optional<Predecessor> predecessor_;  // until this server is ready
  Handler& handler_;
  log::AccessLog* const access_log_;
  const std::unique_ptr<ConnectionLimit> limit_;
  std::unique_ptr<signals::SelfPipe> self_pipe_;
  ServiceNotices notices_;
  const std::optional<UpgradeCommand> upgrade_command_;
  std::unique_ptr<proc::Supervisor> supervisor_;
  size_t workers_;

  absl::AnyInvocable<void()> on_ready_;   // until it was called
  std::unique_ptr<Successor> successor_;  // while one is starting, or is stopped with this one
  net::Deadline successor_until_ = net::Deadline::Infinite();
  std::vector<pollfd> poll_entries_;

  bool upgraded_ = false;     // a successor serves
  bool interrupted_ = false;  // by a SIGINT
  Stage stage_ = Stage::kServing;
  net::Deadline stage_until_ = net::Deadline::Infinite();  // when to AdvanceStop
  net::Deadline handshakes_until_ = net::Deadline::Infinite();
};

}  // namespace forklift::http::server

#endif  // FORKLIFT_HTTP_SERVER_SERVER_H_
