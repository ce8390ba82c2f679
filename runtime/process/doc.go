// Package process is the pure core: it owns the definition language (the types, Compile and the checker) and the state
// machine of a record. Compile turns a definition into an App and reports every problem; Decide turns a command into events,
// a rejection, or the facts it lacks; Apply folds an event into the state, live and on replay alike; Effects lists what must
// happen elsewhere because of them. There is no clock, no randomness and no I/O here: the instant, the actor, new ids and
// resolved people come in with the command and its facts.
package process
