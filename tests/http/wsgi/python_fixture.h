// Python for tests: started once a process, and never ended.
//
//   using UpperTest = PythonTest;
//   TEST_F(UpperTest, IsUpper) { EXPECT_EQ(Repr(Evaluate("'a'.upper()").get()), "'A'"); }
#ifndef FORKLIFT_TESTS_HTTP_WSGI_PYTHON_FIXTURE_H_
#define FORKLIFT_TESTS_HTTP_WSGI_PYTHON_FIXTURE_H_

#include "forklift/http/wsgi/python.h"
//
#include <string>

#include "absl/log/check.h"
#include "forklift/http/wsgi/gil.h"
#include "forklift/http/wsgi/interpreter.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/traceback.h"
#include "gtest/gtest.h"

namespace forklift::tests {

// Starts Python, where it does not run. The caller does not hold the GIL, before or after.
inline void StartPython() {
  [[maybe_unused]] static const bool started = [] {
    CHECK_OK(http::wsgi::StartInterpreter(
        {.folder = ::testing::TempDir(), .venv = {}, .python_path = {}}));
    http::wsgi::ReleaseGil();
    return true;
  }();
}

// For tests that hold the GIL from their beginning to their end, and leave no exception set.
class PythonTest : public ::testing::Test {
 protected:
  PythonTest() {
    StartPython();
    http::wsgi::AcquireGil();
  }
  ~PythonTest() override {
    EXPECT_EQ(http::wsgi::TakeTraceback(), "");
    http::wsgi::ReleaseGil();
  }
};

// The following are for a thread that holds the GIL, and die where Python raises an exception.

// The names that `source`, the text of a module, defines: a dict.
inline http::wsgi::ObjectRef Execute(const std::string& source) {
  using http::wsgi::ObjectRef;
  ObjectRef names = ObjectRef::Steal(PyDict_New());
  const ObjectRef result =
      ObjectRef::Steal(PyRun_String(source.c_str(), Py_file_input, names.get(), names.get()));
  CHECK(result) << http::wsgi::TakeTraceback();
  return names;
}

// The value of an expression, which may use `names`.
inline http::wsgi::ObjectRef Evaluate(const std::string& expression,
                                      const http::wsgi::ObjectRef& names = Execute("")) {
  using http::wsgi::ObjectRef;
  ObjectRef result =
      ObjectRef::Steal(PyRun_String(expression.c_str(), Py_eval_input, names.get(), names.get()));
  CHECK(result) << expression << ":\n" << http::wsgi::TakeTraceback();
  return result;
}

// As Python writes the object.
inline std::string Repr(PyObject* object) {
  using http::wsgi::ObjectRef;
  const ObjectRef text = ObjectRef::Steal(PyObject_ASCII(object));
  CHECK(text) << http::wsgi::TakeTraceback();
  return PyUnicode_AsUTF8(text.get());
}

// The exception that is set, which is no longer then, as the last line of a traceback has it:
// "ValueError: what is wrong". Empty where there is none.
inline std::string TakeException() {
  const std::string trace = http::wsgi::TakeTraceback();
  if (trace.empty()) return "";
  const size_t line_end = trace.rfind('\n');
  return trace.substr((line_end == trace.npos ? 0 : line_end + 1) + 2);  // without indentation
}

}  // namespace forklift::tests

#endif  // FORKLIFT_TESTS_HTTP_WSGI_PYTHON_FIXTURE_H_
