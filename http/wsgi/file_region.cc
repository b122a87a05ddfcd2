#include "forklift/http/wsgi/file_region.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>

#include <optional>
#include <utility>

#include "forklift/http/server/content.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/python.h"
#include "forklift/net/unique_fd.h"

namespace forklift::http::wsgi {
namespace {

// What the method returns; -1 where there is none, or it says something else.
int64_t AskForNumber(PyObject* object, const char* method) {
  const ObjectRef number = ObjectRef::Steal(PyObject_CallMethod(object, method, nullptr));
  const int64_t result = number ? PyLong_AsLongLong(number.get()) : -1;
  PyErr_Clear();
  return result;
}

bool IsOf(PyObject* object, PyObject* module, const char* type_name) {
  const ObjectRef type = ObjectRef::Steal(PyObject_GetAttrString(module, type_name));
  return type && Py_IS_TYPE(object, reinterpret_cast<PyTypeObject*>(type.get()));
}

// Whether what is read from `file` is what its descriptor has: a GzipFile has one too, and text is
// not what is in its file.
bool IsPlain(PyObject* file) {
  const ObjectRef io = ObjectRef::Steal(PyImport_ImportModule("io"));
  if (!io) return false;
  if (IsOf(file, io.get(), "FileIO")) return true;
  if (!IsOf(file, io.get(), "BufferedReader") && !IsOf(file, io.get(), "BufferedRandom")) {
    return false;
  }
  const ObjectRef raw = ObjectRef::Steal(PyObject_GetAttrString(file, "raw"));
  return raw && IsOf(raw.get(), io.get(), "FileIO");
}

}  // namespace

std::optional<server::FileRegion> RegionOf(PyObject* wrapper) {
  const ObjectRef file = ObjectRef::Steal(PyObject_GetAttrString(wrapper, "filelike"));
  const bool plain = file && IsPlain(file.get());
  PyErr_Clear();
  if (!plain) return std::nullopt;
  const int64_t fd = AskForNumber(file.get(), "fileno");
  // Python's own, as what it has read ahead is behind the descriptor's.
  const int64_t offset = AskForNumber(file.get(), "tell");
  struct stat status;
  if (fd < 0 || offset < 0 || ::fstat(static_cast<int>(fd), &status) != 0 ||
      !S_ISREG(status.st_mode) || status.st_size < offset) {
    return std::nullopt;
  }
  net::UniqueFd copy(::fcntl(static_cast<int>(fd), F_DUPFD_CLOEXEC, 0));
  if (!copy.valid()) return std::nullopt;
  return server::FileRegion{.file = std::move(copy),
                            .offset = static_cast<uint64_t>(offset),
                            .size = static_cast<uint64_t>(status.st_size - offset)};
}

}  // namespace forklift::http::wsgi
