// Package sqlitestore is the embedded store: SQLite in this process, one file in a directory that one process owns.
//
// A collection is a table: id, version, one real column for each declared column, and the body as JSON text. A set of texts
// lives in a side table as well, one row a text. All writes go through one goroutine, which carries out everything that waits
// in one transaction, so that concurrent writers share a commit and its flush to disk. Reads run on connections of their own
// and see every commit that came before them.
//
// Nothing outside this package knows SQL. Names in statements come only from checked declarations and are quoted; values
// are always bound.
package sqlitestore
