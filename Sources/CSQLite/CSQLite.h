#ifndef CSQLITE_H
#define CSQLITE_H

#include <sqlite3.h>

/// Returns SQLITE_TRANSIENT, which makes SQLite copy the bytes that are bound to a statement. Swift does not import the
/// macro, which casts an integer to a function pointer.
static inline sqlite3_destructor_type retort_sqlite_copy(void) { return SQLITE_TRANSIENT; }

/// Makes SQLite read a word in double quotes as text if it is not a name. The build options of SQLite then have no
/// effect on this rule. Swift can't call sqlite3_db_config, because it is variadic.
static inline void retort_sqlite_take_double_quotes(sqlite3 *database) {
  sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DDL, 1, (void *)0);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DQS_DML, 1, (void *)0);
}

#endif
