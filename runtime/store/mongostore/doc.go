// Package mongostore is the store on MongoDB 5.0 or newer, for several servers on one database. A company is a database.
//
// A document is {_id, ver, c: {columns}, body: {…}}: columns are flat and typed, so that filters, orders, sums and indexes use the
// same values as the embedded store; an absent column is a missing member. The body is kept as a document, numbers as 64-bit
// integers, members in order; member names are escaped where MongoDB reads meaning into dots and dollars.
//
// Every write is one command on one document, acknowledged by a majority and journaled; reads go to the primary and see only
// what a majority has. The commands and operators sent are the short list in commands.go, all of them of one meaning since
// MongoDB 5.0; a test holds the package to it.
//
// Nothing outside this package knows BSON.
package mongostore
