#include "forklift/http/wsgi/start_response.h"

#include "forklift/http/wsgi/answer.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/python.h"

namespace forklift::http::wsgi {
namespace {

struct Instance {
  PyObject_HEAD;
  Answer* answer;        // null once the request has ended
  unsigned long thread;  // that serves it
};

Answer* AnswerOf(PyObject* self) {
  const auto* instance = reinterpret_cast<Instance*>(self);
  if (instance->answer == nullptr) {
    PyErr_SetString(PyExc_RuntimeError, "start_response: the request has ended");
    return nullptr;
  }
  if (instance->thread != PyThread_get_thread_ident()) {
    PyErr_SetString(
        PyExc_RuntimeError,
        "start_response and write() are for the thread that the application is called in");
    return nullptr;
  }
  return instance->answer;
}

PyObject* Write(PyObject* self, PyObject* block) {
  Answer* answer = AnswerOf(self);
  if (answer == nullptr) return nullptr;
  if (!PyBytes_Check(block)) {
    return PyErr_Format(PyExc_TypeError, "write() wants bytes, not %R", block);
  }
  switch (answer->Write(ContentOf(block))) {
    case Answer::Outcome::kMore:
    case Answer::Outcome::kEnough:
      Py_RETURN_NONE;
    case Answer::Outcome::kClientGone:
      PyErr_SetString(PyExc_BrokenPipeError, "the client has closed the connection");
      break;
    case Answer::Outcome::kFailed:
      break;
  }
  return nullptr;
}

PyMethodDef write_method = {"write", Write, METH_O, "Sends a part of the content."};

PyObject* Call(PyObject* self, PyObject* arguments, PyObject* keywords) {
  PyObject* status;
  PyObject* headers;
  PyObject* exc_info = nullptr;
  static const char* names[] = {"status", "response_headers", "exc_info", nullptr};
  // The API takes the names as char*, and does not write to them.
  if (PyArg_ParseTupleAndKeywords(arguments, keywords, "OO|O:start_response",
                                  const_cast<char**>(names), &status, &headers, &exc_info) == 0) {
    return nullptr;
  }
  Answer* answer = AnswerOf(self);
  if (answer == nullptr || !answer->Start(status, headers, exc_info)) return nullptr;
  return PyCFunction_New(&write_method, self);
}

void Deallocate(PyObject* self) {
  PyTypeObject* type = Py_TYPE(self);
  type->tp_free(self);
  Py_DECREF(type);
}

}  // namespace

ObjectRef StartResponse::CreateType() {
  static PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(Call)},
                                {Py_tp_dealloc, reinterpret_cast<void*>(Deallocate)},
                                {0, nullptr}};
  static PyType_Spec spec = {.name = "forklift.StartResponse",
                             .basicsize = sizeof(Instance),
                             .itemsize = 0,
                             .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
                             .slots = slots};
  return ObjectRef::Steal(PyType_FromSpec(&spec));
}

ObjectRef StartResponse::Create(PyObject* type, Answer& answer) {
  ObjectRef callable =
      ObjectRef::Steal(PyType_GenericAlloc(reinterpret_cast<PyTypeObject*>(type), 0));
  if (!callable) return callable;
  auto* instance = reinterpret_cast<Instance*>(callable.get());
  instance->answer = &answer;
  instance->thread = PyThread_get_thread_ident();
  return callable;
}

void StartResponse::Detach(PyObject* callable) {
  reinterpret_cast<Instance*>(callable)->answer = nullptr;
}

}  // namespace forklift::http::wsgi
