// Package query is the small tree of filters, sorts and groups that every list, board, report and access check compiles to.
// Names come only from a collection's declared columns and values are typed, so no operator from a request ever reaches a
// database. It is pure: no I/O, no clock, no knowledge of any store. Match evaluates a filter on one document's columns
// exactly as both stores do.
package query
