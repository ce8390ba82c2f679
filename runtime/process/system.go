package process

import (
	"sort"

	"pipewright/rules"
)

// SystemNames are the names every expression over a record may use beside its fields (semantics 14). A field or rule that
// takes one of them is key.reserved. idleDays counts whole days since the last activity; probability is 0 to 1.
var SystemNames = map[string]rules.Type{
	"stage":       rules.Str,
	"owner":       rules.Str,
	"team":        rules.Str,
	"pool":        rules.Str,
	"number":      rules.Str,
	"title":       rules.Str,
	"createdAt":   rules.Instant,
	"updatedAt":   rules.Instant,
	"since":       rules.Instant,
	"idleDays":    rules.Number,
	"release":     rules.Number,
	"me":          rules.Str,
	"probability": rules.Number,
	"open":        rules.Bool,
	"won":         rules.Bool,
	"lost":        rules.Bool,
}

// old is the record before the change, known to automations on created and updated records. source is the record an
// automation runs for, known where an action works on another one; a field of that name hides it.
const (
	oldName    = "old"
	sourceName = "source"
)

// queryableSystem are the system names a list filter may use; the others are computed when read.
var queryableSystem = map[string]bool{
	"stage": true, "owner": true, "team": true, "pool": true, "number": true, "title": true, "createdAt": true, "updatedAt": true,
	"since": true, "idleDays": true, "open": true, "won": true, "lost": true, "release": true, "me": true,
}

// storedNames are further values stored beside every record: lists may show and sort by them, reports group and measure them,
// but no expression reads them, only what people ask of lists. value, weighted and closing are there when the process names its fields.
var storedNames = map[string]rules.Type{
	"end": rules.Str, "pooledAt": rules.Instant, "dueAt": rules.Instant, "idleAt": rules.Instant, "lastActivity": rules.Instant, "closedAt": rules.Instant,
	"value": rules.Number, "weighted": rules.Number, "closing": rules.Instant,
}

// Asked is what the condition of a list may name: what an expression over a record may, and the values stored beside it. A field of such a
// name hides it.
func Asked(f *Form) *rules.Env {
	env := f.Schema.Env()
	more := map[string]rules.Type{}
	for name, t := range storedNames {
		if _, taken := env.Names[name]; !taken {
			more[name] = t
		}
	}
	return env.With(more)
}

// systemNamesOf types the system names for one process: stage is one of its stages. Nil process: a plain table.
func systemNamesOf(p *ProcessDef) map[string]rules.Type {
	out := make(map[string]rules.Type, len(SystemNames))
	for name, t := range SystemNames {
		out[name] = t
	}
	if p != nil {
		keys := make([]string, 0, len(p.Stages))
		for i := range p.Stages {
			keys = append(keys, p.Stages[i].Key)
		}
		sort.Strings(keys)
		out["stage"] = rules.OneOf(keys...)
	}
	return out
}

// reservedNames are all words that no field, rule or column may take.
func reservedNames() map[string]bool {
	out := map[string]bool{}
	for _, w := range rules.Reserved() {
		out[w] = true
	}
	for w := range SystemNames {
		out[w] = true
	}
	out[oldName] = true
	return out
}
