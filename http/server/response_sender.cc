#include "forklift/http/server/response_sender.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "absl/types/span.h"
#include "forklift/http/header_fields.h"
#include "forklift/http/header_name.h"
#include "forklift/http/method.h"
#include "forklift/http/server/content.h"
#include "forklift/http/server/response.h"
#include "forklift/http/server/transport.h"
#include "forklift/http/server_connection.h"
#include "forklift/http/status_code.h"
#include "forklift/net/io.h"

namespace forklift::http::server {
namespace {

constexpr size_t kMaxHead = 64 * 1024;
// What costs more to copy than to send as a part of its own.
constexpr size_t kMaxCopied = 4096;
constexpr size_t kPiece = 16 * 1024;  // of a producer
// Of what a handler writes: so much is kept for a client that does not take it yet.
constexpr size_t kMaxKept = 256 * 1024;
constexpr size_t kMaxBuffered = kMaxHead + 2 * kPiece + kMaxKept;
// Enough for a status line and the fields that a connection adds.
constexpr size_t kHeadBase = 256;
// A sendfile(2) that takes more would keep the loop from other connections; pieces of half the size
// cost more to send, as their clients are woken more often.
constexpr uint64_t kMaxFilePiece = 2 << 20;
constexpr size_t kKeptCapacity = 32 * 1024;

size_t HeadSize(HeaderFields fields) {
  size_t size = kHeadBase;
  for (const Field field : fields) size += field.name.size() + field.value.size() + 4;
  return size;
}

}  // namespace

ResponseSender::ResponseSender() : buffer_(kMaxBuffered) {}

bool ResponseSender::Begin(ServerConnection& protocol, Response& response, std::string_view date) {
  CHECK(gathered()) << "ResponseSender: the last response is not sent yet";
  if (!response.headers.fields().Has(HeaderName::kDate)) {
    CHECK(response.headers.Add(HeaderName::kDate, date));
  }
  const HeaderFields fields = response.headers.fields();
  const size_t size = HeadSize(fields) + response.reason.size();
  if (size > kMaxHead) return false;
  const auto head = protocol.BeginResponse(buffer_.Room(size), response.status, fields,
                                           SizeOf(response.content), response.reason);
  if (!head) return false;
  buffer_.Commit(head->size());
  content_queued_ = 0;

  std::string_view bytes;
  if (std::holds_alternative<Written>(response.content)) {
    writing_ = true;
    return true;
  }
  if (const auto* produced = std::get_if<Produced>(&response.content)) {
    const bool wanted =
        MayHaveContent(response.status) && protocol.request().method != Method::kHead;
    producer_ = wanted ? produced->producer.get() : nullptr;
    if (!wanted) protocol.EndResponse();
    return true;
  }
  if (const auto* file = std::get_if<FileRegion>(&response.content)) {
    file_ = file->file.get();
    file_offset_ = file->offset;
    content_queued_ = file_left_ = protocol.BodyBytes(file->size);
    if (file_left_ <= kMaxCopied) CopyFile();
  } else if (const auto* shared = std::get_if<SharedBytes>(&response.content)) {
    bytes = shared->bytes;
  } else {
    bytes = std::get<std::string>(response.content);
  }
  bytes = bytes.substr(0, protocol.BodyBytes(bytes.size()));
  content_queued_ += bytes.size();
  if (bytes.size() > kMaxCopied || !buffer_.Append(bytes)) tail_ = bytes;
  protocol.EndResponse();  // adds nothing where the size is known
  return true;
}

// A small file leaves with its head, by one call less. What goes wrong here, SendFile finds again.
void ResponseSender::CopyFile() {
  const absl::Span<char> room = buffer_.Room(file_left_);
  const ssize_t size = ::pread(file_, room.data(), file_left_, static_cast<off_t>(file_offset_));
  if (size != static_cast<ssize_t>(file_left_)) return;
  buffer_.Commit(file_left_);
  file_left_ = 0;
}

void ResponseSender::Add(std::string_view bytes) { CHECK(buffer_.Append(bytes)); }

ResponseSender::State ResponseSender::Advance(Transport& transport) {
  while (pending() > 0) {
    const State state = SendBytes(transport);
    if (state != State::kDone) return state;
  }
  if (broken_) return State::kBroken;
  if (file_left_ > 0) return SendFile(transport);
  return producer_ == nullptr ? State::kDone : State::kProduce;
}

ResponseSender::State ResponseSender::SendBytes(Transport& transport) {
  const std::array<std::string_view, 3> parts = {buffer_.bytes(), tail_, tail_end_};
  const net::IoResult result =
      transport.Send(absl::MakeSpan(parts).first(tail_end_.empty() ? (tail_.empty() ? 1 : 2) : 3),
                     file_left_ > 0 ? net::MoreToCome::kYes : net::MoreToCome::kNo);
  sent_ += result.bytes;
  size_t left = result.bytes;
  const size_t of_buffer = std::min(left, buffer_.size());
  buffer_.Consume(of_buffer);
  left -= of_buffer;
  const size_t of_tail = std::min(left, tail_.size());
  tail_.remove_prefix(of_tail);
  tail_end_.remove_prefix(left - of_tail);
  if (result.outcome == net::IoOutcome::kOk) return State::kDone;
  if (result.outcome == net::IoOutcome::kNotReady) return State::kBlocked;
  if (result.outcome == net::IoOutcome::kFailed) LOG_EVERY_N_SEC(ERROR, 1) << result.error;
  return State::kBroken;
}

ResponseSender::State ResponseSender::SendFile(Transport& transport) {
  const net::IoResult result = transport.SendFile(file_, static_cast<off_t>(file_offset_),
                                                  std::min(file_left_, kMaxFilePiece));
  sent_ += result.bytes;
  file_offset_ += result.bytes;
  file_left_ -= result.bytes;
  switch (result.outcome) {
    case net::IoOutcome::kOk:
      return file_left_ == 0 ? State::kDone : State::kBlocked;
    case net::IoOutcome::kNotReady:
      return State::kBlocked;
    case net::IoOutcome::kEnd:
      LOG_EVERY_N_SEC(WARNING, 1) << "a file became shorter while it was sent; the client cannot "
                                     "have the rest";
      return State::kBroken;
    case net::IoOutcome::kFailed:
      LOG_EVERY_N_SEC(ERROR, 1) << result.error;
      return State::kBroken;
    case net::IoOutcome::kPeerGone:
    case net::IoOutcome::kTimedOut:
      break;
  }
  return State::kBroken;
}

void ResponseSender::Produce(ServerConnection& protocol) {
  CHECK(producer_ != nullptr) << "ResponseSender: there is nothing to produce";
  char piece[kPiece];
  const std::optional<size_t> size = producer_->Produce(absl::MakeSpan(piece));
  CHECK(!size || *size <= kPiece) << "a producer wrote beyond its room";
  if (size && *size > 0) {
    for (const std::string_view part : protocol.Body(std::string_view(piece, *size))) Add(part);
    content_queued_ += *size;
    return;
  }
  producer_ = nullptr;
  broken_ = !size;
  if (size) Add(protocol.EndResponse());
}

void ResponseSender::Write(ServerConnection& protocol, std::string_view piece) {
  CHECK(writing_ && tail_.empty()) << "ResponseSender: the last piece is not sent yet";
  const std::array<std::string_view, 3> parts = protocol.Body(piece);
  content_queued_ += parts[1].size();
  CHECK(buffer_.Append(parts[0]));
  tail_ = parts[1];
  tail_end_ = parts[2];
  if (tail_.size() <= kMaxCopied) Keep();
}

bool ResponseSender::Keep() {
  if (buffer_.size() + tail_.size() > kMaxKept) return false;
  CHECK(buffer_.Append(tail_));
  CHECK(buffer_.Append(tail_end_));
  tail_ = {};
  tail_end_ = {};
  return true;
}

void ResponseSender::EndWriting(ServerConnection& protocol) {
  writing_ = false;
  Add(protocol.EndResponse());
}

void ResponseSender::BreakOff() {
  writing_ = false;
  broken_ = true;
}

void ResponseSender::Reset() {
  buffer_.Clear(kKeptCapacity);
  tail_ = {};
  tail_end_ = {};
  writing_ = false;
  file_left_ = 0;
  producer_ = nullptr;
  broken_ = false;
}

}  // namespace forklift::http::server
