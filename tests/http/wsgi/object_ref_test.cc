#include "forklift/http/wsgi/object_ref.h"

#include <string_view>
#include <type_traits>
#include <utility>

#include "forklift/tests/http/wsgi/python_fixture.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using tests::Repr;

static_assert(!std::is_copy_constructible_v<ObjectRef> && !std::is_copy_assignable_v<ObjectRef>);
static_assert(!std::is_convertible_v<PyObject*, ObjectRef>);

class ObjectRefTest : public tests::PythonTest {
 protected:
  // Beside the test's own one.
  Py_ssize_t References() const { return Py_REFCNT(object_) - 1; }

  PyObject* const object_ = PyList_New(0);
  const ObjectRef own_ = ObjectRef::Steal(object_);
};

TEST_F(ObjectRefTest, AnEmptyOneHoldsNothing) {
  const ObjectRef empty;
  EXPECT_FALSE(empty);
  EXPECT_EQ(empty.get(), nullptr);
  EXPECT_FALSE(ObjectRef::Steal(nullptr));
  EXPECT_FALSE(ObjectRef::Share(nullptr));
}

TEST_F(ObjectRefTest, StealTakesOverAndShareAdds) {
  {
    const ObjectRef stolen = ObjectRef::Steal(Py_NewRef(object_));
    EXPECT_TRUE(stolen);
    EXPECT_EQ(stolen.get(), object_);
    EXPECT_EQ(References(), 1);
    const ObjectRef shared = ObjectRef::Share(object_);
    EXPECT_EQ(shared.get(), object_);
    EXPECT_EQ(References(), 2);
  }
  EXPECT_EQ(References(), 0);
}

TEST_F(ObjectRefTest, AMoveHandsOn) {
  ObjectRef first = ObjectRef::Share(object_);
  ObjectRef second = std::move(first);
  EXPECT_EQ(second.get(), object_);
  EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): it is empty
  EXPECT_EQ(References(), 1);
  second = ObjectRef();
  EXPECT_FALSE(second);
  EXPECT_EQ(References(), 0);
}

TEST_F(ObjectRefTest, AnAssignmentGivesBackWhatWasHeld) {
  ObjectRef ref = ObjectRef::Share(object_);
  ref = ObjectRef::Share(Py_None);
  EXPECT_EQ(ref.get(), Py_None);
  EXPECT_EQ(References(), 0);
}

TEST_F(ObjectRefTest, ReleaseKeepsTheReference) {
  ObjectRef ref = ObjectRef::Share(object_);
  EXPECT_EQ(ref.release(), object_);
  EXPECT_FALSE(ref);
  EXPECT_EQ(References(), 1);
  Py_DECREF(object_);
}

TEST_F(ObjectRefTest, Latin1HasACharacterForEachByte) {
  EXPECT_EQ(Repr(Latin1("").get()), "''");
  EXPECT_EQ(Repr(Latin1("a\xc3\xa9\xff\x80").get()), "'a\\xc3\\xa9\\xff\\x80'");
  EXPECT_EQ(Repr(Latin1(std::string_view("a\0b", 3)).get()), "'a\\x00b'");
}

}  // namespace
}  // namespace forklift::http::wsgi
