// Package engine is the imperative shell around the pure core: it loads a record, asks process to decide, commits state, events
// and effects in one document, relays the effects to where they are looked up, and runs jobs, timers, schedules and
// automations. It owns every collection but those of definitions and sessions, and it is the only importer of robfig/cron.
//
// Nothing here needs more than the atomicity of one document. What a command causes elsewhere is written into the record with the
// command itself (pending) and carried out afterwards under ids that follow from the record, so that repeating is harmless
// and a crash at any point loses nothing.
package engine
