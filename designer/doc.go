// Package designer owns how an app comes to be: drafts with an optimistic lock, the check before publishing, releases that
// never change, the catalog of compiled releases that the engine runs by, the difference of two definitions in words, and
// installing templates. It reads and writes the store through its interface, compiles with the very compiler the engine uses, and
// knows nothing of the engine, of HTTP or of who may design.
package designer
