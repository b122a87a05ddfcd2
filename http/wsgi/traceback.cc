#include "forklift/http/wsgi/python.h"
//
#include <stddef.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/traceback.h"

namespace forklift::http::wsgi {
namespace {

constexpr size_t kMaxText = 12 * 1024;  // with what is before it: the log cuts at 15,000 bytes

// As bytes; with what is no UTF-8, a lone surrogate, escaped.
std::string Utf8(PyObject* text) {
  const ObjectRef bytes =
      ObjectRef::Steal(PyUnicode_AsEncodedString(text, "utf-8", "backslashreplace"));
  if (!bytes) {
    PyErr_Clear();
    return "(no text)";
  }
  return std::string(ContentOf(bytes.get()));
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

// How many bytes at the beginning of this UTF-8 are a character that a terminal would act upon:
// U+0000 to U+001F, U+007F to U+009F.
size_t ControlCharacterSize(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  if (absl::ascii_iscntrl(first)) return first == '\t' ? 0 : 1;
  return first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0 ? 2 : 0;
}

std::string Printable(std::string_view line) {
  std::string result;
  while (!line.empty()) {
    const size_t control = ControlCharacterSize(line);
    if (control > 0) {
      absl::StrAppend(&result, absl::CHexEscape(line.substr(0, control)));
    } else {
      result += line[0];
    }
    line.remove_prefix(std::max(control, size_t{1}));
  }
  return result;
}

// Lines that are two spaces in; what may be cut off at the beginning is not a part of a character.
std::string End(std::string lines) {
  if (lines.size() <= kMaxText) return lines;
  size_t begin = lines.size() - kMaxText;
  while ((static_cast<unsigned char>(lines[begin]) & 0xc0) == 0x80) ++begin;
  return absl::StrCat("  ...", lines.substr(begin));
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
  return End(Indented(text));
}

}  // namespace forklift::http::wsgi
