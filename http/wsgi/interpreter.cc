#include "forklift/http/wsgi/interpreter.h"

#include <errno.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/log/log.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/python.h"
#include "forklift/http/wsgi/traceback.h"
#include "forklift/net/posix_error.h"

namespace forklift::http::wsgi {
namespace {

// By which Python finds a virtual environment, as it finds the system's modules.
std::string ProgramOf(const std::string& venv) {
  return venv.empty() ? CPYTHON_PROGRAM : absl::StrCat(venv, "/bin/python3");
}

absl::Status StatusOf(const PyStatus& status) {
  return absl::InternalError(
      absl::StrCat("Python does not start: ", status.err_msg == nullptr ? "" : status.err_msg));
}

// Lines that are printed are to be seen at once, and whole, whatever standard output is.
bool BufferLines() {
  PyObject* output = PySys_GetObject("stdout");  // borrowed
  if (output == nullptr || output == Py_None) return true;
  const ObjectRef reconfigure = ObjectRef::Steal(PyObject_GetAttrString(output, "reconfigure"));
  const ObjectRef nothing = ObjectRef::Steal(PyTuple_New(0));
  const ObjectRef by_line = ObjectRef::Steal(Py_BuildValue("{s:O}", "line_buffering", Py_True));
  if (!reconfigure || !nothing || !by_line) return false;
  return static_cast<bool>(
      ObjectRef::Steal(PyObject_Call(reconfigure.get(), nothing.get(), by_line.get())));
}

bool PutFirst(PyObject* path, const std::string& folder) {
  const ObjectRef text = ObjectRef::Steal(PyUnicode_DecodeFSDefault(folder.c_str()));
  return text && PyList_Insert(path, 0, text.get()) == 0;
}

bool SetPath(const InterpreterOptions& options) {
  PyObject* path = PySys_GetObject("path");  // borrowed
  if (path == nullptr) return false;
  for (auto folder = options.python_path.rbegin(); folder != options.python_path.rend(); ++folder) {
    if (!PutFirst(path, *folder)) return false;
  }
  return PutFirst(path, options.folder);
}

}  // namespace

absl::Status Check(const InterpreterOptions& options) {
  const std::string& venv = options.venv;
  if (venv.empty()) return absl::OkStatus();
  if (::access(absl::StrCat(venv, "/pyvenv.cfg").c_str(), R_OK) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("the folder '", absl::CHexEscape(venv),
                     "' is no virtual environment: it has no pyvenv.cfg"));
  }
  const std::string version = absl::StrCat(PY_MAJOR_VERSION, ".", PY_MINOR_VERSION);
  if (::access(absl::StrCat(venv, "/lib/python", version).c_str(), R_OK) != 0) {
    return absl::InvalidArgumentError(absl::StrCat("the virtual environment '",
                                                   absl::CHexEscape(venv),
                                                   "' is of another Python: this is ", version));
  }
  return absl::OkStatus();
}

absl::Status StartInterpreter(const InterpreterOptions& options) {
  absl::Status checked = Check(options);
  if (!checked.ok()) return checked;
  const std::string program = ProgramOf(options.venv);
  PyConfig config;
  PyConfig_InitPythonConfig(&config);
  config.install_signal_handlers = 0;
  config.parse_argv = 0;
  PyStatus status = PyConfig_SetBytesString(&config, &config.program_name, program.c_str());
  if (PyStatus_Exception(status) == 0) {
    status = PyConfig_SetBytesString(&config, &config.executable, program.c_str());
  }
  if (PyStatus_Exception(status) == 0) status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status) != 0) return StatusOf(status);
  if (BufferLines() && SetPath(options)) return absl::OkStatus();
  return absl::InternalError(absl::StrCat("Python does not start:\n", TakeTraceback()));
}

absl::Status EnterFolder(const std::string& folder) {
  if (::chdir(folder.c_str()) == 0) return absl::OkStatus();
  return net::PosixError(errno, absl::StrCat("chdir ", absl::CHexEscape(folder)));
}

void StopInterpreter() {
  if (Py_FinalizeEx() != 0) LOG(ERROR) << "what Python has printed last could not be written";
}

void FlushOutput() {
  for (const char* name : {"stdout", "stderr"}) {
    PyObject* output = PySys_GetObject(name);  // borrowed
    if (output == nullptr || output == Py_None) continue;
    if (!ObjectRef::Steal(PyObject_CallMethod(output, "flush", nullptr))) PyErr_Clear();
  }
}

}  // namespace forklift::http::wsgi
