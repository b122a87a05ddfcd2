#include "forklift/http/wsgi/traceback.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using ::testing::Each;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using tests::Execute;

constexpr size_t kLogsLimit = 15'000;

class TracebackTest : public tests::PythonTest {
 protected:
  // The traceback of what `source` raises.
  static std::string Of(const std::string& source) {
    const ObjectRef names = ObjectRef::Steal(PyDict_New());
    EXPECT_FALSE(
        ObjectRef::Steal(PyRun_String(source.c_str(), Py_file_input, names.get(), names.get())));
    std::string trace = TakeTraceback();
    EXPECT_EQ(PyErr_Occurred(), nullptr);
    return trace;
  }

  // Of an exception with this text, an expression of Python.
  static std::string OfText(const std::string& text) {
    return Of(absl::StrCat("raise Exception(", text, ")"));
  }
};

TEST_F(TracebackTest, WithoutAnExceptionThereIsNone) { EXPECT_EQ(TakeTraceback(), ""); }

TEST_F(TracebackTest, IsWhatPythonPrints) {
  EXPECT_EQ(Of("def divide():\n  1 / 0\ndivide()"),
            "  Traceback (most recent call last):\n"
            "    File \"<string>\", line 3, in <module>\n"
            "    File \"<string>\", line 2, in divide\n"
            "  ZeroDivisionError: division by zero");
}

TEST_F(TracebackTest, TellsOfTheCause) {
  const std::string trace =
      Of("try:\n  1 / 0\nexcept Exception as e:\n  raise KeyError('a') from e");
  EXPECT_THAT(trace, HasSubstr("  ZeroDivisionError: division by zero\n"));
  EXPECT_THAT(trace, HasSubstr("the direct cause"));
  EXPECT_THAT(trace, EndsWith("\n  KeyError: 'a'"));
}

TEST_F(TracebackTest, AnExceptionOfTheApiHasOneToo) {
  PyErr_SetString(PyExc_ValueError, "wrong");
  EXPECT_EQ(TakeTraceback(), "  ValueError: wrong");
  PyErr_SetNone(PyExc_KeyboardInterrupt);
  EXPECT_EQ(TakeTraceback(), "  KeyboardInterrupt");
}

// Nobody writes a line that looks like the log's own.
TEST_F(TracebackTest, EachLineIsIndented) {
  for (const char* text : {"'a\\nE0101 00:00:00.0 1 forged.cc:1] root logged in\\n'", "'\\n\\n\\n'",
                           "'a\\n'", "'\\n a'"}) {
    const std::vector<std::string> lines = absl::StrSplit(OfText(text), '\n');
    EXPECT_THAT(lines, Each(StartsWith("  "))) << text;
  }
  EXPECT_THAT(OfText("'a\\nb'"), EndsWith("\n  Exception: a\n  b"));
}

TEST_F(TracebackTest, ControlCharactersAreEscaped) {
  const struct {
    std::string text;
    std::string_view shown;
  } kCases[] = {
      {"'\\x1b[2J\\a\\b'", "Exception: \\x1b[2J\\x07\\x08"},
      {"'a\\rE0101 forged'", "Exception: a\\rE0101 forged"},
      {"'a\\0b\\x7f'", "Exception: a\\x00b\\x7f"},
      {"'a\\tb'", "Exception: a\tb"},
      {"'a\\v\\fb'", "Exception: a\\x0b\\x0cb"},
      // What some terminals take for ESC [ and the like, and lines' ends to some.
      {"'\\x9b2J\\x80\\x9f'", "Exception: \\xc2\\x9b2J\\xc2\\x80\\xc2\\x9f"},
      {"'\\x85'", "Exception: \\xc2\\x85"},
      {"'\\xa0'", "Exception: \xc2\xa0"},
  };
  for (const auto& [text, shown] : kCases) {
    EXPECT_THAT(OfText(text), EndsWith(absl::StrCat("\n  ", shown))) << text;
  }
}

TEST_F(TracebackTest, OtherTextIsUtf8) {
  EXPECT_THAT(OfText("'\\xe9 \\u20ac \\U0001f600'"),
              EndsWith(": \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"));
}

TEST_F(TracebackTest, ALoneSurrogateIsEscaped) {
  EXPECT_THAT(OfText("'a\\ud800\\udcffb'"), EndsWith("Exception: a\\ud800\\udcffb"));
}

TEST_F(TracebackTest, OfALongTextTheEndIsKept) {
  const std::string trace =
      Of("def down(n):\n  down(n - 1) if n else exec('raise Exception(\"x\" * 20_000 + \"end\")')\n"
         "down(3)");
  EXPECT_THAT(trace, StartsWith("  ..."));
  EXPECT_THAT(trace, EndsWith("xxxend"));
  EXPECT_THAT(trace, SizeIs(::testing::Gt(10'000)));
  EXPECT_THAT(trace, SizeIs(::testing::Lt(kLogsLimit)));
}

// Escaped, it is four times as long, and would lose its end in the log.
TEST_F(TracebackTest, OfALongTextOfControlCharactersTheEndIsKept) {
  for (const char* text : {"'\\0' * 20_000 + 'end'", "'\\n' * 20_000 + 'end'",
                           "'\\x9b' * 20_000 + 'end'", "'\\ud800' * 20_000 + 'end'"}) {
    const std::string trace = OfText(text);
    EXPECT_THAT(trace, SizeIs(::testing::Lt(kLogsLimit))) << text;
    EXPECT_THAT(trace, EndsWith("end")) << text;
    const std::vector<std::string> lines = absl::StrSplit(trace, '\n');
    EXPECT_THAT(lines, Each(StartsWith("  "))) << text;
  }
}

TEST_F(TracebackTest, ALongTextIsNotCutWithinACharacter) {
  for (const char* padding : {"''", "'x'", "'xx'", "'xxx'"}) {
    const std::string trace = OfText(absl::StrCat("'\\U0001f600' * 10_000 + ", padding));
    const ObjectRef text = ObjectRef::Steal(
        PyUnicode_DecodeUTF8(trace.data(), static_cast<Py_ssize_t>(trace.size()), "strict"));
    EXPECT_TRUE(text) << TakeTraceback();
  }
}

TEST_F(TracebackTest, AnExceptionThatCannotBeShownIsShownAllTheSame) {
  const struct {
    std::string method;
    std::string_view shown;
  } kCases[] = {
      {"def __str__(self): raise ValueError('no')", "Odd: <exception str() failed>"},
      {"def __str__(self): return 1", "Odd: <exception str() failed>"},
      {"def __str__(self): raise SystemExit", "Odd: <exception str() failed>"},
      {"def __str__(self): return self.__str__()", "Odd: <exception str() failed>"},
      {"def __init__(self): raise KeyError('new')", "KeyError: 'new'"},
      {"__module__ = property(lambda self: 1 / 0)", "Odd"},
  };
  for (const auto& [method, shown] : kCases) {
    EXPECT_THAT(Of(absl::StrCat("class Odd(Exception):\n  ", method, "\nraise Odd")),
                HasSubstr(shown))
        << method;
  }
}

TEST_F(TracebackTest, WithoutTheStandardLibraryItsTypeIsTold) {
  EXPECT_EQ(Of("import sys\nsys.modules['traceback'] = None\nraise KeyError('a')"),
            "  an exception that cannot be shown, of the type KeyError");
  Execute("import sys\ndel sys.modules['traceback']");
  EXPECT_EQ(Of("import traceback\ntraceback.format_exception = lambda *_: [1]\nraise KeyError"),
            "  an exception that cannot be shown, of the type KeyError");
  Execute("import sys\ndel sys.modules['traceback']");
}

}  // namespace
}  // namespace forklift::http::wsgi
