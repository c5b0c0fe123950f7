#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "planner/search/flat_cluster.h"

namespace levelwind::planner {

/// The records of a placement. Until the first of them is written they are the cluster's own: a
/// placement that is only looked at, such as the start of a plan, costs no copy of them (64 bytes
/// per partition). Value; the cluster must outlive it. A moved-from one may only be assigned to.
class PartitionRecords {
 public:
  explicit PartitionRecords(const FlatCluster& cluster) : shown_(cluster.partitions) {}
  PartitionRecords(const PartitionRecords& other) : own_(other.own_), shown_(other.shown_) {
    if (!own_.empty()) shown_ = own_;
  }
  PartitionRecords& operator=(const PartitionRecords& other) {
    if (this == &other) return *this;
    own_ = other.own_;
    shown_ = own_.empty() ? other.shown_ : std::span<const PartitionRecord>(own_);
    return *this;
  }
  // A moved vector keeps its elements where they are.
  PartitionRecords(PartitionRecords&&) noexcept = default;
  PartitionRecords& operator=(PartitionRecords&&) noexcept = default;
  ~PartitionRecords() = default;

  std::span<const PartitionRecord> all() const { return shown_; }
  std::size_t size() const { return shown_.size(); }
  const PartitionRecord* data() const { return shown_.data(); }
  const PartitionRecord& operator[](std::size_t p) const { return shown_.data()[p]; }

  PartitionRecord& Write(std::size_t p) { return Writable()[p]; }
  std::span<PartitionRecord> WriteAll() { return {Writable(), own_.size()}; }

 private:
  PartitionRecord* Writable() {
    if (own_.empty()) {
      own_.assign(shown_.begin(), shown_.end());
      shown_ = own_;
    }
    return own_.data();
  }

  std::vector<PartitionRecord> own_;
  std::span<const PartitionRecord> shown_;
};

}  // namespace levelwind::planner
