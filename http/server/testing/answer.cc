#include "forklift/http/server/testing/answer.h"

#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "forklift/http/client_connection.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/limits.h"
#include "forklift/http/method.h"
#include "forklift/http/server/exchange.h"
#include "forklift/http/server/handler.h"
#include "forklift/http/server/testing/memory_transport.h"
#include "forklift/http/server/worker_clock.h"

namespace forklift::http::server::testing {

std::string TestRequest::ToString() const {
  std::string text = absl::StrCat(method, " ", target, " HTTP/1.1\r\nHost: localhost\r\n");
  for (const auto& [name, value] : fields) absl::StrAppend(&text, name, ": ", value, "\r\n");
  if (!body.empty()) absl::StrAppend(&text, "Content-Length: ", body.size(), "\r\n");
  return absl::StrCat(text, "\r\n", body);
}

std::string TestResponse::Field(std::string_view name) const {
  return std::string(headers.fields().Find(name).value_or(std::string_view()));
}

std::string AnswerBytes(Handler& handler, std::string_view requests, const AnswerOptions& options) {
  WorkerClock clock;
  clock.Set(options.now);
  Exchange exchange({.limits = options.limits, .handler = &handler, .clock = &clock});
  MemoryTransport transport;
  transport.AddInput(requests);
  exchange.Attach(transport, options.client, 0);
  while (true) {
    switch (exchange.Advance()) {
      case Exchange::Wait::kWork:
        exchange.Work();
        break;
      case Exchange::Wait::kOutput:  // a part of a file was sent
        break;
      case Exchange::Wait::kIdle:
      case Exchange::Wait::kInput:
        if (transport.input().empty()) return transport.TakeOutput();
        exchange.SetReadable();
        break;
      case Exchange::Wait::kClose:
      case Exchange::Wait::kIdleClose:
      case Exchange::Wait::kLingeringClose:
        return transport.TakeOutput();
    }
  }
}

TestResponse Answer(Handler& handler, const TestRequest& request, const AnswerOptions& options) {
  const std::string bytes = AnswerBytes(handler, request.ToString(), options);
  Limits limits;
  limits.body = bytes.size();
  ClientConnection client(limits);
  client.ExpectResponse(ParseMethod(request.method));
  client.EndOfInput();
  TestResponse response = {};
  std::string_view left = bytes;
  while (true) {
    const ClientConnection::Step step = client.Next(left);
    switch (step.event) {
      case ClientConnection::Event::kInterim:
        break;
      case ClientConnection::Event::kResponse:
        response.status = client.head().status;
        for (const http::Field field : client.head().fields) {
          CHECK(response.headers.Add(field.name, field.value));
        }
        break;
      case ClientConnection::Event::kBody:
        response.body.append(step.data);
        break;
      case ClientConnection::Event::kResponseEnd:
        return response;
      case ClientConnection::Event::kNeedInput:
      case ClientConnection::Event::kError:
      case ClientConnection::Event::kClose:
        LOG(FATAL) << "no whole response came back: " << bytes;
    }
    left.remove_prefix(step.consumed);
  }
}

}  // namespace forklift::http::server::testing
