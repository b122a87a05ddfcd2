#include "forklift/http/files/file_cache.h"

#include <stddef.h>
#include <sys/types.h>
#include <unistd.h>

#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "forklift/http/files/file_version.h"
#include "forklift/http/files/root.h"
#include "forklift/net/eintr.h"

namespace forklift::http::files {
namespace {

using Outcome = OpenedFile::Outcome;

OpenedFile Share(OpenedFile& opened) {
  OpenedFile other = {.outcome = opened.outcome, .info = opened.info, .content = opened.content};
  if (opened.content == nullptr) other.file = opened.file.Share();
  return other;
}

bool IsAsOpened(const OpenedFile& opened) { return Root::InfoOf(opened.file.get()) == opened.info; }

// In the place of the descriptor. False where that cannot be read, or is of another version by now.
bool ReadContent(OpenedFile& opened) {
  std::string content(opened.info.size, '\0');
  const ssize_t count = net::RetryOnEintr(
      [&] { return ::pread(opened.file.get(), content.data(), content.size(), 0); });
  if (count != static_cast<ssize_t>(content.size()) || !IsAsOpened(opened)) return false;
  opened.content = std::make_shared<const std::string>(std::move(content));
  opened.file = {};
  return true;
}

}  // namespace

OpenedFile FileCache::OpenFile(const std::string& path, absl::Time now) {
  if (age_ <= absl::ZeroDuration()) return root_.OpenFile(path.c_str());
  if (std::optional<OpenedFile> kept = Find(path, now)) return *std::move(kept);
  OpenedFile opened = root_.OpenFile(path.c_str());
  if (opened.outcome == Outcome::kExhausted && GiveUpAll()) opened = root_.OpenFile(path.c_str());
  if (opened.outcome == Outcome::kFile && FileVersion::IsSettled(opened.info, now)) {
    Keep(path, now, opened);
  }
  return opened;
}

std::optional<OpenedFile> FileCache::Find(const std::string& path, absl::Time now) {
  OpenedFile kept;
  {
    const absl::MutexLock lock(&mutex_);
    while (!entries_.empty() && IsOver(entries_.front(), now)) Drop(entries_.begin());
    const auto found = places_.find(path);
    if (found == places_.end() || IsOver(*found->second, now)) return std::nullopt;
    kept = Share(found->second->opened);
  }
  if (kept.content == nullptr && !IsAsOpened(kept)) return std::nullopt;
  return kept;
}

void FileCache::Keep(const std::string& path, absl::Time now, OpenedFile& opened) {
  if (opened.info.size <= kMaxContent && !ReadContent(opened)) return;
  const absl::MutexLock lock(&mutex_);
  if (const auto found = places_.find(path); found != places_.end()) Drop(found->second);
  if (entries_.size() >= kMostFiles) Drop(entries_.begin());
  entries_.push_back({path, now, Share(opened)});
  places_.emplace(entries_.back().path, std::prev(entries_.end()));
}

bool FileCache::GiveUpAll() {
  const absl::MutexLock lock(&mutex_);
  const bool had_some = !entries_.empty();
  places_.clear();
  entries_.clear();
  return had_some;
}

// Also where the clock was set back by more than what files are kept for.
bool FileCache::IsOver(const Entry& entry, absl::Time now) const {
  return absl::AbsDuration(now - entry.opened_at) >= age_;
}

void FileCache::Drop(Place place) {
  places_.erase(place->path);
  entries_.erase(place);
}

}  // namespace forklift::http::files
