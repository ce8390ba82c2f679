package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/sqlitestore"
)

// clock is moved by tests and by nothing else.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	c.at = c.at.Add(d)
	c.mu.Unlock()
}

// apps is a fixed set of definitions, newest release last.
type apps map[string][]*process.App

func (a apps) Current(_ context.Context, key string) (*process.App, error) {
	if n := len(a[key]); n > 0 {
		return a[key][n-1], nil
	}
	return nil, ErrNoApp
}

func (a apps) Release(_ context.Context, key string, n int) (*process.App, error) {
	if n < 1 || n > len(a[key]) {
		return nil, ErrNoApp
	}
	return a[key][n-1], nil
}

func (a apps) Live(context.Context) ([]*process.App, error) {
	var out []*process.App
	for _, list := range a {
		out = append(out, list[len(list)-1])
	}
	return out, nil
}

func compileFile(t testing.TB, path string, release int) *process.App {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return compileData(t, data, release)
}

func compileData(t testing.TB, data []byte, release int) *process.App {
	t.Helper()
	def, problems := process.Parse(data)
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	app, problems := process.Compile(def, nil, release, process.Options{Cron: func(spec, zone string) ([]time.Time, error) {
		return Next(spec, zone, time.Unix(0, 0), 3)
	}})
	for _, p := range problems {
		if p.Severity == rules.Error && p.Code != "automation.loop" {
			t.Fatalf("%s %s %s", p.Path, p.Code, p.Message)
		}
	}
	return app
}

// letters remembers what was sent.
type letters struct {
	mu   sync.Mutex
	sent []outbound.Message
	fail error
}

func (l *letters) Send(_ context.Context, m outbound.Message) (*outbound.Reply, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent = append(l.sent, m)
	if l.fail != nil {
		return nil, l.fail
	}
	return &outbound.Reply{Status: 200}, nil
}

// world is an engine over a store in memory, with the sample company and a clock of its own.
type world struct {
	t     testing.TB
	e     *Engine
	clock *clock
	store store.Store
	defs  apps
	mail  *letters
	ids   int
	idMu  sync.Mutex
	// crashAt is the call at which the process is to die; 0 once it has.
	crashAt int
	// outward changes how further nodes reach the outside.
	outward func(*Config)
}

var monday = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC) // 10:00 in Shanghai

func openStore(t testing.TB) store.Store {
	t.Helper()
	s, err := sqlitestore.Open(t.Context(), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// stride is how far a test steps from one call of the store that fails to the next: it fails each, and under the race detector, which looks for
// something else, every k-th.
func stride(k int) int {
	if testing.Short() {
		return k
	}
	return 1
}

func newWorld(t testing.TB, wrap func(store.Store) store.Store) *world {
	t.Helper()
	s := openStore(t)
	if wrap != nil {
		s = wrap(s)
	}
	w := &world{t: t, clock: &clock{at: monday}, store: s, mail: &letters{}, defs: apps{"b2b": {compileFile(t, "testdata/app.json", 1)}}}
	w.e = w.node("one")
	users, teams := org.Sample()
	for user, roles := range org.SampleRoles("b2b", []string{"rep", "manager", "finance", "ops"}) {
		for i := range users {
			if users[i].ID == user {
				users[i].Roles = append(users[i].Roles, roles...)
			}
		}
	}
	w.must(w.e.SaveTeams(t.Context(), teams...))
	w.must(w.e.SaveUsers(t.Context(), users...))
	return w
}

// node is another engine on the same store.
func (w *world) node(name string) *Engine {
	w.t.Helper()
	c := Config{Store: w.store, Definitions: w.defs, Outbound: w.mail, Now: w.clock.now, Node: name, NewID: func() string {
		w.idMu.Lock()
		defer w.idMu.Unlock()
		w.ids++
		return fmt.Sprintf("%026d", w.ids)
	}}
	if w.outward != nil {
		w.outward(&c)
	}
	e, err := New(w.t.Context(), c)
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func data(text string) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		panic(err)
	}
	return m
}

func (w *world) do(user string, c process.Command) *Result {
	w.t.Helper()
	res, err := w.e.Do(w.t.Context(), Request{User: user, Command: c})
	if err != nil {
		w.t.Fatalf("%s by %s: %v", c.Kind, user, err)
	}
	return res
}

// refused gives a command that must be refused, and returns the code.
func (w *world) refused(user string, c process.Command) string {
	w.t.Helper()
	_, err := w.e.Do(w.t.Context(), Request{User: user, Command: c})
	r, ok := asRejection(err)
	if !ok {
		w.t.Fatalf("%s by %s: got %v, want a rejection", c.Kind, user, err)
	}
	return r.Code
}

func (w *world) deal(key, lines string) *process.State {
	w.t.Helper()
	return w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: key,
		Data: data(`{"name": "` + key + `", "closeDate": "2026-12-15", "lines": ` + lines + `}`)}).State
}

// proposal is a deal ready to be won.
func (w *world) proposal(key, lines string) *process.State {
	w.t.Helper()
	s := w.deal(key, lines)
	w.do("rep.li", process.Command{Kind: process.Tick, ID: s.ID, Item: "budget", Done: true})
	return w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "propose"}).State
}

func (w *world) runDue() int {
	w.t.Helper()
	n, err := w.e.RunDue(w.t.Context())
	w.must(err)
	return n
}

const bigLines = `[{"qty": 6, "price": {"amount": "100000.00", "currency": "CNY"}}]`
const smallLines = `[{"qty": 1, "price": {"amount": "5000.00", "currency": "CNY"}}]`
