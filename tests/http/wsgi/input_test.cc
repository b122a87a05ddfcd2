#include "forklift/http/wsgi/input.h"

#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/net/unique_fd.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "forklift/tests/http/wsgi/scripted_conversation.h"
#include "forklift/tests/support/holdings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using ::testing::StartsWith;
using tests::Execute;
using tests::Holdings;
using tests::Repr;
using tests::ScriptedConversation;
using tests::TakeException;

net::UniqueFd FileOf(std::string_view content) {
  net::UniqueFd file(::memfd_create("body", MFD_CLOEXEC));
  PCHECK(::pwrite(file.get(), content.data(), content.size(), 0) ==
         static_cast<ssize_t>(content.size()));
  return file;
}

// Its content, each byte a piece: the hardest way to get it.
ScriptedConversation Client(std::string_view content) {
  ScriptedConversation client;
  for (const char byte : content) client.pieces.emplace_back(1, byte);
  return client;
}

class InputTest : public tests::PythonTest {
 protected:
  void SetUp() override { ASSERT_TRUE(inputs_.Init()); }

  // What `expression` of `input` comes to, or the exception that comes of it.
  static std::string Ask(PyObject* input, const std::string& expression) {
    const ObjectRef names = Execute("");
    PyDict_SetItemString(names.get(), "input", input);
    const ObjectRef result =
        ObjectRef::Steal(PyRun_String(expression.c_str(), Py_eval_input, names.get(), names.get()));
    return result ? Repr(result.get()) : TakeException();
  }

  // The same for inputs of each kind with this content, which must agree.
  std::string AskEach(std::string_view content, const std::string& expression) {
    const std::string of_bytes = Ask(inputs_.OfBytes(content).get(), expression);
    EXPECT_EQ(Ask(inputs_.OfFile(FileOf(content)).get(), expression), of_bytes) << expression;
    ScriptedConversation client = Client(content);
    const Inputs::HeldBack held_back(inputs_, client);
    EXPECT_EQ(Ask(held_back.input(), expression), of_bytes) << expression;
    EXPECT_FALSE(held_back.failed());
    return of_bytes;
  }

  Inputs inputs_;
};

TEST_F(InputTest, EachWayToReadReadsTheSame) {
  const std::string content("one\ntwo\r\n\0\xff\nend", 15);
  const struct {
    std::string expression;
    std::string_view result;
  } kCases[] = {
      {"input.read()", "b'one\\ntwo\\r\\n\\x00\\xff\\nend'"},
      {"input.read(-1)", "b'one\\ntwo\\r\\n\\x00\\xff\\nend'"},
      {"input.read(100)", "b'one\\ntwo\\r\\n\\x00\\xff\\nend'"},
      {"(input.read(0), input.read(5), input.read(3), input.read())",
       "(b'', b'one\\nt', b'wo\\r', b'\\n\\x00\\xff\\nend')"},
      {"[input.read(4) for _ in range(6)]",
       "[b'one\\n', b'two\\r', b'\\n\\x00\\xff\\n', b'end', b'', b'']"},
      {"[input.readline() for _ in range(6)]",
       "[b'one\\n', b'two\\r\\n', b'\\x00\\xff\\n', b'end', b'', b'']"},
      {"(input.readline(2), input.readline(), input.readline(100), input.read())",
       "(b'on', b'e\\n', b'two\\r\\n', b'\\x00\\xff\\nend')"},
      {"input.readlines()", "[b'one\\n', b'two\\r\\n', b'\\x00\\xff\\n', b'end']"},
      {"input.readlines(5)", "[b'one\\n', b'two\\r\\n']"},
      {"list(input)", "[b'one\\n', b'two\\r\\n', b'\\x00\\xff\\n', b'end']"},
      {"(next(input), input.read())", "(b'one\\n', b'two\\r\\n\\x00\\xff\\nend')"},
      {"(lambda room: (input.readinto(room), bytes(room)))(bytearray(5))", "(5, b'one\\nt')"},
      {"b''.join(iter(lambda: input.read1(4), b''))", "b'one\\ntwo\\r\\n\\x00\\xff\\nend'"},
      {"(input.readable(), input.closed)", "(True, False)"},
      {"(input.close(), input.closed)", "(None, True)"},
  };
  for (const auto& [expression, result] : kCases) {
    EXPECT_EQ(AskEach(content, expression), result) << expression;
  }
}

TEST_F(InputTest, AnEmptyBodyEndsAtOnce) {
  for (const char* expression : {"input.read()", "input.read(5)", "input.readline()"}) {
    EXPECT_EQ(AskEach("", expression), "b''") << expression;
  }
  EXPECT_EQ(AskEach("", "list(input)"), "[]");
}

TEST_F(InputTest, BytesAreCopied) {
  std::string content = "body";
  const ObjectRef input = inputs_.OfBytes(content);
  content = "gone";
  EXPECT_EQ(Ask(input.get(), "input.read()"), "b'body'");
}

TEST_F(InputTest, AFileIsTakenOver) {
  const Holdings before = Holdings::Now();
  {
    const ObjectRef input = inputs_.OfFile(FileOf("body"));
    EXPECT_EQ(Ask(input.get(), "(input.read(), input.seek(0), input.read())"),
              "(b'body', 0, b'body')");
    EXPECT_NE(Holdings::Now(), before);
  }
  EXPECT_EQ(Holdings::Now(), before);
  // What cannot be read is closed as well.
  EXPECT_FALSE(inputs_.OfFile(net::UniqueFd(::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC))));
  EXPECT_THAT(TakeException(), StartsWith("IsADirectoryError: "));
  EXPECT_EQ(Holdings::Now(), before);
}

TEST_F(InputTest, OnlyWhatIsReadIsAskedFor) {
  ScriptedConversation client;
  client.pieces = {"one", "two", "three"};
  const Inputs::HeldBack held_back(inputs_, client);
  EXPECT_EQ(client.pieces.size(), 3u);
  EXPECT_EQ(Ask(held_back.input(), "input.read(3)"), "b'one'");
  EXPECT_EQ(client.pieces.size(), 2u);
  EXPECT_EQ(Ask(held_back.input(), "input.read()"), "b'twothree'");
}

TEST_F(InputTest, ALargePieceIsReadInParts) {
  ScriptedConversation client;
  client.pieces = {std::string(100'000, 'x'), std::string(100'000, 'y')};
  const Inputs::HeldBack held_back(inputs_, client);
  EXPECT_EQ(Ask(held_back.input(),
                "(input.read(7), input.readline(3), "
                "input.read() == b'x' * 99_990 + b'y' * 100_000)"),
            "(b'xxxxxxx', b'xxx', True)");
}

TEST_F(InputTest, AClientThatFailsIsAnError) {
  ScriptedConversation client = Client("abc");
  client.fails = true;
  const Inputs::HeldBack held_back(inputs_, client);
  EXPECT_EQ(Ask(held_back.input(), "input.read(2)"), "b'ab'");
  EXPECT_FALSE(held_back.failed());
  EXPECT_EQ(Ask(held_back.input(), "input.read(2)"),
            "OSError: wsgi.input: the client has not sent the rest of its request");
  EXPECT_TRUE(held_back.failed());
  EXPECT_EQ(Ask(held_back.input(), "input.readline()"),
            "OSError: wsgi.input: the client has not sent the rest of its request");
}

TEST_F(InputTest, NothingIsReadOnceTheRequestHasEnded) {
  ScriptedConversation client = Client("abc");
  ObjectRef input;
  {
    const Inputs::HeldBack held_back(inputs_, client);
    input = ObjectRef::Share(held_back.input());
    EXPECT_EQ(Ask(input.get(), "input.read(1)"), "b'a'");
  }
  for (const char* expression : {"input.read(2)", "input.read()", "input.readline()"}) {
    EXPECT_EQ(Ask(input.get(), expression), "ValueError: wsgi.input: the request has ended");
  }
  EXPECT_EQ(client.pieces.size(), 2u);
}

// Others run meanwhile.
TEST_F(InputTest, TheGilIsFreeWhileTheClientIsWaitedFor) {
  class Waiting final : public server::Conversation {
   public:
    net::Address LocalAddress() override { return net::Address::Ipv4Loopback(0); }
    std::optional<std::string_view> ReadBody() override {
      held_ = PyGILState_Check() != 0;
      return "";
    }
    bool BeginResponse(std::optional<uint64_t>) override { return false; }
    bool Write(std::string_view) override { return false; }
    void BreakOff() override {}

    bool held_ = true;
  };
  Waiting client;
  const Inputs::HeldBack held_back(inputs_, client);
  EXPECT_EQ(Ask(held_back.input(), "input.read()"), "b''");
  EXPECT_FALSE(client.held_);
}

}  // namespace
}  // namespace forklift::http::wsgi
