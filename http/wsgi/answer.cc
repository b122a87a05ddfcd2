#include "forklift/http/wsgi/answer.h"

#include <stddef.h>
#include <stdint.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "absl/log/log.h"
#include "absl/strings/escaping.h"
#include "absl/types/span.h"
#include "forklift/http/method.h"
#include "forklift/http/server/content.h"
#include "forklift/http/status_code.h"
#include "forklift/http/wsgi/gil.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/python.h"
#include "forklift/http/wsgi/response_head.h"

namespace forklift::http::wsgi {
namespace {

// Python does not check what it is given to raise: (None, None, None) would crash it.
void RaiseAgain(PyObject* exc_info) {
  const bool is_tuple = PyTuple_Check(exc_info) && PyTuple_GET_SIZE(exc_info) == 3;
  PyObject* const value = is_tuple ? PyTuple_GET_ITEM(exc_info, 1) : nullptr;
  if (value == nullptr || !PyExceptionInstance_Check(value)) {
    PyErr_SetString(PyExc_TypeError, "start_response: exc_info must be sys.exc_info()'s tuple");
  } else {
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(value)), value);  // with its traceback
  }
}

}  // namespace

bool Answer::HasContent() const {
  return MayHaveContent(head_.status) && request_.message.method != Method::kHead;
}

bool Answer::Start(PyObject* status, PyObject* headers, PyObject* exc_info) {
  const bool has_error = exc_info != nullptr && exc_info != Py_None;
  if (has_error && (begun_ || ended_)) {
    RaiseAgain(exc_info);
    return false;
  }
  if (started_ && !has_error) {
    PyErr_SetString(PyExc_AssertionError, "start_response: called again without exc_info");
    return false;
  }
  started_ = ReadResponseHead(status, headers, head_);
  return started_;
}

bool Answer::CheckStarted() const {
  if (started_) return true;
  PyErr_SetString(PyExc_AssertionError,
                  "the application must call start_response before the first block");
  return false;
}

void Answer::TakeHead() {
  response_.status = head_.status;
  response_.reason = head_.reason;
  response_.headers = std::move(head_.headers);
}

bool Answer::Begin() {
  TakeHead();
  begun_ = request_.conversation->BeginResponse(head_.content_length);
  if (!begun_) PyErr_SetString(PyExc_ValueError, "start_response: the headers are too large");
  return begun_;
}

Answer::Outcome Answer::Write(std::string_view block) {
  if (block.empty()) return Outcome::kMore;  // PEP 3333: no reason to send the head
  if (ended_) {
    PyErr_SetString(PyExc_AssertionError, "write() after the end of the response");
    return Outcome::kFailed;
  }
  if (!CheckStarted() || (!begun_ && !Begin())) return Outcome::kFailed;
  if (!HasContent()) return Outcome::kEnough;
  if (head_.content_length && block.size() > left()) {
    LOG_EVERY_N_SEC(ERROR, 1) << absl::CHexEscape(request_.message.head.target)
                              << ": the application's content is longer than its Content-Length, "
                              << *head_.content_length << "; the rest is left out";
    block = block.substr(0, left());
    if (block.empty()) return Outcome::kEnough;
  }
  written_ += block.size();
  const GilRelease release;
  client_gone_ = !request_.conversation->Write(block);
  return client_gone_ ? Outcome::kClientGone : Outcome::kMore;
}

Answer::Outcome Answer::WriteAll(absl::Span<PyObject* const> blocks, uint64_t size) {
  if (!CheckStarted()) return Outcome::kFailed;
  // An empty content does not tell its length to HEAD: the application may just have left it out.
  // That of 304 is not the one that there would be.
  const bool tells_length = MayHaveContent(head_.status) && (size > 0 || HasContent());
  if (!begun_ && !head_.content_length && tells_length) head_.content_length = size;
  if (!begun_ && HasContent() && *head_.content_length == size) {
    // A copy, so that the server sends it while the application has time for others.
    TakeHead();
    std::string& content = response_.content.emplace<std::string>();
    content.reserve(size);
    for (PyObject* block : blocks) content.append(ContentOf(block));
    ended_ = true;
    return Outcome::kEnough;
  }
  for (PyObject* block : blocks) {
    const Outcome outcome = Write(ContentOf(block));
    if (outcome != Outcome::kMore) return outcome;
  }
  return Outcome::kMore;
}

bool Answer::SendFile(server::FileRegion& region) {
  if (!started_ || begun_ || !HasContent()) return false;
  if (head_.content_length.value_or(0) > region.size) return false;
  region.size = head_.content_length.value_or(region.size);
  TakeHead();
  response_.content = std::move(region);
  ended_ = true;
  return true;
}

bool Answer::Finish() {
  if (ended_) return true;
  if (!CheckStarted()) return false;
  const bool has_content = HasContent();
  if (!begun_ && has_content && head_.content_length.value_or(0) == 0) {
    TakeHead();
    response_.content.emplace<std::string>();
    ended_ = true;
    return true;
  }
  if (!begun_ && !Begin()) return false;
  ended_ = true;
  if (has_content && head_.content_length && left() > 0) {
    LOG_EVERY_N_SEC(ERROR, 1) << absl::CHexEscape(request_.message.head.target)
                              << ": the application's content is shorter than its Content-Length, "
                              << *head_.content_length << "; the connection is closed";
  }
  return true;
}

void Answer::Fail() {
  ended_ = true;
  if (begun_) {
    request_.conversation->BreakOff();
  } else {
    response_.SetError(StatusCode::kInternalServerError, "the application failed");
  }
}

}  // namespace forklift::http::wsgi
