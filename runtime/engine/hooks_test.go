package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// system is another one: it answers with what a test says, and remembers what it was sent.
type system struct {
	mu   sync.Mutex
	said []outbound.Message
	// answer says what becomes of the n-th message with an id, from 1: whether it arrives, and what comes back.
	answer func(m outbound.Message, n int) (arrives bool, reply *outbound.Reply, err error)
	times  map[string]int
	// arrived counts the messages that came in, by id; again those that came after the sender had been told that one did.
	arrived map[string]int
	told    map[string]bool
	again   []string
}

func (s *system) Send(_ context.Context, m outbound.Message) (*outbound.Reply, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.times == nil {
		s.times, s.arrived, s.told = map[string]int{}, map[string]int{}, map[string]bool{}
	}
	s.said = append(s.said, m)
	s.times[m.ID]++
	arrives, reply, err := s.answer(m, s.times[m.ID])
	if arrives {
		if s.arrived[m.ID]++; s.told[m.ID] {
			s.again = append(s.again, m.ID)
		}
	}
	s.told[m.ID] = s.told[m.ID] || err == nil
	return reply, err
}

func says(body string) func(outbound.Message, int) (bool, *outbound.Reply, error) {
	return func(outbound.Message, int) (bool, *outbound.Reply, error) {
		return true, &outbound.Reply{Status: 200, Body: []byte(body)}, nil
	}
}

// erp is a world that talks with an ERP, both ways.
func erp(t *testing.T, wrap func(store.Store) store.Store) (*world, *system) {
	t.Helper()
	w := newWorld(t, wrap)
	w.defs["erp"] = []*process.App{compileFile(t, "../process/testdata/scenario/hooks.json", 1)}
	other := &system{answer: says(`{}`)}
	w.outward = func(c *Config) { c.Outbound = other }
	w.e = w.node("one")
	users, _ := org.Sample()
	for i := range users {
		if users[i].ID == "rep.li" {
			users[i].Roles = []string{"erp/rep"}
			w.must(w.e.SaveUsers(t.Context(), users[i]))
		}
	}
	return w, other
}

func (w *world) has(form, text string) string {
	w.t.Helper()
	return w.do("rep.li", process.Command{Kind: process.Create, App: "erp", Form: form, Data: data(text)}).State.ID
}

// signedCall is a call as another system makes it.
func (w *world) signedCall(key, id, secret, body string) Call {
	at := w.clock.now()
	return Call{App: "erp", Key: key, ID: id, Timestamp: strconv.FormatInt(at.Unix(), 10), Signature: outbound.Sign([]byte(secret), id, at, []byte(body)), Body: []byte(body)}
}

func (w *world) receive(c Call) string {
	w.t.Helper()
	repeated, err := w.e.Receive(w.t.Context(), c)
	if r, refused := asRejection(err); refused {
		return r.Code
	}
	w.must(err)
	if repeated {
		return "repeated"
	}
	return "taken"
}

// TestIncoming: a call is taken once, signed, in time and of the agreed shape, and done on the record it is about.
func TestIncoming(t *testing.T) {
	t.Parallel()
	w, _ := erp(t, nil)
	admin := w.user("admin")
	a := w.has("product", `{"sku": "A", "onHand": "9"}`)
	o := w.has("order", `{"orderNo": "N1"}`)
	const body = `{"data": {"no": "N1", "other": 1}, "arrives": "2026-12-01", "lines": [{"sku": "A", "qty": "2.5"}, {"sku": "A", "qty": 1}]}`
	if got := w.receive(w.signedCall("shipped", "m1", "guess", body)); got != "not.found" {
		t.Errorf("a webhook without a secret: %s", got)
	}
	secret, err := w.e.NewHookSecret(t.Context(), admin, "erp", "shipped")
	w.must(err)
	if _, err := w.e.NewHookSecret(t.Context(), w.user("rep.li"), "erp", "shipped"); err == nil {
		t.Error("anybody makes secrets")
	}
	good := w.signedCall("shipped", "m1", secret, body)
	for want, change := range map[string]func(*Call){
		"hook.signature": func(c *Call) { c.Body = []byte(strings.Replace(body, "2.5", "250", 1)) },
		"hook.time":      func(c *Call) { c.Timestamp = strconv.FormatInt(w.clock.now().Add(-6*time.Minute).Unix(), 10) },
		"bad.request":    func(c *Call) { c.ID = "" },
		"not.found":      func(c *Call) { c.Key = "shiped" },
		"payload.invalid": func(c *Call) {
			*c = w.signedCall("shipped", "m0", secret, `{"data": {}, "lines": [{"qty": "many"}, 1]}`)
		},
	} {
		bad := good
		change(&bad)
		if got := w.receive(bad); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	if got := w.receive(good) + " " + w.receive(good) + " " + w.receive(w.signedCall("shipped", "m1", secret, `{"data": {"no": "N2"}}`)); got != "taken repeated hook.idReused" {
		t.Errorf("got %s", got)
	}
	w.runDue()
	if got := w.value(o, "status") + w.value(o, "due") + w.value(a, "onHand"); got != `"shipped""2026-12-01""5.5"` {
		t.Errorf("done %s", got)
	}
	w.clock.add(time.Hour)
	w.receive(w.signedCall("shipped", "m1", secret, body))
	w.runDue()
	if got := w.value(a, "onHand"); got != `"5.5"` {
		t.Errorf("done twice: %s", got)
	}

	// A new secret; the old one counts for a day.
	next, err := w.e.NewHookSecret(t.Context(), admin, "erp", "shipped")
	w.must(err)
	if got := w.receive(w.signedCall("shipped", "m2", secret, body)) + " " + w.receive(w.signedCall("shipped", "m3", next, body)); got != "taken taken" {
		t.Errorf("right after the change: %s", got)
	}
	w.clock.add(25 * time.Hour)
	if got := w.receive(w.signedCall("shipped", "m4", secret, body)); got != "hook.signature" {
		t.Errorf("a day later: %s", got)
	}
	w.must(w.e.CloseHook(t.Context(), admin, "erp", "shipped"))
	if got := w.receive(w.signedCall("shipped", "m5", next, body)); got != "not.found" {
		t.Errorf("closed: %s", got)
	}
}

// TestIncomingRecord: the record may come later than the call about it; one that is not clear is an incident.
func TestIncomingRecord(t *testing.T) {
	t.Parallel()
	w, _ := erp(t, nil)
	secret, err := w.e.NewHookSecret(t.Context(), w.user("admin"), "erp", "shipped")
	w.must(err)
	w.receive(w.signedCall("shipped", "early", secret, `{"data": {"no": "N7"}, "arrives": "2026-12-01"}`))
	w.runDue()
	o := w.has("order", `{"orderNo": "N7"}`)
	w.clock.add(time.Minute)
	w.runDue()
	if got := w.value(o, "status"); got != `"shipped"` {
		t.Errorf("status %s", got)
	}
	w.has("order", `{"orderNo": "N7"}`)
	w.clock.add(time.Minute)
	w.receive(w.signedCall("shipped", "unclear", secret, `{"data": {"no": "N7"}}`))
	w.runDue()
	runs, _, err := w.e.Runs(t.Context(), "erp", "shipped", 10, "")
	w.must(err)
	if runs[0].State != "failed" || runs[0].Code != "hook.manyRecords" || runs[0].Job == "" || string(runs[0].Payload) == "" {
		t.Errorf("%+v", runs[0])
	}

	// An admin mends what came in; what it was is kept.
	admin, o2 := w.user("admin"), w.has("order", `{"orderNo": "N8"}`)
	if err := w.e.RetryJob(t.Context(), admin, runs[0].Job, []byte(`{"data": {}}`)); err == nil || !strings.Contains(fmt.Sprint(err), "as agreed") {
		t.Errorf("got %v", err)
	}
	w.must(w.e.RetryJob(t.Context(), admin, runs[0].Job, []byte(`{"data": {"no": "N8"}}`)))
	w.clock.add(time.Minute)
	w.runDue()
	if got := w.value(o2, "status"); got != `"shipped"` {
		t.Errorf("status %s", got)
	}
	d, err := w.store.Get(t.Context(), collJobs, runs[0].Job)
	w.must(err)
	j, err := jobOf(d)
	w.must(err)
	if len(j.Hands) != 1 || j.Hands[0].By != "admin" || string(j.Hands[0].Was) != `{"data":{"no":"N7"}}` {
		t.Errorf("hands %+v", j.Hands)
	}
	runs, _, err = w.e.Runs(t.Context(), "erp", "shipped", 10, "")
	w.must(err)
	if got := string(runs[0].Actions[0].Input); got != `{"due":null,"status":"shipped"}` {
		t.Errorf("input %s", got)
	}

	// Another is given up: its last attempt says so, and nobody is asked to take it in hand.
	w.receive(w.signedCall("shipped", "again", secret, `{"data": {"no": "N7"}}`))
	w.runDue()
	runs, _, err = w.e.Runs(t.Context(), "erp", "shipped", 10, "")
	w.must(err)
	given := runs[0].ID
	w.must(w.e.DiscardJob(t.Context(), admin, runs[0].Job))
	runs, _, err = w.e.Runs(t.Context(), "erp", "shipped", 10, "")
	w.must(err)
	for _, r := range runs {
		if (r.State == "discarded") != (r.ID == given) || r.Job != "" {
			t.Errorf("%s is %s, job %q", r.ID, r.State, r.Job)
		}
	}
}

// TestAnswer: what another system answers is written into the record by the field's own rules, and later actions see it; what does not fit is
// an incident and changes nothing.
func TestAnswer(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]string{
		`{"data": {"price": "12.50", "note": "ok"}}`: `"12.5" "ok" done `,
		`{"data": {"price": 3}}`:                     `"3"  done `,
		`{"data": {"price": null, "note": "n"}}`:     ` "n" done `,
		`{"data": {"price": "cheap"}}`:               `  failed shape.type`,
		`{"data": {}}`:                               `  failed http.answer`,
		`{"data": {"price": 1, "note": 5}}`:          `  failed shape.type`,
		`<html>`:                                     `  failed http.answer`,
	} {
		w, other := erp(t, nil)
		other.answer = says(answer)
		o := w.has("order", `{"orderNo": "N1"}`)
		w.do("rep.li", process.Command{Kind: process.Edit, ID: o, Data: data(`{"orderNo": "N2"}`)})
		w.runDue()
		runs, _, err := w.e.Runs(t.Context(), "erp", "price", 10, "")
		w.must(err)
		if got := fmt.Sprint(w.value(o, "price"), " ", w.value(o, "seen"), " ", runs[0].State, " ", runs[0].Code); got != want {
			t.Errorf("%s: got %s, want %s", answer, got, want)
		}
		if len(other.said) != 1 || other.said[0].URL != "https://erp.example.com/price/N2" {
			t.Errorf("%s: said %+v", answer, other.said)
		}
	}
}

// TestAnswerKept: a run that dies after the call takes the answer that was kept; the other system is not asked again.
func TestAnswerKept(t *testing.T) {
	t.Parallel()
	w, other := erp(t, func(s store.Store) store.Store { return storetest.Faulty(s, nil) })
	other.answer = says(`{"data": {"price": "7", "note": "kept"}}`)
	o := w.has("order", `{"orderNo": "N1"}`)
	w.do("rep.li", process.Command{Kind: process.Edit, ID: o, Data: data(`{"orderNo": "N2"}`)})
	n := 0
	w.store.(*storetest.FaultyStore).Set(func(c storetest.Call) storetest.Fault {
		if c.Op == storetest.Replace && c.Coll == "rec_erp_order" && len(other.said) > 0 {
			if n++; n == 1 {
				return storetest.Before
			}
		}
		return storetest.None
	})
	w.runDue()
	w.clock.add(time.Minute)
	w.runDue()
	if got := w.value(o, "price") + w.value(o, "seen"); got != `"7""kept"` || len(other.said) != 1 {
		t.Errorf("%s after %d calls", got, len(other.said))
	}
}

// TestHostileReceiver: whatever the other side does, each call arrives at least once, always under the same key, and never again once it
// was answered.
func TestHostileReceiver(t *testing.T) {
	t.Parallel()
	w, other := erp(t, nil)
	dice := rand.New(rand.NewPCG(1, 2))
	other.answer = func(_ outbound.Message, n int) (bool, *outbound.Reply, error) {
		if n < 8 {
			switch dice.IntN(6) {
			case 0: // takes it, says 200 and drops the line before the answer is whole
				return true, nil, errors.New("outbound: reading the answer: unexpected EOF")
			case 1:
				return false, nil, &outbound.StatusError{Status: 500}
			case 2: // takes it and fails
				return true, nil, &outbound.StatusError{Status: 503, RetryAfter: time.Minute}
			case 3: // takes it and hangs
				return true, nil, fmt.Errorf("outbound: %w", context.DeadlineExceeded)
			case 4: // hangs
				return false, nil, fmt.Errorf("outbound: %w", context.DeadlineExceeded)
			}
		}
		return true, &outbound.Reply{Status: 200, Body: []byte(`{"data": {"price": "1", "note": "ok"}}`)}, nil
	}
	const orders = 60
	var ids []string
	for i := range orders {
		id := w.has("order", fmt.Sprintf(`{"orderNo": "N%d"}`, i))
		w.do("rep.li", process.Command{Kind: process.Edit, ID: id, Data: data(fmt.Sprintf(`{"orderNo": "M%d"}`, i))})
		ids = append(ids, id)
	}
	for range 12 {
		w.runDue()
		w.clock.add(maxBackoff)
	}
	if len(other.arrived) != orders || len(other.times) != orders {
		t.Errorf("%d keys arrived, %d were used, for %d calls", len(other.arrived), len(other.times), orders)
	}
	bodies := map[string]string{}
	for _, m := range other.said {
		if was, known := bodies[m.ID]; known && was != m.URL+string(m.Body) {
			t.Errorf("%s says something else: %s", m.ID, m.URL)
		}
		bodies[m.ID] = m.URL + string(m.Body)
	}
	if len(other.again) > 0 {
		t.Errorf("sent again after the answer: %v", other.again)
	}
	for _, id := range ids {
		if got := w.value(id, "price") + w.value(id, "seen"); got != `"1""ok"` {
			t.Errorf("%s: %s", id, got)
		}
	}
}
