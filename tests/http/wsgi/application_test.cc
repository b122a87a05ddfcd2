#include "forklift/http/wsgi/application.h"

#include <fstream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using tests::Repr;

TEST(ApplicationNameTest, IsAModuleAndACallable) {
  const struct {
    std::string_view text;
    std::string_view module;
    std::string_view attribute;
    bool is_factory;
  } kCases[] = {
      {"site", "site", "application", false},
      {"site.wsgi", "site.wsgi", "application", false},
      {"site:app", "site", "app", false},
      {"site.wsgi:apps.v2", "site.wsgi", "apps.v2", false},
      {"site:create_app()", "site", "create_app", true},
      {"site:apps.create()", "site", "apps.create", true},
      {"_a1:_b2", "_a1", "_b2", false},
      {"münchen:größe", "münchen", "größe", false},
  };
  for (const auto& c : kCases) {
    const absl::StatusOr<ApplicationName> name = ApplicationName::Parse(c.text);
    ASSERT_TRUE(name.ok()) << name.status();
    EXPECT_EQ(name->module, c.module);
    EXPECT_EQ(name->attribute, c.attribute);
    EXPECT_EQ(name->is_factory, c.is_factory);
  }
}

TEST(ApplicationNameTest, AnythingElseIsNone) {
  for (const std::string_view text : {"",
                                      ":",
                                      "site:",
                                      ":app",
                                      "site:()",
                                      ":()",
                                      "()",
                                      "site()",
                                      "site:app:more",
                                      "site:app()()",
                                      "site:app(",
                                      "site:app)",
                                      "site:app(1)",
                                      "site:app( )",
                                      "site:app() ",
                                      "site:app().v2",
                                      ".site",
                                      "site.",
                                      "my..site",
                                      "site:.app",
                                      "site:app.",
                                      "site:a..b",
                                      "1site",
                                      "site.2",
                                      "site:1app",
                                      "my site",
                                      " site",
                                      "site ",
                                      "my-site",
                                      "my/site",
                                      "./site",
                                      "site:my-app",
                                      "site:app;import os",
                                      "site:app\n",
                                      "site\n:app",
                                      "site,app",
                                      "site=app",
                                      "\\site",
                                      "*"}) {
    const absl::StatusOr<ApplicationName> name = ApplicationName::Parse(text);
    EXPECT_EQ(name.status().code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(name.status().message(), HasSubstr("MODULE:CALLABLE"));
  }
  const std::string_view kWithNul("site\0:app", 9);
  EXPECT_FALSE(ApplicationName::Parse(kWithNul).ok());
}

TEST(ApplicationNameTest, AnErrorIsSafeToPrint) {
  EXPECT_THAT(ApplicationName::Parse("\x1b[31m\n'").status().message(),
              StartsWith("'\\x1b[31m\\n\\'' names no application"));
}

class LoadApplicationTest : public tests::PythonTest {
 protected:
  // The application `name`, or why there is none, in a new module of this text, "MODULE".
  absl::StatusOr<ObjectRef> Load(std::string_view source, std::string_view attribute) {
    static int modules = 0;  // each is imported once a process
    module_ = absl::StrCat("load_application_", ++modules);
    std::ofstream(absl::StrCat(::testing::TempDir(), "/", module_, ".py")) << source;
    const absl::StatusOr<ApplicationName> name =
        ApplicationName::Parse(absl::StrCat(module_, ":", attribute));
    if (!name.ok()) return name.status();
    return LoadApplication(*name);
  }

  std::string Failure(std::string_view source, std::string_view attribute = "application") {
    const absl::Status status = Load(source, attribute).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    return std::string(status.message());
  }

  std::string module_;
};

TEST_F(LoadApplicationTest, FindsTheCallable) {
  const struct {
    std::string_view source;
    std::string_view attribute;
  } kCases[] = {
      {"application = 'a'.upper", "application"},
      {"class apps: v2 = 'a'.upper", "apps.v2"},
      {"def create(): return 'a'.upper", "create()"},
      {"class apps:\n  def create(): return 'a'.upper", "apps.create()"},
      {"def __getattr__(name): return 'a'.upper", "anything"},
  };
  for (const auto& [source, attribute] : kCases) {
    const absl::StatusOr<ObjectRef> application = Load(source, attribute);
    ASSERT_TRUE(application.ok()) << application.status();
    const ObjectRef result = ObjectRef::Steal(PyObject_CallNoArgs(application->get()));
    EXPECT_EQ(Repr(result.get()), "'A'") << source;
  }
}

TEST_F(LoadApplicationTest, AModuleWithinAPackageIsFound) {
  const absl::StatusOr<ApplicationName> name = ApplicationName::Parse("os.path:join");
  ASSERT_TRUE(name.ok());
  EXPECT_TRUE(LoadApplication(*name).ok());
}

TEST_F(LoadApplicationTest, AModuleThatIsNotThereIsTold) {
  const absl::StatusOr<ApplicationName> name = ApplicationName::Parse("no_such_module:app");
  ASSERT_TRUE(name.ok());
  const absl::Status status = LoadApplication(*name).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(),
            "cannot import the module no_such_module\n"
            "  ModuleNotFoundError: No module named 'no_such_module'");
}

TEST_F(LoadApplicationTest, WhatFailsIsTold) {
  EXPECT_THAT(Failure("1 / 0"), HasSubstr("ZeroDivisionError: division by zero"));
  EXPECT_THAT(Failure("no Python"), HasSubstr("SyntaxError"));
  EXPECT_THAT(Failure("import sys; sys.exit('enough')"), HasSubstr("SystemExit: enough"));
  EXPECT_THAT(Failure("raise KeyboardInterrupt"), HasSubstr("KeyboardInterrupt"));
  std::string failure = Failure("app = print");
  EXPECT_THAT(failure, StartsWith(absl::StrCat("the module ", module_, " has no application\n")));
  EXPECT_THAT(failure, HasSubstr("AttributeError"));
  EXPECT_THAT(Failure("class apps: v1 = print", "apps.v2"), HasSubstr("has no apps.v2\n"));
  failure = Failure("def create(): return 1 / 0", "create()");
  EXPECT_THAT(failure, StartsWith(absl::StrCat(module_, ":create() has failed\n")));
  EXPECT_THAT(failure, HasSubstr("division by zero"));
  EXPECT_THAT(Failure("create = 1", "create()"), HasSubstr("'int' object is not callable"));
}

TEST_F(LoadApplicationTest, WhatCannotBeCalledIsNone) {
  std::string failure = Failure("application = 1");
  EXPECT_EQ(failure, absl::StrCat(module_, ":application is no callable, but of the type int"));
  failure = Failure("def create(): pass", "create()");
  EXPECT_EQ(failure, absl::StrCat(module_, ":create is no callable, but of the type NoneType"));
}

// A name beyond ASCII is Python's to judge, one that is no UTF-8 too.
TEST_F(LoadApplicationTest, ANameThatIsNoTextIsNotFound) {
  const absl::StatusOr<ApplicationName> name = ApplicationName::Parse("\xff:app");
  ASSERT_TRUE(name.ok());
  EXPECT_EQ(LoadApplication(*name).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace forklift::http::wsgi
