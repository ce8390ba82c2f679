package engine

import (
	"pipewright/rules"
	"pipewright/runtime/process"
)

// Request is a command and who gives it.
type Request struct {
	// User is who asks; the engine finds his rights itself.
	User string
	// Command without At and Actor. Op is the client's idempotency key, at most 64 bytes, scoped by the user; a repeated
	// one gets the first answer. For create and import ID may be empty: it is then made from user and key.
	Command process.Command

	// service: the app's own actor asks (automations, timers, imports).
	service bool
}

// Result is what a command did.
type Result struct {
	State *process.State
	// Ver is the version of the record's document.
	Ver int64
	// App is the release the record stands on.
	App *process.App
	// Events of this command; none when it changed nothing or was a repetition.
	Events []process.Event
	// Repeated: the operation had been done before; State is the record as it is now.
	Repeated bool
	Warnings []rules.Problem

	// rec and cols are the document behind State; nil when there was nothing to commit.
	rec  *record
	cols map[string]any
}
