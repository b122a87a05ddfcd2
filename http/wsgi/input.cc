#include "forklift/http/wsgi/input.h"

#include <optional>
#include <string_view>

#include "absl/log/check.h"
#include "forklift/http/server/conversation.h"
#include "forklift/http/wsgi/gil.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/python.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::wsgi {
namespace {

// What io.BufferedReader wants beneath it. `read` gives the next piece, which is empty at the end.
constexpr char kHeldBackSource[] = R"(
import io

class HeldBackInput(io.RawIOBase):
    def __init__(self, read):
        self._read = read
        self._rest = b''

    def readable(self):
        return True

    def readinto(self, buffer):
        if not self._rest:
            self._rest = self._read()
        size = min(len(buffer), len(self._rest))
        buffer[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

def held_back_input(read):
    return io.BufferedReader(HeldBackInput(read))
)";

}  // namespace

bool Inputs::Init() {
  const ObjectRef io = ObjectRef::Steal(PyImport_ImportModule("io"));
  if (!io) return false;
  bytes_io_ = ObjectRef::Steal(PyObject_GetAttrString(io.get(), "BytesIO"));
  open_ = ObjectRef::Steal(PyObject_GetAttrString(io.get(), "open"));
  const ObjectRef code =
      ObjectRef::Steal(Py_CompileString(kHeldBackSource, "<forklift>", Py_file_input));
  if (!bytes_io_ || !open_ || !code) return false;
  const ObjectRef module = ObjectRef::Steal(PyImport_ExecCodeModule("_forklift_input", code.get()));
  if (!module) return false;
  held_back_ = ObjectRef::Steal(PyObject_GetAttrString(module.get(), "held_back_input"));
  return static_cast<bool>(held_back_);
}

ObjectRef Inputs::OfBytes(std::string_view body) const {
  if (body.empty()) return ObjectRef::Steal(PyObject_CallNoArgs(bytes_io_.get()));
  const ObjectRef bytes = ObjectRef::Steal(
      PyBytes_FromStringAndSize(body.data(), static_cast<Py_ssize_t>(body.size())));
  if (!bytes) return ObjectRef();
  return ObjectRef::Steal(PyObject_CallOneArg(bytes_io_.get(), bytes.get()));
}

ObjectRef Inputs::OfFile(net::UniqueFd file) const {
  ObjectRef input = ObjectRef::Steal(PyObject_CallFunction(open_.get(), "is", file.get(), "rb"));
  if (input) [[maybe_unused]]
    const int taken = file.release();
  return input;
}

PyMethodDef Inputs::HeldBack::read_method_ = {"read", Read, METH_NOARGS, "The next piece."};

Inputs::HeldBack::HeldBack(const Inputs& inputs, server::Conversation& conversation)
    : source_(new Source{
          .conversation = &conversation, .thread = PyThread_get_thread_ident(), .failed = false}),
      capsule_(ObjectRef::Steal(PyCapsule_New(source_, nullptr, Delete))) {
  CHECK(capsule_) << "no memory for a request's input";
  const ObjectRef read = ObjectRef::Steal(PyCFunction_New(&read_method_, capsule_.get()));
  if (read) input_ = ObjectRef::Steal(PyObject_CallOneArg(inputs.held_back_.get(), read.get()));
}

Inputs::HeldBack::~HeldBack() { source_->conversation = nullptr; }

PyObject* Inputs::HeldBack::Read(PyObject* capsule, PyObject* /*unused*/) {
  auto* source = static_cast<Source*>(PyCapsule_GetPointer(capsule, nullptr));
  if (source->conversation == nullptr) {
    PyErr_SetString(PyExc_ValueError, "wsgi.input: the request has ended");
    return nullptr;
  }
  if (source->thread != PyThread_get_thread_ident()) {
    PyErr_SetString(
        PyExc_RuntimeError,
        "wsgi.input: is for the thread that the application is called in, as long as its "
        "client waits for 100 Continue");
    return nullptr;
  }
  std::optional<std::string_view> piece;
  {
    const GilRelease release;
    piece = source->conversation->ReadBody();
  }
  if (!piece) {
    source->failed = true;
    PyErr_SetString(PyExc_OSError, "wsgi.input: the client has not sent the rest of its request");
    return nullptr;
  }
  return PyBytes_FromStringAndSize(piece->data(), static_cast<Py_ssize_t>(piece->size()));
}

void Inputs::HeldBack::Delete(PyObject* capsule) {
  delete static_cast<Source*>(PyCapsule_GetPointer(capsule, nullptr));
}

}  // namespace forklift::http::wsgi
