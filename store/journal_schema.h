#pragma once

#include "base/result.h"
#include "store/sqlite.h"

namespace levelwind::store {

/// Version of the tables that this binary writes (PRAGMA user_version).
inline constexpr std::int64_t kSchemaVersion = 4;

/// Makes the tables in an empty file, or checks that the file is ours and of a version that we
/// know; an older one is brought up to date, in one transaction.
Status EnsureSchema(Database& db);

}  // namespace levelwind::store
