#include "forklift/http/wsgi/hang_report.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/python.h"
#include "forklift/http/wsgi/running_requests.h"
#include "forklift/signals/disposition.h"

namespace forklift::http::wsgi {
namespace {

// Comes behind faulthandler's own handler, which prints the stacks.
void OnAlarm(int /*signal*/) {
  const int saved = errno;
  PrintRunningRequests(STDERR_FILENO);
  errno = saved;
}

// With SA_RESETHAND, the disposition is the default one by now.
void OnLastAlarm(int signal) {
  PrintRunningRequests(STDERR_FILENO);
  ::raise(signal);
}

bool Call(PyObject* module, const char* name, PyObject* arguments, PyObject* keywords) {
  const ObjectRef function = ObjectRef::Steal(PyObject_GetAttrString(module, name));
  return function && ObjectRef::Steal(PyObject_Call(function.get(), arguments, keywords));
}

}  // namespace

bool ReportHangs(AfterReport after) {
  const ObjectRef module = ObjectRef::Steal(PyImport_ImportModule("faulthandler"));
  const ObjectRef nothing = ObjectRef::Steal(PyTuple_New(0));
  const ObjectRef signal = ObjectRef::Steal(Py_BuildValue("(i)", SIGALRM));
  const ObjectRef file = ObjectRef::Steal(Py_BuildValue("{s:i}", "file", STDERR_FILENO));
  const ObjectRef chained =
      ObjectRef::Steal(Py_BuildValue("{s:i,s:O}", "file", STDERR_FILENO, "chain", Py_True));
  if (!module || !nothing || !signal || !file || !chained) return false;
  // It believes that what it has set before a fork is set in the child.
  if (!Call(module.get(), "disable", nothing.get(), nullptr) ||
      !Call(module.get(), "unregister", signal.get(), nullptr)) {
    return false;
  }
  struct sigaction action = {};
  const bool dies = after == AfterReport::kDie;
  action.sa_handler = dies ? OnLastAlarm : OnAlarm;
  action.sa_flags = dies ? static_cast<int>(SA_RESETHAND | SA_NODEFER) : SA_RESTART;
  signals::ScopedDisposition(SIGALRM, action).Abandon();
  return Call(module.get(), "enable", nothing.get(), file.get()) &&
         Call(module.get(), "register", signal.get(), chained.get());
}

}  // namespace forklift::http::wsgi
