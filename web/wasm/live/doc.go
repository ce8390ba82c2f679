// Package live runs forms where their values are typed: it is what the browser's WebAssembly worker calls, with JSON on both
// sides. The packages forms and rules decide, so that what shows while typing is what the server will find.
//
// Not everything can be decided there. What reads other records, system names, the working calendar, exchange
// rates, or a field the person may not see is left to the server, named rules that do so too: Open takes it out of the form and lists it in
// Reach.
//
// The package is pure and builds everywhere, so that the same corpus runs natively and in the browser.
package live
