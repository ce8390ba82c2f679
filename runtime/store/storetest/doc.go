// Package storetest holds what every store must do: Run, the conformance suite that both implementations pass, and Faulty, a
// store that fails where a test says so, for tests of what stands on a store. It knows no store's inside.
package storetest
