#pragma once

// Client quotas: how much bandwidth, CPU or how many changes a user, client or address may have.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace levelwind::kafka {

/// Whom a quota is for: by kind ("user", "client-id", "ip") the name, or empty for the default of
/// that kind. A user and a client id together mean that client of that user.
using QuotaEntity = std::map<std::string, std::optional<std::string>>;

struct ClientQuota {
  QuotaEntity entity;
  /// By Kafka's names: producer_byte_rate, consumer_byte_rate (bytes/s), request_percentage,
  /// controller_mutation_rate (partitions/s), connection_creation_rate (1/s).
  std::map<std::string, double> values;
};

enum class QuotaMatch : std::int8_t { kExact = 0, kDefault = 1, kAny = 2 };
struct QuotaFilter {
  std::string kind;  ///< "user", "client-id" or "ip".
  QuotaMatch match = QuotaMatch::kAny;
  std::string name;  ///< For kExact.
};

struct QuotaChange {
  QuotaEntity entity;
  std::string key;
  std::optional<double> value;  ///< Empty: remove it. Must be finite.
};
struct QuotaOutcome {
  QuotaEntity entity;
  std::int16_t error = 0;
  std::string error_message;
};

/// Kafka 2.6+ (kUnimplemented before). Any thread; see AdminClient for timeouts and errors.
class QuotaAdmin {
 public:
  virtual ~QuotaAdmin() = default;

  /// Quotas of the entities that match every filter; no filter: all. `strict` leaves out entities
  /// that have kinds beyond those of the filters.
  virtual Result<std::vector<ClientQuota>> DescribeQuotas(const std::vector<QuotaFilter>& filters,
                                                          bool strict, Duration timeout) = 0;
  /// Sets and removes; one outcome per entity in the order of first sight, an entity is changed
  /// wholly or not at all. Sent once, at most 1,000 entities a request.
  virtual Result<std::vector<QuotaOutcome>> AlterQuotas(const std::vector<QuotaChange>& changes,
                                                        bool validate_only, Duration timeout) = 0;
};

}  // namespace levelwind::kafka
