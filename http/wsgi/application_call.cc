#include "forklift/http/wsgi/application_call.h"

#include <stdint.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/log.h"
#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "forklift/http/body_framing.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/response.h"
#include "forklift/http/wsgi/answer.h"
#include "forklift/http/wsgi/application_processes.h"
#include "forklift/http/wsgi/body_spool.h"
#include "forklift/http/wsgi/environ.h"
#include "forklift/http/wsgi/file_region.h"
#include "forklift/http/wsgi/gil.h"
#include "forklift/http/wsgi/input.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/python.h"
#include "forklift/http/wsgi/running_requests.h"
#include "forklift/http/wsgi/start_response.h"
#include "forklift/http/wsgi/traceback.h"

namespace forklift::http::wsgi {
namespace {

using Outcome = Answer::Outcome;

// Each exception is the application's, and none ends the server: SystemExit neither.
void LogException(const server::Request& request, std::string_view what) {
  LOG(ERROR) << absl::CHexEscape(request.message.head.method.substr(0, 32)) << " "
             << absl::CHexEscape(request.message.head.target) << " of " << request.client.ToString()
             << ": the application " << what << "\n"
             << TakeTraceback();
}

bool IsBytes(PyObject* block) {
  if (PyBytes_Check(block)) return true;
  PyErr_Format(PyExc_TypeError, "the application's content must be of bytes, not %R", block);
  return false;
}

// All at once: PEP 3333 wants no delay, and nothing has to be waited for.
Outcome SendSequence(PyObject* result, Answer& answer) {
  // A list may be changed by another thread while the client is waited for.
  const ObjectRef tuple = ObjectRef::Steal(PySequence_Tuple(result));
  if (!tuple) return Outcome::kFailed;
  PyObject* const* const blocks = PySequence_Fast_ITEMS(tuple.get());
  const auto count = static_cast<size_t>(PyTuple_GET_SIZE(tuple.get()));
  uint64_t size = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!IsBytes(blocks[i])) return Outcome::kFailed;
    size += static_cast<uint64_t>(PyBytes_GET_SIZE(blocks[i]));
  }
  return answer.WriteAll(absl::MakeConstSpan(blocks, count), size);
}

Outcome SendIterable(PyObject* result, Answer& answer) {
  const ObjectRef iterator = ObjectRef::Steal(PyObject_GetIter(result));
  if (!iterator) return Outcome::kFailed;
  while (const ObjectRef block = ObjectRef::Steal(PyIter_Next(iterator.get()))) {
    EndIfForkedByApplication();
    if (!IsBytes(block.get())) return Outcome::kFailed;
    const Outcome outcome = answer.Write(ContentOf(block.get()));
    if (outcome != Outcome::kMore) return outcome;
  }
  EndIfForkedByApplication();
  return PyErr_Occurred() == nullptr ? Outcome::kMore : Outcome::kFailed;
}

// False with an exception set.
bool Close(PyObject* result) {
  if (PyList_CheckExact(result) || PyTuple_CheckExact(result)) return true;
  const ObjectRef close = ObjectRef::Steal(PyObject_GetAttrString(result, "close"));
  if (!close) {
    if (PyErr_ExceptionMatches(PyExc_AttributeError) == 0) return false;
    PyErr_Clear();
    return true;
  }
  return static_cast<bool>(ObjectRef::Steal(PyObject_CallNoArgs(close.get())));
}

std::optional<uint64_t> SizeOf(const server::Request& request, const BodySpool* body) {
  if (body != nullptr) return body->size();
  const BodyFraming& framing = request.message.body;
  if (framing.kind != BodyFraming::Kind::kLength) return std::nullopt;
  return framing.length;
}

}  // namespace

absl::StatusOr<std::unique_ptr<ApplicationCaller>> ApplicationCaller::Create(
    ObjectRef application, const EnvironOptions& options) {
  auto caller = absl::WrapUnique(new ApplicationCaller(std::move(application)));
  if (caller->Init(options)) return caller;
  return absl::InternalError(absl::StrCat("Python is not whole:\n", TakeTraceback()));
}

bool ApplicationCaller::Init(const EnvironOptions& options) {
  start_response_type_ = StartResponse::CreateType();
  const ObjectRef util = ObjectRef::Steal(PyImport_ImportModule("wsgiref.util"));
  if (!start_response_type_ || !util) return false;
  file_wrapper_ = ObjectRef::Steal(PyObject_GetAttrString(util.get(), "FileWrapper"));
  return file_wrapper_ && inputs_.Init() && environ_.Init(options, file_wrapper_.get());
}

void ApplicationCaller::Call(const server::Request& request, BodySpool* body,
                             server::Response& response) const {
  const RunningRequest running(request);
  const GilHold hold;
  Answer answer(request, response);
  std::optional<Inputs::HeldBack> held_back;
  ObjectRef input;
  if (body != nullptr && body->in_file()) {
    input = inputs_.OfFile(body->TakeFile());
  } else if (body == nullptr && request.message.body.kind != BodyFraming::Kind::kNone) {
    held_back.emplace(inputs_, *request.conversation);
    input = ObjectRef::Share(held_back->input());
  } else {
    input = inputs_.OfBytes(body == nullptr ? std::string_view() : body->memory());
  }
  const ObjectRef environ =
      input ? environ_.Build(request, input.get(), SizeOf(request, body)) : ObjectRef();
  const ObjectRef start_response =
      environ ? StartResponse::Create(start_response_type_.get(), answer) : ObjectRef();
  const ObjectRef result =
      start_response ? ObjectRef::Steal(PyObject_CallFunctionObjArgs(
                           application_.get(), environ.get(), start_response.get(), nullptr))
                     : ObjectRef();
  EndIfForkedByApplication();
  if (!result || !Send(result.get(), answer)) {
    // What comes of a client that has gone is no failure of the application.
    if (answer.client_gone() || (held_back && held_back->failed())) {
      PyErr_Clear();
    } else {
      LogException(request, "has failed");
    }
    answer.Fail();
  }
  // PEP 3333: whatever has become of the request. An answer that was given stands.
  if (result && !Close(result.get())) LogException(request, "has failed in close()");
  EndIfForkedByApplication();
  if (start_response) StartResponse::Detach(start_response.get());
}

bool ApplicationCaller::Send(PyObject* result, Answer& answer) const {
  Outcome outcome = Outcome::kMore;
  if (PyList_CheckExact(result) || PyTuple_CheckExact(result)) {
    outcome = SendSequence(result, answer);
  } else if (!SendFile(result, answer)) {
    outcome = SendIterable(result, answer);
  }
  switch (outcome) {
    case Outcome::kMore:
    case Outcome::kEnough:
      return answer.Finish();
    case Outcome::kClientGone:
      return true;
    case Outcome::kFailed:
      break;
  }
  return false;
}

bool ApplicationCaller::SendFile(PyObject* result, Answer& answer) const {
  if (!Py_IS_TYPE(result, reinterpret_cast<PyTypeObject*>(file_wrapper_.get()))) return false;
  std::optional<server::FileRegion> region = RegionOf(result);
  return region && answer.SendFile(*region);
}

}  // namespace forklift::http::wsgi
