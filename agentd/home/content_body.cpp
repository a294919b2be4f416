#include "agentd/home/content_body.h"

#include <boost/json/basic_parser_impl.hpp>
#include <string>
#include <utility>

#include "json/decode.h"

namespace trinity::agentd {

namespace {

constexpr std::size_t longest_key = 16;
constexpr std::size_t deepest = 32;

/// What Boost's parser calls for each thing that it meets. Only texts of the member `content` are of interest.
class Handler {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);
  using Fault = boost::system::error_code;
  using View = boost::json::string_view;

  enum class Found { nothing, text, other };

  explicit Handler(ContentBody::Taker taker) : taker_(std::move(taker)) {}

  bool on_document_begin(Fault&) { return true; }
  bool on_document_end(Fault&) { return true; }
  bool on_object_begin(Fault&) {
    if (depth_ == 0) object = true;
    value(false);
    ++depth_;
    return true;
  }
  bool on_object_end(std::size_t, Fault&) { return leave(); }
  bool on_array_begin(Fault&) {
    value(false);
    ++depth_;
    return true;
  }
  bool on_array_end(std::size_t, Fault&) { return leave(); }
  bool on_key_part(View part, std::size_t, Fault&) {
    if (depth_ == 1 && key_.size() <= longest_key) key_.append(part.data(), part.size());
    return true;
  }
  bool on_key(View part, std::size_t size, Fault& fault) {
    on_key_part(part, size, fault);
    wanted_ = depth_ == 1 && key_ == "content";
    key_.clear();
    return true;
  }
  bool on_string_part(View part, std::size_t, Fault&) {
    take(part);
    return true;
  }
  bool on_string(View part, std::size_t, Fault&) {
    take(part);
    value(true);
    begun_ = false;
    return true;
  }
  bool on_number_part(View, Fault&) { return true; }
  bool on_int64(std::int64_t, View, Fault&) { return value(false); }
  bool on_uint64(std::uint64_t, View, Fault&) { return value(false); }
  bool on_double(double, View, Fault&) { return value(false); }
  bool on_bool(bool, Fault&) { return value(false); }
  bool on_null(Fault&) { return value(false); }
  bool on_comment_part(View, Fault&) { return true; }
  bool on_comment(View, Fault&) { return true; }

  bool object = false;  ///< the whole body is one
  Found content = Found::nothing;

 private:
  bool value(bool text) {
    if (depth_ == 1 && wanted_) content = text ? Found::text : Found::other;
    if (depth_ == 1) wanted_ = false;
    return true;
  }
  bool leave() {
    --depth_;
    return true;
  }
  void take(View part) {
    if (depth_ != 1 || !wanted_) return;
    if (!std::exchange(begun_, true)) taker_.begin();
    taker_.text({part.data(), part.size()});
  }

  ContentBody::Taker taker_;
  std::string key_;
  std::size_t depth_ = 0;
  bool wanted_ = false;  ///< the value that comes is the content
  bool begun_ = false;
};

boost::json::parse_options options() {
  boost::json::parse_options made;
  made.max_depth = deepest;
  return made;
}

}  // namespace

struct ContentBody::Reader {
  explicit Reader(Taker taker) : parser(options(), std::move(taker)) {}
  boost::json::basic_parser<Handler> parser;
  std::size_t bytes = 0;

  [[noreturn]] void refuse(std::size_t at, const std::string& why) const {
    json::Faults faults;
    faults.add("json_invalid", {"body", at}, "JSON decode error", boost::json::object{}, {{"error", why}});
    faults.check();
    std::unreachable();
  }
};

ContentBody::ContentBody(Taker taker) : reader_(std::make_unique<Reader>(std::move(taker))) {}
ContentBody::~ContentBody() = default;

void ContentBody::feed(std::string_view bytes) {
  if (bytes.empty()) return;
  boost::system::error_code fault;
  const auto read = reader_->parser.write_some(true, bytes.data(), bytes.size(), fault);
  if (!fault && read < bytes.size()) fault = boost::json::error::extra_data;
  if (fault) reader_->refuse(reader_->bytes + read, fault.message());
  reader_->bytes += bytes.size();
}

void ContentBody::finish() {
  json::Faults faults;
  if (reader_->bytes == 0) {
    faults.add("missing", {"body"}, "Field required", nullptr);
    faults.check();
  }
  boost::system::error_code fault;
  reader_->parser.write_some(false, "", 0, fault);
  if (fault) reader_->refuse(reader_->bytes, fault.message());
  const auto& found = reader_->parser.handler();
  if (!found.object) {
    faults.add("model_attributes_type", {"body"}, "Input should be a valid dictionary or object to extract fields from",
               nullptr);
  } else if (found.content == Handler::Found::nothing) {
    faults.add("missing", {"body", "content"}, "Field required", boost::json::object{});
  } else if (found.content == Handler::Found::other) {
    faults.add("string_type", {"body", "content"}, "Input should be a valid string", nullptr);
  }
  faults.check();
}

}  // namespace trinity::agentd
