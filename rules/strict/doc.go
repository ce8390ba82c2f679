// Package strict reads JSON without mercy and writes it canonically. An unknown member, a member given twice, a wrong
// type, a text that is not JSON at all: each is a Problem with a key path, all of them are reported, and nothing is
// coerced, dropped or matched in another case. It holds for definitions and for requests alike.
//
// Elements of a list that are objects with a text member "key" are named by it in paths (/forms/deal/fields/amount),
// others by their index.
//
// A type that may be written in several ways implements Unmarshaler and may call DecodeAt for its parts.
package strict
