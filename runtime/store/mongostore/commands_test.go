package mongostore

import (
	"context"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/event"
)

// watch notes, through the driver's monitor, every command sent with its members, and every operator.
type watch struct {
	mu   sync.Mutex
	sent map[string]map[string]bool // command → members
	ops  map[string]bool
	errs []error
}

func (w *watch) monitor() *event.CommandMonitor {
	w.sent, w.ops = map[string]map[string]bool{}, map[string]bool{}
	return &event.CommandMonitor{Started: func(_ context.Context, e *event.CommandStartedEvent) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.sent[e.CommandName] == nil {
			w.sent[e.CommandName] = map[string]bool{}
		}
		elems, err := e.Command.Elements()
		if err != nil {
			w.errs = append(w.errs, err)
			return
		}
		for _, el := range elems[1:] {
			if !slices.Contains(commandMembers, el.Key()) {
				w.sent[e.CommandName][el.Key()] = true
				collect(el.Value(), w.ops)
			}
		}
	}}
}

// check holds what was sent to the documented list: nothing that is not on it, and nothing on it in vain.
func (w *watch) check(t *testing.T) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, err := range w.errs {
		t.Error(err)
	}
	for name, members := range w.sent {
		allowed, ok := Commands[name]
		if !ok {
			t.Errorf("command %s is sent and not listed", name)
		}
		for m := range members {
			if !slices.Contains(allowed, m) {
				t.Errorf("member %s of command %s is sent and not listed", m, name)
			}
		}
	}
	for op := range w.ops {
		if !slices.Contains(Operators, op) {
			t.Errorf("operator %s is sent and not listed", op)
		}
	}
	for _, op := range Operators {
		if !w.ops[op] {
			t.Errorf("operator %s is listed and never sent", op)
		}
	}
	// The others are sent by the driver when a result does not fit, when it is left unread, and when sessions end.
	for _, name := range []string{"hello", "buildInfo", "createIndexes", "insert", "update", "delete", "find", "aggregate"} {
		if w.sent[name] == nil {
			t.Errorf("command %s is listed and never sent", name)
		}
	}
}

// collect gathers every member name that begins with a dollar. Documents to be stored hold none: names in bodies are escaped.
func collect(v bson.RawValue, ops map[string]bool) {
	var elems []bson.RawElement
	if d, ok := v.DocumentOK(); ok {
		elems, _ = d.Elements()
	} else if a, ok := v.ArrayOK(); ok {
		vs, _ := a.Values()
		for _, v := range vs {
			collect(v, ops)
		}
	}
	for _, e := range elems {
		if strings.HasPrefix(e.Key(), "$") {
			ops[e.Key()] = true
		}
		collect(e.Value(), ops)
	}
}

// The administrator's page lists the same.
func TestCommandsAreDocumented(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/storage.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range Commands {
		if !strings.Contains(string(page), "`"+name+"`") {
			t.Errorf("docs/storage.md does not name the command %s", name)
		}
	}
	for _, op := range Operators {
		if !strings.Contains(string(page), "`"+op+"`") {
			t.Errorf("docs/storage.md does not name the operator %s", op)
		}
	}
}
