#include "store/sqlite.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <utility>

namespace levelwind::store {
namespace {

struct Advice {
  ErrorCode code;
  std::string_view next_step;
};

Advice AdviceFor(int sqlite_code) {
  switch (sqlite_code & 0xff) {
    case SQLITE_FULL:
      return {ErrorCode::kResourceExhausted, "free space on that file system"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorCode::kDataLoss,
              "move the file away and start again; what Kafka is doing is read from Kafka"};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH:
      return {ErrorCode::kPermissionDenied, "check owner and mode of the file and its directory"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::kFailedPrecondition, "another process has it open; stop that one first"};
    case SQLITE_IOERR:
      return {ErrorCode::kUnavailable, "check the disk and its free space"};
    default:
      return {ErrorCode::kInternal, "please report this"};
  }
}

// The one cast that SQLITE_TRANSIENT hides in C style.
sqlite3_destructor_type Transient() { return reinterpret_cast<sqlite3_destructor_type>(-1); }

}  // namespace

Error SqliteError(sqlite3* db, int code, const std::string& path, std::string_view what) {
  const Advice advice = AdviceFor(code);
  std::string reason = sqlite3_errstr(code);
  if (db != nullptr && (sqlite3_errcode(db) & 0xff) == (code & 0xff)) reason = sqlite3_errmsg(db);
  Error error(advice.code, fmt::format("{} {}: {}; {}", what, path, reason, advice.next_step));
  error.set_retriable(advice.code == ErrorCode::kResourceExhausted ||
                      advice.code == ErrorCode::kUnavailable);
  return error;
}

Result<Database> Database::Open(const std::string& path, std::string_view what) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(path.c_str(), &raw,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  Database database(raw, path, what);
  if (code != SQLITE_OK) return database.ErrorOf(code, "opening");
  sqlite3_extended_result_codes(raw, 1);
  return database;
}

Error Database::ErrorOf(int code, std::string_view doing) const {
  return SqliteError(db_.get(), code, path_, fmt::format("{} the {}", doing, what_));
}

Status Database::Exec(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return ErrorOf(code, "writing");
  return Ok();
}

Result<std::int64_t> Database::QueryInt(const char* sql) {
  Statement statement(*this, sql);
  LW_ASSIGN_OR_RETURN(const bool row, statement.Next());
  return row ? statement.Int(0) : 0;
}

Result<std::string> Database::QueryText(const char* sql) {
  Statement statement(*this, sql);
  LW_ASSIGN_OR_RETURN(const bool row, statement.Next());
  return row ? statement.Text(0) : std::string();
}

Statement::Statement(Database& db, std::string_view sql) : db_(db) {
  sqlite3_stmt* raw = nullptr;
  Note(sqlite3_prepare_v2(db.handle(), sql.data(), static_cast<int>(sql.size()), &raw, nullptr));
  statement_.reset(raw);
}

void Statement::Note(int code) {
  if (code_ == SQLITE_OK) code_ = code;
}

Statement& Statement::Bind(std::int64_t value) {
  if (code_ == SQLITE_OK) Note(sqlite3_bind_int64(statement_.get(), next_parameter_++, value));
  return *this;
}

Statement& Statement::Bind(double value) {
  if (std::isnan(value)) return BindNull();
  if (code_ == SQLITE_OK) Note(sqlite3_bind_double(statement_.get(), next_parameter_++, value));
  return *this;
}

Statement& Statement::Bind(std::string_view text) {
  if (code_ == SQLITE_OK) {
    Note(sqlite3_bind_text(statement_.get(), next_parameter_++, text.data(),
                           static_cast<int>(text.size()), Transient()));
  }
  return *this;
}

Statement& Statement::BindBlob(std::string_view bytes) {
  if (code_ == SQLITE_OK) {
    Note(sqlite3_bind_blob(statement_.get(), next_parameter_++, bytes.data(),
                           static_cast<int>(bytes.size()), Transient()));
  }
  return *this;
}

Statement& Statement::BindNull() {
  if (code_ == SQLITE_OK) Note(sqlite3_bind_null(statement_.get(), next_parameter_++));
  return *this;
}

Result<bool> Statement::Next() {
  if (code_ != SQLITE_OK) return db_.ErrorOf(code_, "using");
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return db_.ErrorOf(code, "using");
}

Status Statement::Run() {
  for (;;) {
    LW_ASSIGN_OR_RETURN(const bool row, Next());
    if (!row) break;
  }
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  next_parameter_ = 1;
  return Ok();
}

double Statement::Real(int column) const {
  if (IsNull(column)) return std::numeric_limits<double>::quiet_NaN();
  return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::Text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return {};
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)};
}

std::string Statement::Blob(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  if (bytes == nullptr) return {};
  const int size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

bool Statement::IsNull(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

Transaction::~Transaction() {
  // A full disk may have ended the transaction already; then there is nothing to roll back.
  if (begun_.ok() && !committed_ && sqlite3_get_autocommit(db_.handle()) == 0) {
    const Status ignored = db_.Exec("ROLLBACK");
    static_cast<void>(ignored);
  }
}

Status Transaction::Commit() {
  LW_RETURN_IF_ERROR(db_.Exec("COMMIT"));
  committed_ = true;
  return Ok();
}

}  // namespace levelwind::store
