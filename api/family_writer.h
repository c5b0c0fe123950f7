#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "api/metrics_text.h"
#include "api/series_set.h"
#include "model/cluster_snapshot.h"

namespace levelwind::api {

/// How a tool names things in its labels.
struct LabelWords {
  std::string head;  ///< What all its series begin with, commas included: `cluster="c",`.
  std::string_view group = "group=\"";
  std::string_view topic = "topic=\"";
  std::string_view partition = "partition=\"";
};

/// Writes families over the topics, partitions and groups that a SeriesSet shows, a line at a time
/// and without an allocation a line. Those that there is no room for are counted by the text.
///
/// The callables get what the series is about and return its MetricValue. Further labels are what
/// they append to extra(): `,state="Stable"`.
class FamilyWriter {
 public:
  FamilyWriter(const ClusterSnapshot& snapshot, const SeriesSet& set, MetricsText& text,
               LabelWords words)
      : snapshot_(snapshot), set_(set), text_(text), words_(std::move(words)) {}

  const ClusterSnapshot& snapshot() const { return snapshot_; }
  const LabelWords& words() const { return words_; }
  MetricsText& text() { return text_; }
  /// Emptied before each call of a callable.
  std::string& extra() { return extra_; }

  /// What a group has in one topic.
  struct GroupTopic {
    const ConsumerGroup& group;
    const Topic& topic;
    std::span<const GroupOffset> rows;  ///< At least one.
  };

  /// `value(const Topic&)`
  template <class Value>
  void PerTopic(std::string_view name, std::string_view help, Value value) {
    Begin(name, help);
    text_.Mute(!set_.PartitionsHaveRoom());
    for (std::size_t t = 0; t < snapshot_.topics.size(); ++t) {
      if (!set_.topic(t).shown) continue;
      extra_.clear();
      const MetricValue v = value(snapshot_.topics[t]);
      text_.Row({words_.head, words_.topic, set_.topic(t).text, "\"", extra_}, v);
    }
    text_.Mute(false);
  }
  /// `value(const Partition&)`
  template <class Value>
  void PerPartition(std::string_view name, std::string_view help, Value value) {
    Begin(name, help);
    text_.Mute(!set_.PartitionsHaveRoom());
    for (const Topic& topic : snapshot_.topics) {
      const SeriesSet::Name& shown = set_.topic(IndexOf(topic));
      if (!shown.shown) continue;
      for (const Partition& partition : snapshot_.PartitionsOf(topic)) {
        extra_.clear();
        const MetricValue v = value(partition);
        text_.Row({words_.head, words_.topic, shown.text, "\",", words_.partition,
                   Digits(partition.number), "\"", extra_},
                  v);
      }
    }
    text_.Mute(false);
  }
  /// `value(const ConsumerGroup&)`
  template <class Value>
  void PerGroup(std::string_view name, std::string_view help, Value value,
                MetricsText::Type type = MetricsText::Type::kGauge) {
    text_.Family(name, type, help);
    EachGroup([&](std::size_t g) {
      extra_.clear();
      const MetricValue v = value(snapshot_.groups[g]);
      text_.Row({words_.head, words_.group, set_.group(g).text, "\"", extra_}, v);
    });
  }
  /// `value(const GroupTopic&)`
  template <class Value>
  void PerGroupTopic(std::string_view name, std::string_view help, Value value) {
    Begin(name, help);
    EachGroupTopic([&](std::size_t g, std::size_t t, std::span<const GroupOffset> rows) {
      extra_.clear();
      const MetricValue v = value(GroupTopic{snapshot_.groups[g], snapshot_.topics[t], rows});
      text_.Row({words_.head, words_.group, set_.group(g).text, "\",", words_.topic,
                 set_.topic(t).text, "\"", extra_},
                v);
    });
  }
  /// `value(const ConsumerGroup&, const Partition&, const GroupOffset&)` for each partition that
  /// the group committed to or has.
  template <class Value>
  void PerGroupPartition(std::string_view name, std::string_view help, Value value) {
    Begin(name, help);
    EachGroupTopic([&](std::size_t g, std::size_t t, std::span<const GroupOffset> rows) {
      for (const GroupOffset& row : rows) {
        const Partition& partition = snapshot_.partitions[static_cast<std::size_t>(row.partition)];
        extra_.clear();
        GroupPartitionRow(g, t, partition, value(snapshot_.groups[g], partition, row));
      }
    });
  }
  /// `value(const GroupTopic&, const Partition&, const GroupOffset*)` for each partition of the
  /// topics that the group has anything in; null where it has nothing.
  template <class Value>
  void PerGroupAnyPartition(std::string_view name, std::string_view help, Value value) {
    Begin(name, help);
    EachGroupTopic([&](std::size_t g, std::size_t t, std::span<const GroupOffset> rows) {
      const GroupTopic topic{snapshot_.groups[g], snapshot_.topics[t], rows};
      std::size_t next = 0;
      for (const Partition& partition : snapshot_.PartitionsOf(topic.topic)) {
        const bool here = next < rows.size() &&
                          static_cast<std::size_t>(rows[next].partition) == IndexOf(partition);
        extra_.clear();
        GroupPartitionRow(g, t, partition, value(topic, partition, here ? &rows[next] : nullptr));
        next += here ? 1 : 0;
      }
    });
  }

 private:
  void Begin(std::string_view name, std::string_view help) {
    text_.Family(name, MetricsText::Type::kGauge, help);
  }
  std::size_t IndexOf(const Topic& topic) const {
    return static_cast<std::size_t>(&topic - snapshot_.topics.data());
  }
  std::size_t IndexOf(const Partition& partition) const {
    return static_cast<std::size_t>(&partition - snapshot_.partitions.data());
  }
  std::string_view Digits(std::int32_t number) {
    const auto end = std::to_chars(digits_.data(), digits_.data() + digits_.size(), number).ptr;
    return {digits_.data(), static_cast<std::size_t>(end - digits_.data())};
  }
  template <class Take>
  void EachGroup(Take take) {
    for (std::size_t g = 0; g < snapshot_.groups.size(); ++g) {
      if (!set_.group(g).shown) continue;
      text_.Mute(!set_.HasRoom(g));
      take(g);
    }
    text_.Mute(false);
  }
  template <class Take>
  void EachGroupTopic(Take take) {
    EachGroup([&](std::size_t g) {
      ForEachTopic(snapshot_, set_.rows(g), [&](std::size_t t, std::span<const GroupOffset> rows) {
        if (set_.topic(t).shown) take(g, t, rows);
      });
    });
  }
  void GroupPartitionRow(std::size_t g, std::size_t t, const Partition& partition, MetricValue v) {
    text_.Row({words_.head, words_.group, set_.group(g).text, "\",", words_.topic,
               set_.topic(t).text, "\",", words_.partition, Digits(partition.number), "\"", extra_},
              v);
  }

  const ClusterSnapshot& snapshot_;
  const SeriesSet& set_;
  MetricsText& text_;
  const LabelWords words_;
  std::string extra_;
  std::array<char, 16> digits_{};
};

/// Sum of a figure over a group's rows in a topic. Unknown if any that counts is.
inline std::int64_t SumOfLags(std::span<const GroupOffset> rows) {
  std::int64_t sum = 0;
  bool any = false;
  for (const GroupOffset& row : rows) {
    if (!IsKnown(row.committed)) continue;
    if (!IsKnown(row.lag)) return kUnknownCount;
    sum += row.lag;
    any = true;
  }
  return any ? sum : kUnknownCount;
}

}  // namespace levelwind::api
