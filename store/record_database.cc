#include "store/record_database.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "store/state_directory.h"

namespace levelwind::store {

Result<std::unique_ptr<Database>> OpenRecord(const RecordFile& file) {
  const std::string path = file.directory + "/" + file.name;
  LW_RETURN_IF_ERROR(StateDirectory::Make(file.directory));
  LW_RETURN_IF_ERROR(StateDirectory::EnsurePrivate(path));
  LW_ASSIGN_OR_RETURN(Database opened, Database::Open(path, file.what));
  auto db = std::make_unique<Database>(std::move(opened));
  LW_RETURN_IF_ERROR(db->Exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA mmap_size=0;"));
  LW_RETURN_IF_ERROR(db->Exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"));
  LW_ASSIGN_OR_RETURN(const std::int64_t owner, db->QueryInt("PRAGMA application_id"));
  LW_ASSIGN_OR_RETURN(const std::int64_t tables,
                      db->QueryInt("SELECT count(*) FROM sqlite_master"));
  const char* const next = "move it away and start again";
  if (owner != file.application_id && tables > 0) {
    return DataLoss(fmt::format("{} is not Levelwind's; {}", path, next));
  }
  LW_ASSIGN_OR_RETURN(const std::string verdict, db->QueryText("PRAGMA quick_check(1)"));
  if (verdict != "ok") return DataLoss(fmt::format("{} is damaged: {}; {}", path, verdict, next));
  LW_ASSIGN_OR_RETURN(const std::int64_t page_size, db->QueryInt("PRAGMA page_size"));
  const std::int64_t pages = std::max<std::int64_t>(16, file.max_bytes / page_size);
  LW_RETURN_IF_ERROR(db->Exec(
      fmt::format("PRAGMA max_page_count={}; PRAGMA application_id={};", pages, file.application_id)
          .c_str()));
  return db;
}

}  // namespace levelwind::store
