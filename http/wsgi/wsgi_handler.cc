#include "forklift/http/wsgi/wsgi_handler.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <memory>
#include <string_view>
#include <system_error>
#include <utility>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/server_options.h"
#include "forklift/http/status_code.h"
#include "forklift/http/wsgi/application.h"
#include "forklift/http/wsgi/application_call.h"
#include "forklift/http/wsgi/application_processes.h"
#include "forklift/http/wsgi/body_spool.h"
#include "forklift/http/wsgi/gil.h"
#include "forklift/http/wsgi/hang_report.h"
#include "forklift/http/wsgi/interpreter.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/python.h"
#include "forklift/http/wsgi/traceback.h"
#include "forklift/net/posix_error.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::wsgi {
namespace {

absl::Status CheckSingleThread() {
  std::error_code error;
  const auto threads = std::distance(std::filesystem::directory_iterator("/proc/self/task", error),
                                     std::filesystem::directory_iterator());
  if (threads <= 1) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "the application has started ", threads - 1, threads == 2 ? " thread" : " threads",
      " while it was imported, which a fork would not copy: serve it with --model=prefork and "
      "without --preload, or have the thread start later (numerical libraries: "
      "OPENBLAS_NUM_THREADS=1)"));
}

// What is there by now stays: the collector need not look at it again, nor write to its pages,
// which processes share after a fork.
bool Freeze() {
  const ObjectRef gc = ObjectRef::Steal(PyImport_ImportModule("gc"));
  return gc && ObjectRef::Steal(PyObject_CallMethod(gc.get(), "collect", nullptr)) &&
         ObjectRef::Steal(PyObject_CallMethod(gc.get(), "freeze", nullptr));
}

absl::Status PythonError(std::string_view what) {
  return absl::InternalError(absl::StrCat(what, ":\n", TakeTraceback()));
}

}  // namespace

// A request with a body, which is taken before the application is called, unless the client waits
// to be asked for it.
class WsgiHandler::Body final : public server::BodyConsumer {
 public:
  Body(WsgiHandler& handler, bool held_back) : handler_(handler), held_back_(held_back) {}

  bool wants_body() const override { return !held_back_; }
  bool Consume(std::string_view piece) override { return spool_.Append(piece); }
  void Finish(const server::Request& request, server::Response& response) override {
    if (!spool_.status().ok()) {
      LOG_EVERY_N_SEC(ERROR, 1) << spool_.status().message() << "; answering 503";
      response.SetError(StatusCode::kServiceUnavailable, "the server cannot keep the request");
      return;
    }
    handler_.caller_->Call(request, held_back_ ? nullptr : &spool_, response);
  }

 private:
  WsgiHandler& handler_;
  const bool held_back_;
  BodySpool spool_;
};

WsgiHandler::~WsgiHandler() {
  if (caller_ != nullptr) WsgiHandler::Stop();
}

absl::Status WsgiHandler::StartPython() {
  absl::Status status = EnterFolder(options_.interpreter.folder);
  if (status.ok()) status = StartInterpreter(options_.interpreter);
  if (status.ok() && !WatchForks()) status = PythonError("os.register_at_fork");
  return status;
}

absl::Status WsgiHandler::Load() {
  absl::StatusOr<ObjectRef> application = LoadApplication(options_.application);
  if (!application.ok()) return application.status();
  auto caller = ApplicationCaller::Create(*std::move(application), options_.environ);
  if (!caller.ok()) return caller.status();
  caller_ = *std::move(caller);
  return absl::OkStatus();
}

absl::Status WsgiHandler::Preload() {
  // What starts the next version of the program works where this one was started.
  const net::UniqueFd before(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  absl::Status status = StartPython();
  if (status.ok()) status = Load();
  if (before.valid() && ::fchdir(before.get()) != 0) {
    status.Update(net::PosixError(errno, "fchdir to where the program was started"));
  }
  if (status.ok()) status = CheckSingleThread();
  if (status.ok() && !Freeze()) status = PythonError("gc.freeze");
  if (!status.ok()) {
    caller_.reset();  // nothing is left to stop: that would wait for the application's threads
    return status;
  }
  ReleaseGil();
  return status;
}

absl::Status WsgiHandler::Start() {
  const bool preloaded = caller_ != nullptr;
  absl::Status status = preloaded ? EnterFolder(options_.interpreter.folder) : StartPython();
  if (!status.ok()) return status;
  if (preloaded) AcquireGil();
  started_ = true;
  CatchIgnoredSignals();
  // Before the import: what the application does with SIGALRM then is its own. The fork model uses
  // that itself, and reports in each child.
  const bool forks = options_.model == server::Model::kFork;
  if (!forks && !ReportHangs(AfterReport::kGoOn)) status = PythonError("faulthandler");
  if (status.ok() && !preloaded) status = Load();
  if (status.ok() && forks) status = CheckSingleThread();
  if (status.ok() && forks && !Freeze()) status = PythonError("gc.freeze");
  if (!status.ok()) caller_.reset();
  ReleaseGil();
  return status;
}

void WsgiHandler::Stop() {
  AcquireGil();
  if (serves_connection_) {
    FlushOutput();  // the rest goes with the process
    return;
  }
  caller_.reset();
  StopInterpreter();
}

void WsgiHandler::BeforeFork() {
  if (caller_ == nullptr) return;
  AcquireGil();
  BeginServersFork();
  PyOS_BeforeFork();
}

void WsgiHandler::AfterForkInParent() {
  if (caller_ == nullptr) return;
  PyOS_AfterFork_Parent();
  EndServersFork();
  ReleaseGil();
}

void WsgiHandler::AfterForkInChild() {
  if (caller_ == nullptr) return;
  PyOS_AfterFork_Child();
  EndServersFork();
  CatchIgnoredSignals();
  serves_connection_ = started_;
  if (serves_connection_ && !ReportHangs(AfterReport::kDie)) LOG(ERROR) << TakeTraceback();
  ReleaseGil();
}

void WsgiHandler::Handle(const server::Request& request, server::Response& response) {
  caller_->Call(request, nullptr, response);
}

std::unique_ptr<server::BodyConsumer> WsgiHandler::ConsumeBody(const server::Request& request) {
  return std::make_unique<Body>(*this, request.message.expects_continue);
}

}  // namespace forklift::http::wsgi
