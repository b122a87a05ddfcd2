#include "forklift/http/wsgi/application.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/python.h"
#include "forklift/http/wsgi/traceback.h"

namespace forklift::http::wsgi {
namespace {

// Identifiers with dots between them; those beyond ASCII are Python's to judge.
bool IsDottedName(std::string_view text) {
  const std::vector<std::string_view> names = absl::StrSplit(text, '.');
  return std::all_of(names.begin(), names.end(), [](std::string_view name) {
    return !name.empty() && !absl::ascii_isdigit(static_cast<unsigned char>(name[0])) &&
           std::all_of(name.begin(), name.end(), [](unsigned char character) {
             return absl::ascii_isalnum(character) || character == '_' || character >= 0x80;
           });
  });
}

absl::Status Failure(std::string_view what) {
  return absl::FailedPreconditionError(absl::StrCat(what, "\n", TakeTraceback()));
}

}  // namespace

absl::StatusOr<ApplicationName> ApplicationName::Parse(std::string_view text) {
  const std::pair<std::string_view, std::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits(':', 1));
  ApplicationName name = {.module = std::string(parts.first), .attribute = "application"};
  std::string_view attribute = parts.second;
  if (text.size() > parts.first.size()) {
    name.is_factory = absl::ConsumeSuffix(&attribute, "()");
    name.attribute = attribute;
  }
  if (!IsDottedName(name.module) || !IsDottedName(name.attribute)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "'", absl::CHexEscape(text),
        "' names no application: write MODULE:CALLABLE, as in mysite.wsgi:application"));
  }
  return name;
}

absl::StatusOr<ObjectRef> LoadApplication(const ApplicationName& name) {
  ObjectRef object = ObjectRef::Steal(PyImport_ImportModule(name.module.c_str()));
  if (!object) return Failure(absl::StrCat("cannot import the module ", name.module));
  for (const std::string_view attribute : absl::StrSplit(name.attribute, '.')) {
    object = ObjectRef::Steal(PyObject_GetAttrString(object.get(), std::string(attribute).c_str()));
    if (!object) {
      return Failure(absl::StrCat("the module ", name.module, " has no ", name.attribute));
    }
  }
  if (name.is_factory) {
    object = ObjectRef::Steal(PyObject_CallNoArgs(object.get()));
    if (!object) return Failure(absl::StrCat(name.module, ":", name.attribute, "() has failed"));
  }
  if (PyCallable_Check(object.get()) == 0) {
    return absl::FailedPreconditionError(absl::StrCat(name.module, ":", name.attribute,
                                                      " is no callable, but of the type ",
                                                      Py_TYPE(object.get())->tp_name));
  }
  return object;
}

}  // namespace forklift::http::wsgi
