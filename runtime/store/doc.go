// Package store is the narrow interface through which all state goes, and the errors it speaks. Every guarantee of the
// engine needs only single-document atomicity, so this is all there is: insert with a unique id, get, replace and delete
// guarded by a version, query, aggregate. It has two implementations, sqlitestore (embedded, the default) and mongostore,
// and one conformance suite, storetest. Nothing outside sqlitestore knows SQL; nothing outside mongostore knows BSON.
package store
