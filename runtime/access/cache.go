package access

import (
	"sync"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// known is what follows from a form's definition alone and is asked for again and again.
type known struct {
	// fields are all fields and columns ("lines.cost").
	fields []string
	// wheres are the conditions of its grants, taken apart.
	wheres map[string]parsed
}

type parsed struct {
	tree     *rules.FilterNode
	problems []rules.Problem
}

// maxKnown bounds the memory. Forms of releases are few; those of drafts come and go, and push the others out now and then.
const maxKnown = 256

// forms already looked at. A compiled form never changes, so this is a memory and no state: every answer is the same without it.
var memory = struct {
	mu sync.RWMutex
	m  map[*process.Form]*known
}{m: map[*process.Form]*known{}}

func knowledge(f *process.Form) *known {
	memory.mu.RLock()
	k := memory.m[f]
	memory.mu.RUnlock()
	if k != nil {
		return k
	}
	k = &known{fields: fieldKeys(f), wheres: map[string]parsed{}}
	for i := range f.Def.Grants {
		src := f.Def.Grants[i].Records.Where
		if _, twice := k.wheres[src]; src != "" && !twice && f.Schema != nil {
			tree, ps := rules.ParseFilter(src, f.Schema.Env(), "me")
			k.wheres[src] = parsed{tree, ps}
		}
	}
	memory.mu.Lock()
	defer memory.mu.Unlock()
	if len(memory.m) >= maxKnown {
		clear(memory.m)
	}
	memory.m[f] = k
	return k
}

// maxAsked bounds the conditions that are kept taken apart.
const maxAsked = 1024

// question is a condition that a list, view, report or schedule asks of a form, or of the rows of a table of it.
type question struct {
	form  *process.Form
	table string
	src   string
}

// conditions already taken apart: the same few are asked at every look at a list and at every tick. What has problems is not kept. A
// memory and no state, like the one of forms.
var asked = struct {
	mu sync.RWMutex
	m  map[question]*rules.FilterNode
}{m: map[question]*rules.FilterNode{}}

// parseAsked is rules.ParseFilter for the conditions of viewers.
func parseAsked(f *process.Form, table, src string) (*rules.FilterNode, []rules.Problem) {
	q := question{f, table, src}
	asked.mu.RLock()
	tree := asked.m[q]
	asked.mu.RUnlock()
	if tree != nil {
		return tree, nil
	}
	env := process.Asked(f)
	if table != "" {
		env = process.AskedOfRows(f, table)
	}
	tree, problems := rules.ParseFilter(src, env, "me")
	if tree == nil || len(problems) > 0 {
		return tree, problems
	}
	asked.mu.Lock()
	defer asked.mu.Unlock()
	if len(asked.m) >= maxAsked {
		clear(asked.m)
	}
	asked.m[q] = tree
	return tree, nil
}
