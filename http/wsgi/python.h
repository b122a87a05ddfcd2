// Python.h, as it is to be included: before all others.
#ifndef FORKLIFT_HTTP_WSGI_PYTHON_H_
#define FORKLIFT_HTTP_WSGI_PYTHON_H_

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#endif  // FORKLIFT_HTTP_WSGI_PYTHON_H_
