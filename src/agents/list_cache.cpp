#include "agents/list_cache.h"

#include <fmt/format.h>

#include <algorithm>

#include "http/etag.h"
#include "http/gzip.h"
#include "http/packing.h"

namespace trinity::agents {

namespace {

/// What one caller sees is nobody else's, and may be shown again only after asking.
constexpr std::string_view common_fields =
    "Content-Type: application/json\r\nCache-Control: private, no-cache\r\nVary: Accept-Encoding\r\n"
    "X-Content-Type-Options: nosniff\r\n";

ListForm form_of(std::string bytes, const std::string& tag, std::string_view coding) {
  ListForm form;
  form.fields = std::make_shared<const std::string>(fmt::format("{}ETag: {}\r\n{}", common_fields, tag, coding));
  form.bytes = std::make_shared<const std::string>(std::move(bytes));
  return form;
}

/// What a view keeps: its bytes, and a packed form that is at most half of them.
std::size_t weight(const std::shared_ptr<ListView>& view) {
  return view ? view->plain().bytes->size() * 3 / 2 : 0;
}

}  // namespace

ListView::ListView(std::string text, std::uint64_t digest)
    : digest_(digest), tag_(http::strong_tag(digest)), plain_(form_of(std::move(text), tag_, "")) {}

std::shared_ptr<const ListForm> ListView::packed() const {
  const std::lock_guard lock(mutex_);
  return packed_;
}

ListView::Advice ListView::advice() {
  const auto length = plain_.bytes->size();
  if (length < http::pack_from) return Advice::leave;
  const auto before = asked_.fetch_add(1, std::memory_order_relaxed);
  if (length < http::pack_here_below) return before == 0 ? Advice::now : Advice::leave;
  return before == 1 ? Advice::later : Advice::leave;
}

void ListView::pack() {
  auto made = std::make_shared<const ListForm>(
      form_of(http::gzip(*plain_.bytes, http::Effort::quick), http::packed_tag(tag_), "Content-Encoding: gzip\r\n"));
  // A text that hardly shrinks is not worth a second copy.
  if (made->bytes->size() > plain_.bytes->size() / 2) return;
  const std::lock_guard lock(mutex_);
  if (!packed_) packed_ = std::move(made);
}

std::shared_ptr<ListView> ListCache::view(const fleet::Snapshot& snapshot, const Caller& caller) {
  const auto viewer = fleet::viewer_class(caller);
  std::shared_ptr<ListView> known;
  {
    const std::lock_guard lock(mutex_);
    if (const auto it = places_.find(viewer); it != places_.end()) {
      it->second.used = ++turn_;
      known = it->second.view;
      // The other threads may be a moment ahead of this one.
      if (it->second.epoch >= snapshot.agents_epoch) return known;
    }
  }
  // Not every change of an agent shows in the list, and not to everybody.
  const auto digest = fleet::list_digest(snapshot, caller);
  if (!known || known->digest() != digest) {
    known = std::make_shared<ListView>(fleet::list_text(snapshot, caller), digest);
  }
  keep(viewer, snapshot.agents_epoch, known);
  return known;
}

void ListCache::keep(const std::string& viewer, std::uint64_t epoch, const std::shared_ptr<ListView>& view) {
  std::shared_ptr<ListView> dropped;  // freed after the lock
  const std::lock_guard lock(mutex_);
  auto& place = places_[viewer];
  if (place.view && place.epoch > epoch) return;
  place.epoch = epoch;
  place.used = ++turn_;
  if (place.view == view) return;
  ++joined_;
  bytes_ += weight(view);
  bytes_ -= weight(place.view);
  dropped = std::exchange(place.view, view);
  hold_bounds();
}

void ListCache::hold_bounds() {
  while (places_.size() > 1 && (places_.size() > bounds_.viewers || bytes_ > bounds_.bytes)) {
    const auto oldest = std::ranges::min_element(places_, {}, [](const auto& item) { return item.second.used; });
    bytes_ -= weight(oldest->second.view);
    places_.erase(oldest);
  }
}

ListCache::Counts ListCache::counts() const {
  const std::lock_guard lock(mutex_);
  return {places_.size(), bytes_, joined_};
}

}  // namespace trinity::agents
