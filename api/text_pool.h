#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

namespace levelwind::api {

/// Large texts that are made again and again and read by several threads: the memory of one that
/// nobody reads any more is the next one's. A page of 500,000 series is 55 MB, which else would be
/// there twice whenever it is made anew. Any thread; texts may outlive the pool.
class TextPool {
 public:
  /// An empty text, with the memory of one that was shared before if all its readers are gone; else
  /// with room for one of the last one's size, for a text that grows by doubling ends up with up to
  /// twice what it needs.
  std::string Take() {
    std::lock_guard lock(spare_->mutex);
    std::string text = std::exchange(spare_->text, {});
    text.clear();
    if (text.capacity() < spare_->last_size) {
      text.reserve(spare_->last_size + spare_->last_size / 16);
    }
    return text;
  }

  std::shared_ptr<const std::string> Share(std::string text) {
    {
      std::lock_guard lock(spare_->mutex);
      spare_->last_size = text.size();
    }
    return {new std::string(std::move(text)), [spare = spare_](std::string* read) {
              {
                std::lock_guard lock(spare->mutex);
                // One that ended up much too large goes.
                const bool fits = read->capacity() <= spare->last_size + spare->last_size / 4;
                if (fits && read->capacity() > spare->text.capacity()) {
                  std::swap(spare->text, *read);
                }
              }
              delete read;
            }};
  }

 private:
  struct Spare {
    std::mutex mutex;
    std::string text;
    std::size_t last_size = 0;
  };
  std::shared_ptr<Spare> spare_ = std::make_shared<Spare>();
};

}  // namespace levelwind::api
