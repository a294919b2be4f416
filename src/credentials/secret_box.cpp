#include "credentials/secret_box.h"

#include <boost/json.hpp>
#include <cstring>
#include <new>

#include "base/log.h"
#include "json/write.h"

namespace trinity::credentials {

namespace {

/// Overwrites what it takes back.
class WipingMemory : public boost::json::memory_resource {
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    return ::operator new(bytes, std::align_val_t(alignment));
  }
  void do_deallocate(void* place, std::size_t bytes, std::size_t alignment) override {
    ::explicit_bzero(place, bytes);
    ::operator delete(place, std::align_val_t(alignment));
  }
  [[nodiscard]] bool do_is_equal(const boost::json::memory_resource& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace

std::string SecretBox::seal(const Credential& meta, const boost::json::object& secret) const {
  auto text = json::write(secret);
  auto sealed = vault_.seal(secret_label(meta.id, meta.owner), text);
  vault::wipe(text);
  return sealed;
}

Opened SecretBox::open(const Stored& stored) const {
  const auto label = secret_label(stored.meta.id, stored.meta.owner);
  const auto plain = vault_.open(label, stored.sealed);
  boost::system::error_code fault;
  auto parsed = boost::json::parse(plain.view(), fault, boost::json::make_shared_resource<WipingMemory>());
  if (fault || !parsed.is_object()) throw vault::Damaged("the secret of credential " + label.id + " is no JSON object");
  return {stored.meta, std::move(parsed.get_object())};
}

SecretBox::OpenedAll SecretBox::open_all(const std::vector<Stored>& stored) const {
  OpenedAll made;
  made.opened.reserve(stored.size());
  for (const auto& one : stored) {
    try {
      made.opened.push_back(open(one));
    } catch (const vault::Damaged& e) {
      log::error("credentials", "{}", e.what());
      made.damaged.push_back(one.meta.name);
    }
  }
  return made;
}

}  // namespace trinity::credentials
