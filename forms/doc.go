// Package forms owns what one kind of record is made of: its fields and their types, what an answer may look like, what
// is computed from what, what is shown, required and locked, and how a record's values are written, stored and queried.
//
// Compile turns a Form into a Schema and names every problem by its path. A Schema is immutable and safe for concurrent
// use. A record's values pass through four shapes:
//
//	wire    map[string]json.RawMessage  what people and programs send and get (Parse, Wire)
//	values  Values                      what expressions see (Evaluate)
//	stored  Stored                      JSON with integers only, by storage key (Encode, Decode)
//	columns map[string]any              the queryable scalars beside the stored document (Columns, Cols)
//
// A field type is one file and one line in registry.go.
//
// The package is pure: no context, clock, random numbers, input or output. It imports package rules and nothing of the
// runtime. The facts it lacks (records behind references) it asks for: see Result.Needs.
package forms
