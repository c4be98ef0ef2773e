#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

/// Makes SQLite copy bound bytes: Swift does not import a cast of an integer to a function pointer.
static inline sqlite3_destructor_type retort_sqlite_copy(void) { return SQLITE_TRANSIENT; }

/// Makes SQLite read "text" as text if it is not a name, with any build options of SQLite; sqlite3_db_config is
/// variadic.
static inline void retort_sqlite_take_double_quotes(sqlite3 *database) {
  sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 1, (void *)0);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 1, (void *)0);
}

#endif
