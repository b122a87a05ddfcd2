#include "forklift/http/wsgi/gil.h"

#include "forklift/http/wsgi/python.h"

namespace forklift::http::wsgi {
namespace {

thread_local PyThreadState* own_state = nullptr;

}  // namespace

void AcquireGil() {
  if (own_state == nullptr) own_state = PyThreadState_New(PyInterpreterState_Main());
  PyEval_RestoreThread(own_state);
}

void ReleaseGil() { own_state = PyEval_SaveThread(); }

}  // namespace forklift::http::wsgi
