#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

/// Tells SQLite to copy what is bound: Swift imports no cast of an integer to a function pointer.
static inline sqlite3_destructor_type retort_sqlite_copy(void) { return SQLITE_TRANSIENT; }

/// Takes "text" for text where it is no name, also where SQLite was built not to: sqlite3_db_config is variadic.
static inline void retort_sqlite_take_double_quotes(sqlite3 *database) {
  sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 1, (void *)0);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 1, (void *)0);
}

#endif
