#include "kafka/errors.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "kafka/admin_client.h"

namespace levelwind::kafka {

namespace {

// Sorted by code. Retry classes are those of Kafka's own client, except that ELECTION_NOT_NEEDED is
// an answer and not a reason to try again.
constexpr auto kErrors = std::to_array<KafkaErrorInfo>({
    {-1, "UNKNOWN_SERVER_ERROR", ErrorCode::kInternal, Retry::kFinal},
    {1, "OFFSET_OUT_OF_RANGE", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {2, "CORRUPT_MESSAGE", ErrorCode::kDataLoss, Retry::kRetry},
    {3, "UNKNOWN_TOPIC_OR_PARTITION", ErrorCode::kNotFound, Retry::kRefresh},
    {4, "INVALID_FETCH_SIZE", ErrorCode::kInvalidArgument, Retry::kFinal},
    {5, "LEADER_NOT_AVAILABLE", ErrorCode::kUnavailable, Retry::kRefresh},
    {6, "NOT_LEADER_OR_FOLLOWER", ErrorCode::kUnavailable, Retry::kRefresh},
    {7, "REQUEST_TIMED_OUT", ErrorCode::kDeadlineExceeded, Retry::kRetry},
    {8, "BROKER_NOT_AVAILABLE", ErrorCode::kUnavailable, Retry::kFinal},
    {9, "REPLICA_NOT_AVAILABLE", ErrorCode::kUnavailable, Retry::kRefresh},
    {10, "MESSAGE_TOO_LARGE", ErrorCode::kResourceExhausted, Retry::kFinal},
    {11, "STALE_CONTROLLER_EPOCH", ErrorCode::kAborted, Retry::kFinal},
    {12, "OFFSET_METADATA_TOO_LARGE", ErrorCode::kResourceExhausted, Retry::kFinal},
    {13, "NETWORK_EXCEPTION", ErrorCode::kUnavailable, Retry::kRefresh},
    {14, "COORDINATOR_LOAD_IN_PROGRESS", ErrorCode::kUnavailable, Retry::kRetry},
    {15, "COORDINATOR_NOT_AVAILABLE", ErrorCode::kUnavailable, Retry::kRefresh},
    {16, "NOT_COORDINATOR", ErrorCode::kUnavailable, Retry::kRefresh},
    {17, "INVALID_TOPIC_EXCEPTION", ErrorCode::kInvalidArgument, Retry::kFinal},
    {18, "RECORD_LIST_TOO_LARGE", ErrorCode::kResourceExhausted, Retry::kFinal},
    {19, "NOT_ENOUGH_REPLICAS", ErrorCode::kUnavailable, Retry::kRetry},
    {20, "NOT_ENOUGH_REPLICAS_AFTER_APPEND", ErrorCode::kUnavailable, Retry::kRetry},
    {21, "INVALID_REQUIRED_ACKS", ErrorCode::kInvalidArgument, Retry::kFinal},
    {22, "ILLEGAL_GENERATION", ErrorCode::kAborted, Retry::kFinal},
    {23, "INCONSISTENT_GROUP_PROTOCOL", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {24, "INVALID_GROUP_ID", ErrorCode::kInvalidArgument, Retry::kFinal},
    {25, "UNKNOWN_MEMBER_ID", ErrorCode::kNotFound, Retry::kFinal},
    {26, "INVALID_SESSION_TIMEOUT", ErrorCode::kInvalidArgument, Retry::kFinal},
    {27, "REBALANCE_IN_PROGRESS", ErrorCode::kUnavailable, Retry::kFinal},
    {28, "INVALID_COMMIT_OFFSET_SIZE", ErrorCode::kInvalidArgument, Retry::kFinal},
    {29, "TOPIC_AUTHORIZATION_FAILED", ErrorCode::kPermissionDenied, Retry::kFinal},
    {30, "GROUP_AUTHORIZATION_FAILED", ErrorCode::kPermissionDenied, Retry::kFinal},
    {31, "CLUSTER_AUTHORIZATION_FAILED", ErrorCode::kPermissionDenied, Retry::kFinal},
    {32, "INVALID_TIMESTAMP", ErrorCode::kInvalidArgument, Retry::kFinal},
    {33, "UNSUPPORTED_SASL_MECHANISM", ErrorCode::kUnauthenticated, Retry::kFinal},
    {34, "ILLEGAL_SASL_STATE", ErrorCode::kUnauthenticated, Retry::kFinal},
    {35, "UNSUPPORTED_VERSION", ErrorCode::kUnimplemented, Retry::kFinal},
    {36, "TOPIC_ALREADY_EXISTS", ErrorCode::kAlreadyExists, Retry::kFinal},
    {37, "INVALID_PARTITIONS", ErrorCode::kInvalidArgument, Retry::kFinal},
    {38, "INVALID_REPLICATION_FACTOR", ErrorCode::kInvalidArgument, Retry::kFinal},
    {39, "INVALID_REPLICA_ASSIGNMENT", ErrorCode::kInvalidArgument, Retry::kFinal},
    {40, "INVALID_CONFIG", ErrorCode::kInvalidArgument, Retry::kFinal},
    {41, "NOT_CONTROLLER", ErrorCode::kUnavailable, Retry::kRefresh},
    {42, "INVALID_REQUEST", ErrorCode::kInvalidArgument, Retry::kFinal},
    {43, "UNSUPPORTED_FOR_MESSAGE_FORMAT", ErrorCode::kUnimplemented, Retry::kFinal},
    {44, "POLICY_VIOLATION", ErrorCode::kPermissionDenied, Retry::kFinal},
    {45, "OUT_OF_ORDER_SEQUENCE_NUMBER", ErrorCode::kAborted, Retry::kFinal},
    {46, "DUPLICATE_SEQUENCE_NUMBER", ErrorCode::kAborted, Retry::kFinal},
    {47, "INVALID_PRODUCER_EPOCH", ErrorCode::kAborted, Retry::kFinal},
    {48, "INVALID_TXN_STATE", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {49, "INVALID_PRODUCER_ID_MAPPING", ErrorCode::kInvalidArgument, Retry::kFinal},
    {50, "INVALID_TRANSACTION_TIMEOUT", ErrorCode::kInvalidArgument, Retry::kFinal},
    {51, "CONCURRENT_TRANSACTIONS", ErrorCode::kUnavailable, Retry::kRetry},
    {52, "TRANSACTION_COORDINATOR_FENCED", ErrorCode::kAborted, Retry::kFinal},
    {53, "TRANSACTIONAL_ID_AUTHORIZATION_FAILED", ErrorCode::kPermissionDenied, Retry::kFinal},
    {54, "SECURITY_DISABLED", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {55, "OPERATION_NOT_ATTEMPTED", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {56, "KAFKA_STORAGE_ERROR", ErrorCode::kUnavailable, Retry::kRefresh},
    {57, "LOG_DIR_NOT_FOUND", ErrorCode::kNotFound, Retry::kFinal},
    {58, "SASL_AUTHENTICATION_FAILED", ErrorCode::kUnauthenticated, Retry::kFinal},
    {59, "UNKNOWN_PRODUCER_ID", ErrorCode::kNotFound, Retry::kFinal},
    {60, "REASSIGNMENT_IN_PROGRESS", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {61, "DELEGATION_TOKEN_AUTH_DISABLED", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {62, "DELEGATION_TOKEN_NOT_FOUND", ErrorCode::kNotFound, Retry::kFinal},
    {63, "DELEGATION_TOKEN_OWNER_MISMATCH", ErrorCode::kInvalidArgument, Retry::kFinal},
    {64, "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED", ErrorCode::kInvalidArgument, Retry::kFinal},
    {65, "DELEGATION_TOKEN_AUTHORIZATION_FAILED", ErrorCode::kPermissionDenied, Retry::kFinal},
    {66, "DELEGATION_TOKEN_EXPIRED", ErrorCode::kUnauthenticated, Retry::kFinal},
    {67, "INVALID_PRINCIPAL_TYPE", ErrorCode::kInvalidArgument, Retry::kFinal},
    {68, "NON_EMPTY_GROUP", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {69, "GROUP_ID_NOT_FOUND", ErrorCode::kNotFound, Retry::kFinal},
    {70, "FETCH_SESSION_ID_NOT_FOUND", ErrorCode::kUnavailable, Retry::kRetry},
    {71, "INVALID_FETCH_SESSION_EPOCH", ErrorCode::kUnavailable, Retry::kRetry},
    {72, "LISTENER_NOT_FOUND", ErrorCode::kUnavailable, Retry::kRefresh},
    {73, "TOPIC_DELETION_DISABLED", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {74, "FENCED_LEADER_EPOCH", ErrorCode::kUnavailable, Retry::kRefresh},
    {75, "UNKNOWN_LEADER_EPOCH", ErrorCode::kUnavailable, Retry::kRetry},
    {76, "UNSUPPORTED_COMPRESSION_TYPE", ErrorCode::kUnimplemented, Retry::kFinal},
    {77, "STALE_BROKER_EPOCH", ErrorCode::kAborted, Retry::kFinal},
    {78, "OFFSET_NOT_AVAILABLE", ErrorCode::kUnavailable, Retry::kRetry},
    {79, "MEMBER_ID_REQUIRED", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {80, "PREFERRED_LEADER_NOT_AVAILABLE", ErrorCode::kUnavailable, Retry::kRefresh},
    {81, "GROUP_MAX_SIZE_REACHED", ErrorCode::kResourceExhausted, Retry::kFinal},
    {82, "FENCED_INSTANCE_ID", ErrorCode::kAborted, Retry::kFinal},
    {83, "ELIGIBLE_LEADERS_NOT_AVAILABLE", ErrorCode::kUnavailable, Retry::kRefresh},
    {84, "ELECTION_NOT_NEEDED", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {85, "NO_REASSIGNMENT_IN_PROGRESS", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {86, "GROUP_SUBSCRIBED_TO_TOPIC", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {87, "INVALID_RECORD", ErrorCode::kInvalidArgument, Retry::kFinal},
    {88, "UNSTABLE_OFFSET_COMMIT", ErrorCode::kUnavailable, Retry::kRetry},
    {89, "THROTTLING_QUOTA_EXCEEDED", ErrorCode::kResourceExhausted, Retry::kRetry},
    {90, "PRODUCER_FENCED", ErrorCode::kAborted, Retry::kFinal},
    {91, "RESOURCE_NOT_FOUND", ErrorCode::kNotFound, Retry::kFinal},
    {92, "DUPLICATE_RESOURCE", ErrorCode::kAlreadyExists, Retry::kFinal},
    {93, "UNACCEPTABLE_CREDENTIAL", ErrorCode::kUnauthenticated, Retry::kFinal},
    {94, "INCONSISTENT_VOTER_SET", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {95, "INVALID_UPDATE_VERSION", ErrorCode::kInvalidArgument, Retry::kFinal},
    {96, "FEATURE_UPDATE_FAILED", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {97, "PRINCIPAL_DESERIALIZATION_FAILURE", ErrorCode::kUnauthenticated, Retry::kFinal},
    {98, "SNAPSHOT_NOT_FOUND", ErrorCode::kNotFound, Retry::kFinal},
    {99, "POSITION_OUT_OF_RANGE", ErrorCode::kInvalidArgument, Retry::kFinal},
    {100, "UNKNOWN_TOPIC_ID", ErrorCode::kNotFound, Retry::kRefresh},
    {101, "DUPLICATE_BROKER_REGISTRATION", ErrorCode::kAlreadyExists, Retry::kFinal},
    {102, "BROKER_ID_NOT_REGISTERED", ErrorCode::kNotFound, Retry::kFinal},
    {103, "INCONSISTENT_TOPIC_ID", ErrorCode::kAborted, Retry::kRefresh},
    {104, "INCONSISTENT_CLUSTER_ID", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {105, "TRANSACTIONAL_ID_NOT_FOUND", ErrorCode::kNotFound, Retry::kFinal},
    {106, "FETCH_SESSION_TOPIC_ID_ERROR", ErrorCode::kUnavailable, Retry::kRetry},
    {107, "INELIGIBLE_REPLICA", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {108, "NEW_LEADER_ELECTED", ErrorCode::kAborted, Retry::kFinal},
    {109, "OFFSET_MOVED_TO_TIERED_STORAGE", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {110, "FENCED_MEMBER_EPOCH", ErrorCode::kAborted, Retry::kFinal},
    {111, "UNRELEASED_INSTANCE_ID", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {112, "UNSUPPORTED_ASSIGNOR", ErrorCode::kUnimplemented, Retry::kFinal},
    {113, "STALE_MEMBER_EPOCH", ErrorCode::kAborted, Retry::kFinal},
    {114, "MISMATCHED_ENDPOINT_TYPE", ErrorCode::kInvalidArgument, Retry::kFinal},
    {115, "UNSUPPORTED_ENDPOINT_TYPE", ErrorCode::kUnimplemented, Retry::kFinal},
    {116, "UNKNOWN_CONTROLLER_ID", ErrorCode::kNotFound, Retry::kFinal},
    {117, "UNKNOWN_SUBSCRIPTION_ID", ErrorCode::kNotFound, Retry::kFinal},
    {118, "TELEMETRY_TOO_LARGE", ErrorCode::kResourceExhausted, Retry::kFinal},
    {119, "INVALID_REGISTRATION", ErrorCode::kInvalidArgument, Retry::kFinal},
    {120, "TRANSACTION_ABORTABLE", ErrorCode::kAborted, Retry::kFinal},
    {121, "INVALID_RECORD_STATE", ErrorCode::kFailedPrecondition, Retry::kFinal},
    {122, "SHARE_SESSION_NOT_FOUND", ErrorCode::kUnavailable, Retry::kRetry},
    {123, "INVALID_SHARE_SESSION_EPOCH", ErrorCode::kUnavailable, Retry::kRetry},
    {124, "FENCED_STATE_EPOCH", ErrorCode::kAborted, Retry::kFinal},
    {125, "INVALID_VOTER_KEY", ErrorCode::kInvalidArgument, Retry::kFinal},
    {126, "DUPLICATE_VOTER", ErrorCode::kAlreadyExists, Retry::kFinal},
    {127, "VOTER_NOT_FOUND", ErrorCode::kNotFound, Retry::kFinal},
    {128, "INVALID_REGULAR_EXPRESSION", ErrorCode::kInvalidArgument, Retry::kFinal},
    {129, "REBOOTSTRAP_REQUIRED", ErrorCode::kUnavailable, Retry::kFinal},
    {130, "STREAMS_INVALID_TOPOLOGY", ErrorCode::kInvalidArgument, Retry::kFinal},
    {131, "STREAMS_INVALID_TOPOLOGY_EPOCH", ErrorCode::kAborted, Retry::kFinal},
    {132, "STREAMS_TOPOLOGY_FENCED", ErrorCode::kAborted, Retry::kFinal},
    {133, "SHARE_SESSION_LIMIT_REACHED", ErrorCode::kResourceExhausted, Retry::kRetry},
});
static_assert(std::is_sorted(kErrors.begin(), kErrors.end(),
                             [](const auto& a, const auto& b) { return a.code < b.code; }));

}  // namespace

const KafkaErrorInfo* FindKafkaError(std::int16_t code) {
  const auto it = std::ranges::lower_bound(kErrors, code, {}, &KafkaErrorInfo::code);
  return it != kErrors.end() && it->code == code ? &*it : nullptr;
}

Retry RetryOf(std::int16_t code) {
  const KafkaErrorInfo* info = FindKafkaError(code);
  return info != nullptr ? info->retry : Retry::kFinal;
}

std::string KafkaErrorName(std::int16_t code) {
  if (code == 0) return "NONE";
  const KafkaErrorInfo* info = FindKafkaError(code);
  return info != nullptr ? std::string(info->name) : fmt::format("error {}", code);
}

Error KafkaError(std::int16_t code, const std::string& what) {
  const KafkaErrorInfo* info = FindKafkaError(code);
  const ErrorCode canonical = info != nullptr ? info->canonical : ErrorCode::kInternal;
  const bool retriable = info != nullptr && info->retry != Retry::kFinal;
  return Error::FromKafka(canonical, code, retriable,
                          fmt::format("{}: {}", what, KafkaErrorName(code)));
}

}  // namespace levelwind::kafka
