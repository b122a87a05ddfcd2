// Answers that go wrong, and what is answered then.
#include <string>

#include "forklift/http/server/content.h"
#include "forklift/http/status_code.h"
#include "forklift/http/wsgi/answer.h"
#include "forklift/http/wsgi/object_ref.h"
#include "forklift/http/wsgi/traceback.h"
#include "forklift/tests/http/wsgi/asked.h"
#include "forklift/tests/http/wsgi/python_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace forklift::http::wsgi {
namespace {

using Outcome = Answer::Outcome;
using ::testing::HasSubstr;
using tests::Asked;
using tests::Evaluate;
using tests::Execute;
using tests::kNotBegun;
using tests::Length;
using tests::TakeException;

using AnswerFailureTest = tests::PythonTest;

TEST_F(AnswerFailureTest, WithoutStartResponseItFails) {
  constexpr char kWhy[] =
      "AssertionError: the application must call start_response before the first block";
  Asked asked;
  EXPECT_EQ(asked.answer.Write(""), Outcome::kMore);
  EXPECT_EQ(asked.answer.Write("one"), Outcome::kFailed);
  EXPECT_EQ(TakeException(), kWhy);
  EXPECT_EQ(asked.WriteAll({"one"}), Outcome::kFailed);
  EXPECT_EQ(TakeException(), kWhy);
  EXPECT_EQ(asked.WriteAll({}), Outcome::kFailed);
  EXPECT_EQ(TakeException(), kWhy);
  EXPECT_FALSE(asked.answer.Finish());
  EXPECT_EQ(TakeException(), kWhy);
  server::FileRegion region;
  EXPECT_FALSE(asked.answer.SendFile(region));
}

TEST_F(AnswerFailureTest, AStartThatFailedIsNone) {
  Asked asked;
  EXPECT_FALSE(asked.Start("'nonsense'"));
  EXPECT_THAT(TakeException(), HasSubstr("ValueError"));
  EXPECT_EQ(asked.answer.Write("one"), Outcome::kFailed);
  EXPECT_THAT(TakeException(), HasSubstr("must call start_response"));
  EXPECT_TRUE(asked.Start());
  EXPECT_EQ(asked.answer.Write("one"), Outcome::kMore);
}

TEST_F(AnswerFailureTest, ASecondStartNeedsAnError) {
  Asked asked;
  ASSERT_TRUE(asked.Start());
  EXPECT_FALSE(asked.Start());
  EXPECT_EQ(TakeException(), "AssertionError: start_response: called again without exc_info");
  // The first stands.
  EXPECT_EQ(asked.WriteAll({"one"}), Outcome::kEnough);
}

TEST_F(AnswerFailureTest, AnErrorTakesThePlaceOfAHeadThatWasNotSent) {
  Asked asked;
  ASSERT_TRUE(asked.Start("'200 OK'", "[('A', 'b'), ('Content-Length', '100')]"));
  EXPECT_EQ(asked.answer.Write(""), Outcome::kMore);
  ASSERT_TRUE(asked.Start("'503 Later'", "[('C', 'd')]", "(ValueError, ValueError('x'), None)"));
  EXPECT_EQ(asked.WriteAll({"later"}), Outcome::kEnough);
  EXPECT_EQ(asked.response.status, StatusCode::kServiceUnavailable);
  EXPECT_EQ(asked.response.reason, "Later");
  EXPECT_FALSE(asked.response.headers.fields().Find("A"));
  EXPECT_EQ(asked.response.headers.fields().Find("C"), "d");
  EXPECT_EQ(asked.Content(), "later");
}

TEST_F(AnswerFailureTest, AnErrorAfterTheHeadIsRaisedAgain) {
  Asked asked;
  ASSERT_TRUE(asked.Start());
  EXPECT_EQ(asked.answer.Write("one"), Outcome::kMore);
  EXPECT_FALSE(asked.Start("'500 Late'", "[]", "(ValueError, ValueError('late'), None)"));
  EXPECT_EQ(TakeException(), "ValueError: late");
}

TEST_F(AnswerFailureTest, AnErrorThatIsRaisedAgainHasItsTraceback) {
  Asked asked;
  ASSERT_TRUE(asked.Start());
  EXPECT_EQ(asked.answer.Write("one"), Outcome::kMore);
  const ObjectRef names = Execute(
      "import sys\ndef divide(): 1 / 0\ntry:\n  divide()\nexcept Exception:\n"
      "  exc_info = sys.exc_info()");
  EXPECT_FALSE(asked.answer.Start(Evaluate("'500 Late'").get(), Evaluate("[]").get(),
                                  PyDict_GetItemString(names.get(), "exc_info")));
  const std::string trace = TakeTraceback();
  EXPECT_THAT(trace, HasSubstr("in divide\n"));
  EXPECT_THAT(trace, HasSubstr("ZeroDivisionError: division by zero"));
}

// Python must not be given what is no exception to raise.
TEST_F(AnswerFailureTest, WhatIsNoErrorIsNotRaised) {
  for (const char* exc_info : {"()", "1", "'text'", "(None, None, None)", "(1, 2, 3)",
                               "(ValueError, None, None)", "(ValueError, 'text', None)",
                               "(ValueError, ValueError)", "[ValueError, ValueError(), None]",
                               "(str, 'text', None)", "(None, ValueError(), None, None)"}) {
    Asked asked;
    ASSERT_TRUE(asked.Start());
    EXPECT_EQ(asked.answer.Write("one"), Outcome::kMore);
    EXPECT_FALSE(asked.Start("'500 Late'", "[]", exc_info));
    EXPECT_EQ(TakeException(), "TypeError: start_response: exc_info must be sys.exc_info()'s tuple")
        << exc_info;
  }
}

TEST_F(AnswerFailureTest, HeadersThatAreTooLargeAreAnError) {
  Asked asked;
  ASSERT_TRUE(asked.Start());
  asked.client.takes_head = false;
  EXPECT_EQ(asked.answer.Write("one"), Outcome::kFailed);
  EXPECT_EQ(TakeException(), "ValueError: start_response: the headers are too large");
  asked.answer.Fail();
  EXPECT_EQ(asked.response.status, StatusCode::kInternalServerError);
}

TEST_F(AnswerFailureTest, AClientThatHasGoneIsTold) {
  for (const bool at_once : {false, true}) {
    Asked asked;
    ASSERT_TRUE(asked.Start("'200 OK'", Length(10)));
    asked.client.gone = true;
    EXPECT_FALSE(asked.answer.client_gone());
    EXPECT_EQ(at_once ? asked.WriteAll({"one"}) : asked.answer.Write("one"), Outcome::kClientGone);
    EXPECT_TRUE(asked.answer.client_gone());
  }
}

TEST_F(AnswerFailureTest, AFailureBeforeTheHeadIs500AndAfterItACut) {
  {
    Asked asked;
    asked.answer.Fail();
    EXPECT_EQ(asked.response.status, StatusCode::kInternalServerError);
    EXPECT_FALSE(asked.client.broken_off);
  }
  Asked asked;
  ASSERT_TRUE(asked.Start());
  EXPECT_EQ(asked.answer.Write("one"), Outcome::kMore);
  asked.answer.Fail();
  EXPECT_TRUE(asked.client.broken_off);
  EXPECT_EQ(asked.response.status, StatusCode::kOk);
}

// As an iterable's close() might.
TEST_F(AnswerFailureTest, NothingIsWrittenOnceItHasEnded) {
  constexpr char kWhy[] = "AssertionError: write() after the end of the response";
  {
    Asked asked;
    ASSERT_TRUE(asked.Start());
    asked.answer.Fail();
    EXPECT_EQ(asked.answer.Write("one"), Outcome::kFailed);
    EXPECT_EQ(TakeException(), kWhy);
    EXPECT_EQ(asked.client.begun, kNotBegun) << "500 stands";
  }
  {
    Asked asked;
    ASSERT_TRUE(asked.Start());
    EXPECT_EQ(asked.answer.Write("one"), Outcome::kMore);
    asked.answer.Fail();
    EXPECT_EQ(asked.answer.Write("two"), Outcome::kFailed);
    EXPECT_EQ(TakeException(), kWhy);
    EXPECT_EQ(asked.client.written, "one");
  }
  for (const bool begun : {false, true}) {
    Asked asked;
    ASSERT_TRUE(asked.Start());
    EXPECT_EQ(asked.answer.Write(begun ? "one" : ""), Outcome::kMore);
    EXPECT_TRUE(asked.answer.Finish());
    EXPECT_EQ(asked.answer.Write("two"), Outcome::kFailed);
    EXPECT_EQ(TakeException(), kWhy);
  }
  {
    Asked asked;
    ASSERT_TRUE(asked.Start());
    EXPECT_EQ(asked.WriteAll({"one"}), Outcome::kEnough);
    EXPECT_EQ(asked.answer.Write("two"), Outcome::kFailed);
    EXPECT_EQ(TakeException(), kWhy);
    EXPECT_EQ(asked.Content(), "one");
  }
}

}  // namespace
}  // namespace forklift::http::wsgi
