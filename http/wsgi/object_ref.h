// ObjectRef owns a reference to a Python object, and gives it back.
//
// Move-only. Whoever makes, moves into or destroys one that is not empty holds the GIL (gil.h).
//
//   const ObjectRef name = ObjectRef::Steal(PyUnicode_FromString("name"));
//   if (!name) return TakeTraceback();
#ifndef FORKLIFT_HTTP_WSGI_OBJECT_REF_H_
#define FORKLIFT_HTTP_WSGI_OBJECT_REF_H_

#include "forklift/http/wsgi/python.h"
//
#include <stddef.h>

#include <string_view>
#include <utility>

namespace forklift::http::wsgi {

class ObjectRef {
 public:
  ObjectRef() = default;

  // Takes over what a call of the C API has returned as a new reference; empty where that is null,
  // and a Python exception is set.
  static ObjectRef Steal(PyObject* object) { return ObjectRef(object); }
  // Takes a reference of its own.
  static ObjectRef Share(PyObject* object) { return ObjectRef(Py_XNewRef(object)); }

  ~ObjectRef() { Py_XDECREF(object_); }
  ObjectRef(ObjectRef&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  ObjectRef& operator=(ObjectRef&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }

  explicit operator bool() const { return object_ != nullptr; }
  PyObject* get() const { return object_; }
  // Hands the reference on.
  PyObject* release() { return std::exchange(object_, nullptr); }

 private:
  explicit ObjectRef(PyObject* object) : object_(object) {}

  PyObject* object_ = nullptr;
};

// The str whose characters are these bytes, as PEP 3333 has it; empty, with an exception set, where
// memory is short.
inline ObjectRef Latin1(std::string_view bytes) {
  return ObjectRef::Steal(
      PyUnicode_DecodeLatin1(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), nullptr));
}

// The content of a bytes object: good as long as that is referred to.
inline std::string_view ContentOf(PyObject* bytes) {
  return std::string_view(PyBytes_AS_STRING(bytes), static_cast<size_t>(PyBytes_GET_SIZE(bytes)));
}

}  // namespace forklift::http::wsgi

#endif  // FORKLIFT_HTTP_WSGI_OBJECT_REF_H_
