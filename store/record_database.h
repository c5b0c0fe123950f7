#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "store/sqlite.h"

namespace levelwind::store {

/// A file of records that must survive a power failure, beside the journal.
struct RecordFile {
  std::string directory;
  std::string name;  ///< "healing.db"
  std::string what;  ///< "record of the healing", for messages.
  std::int64_t application_id = 0;
  std::int64_t max_bytes = 0;
};

/// Opens or makes it: directory of mode 0700, one exclusive connection, `synchronous=FULL`.
/// kDataLoss: the file is damaged or another program's; it is left as it is.
Result<std::unique_ptr<Database>> OpenRecord(const RecordFile& file);

}  // namespace levelwind::store
