#include "forklift/http/wsgi/application_processes.h"

#include <signal.h>
#include <unistd.h>

#include "absl/log/log.h"
#include "forklift/http/wsgi/interpreter.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/python.h"
#include "forklift/http/wsgi/traceback.h"

namespace forklift::http::wsgi {
namespace {

bool servers_fork = false;
bool forked_by_application = false;

void DoNothing(int /*signal*/) {}

// Replaces the disposition `from` of each signal by `to`.
void Replace(void (*from)(int), void (*to)(int)) {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action;
    if (signal == SIGPIPE || signal == SIGXFSZ || ::sigaction(signal, nullptr, &action) != 0 ||
        (action.sa_flags & SA_SIGINFO) != 0 || action.sa_handler != from) {
      continue;
    }
    action.sa_handler = to;
    action.sa_flags = SA_RESTART;
    ::sigaction(signal, &action, nullptr);
  }
}

PyObject* AfterForkInChild(PyObject* /*self*/, PyObject* /*unused*/) {
  if (!servers_fork) {
    forked_by_application = true;
    Replace(DoNothing, SIG_DFL);
  }
  Py_RETURN_NONE;
}

PyMethodDef after_fork_method = {"after_fork_in_child", AfterForkInChild, METH_NOARGS, nullptr};

// The code with which Python would end for the SystemExit that is set.
int CodeOfSystemExit() {
  PyObject* type;
  PyObject* value;
  PyObject* trace;
  PyErr_Fetch(&type, &value, &trace);
  PyErr_NormalizeException(&type, &value, &trace);
  const ObjectRef code = ObjectRef::Steal(PyObject_GetAttrString(value, "code"));
  if (!code || code.get() == Py_None) return 0;
  return PyLong_Check(code.get()) ? static_cast<int>(PyLong_AsLong(code.get())) : 1;
}

}  // namespace

void CatchIgnoredSignals() { Replace(SIG_IGN, DoNothing); }

bool WatchForks() {
  const ObjectRef os = ObjectRef::Steal(PyImport_ImportModule("os"));
  const ObjectRef method = ObjectRef::Steal(PyCFunction_New(&after_fork_method, nullptr));
  if (!os || !method) return false;
  const ObjectRef function = ObjectRef::Steal(PyObject_GetAttrString(os.get(), "register_at_fork"));
  const ObjectRef nothing = ObjectRef::Steal(PyTuple_New(0));
  const ObjectRef in_child =
      ObjectRef::Steal(Py_BuildValue("{s:O}", "after_in_child", method.get()));
  if (!function || !nothing || !in_child) return false;
  return static_cast<bool>(
      ObjectRef::Steal(PyObject_Call(function.get(), nothing.get(), in_child.get())));
}

void BeginServersFork() { servers_fork = true; }
void EndServersFork() { servers_fork = false; }

void EndIfForkedByApplication() {
  if (!forked_by_application) return;
  int code = 0;
  if (PyErr_Occurred() != nullptr && PyErr_ExceptionMatches(PyExc_SystemExit) != 0) {
    code = CodeOfSystemExit();
  } else if (PyErr_Occurred() != nullptr) {
    LOG(ERROR) << "process " << ::getpid() << ", which the application has forked, has failed\n"
               << TakeTraceback();
    code = 1;
  }
  FlushOutput();
  ::_exit(code);
}

}  // namespace forklift::http::wsgi
