#include "forklift/http/wsgi/file_region.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "forklift/http/server/content.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "forklift/tests/support/descriptor_shortage.h"
#include "forklift/tests/support/holdings.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using tests::Evaluate;
using tests::Execute;
using tests::Holdings;

class FileRegionTest : public tests::PythonTest {
 protected:
  // The region behind a wrapper of the file that `expression` makes; `path` is one of ten bytes.
  std::optional<server::FileRegion> Region(const std::string& expression) {
    wrapper_ = Evaluate(absl::StrCat("FileWrapper(", expression, ")"), names_);
    return RegionOf(wrapper_.get());
  }

  const ObjectRef names_ = Execute(absl::StrCat(R"(
from wsgiref.util import FileWrapper
import bz2, gzip, io, os, socket, tempfile
path = ')",
                                                ::testing::TempDir(), R"(/file'
with open(path, 'wb') as file:
    file.write(b'0123456789')

def at(offset, file, read=0):
    file.seek(offset)
    file.read(read)
    return file

def written(file):
    file.write(b'abc')
    return file

def closed(file):
    file.close()
    return file

def without(name, file):
    class Without:
        def __getattr__(self, other):
            if other == name:
                raise AttributeError(other)
            return getattr(file, other)
    return Without()

class Subclass(io.FileIO):
    def read(self, size=-1):
        return super().read(size).upper()

def pipe():
    return open(os.pipe()[0], 'rb')

class Failing:
    def read(self, size):
        return b''
    @property
    def fileno(self):
        raise MemoryError
)"));
  ObjectRef wrapper_;
};

TEST_F(FileRegionTest, IsTheRestOfAPlainFile) {
  const struct {
    std::string expression;
    uint64_t offset;
  } kCases[] = {
      {"open(path, 'rb')", 0},
      {"open(path, 'rb', buffering=0)", 0},
      {"open(path, 'r+b')", 0},
      {"io.FileIO(path)", 0},
      {"at(3, open(path, 'rb'))", 3},
      {"at(3, open(path, 'rb', buffering=0))", 3},
      {"at(3, open(path, 'r+b'))", 3},
      {"at(10, open(path, 'rb'))", 10},
      // What was read ahead has still to be sent.
      {"at(3, open(path, 'rb'), read=2)", 5},
      {"at(3, open(path, 'rb', buffering=0), read=2)", 5},
      {"io.BufferedReader(io.FileIO(path))", 0},
  };
  const Holdings before = Holdings::Now();
  for (const auto& [expression, offset] : kCases) {
    const std::optional<server::FileRegion> region = Region(expression);
    ASSERT_TRUE(region) << expression;
    EXPECT_EQ(region->offset, offset) << expression;
    EXPECT_EQ(region->size, 10 - offset) << expression;
  }
  wrapper_ = ObjectRef();
  EXPECT_EQ(Holdings::Now(), before);
}

TEST_F(FileRegionTest, HasADescriptorOfItsOwn) {
  const std::optional<server::FileRegion> region = Region("open(path, 'rb')");
  ASSERT_TRUE(region);
  wrapper_ = ObjectRef();
  struct stat status;
  ASSERT_EQ(::fstat(region->file.get(), &status), 0);
  EXPECT_EQ(status.st_size, 10);
  EXPECT_NE(::fcntl(region->file.get(), F_GETFD) & FD_CLOEXEC, 0);
}

// What is read from it is not what is behind its descriptor, or there is none.
TEST_F(FileRegionTest, AnythingElseIsToBeRead) {
  const Holdings before = Holdings::Now();
  for (const char* expression : {
           "io.BytesIO(b'text')",
           "io.StringIO('text')",
           "open(path)",
           "gzip.open(path)",
           "bz2.open(path)",
           "Subclass(path)",
           "io.BufferedReader(Subclass(path))",
           "io.BufferedReader(gzip.open(path))",
           "io.BufferedReader(io.BytesIO(b'text'))",
           "type('Mine', (io.BufferedReader,), {})(io.FileIO(path))",
           "tempfile.SpooledTemporaryFile()",
           "without('fileno', open(path, 'rb'))",
           "without('tell', open(path, 'rb'))",
           "closed(open(path, 'rb'))",
           "closed(io.FileIO(path))",
           "at(11, open(path, 'rb'))",
           "pipe()",
           "open('/dev/null', 'rb')",
           "open('/dev/zero', 'rb', buffering=0)",
           "socket.socket()",
           "written(open(path, 'w+b'))",
           "Failing()",
           "1",
           "None",
       }) {
    EXPECT_FALSE(Region(expression)) << expression;
    EXPECT_EQ(PyErr_Occurred(), nullptr) << expression;
  }
  wrapper_ = ObjectRef();
  Evaluate("__import__('gc').collect()");
}

TEST_F(FileRegionTest, AWrapperWithoutAFileHasNone) {
  EXPECT_FALSE(RegionOf(Py_None));
  EXPECT_EQ(PyErr_Occurred(), nullptr);
}

TEST_F(FileRegionTest, WithoutADescriptorItIsToBeRead) {
  wrapper_ = Evaluate("FileWrapper(open(path, 'rb'))", names_);
  const tests::DescriptorShortage shortage(0);
  EXPECT_FALSE(RegionOf(wrapper_.get()));
  EXPECT_EQ(PyErr_Occurred(), nullptr);
}

}  // namespace
}  // namespace forklift::http::wsgi
