// Package rules is the one typed rule engine of Pipewright: texts and problems, the values and types an expression sees,
// expressions, templates, decision tables and scorecards. It is the only importer of expr-lang.
//
// The package is pure: no context, no clock, no random numbers, no input or output. The instant, the zone, the working
// calendar and everything an expression reads come in with a Scope. The same code runs on the server and in the browser.
//
// An expression goes through four steps: limits on the bare text (limits.go), expr-lang's parser (syntax.go), our own
// typed walk that names every mistake in a business admin's words and lowers the tree to exact, null-safe operations
// (lower*.go), and expr-lang's compiler and virtual machine (compile.go, eval.go). Nothing of expr-lang's own untyped
// arithmetic is left in a compiled program.
//
// # Null
//
// A field without a value is null. A comparison with null is false (both == and !=); only the literal nil tests for it:
// "x == nil", "x != nil". Arithmetic with null is null; joining texts treats null as empty; a null condition is false;
// sum, min, max and avg skip nulls. The sum of nothing is 0, the min, max or avg of nothing is null. A step into a null
// record is null.
//
// # Numbers
//
// Every number is an exact decimal. Division gives 16 digits after the point, rounded half away from zero; dividing by
// zero is an error with its place. A result of 10^40 or more is an error; digits after the 40th place are rounded away.
//
// # Work
//
// A loop over a table or list takes as many steps from the command's Budget as it has rows, at its beginning and whether
// or not it stops early, so that the outcome never depends on a clock; long texts and counting working days cost steps as
// well. 20,000 steps a command, 1,000 rows a loop, two loops inside one another: limits.go.
//
// # Dates
//
// A date and an instant meet as dates, in the zone of the Scope. A date plus or minus a number moves by days; one date
// minus another is a number of days.
package rules
