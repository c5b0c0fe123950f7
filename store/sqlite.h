#pragma once

// Thin RAII over SQLite's C API. Internal to store/: no other folder sees SQLite.

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace levelwind::store {

/// Turns SQLite's answer into an Error that names the file, the reason and the next step.
Error SqliteError(sqlite3* db, int code, const std::string& path, std::string_view what);

/// One open database file. Not thread-safe by itself: Journal holds a mutex around it.
class Database {
 public:
  /// Opens or creates `path`. The file must be private to this process (see Journal). `what`: its
  /// name in errors.
  static Result<Database> Open(const std::string& path, std::string_view what = "journal");

  /// Runs statements without results.
  Status Exec(const char* sql);
  /// The first column of the first row; 0 when there is no row.
  Result<std::int64_t> QueryInt(const char* sql);
  Result<std::string> QueryText(const char* sql);

  sqlite3* handle() const { return db_.get(); }
  const std::string& path() const { return path_; }
  /// The error of a call on this connection that gave `code`.
  Error ErrorOf(int code, std::string_view doing) const;

 private:
  struct Closer {
    void operator()(sqlite3* db) const { sqlite3_close_v2(db); }
  };
  Database(sqlite3* db, std::string path, std::string_view what)
      : db_(db), path_(std::move(path)), what_(what) {}

  std::unique_ptr<sqlite3, Closer> db_;
  std::string path_;
  std::string what_;
};

/// A prepared statement. A failed preparation or binding is kept and returned by Next() or Run(),
/// so that calls can be chained: Statement(db, "...").Bind(1).Bind("x").Run().
class Statement {
 public:
  Statement(Database& db, std::string_view sql);

  // Parameters are bound in order of the calls. Text is copied.
  Statement& Bind(std::int64_t value);
  Statement& Bind(double value);  ///< NaN (unknown) becomes NULL.
  Statement& Bind(std::string_view text);
  Statement& BindBlob(std::string_view bytes);
  Statement& BindNull();

  /// Advances to the next row; false after the last one.
  Result<bool> Next();
  /// Runs to the end and makes the statement ready for new parameters.
  Status Run();

  std::int64_t Int(int column) const { return sqlite3_column_int64(statement_.get(), column); }
  double Real(int column) const;  ///< NULL becomes NaN (unknown).
  std::string Text(int column) const;
  std::string Blob(int column) const;
  bool IsNull(int column) const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  void Note(int code);

  Database& db_;
  std::unique_ptr<sqlite3_stmt, Finalizer> statement_;
  int next_parameter_ = 1;
  int code_ = SQLITE_OK;
};

/// Rolls back on destruction unless Commit succeeded.
class Transaction {
 public:
  explicit Transaction(Database& db) : db_(db), begun_(db.Exec("BEGIN IMMEDIATE")) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  const Status& begun() const { return begun_; }
  Status Commit();

 private:
  Database& db_;
  Status begun_;
  bool committed_ = false;
};

}  // namespace levelwind::store
