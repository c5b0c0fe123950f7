#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

namespace levelwind {

/// A vector that copies share until one of them is edited: what one thread goes on changing and
/// others only read needs its memory once, not once a copy.
///
/// Copies may be read, copied and destroyed on any threads at once; a single object is no safer
/// than a std::vector. References and iterators are good until the next Edit() of the same object.
template <class T>
class CowVector {
 public:
  using value_type = T;
  using const_iterator = typename std::vector<T>::const_iterator;

  CowVector() = default;
  CowVector(std::vector<T> items)  // NOLINT(google-explicit-constructor): it is one.
      : block_(items.empty() ? nullptr : new Block(std::move(items))) {}
  CowVector(std::initializer_list<T> items) : CowVector(std::vector<T>(items)) {}
  CowVector(const CowVector& other) : block_(other.block_) {
    if (block_ != nullptr) block_->holders.fetch_add(1, std::memory_order_relaxed);
  }
  CowVector(CowVector&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  CowVector& operator=(CowVector other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~CowVector() { Drop(); }

  /// All of it, to be changed. Copies it if somebody else has it, too.
  std::vector<T>& Edit() {
    if (block_ == nullptr) {
      block_ = new Block({});
      // Acquire: what others read before they dropped it happens before it is changed.
    } else if (block_->holders.load(std::memory_order_acquire) > 1) {
      *this = CowVector(new Block(block_->items));
    }
    return block_->items;
  }

  const std::vector<T>& Get() const {
    static const std::vector<T> kNone;
    return block_ == nullptr ? kNone : block_->items;
  }
  operator const std::vector<T>&() const {  // NOLINT(google-explicit-constructor): it is one.
    return Get();
  }

  std::size_t size() const { return Get().size(); }
  bool empty() const { return Get().empty(); }
  const T* data() const { return Get().data(); }
  const_iterator begin() const { return Get().begin(); }
  const_iterator end() const { return Get().end(); }
  const T& operator[](std::size_t i) const { return Get()[i]; }
  const T& at(std::size_t i) const { return Get().at(i); }
  const T& front() const { return Get().front(); }
  const T& back() const { return Get().back(); }

  /// Whether both are one piece of memory.
  bool SharesWith(const CowVector& other) const { return block_ == other.block_; }

 private:
  struct Block {
    explicit Block(std::vector<T> all) : items(std::move(all)) {}
    std::vector<T> items;
    std::atomic<std::uint32_t> holders{1};
  };

  explicit CowVector(Block* block) : block_(block) {}
  void Drop() {
    if (block_ != nullptr && block_->holders.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      delete block_;
    }
  }

  Block* block_ = nullptr;
};

}  // namespace levelwind
