package engine

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// linearOps is how many operations the embedded store is put through.
var linearOps = flag.Int("linear", 20000, "operations of TestLinearizable on the embedded store")

// linearIn is what a client asks of a record: "go", "back", or "read". linearOut is what it is told.
type linearIn struct{ record, kind string }

type linearOut struct {
	refused bool
	linearState
}

// linearState is what there is to know of a record here: the stage it is in and how often it was moved.
type linearState struct{ stage, moved string }

// oneRecord is how a record behaves when one client after another talks to it.
var oneRecord = porcupine.Model{
	Partition: func(history []porcupine.Operation) [][]porcupine.Operation {
		parts := map[string][]porcupine.Operation{}
		for _, op := range history {
			id := op.Input.(linearIn).record
			parts[id] = append(parts[id], op)
		}
		var out [][]porcupine.Operation
		for _, p := range parts {
			out = append(out, p)
		}
		return out
	},
	Init: func() any { return linearState{"work", ""} },
	Step: func(state, input, output any) (bool, any) {
		s, in, out := state.(linearState), input.(linearIn), output.(linearOut)
		if in.kind == "read" {
			return out.linearState == s, s
		}
		from, to := "work", "rest"
		if in.kind == "back" {
			from, to = to, from
		}
		if s.stage != from || out.refused {
			return s.stage != from && out.refused, s
		}
		n := 0
		_, _ = fmt.Sscanf(s.moved, `"%d"`, &n)
		next := linearState{to, fmt.Sprintf(`"%d"`, n+1)}
		return out.linearState == next, next
	},
}

// history lets clients on three nodes talk to a few records and writes down what they were told.
func history(t *testing.T, s store.Store, ops int) []porcupine.Operation {
	defs := apps{"sim": {compileFile(t, "testdata/simulate.json", 1)}}
	nodes := make([]*Engine, 3)
	for i := range nodes {
		e, err := New(t.Context(), Config{Store: s, Definitions: defs, Node: fmt.Sprint(i), Outbound: &letters{}})
		if err != nil {
			t.Fatal(err)
		}
		nodes[i] = e
	}
	li, _ := org.SampleUser("rep.li")
	li.Roles, li.Team = []string{"sim/rep"}, ""
	if err := nodes[0].SaveUsers(t.Context(), li); err != nil {
		t.Fatal(err)
	}
	var ids []string
	for i := range 12 {
		res, err := nodes[0].Do(t.Context(), Request{User: "rep.li", Command: process.Command{Kind: process.Create, App: "sim", Form: "item", Op: fmt.Sprint("item", i), Data: data(`{"name": "x"}`)}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, res.State.ID)
	}
	schema := defs["sim"][0].Forms["item"].Schema
	told := func(st *process.State) linearState {
		return linearState{st.Stage, string(schema.Wire(schema.Decode(st.Data), nil)["moved"])}
	}
	const clients = 12
	var mu sync.Mutex
	var out []porcupine.Operation
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			rng := rand.New(rand.NewPCG(uint64(client), 7))
			for i := range ops / clients {
				e := nodes[rng.IntN(len(nodes))]
				in := linearIn{ids[rng.IntN(len(ids))], []string{"go", "back", "read"}[rng.IntN(3)]}
				var got linearOut
				call := time.Now().UnixNano()
				if in.kind == "read" {
					v, err := e.Record(t.Context(), "rep.li", in.record)
					if err != nil {
						t.Errorf("read: %v", err)
						return
					}
					got.linearState = told(v.State)
				} else {
					res, err := e.Do(t.Context(), Request{User: "rep.li", Command: process.Command{Kind: process.Move, ID: in.record, Transition: in.kind, Op: fmt.Sprint(client, "-", i)}})
					r, refused := asRejection(err)
					switch {
					case err == nil:
						got.linearState = told(res.State)
					case refused && r.Code == "conflict":
						continue // too many at once; nothing was done
					case refused:
						got.refused = true
					default:
						t.Errorf("%s: %v", in.kind, err)
						return
					}
				}
				back := time.Now().UnixNano()
				mu.Lock()
				out = append(out, porcupine.Operation{ClientId: client, Input: in, Call: call, Output: got, Return: back})
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return out
}

// TestLinearizable: to clients on any node, each record behaves as if one after another talked to it. The control, a store whose
// replace compares nothing, shows that this test would see a lost update.
func TestLinearizable(t *testing.T) {
	t.Parallel()
	n := *linearOps
	if testing.Short() {
		n = min(n, 1200)
	}
	for _, c := range []struct {
		name string
		open func(t *testing.T) store.Store
		ops  int
		want bool
	}{
		{"embedded", func(t *testing.T) store.Store { return openStore(t) }, n, true},
		{"mongodb", func(t *testing.T) store.Store { return onMongo(t)(nil) }, n / 10, true},
		{"blind", func(*testing.T) store.Store { s := storetest.Memory(); s.Blind = true; return s }, max(1200, n/10), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			ops := history(t, c.open(t), c.ops)
			if len(ops) < c.ops*9/10 {
				t.Errorf("only %d of %d operations were answered", len(ops), c.ops)
			}
			if got := porcupine.CheckOperations(oneRecord, ops); got != c.want {
				t.Errorf("%d operations are linearizable: %v, want %v", len(ops), got, c.want)
			}
		})
	}
}
