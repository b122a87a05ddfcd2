#include "forklift/http/wsgi/python.h"
//
#include <stddef.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/traceback.h"

namespace forklift::http::wsgi {
namespace {

constexpr size_t kMaxText = 12 * 1024;  // the log cuts a message at 15,000 bytes

// As bytes; with what is no UTF-8, a lone surrogate, escaped.
std::string Utf8(PyObject* text) {
  const ObjectRef bytes =
      ObjectRef::Steal(PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace"));
  if (!bytes) {
    PyErr_Clear();
    return "(no text)";
  }
  return std::string(PyBytes_AS_STRING(bytes.get()), PyBytes_GET_SIZE(bytes.get()));
}

ObjectRef Format(PyObject* type, PyObject* value, PyObject* trace) {
  const ObjectRef module = ObjectRef::Steal(PyImport_ImportModule("traceback"));
  if (!module) return ObjectRef();
  const ObjectRef lines = ObjectRef::Steal(PyObject_CallMethod(
      module.get(), "format_exception", "OOO", type, value, trace == nullptr ? Py_None : trace));
  if (!lines) return ObjectRef();
  const ObjectRef nothing = ObjectRef::Steal(PyUnicode_FromString(""));
  return nothing ? ObjectRef::Steal(PyUnicode_Join(nothing.get(), lines.get())) : ObjectRef();
}

// Escapes what a terminal would act upon.
std::string Printable(std::string_view line) {
  std::string result;
  for (const char character : line) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(character)) && character != '\t') {
      absl::StrAppend(&result, absl::CHexEscape(std::string_view(&character, 1)));
    } else {
      result += character;
    }
  }
  return result;
}

std::string Indented(std::string_view text) {
  std::string result;
  for (const std::string_view line : absl::StrSplit(absl::StripSuffix(text, "\n"), '\n')) {
    absl::StrAppend(&result, result.empty() ? "  " : "\n  ", Printable(line));
  }
  return result;
}

}  // namespace

std::string TakeTraceback() {
  PyObject* type;
  PyObject* value;
  PyObject* trace;
  PyErr_Fetch(&type, &value, &trace);
  if (type == nullptr) return "";
  PyErr_NormalizeException(&type, &value, &trace);
  const ObjectRef owned_type = ObjectRef::Steal(type);
  const ObjectRef owned_value = ObjectRef::Steal(value);
  const ObjectRef owned_trace = ObjectRef::Steal(trace);
  const ObjectRef formatted = Format(type, value, trace);
  PyErr_Clear();  // of formatting it
  std::string text = formatted ? Utf8(formatted.get())
                               : absl::StrCat("an exception that cannot be shown, of the type ",
                                              reinterpret_cast<PyTypeObject*>(type)->tp_name);
  if (text.size() > kMaxText) text = absl::StrCat("...", text.substr(text.size() - kMaxText));
  return Indented(text);
}

}  // namespace forklift::http::wsgi
