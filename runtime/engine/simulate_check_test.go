package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"pipewright/runtime/process"
)

// check holds the invariants of engine.md over what a history left behind.
func (s *simulation) check() {
	auditor, err := New(s.t.Context(), Config{Store: s.mem, Definitions: s.defs, Serial: true, Node: "auditor", Now: func() time.Time { return s.now }})
	if err != nil {
		s.fail("%v", err)
		return
	}
	records := map[string]*record{}
	events := map[string][]process.Event{}
	for _, coll := range []string{"rec_sim_item", "rec_sim_child"} {
		for _, d := range s.mem.All(coll) {
			r, err := decodeRecord(d)
			if err != nil {
				s.fail("%s: %v", d.ID, err)
				continue
			}
			if r.State == nil {
				continue // a fence
			}
			if len(r.Pending) > 0 || d.Cols[colPending] != nil {
				s.fail("%s has effects that are not relayed", d.ID)
			}
			if _, err := auditor.Verify(s.t.Context(), d.ID); err != nil {
				s.fail("%v", err)
			}
			records[d.ID] = r
			for after := ""; ; {
				page, next, err := auditor.events(s.t.Context(), d.ID, 200, after)
				if err != nil {
					s.fail("%s: %v", d.ID, err)
				}
				events[d.ID] = append(events[d.ID], page...)
				if after = next; after == "" {
					break
				}
			}
			slices.Reverse(events[d.ID])
			s.checkReplay(d.ID, r, events[d.ID])
		}
	}
	s.checkOps(records, events)
	s.checkTasks(records)
	s.checkTimers(records, events)
	s.checkChildren(records)
	s.checkClaims(records)
	s.checkTicks(records, events)
}

// checkReplay: folding the events gives the stored state.
func (s *simulation) checkReplay(id string, r *record, evs []process.Event) {
	state := &process.State{ID: id}
	for i := range evs {
		state.Apply(&evs[i])
	}
	got, _ := json.Marshal(state)
	want, _ := json.Marshal(r.State)
	if string(got) != string(want) {
		s.fail("%s: events fold to\n%s\nstored is\n%s", id, got, want)
	}
}

// mark tells the one event that a command of a kind always leaves.
func mark(c *process.Command, p process.Payload) bool {
	switch c.Kind {
	case process.Create:
		return p.Type() == "created"
	case process.Move:
		if c.Transition == "finish" {
			return p.Type() == "roundOpened"
		}
		e, ok := p.(process.Entered)
		return ok && e.Transition == c.Transition
	case process.Edit:
		return p.Type() == "changed"
	case process.Note:
		return p.Type() == "noted"
	case process.Assign:
		return p.Type() == "assigned"
	case process.DecideSlot:
		_, ok := p.(process.SlotDecided)
		return ok
	case process.Delete:
		return p.Type() == "deleted"
	case process.Restore:
		return p.Type() == "restored"
	}
	return false
}

// checkOps: what was acknowledged was done once, what was refused not at all. A command that found nothing to change leaves
// no event.
func (s *simulation) checkOps(records map[string]*record, events map[string][]process.Event) {
	moves := map[string]int{}
	for _, op := range s.ops {
		name := shortHash(op.user, op.c.Op)
		n := 0
		for id, evs := range events {
			for i := range evs {
				if evs[i].Op == name && mark(&op.c, evs[i].Payload) {
					n++
					if op.c.ID != "" && op.c.ID != id {
						s.fail("%s %s was done on %s instead of %s", op.c.Kind, op.c.Op, id, op.c.ID)
					}
					if op.c.Kind == process.Move && op.c.Transition != "finish" {
						moves[id]++
					}
				}
			}
		}
		idle := slices.Contains([]process.CommandKind{process.Edit, process.Assign, process.Delete, process.Restore}, op.c.Kind)
		switch {
		case op.acked && (n > 1 || n == 0 && !idle):
			s.fail("%s %s was acknowledged and done %d times", op.c.Kind, op.c.Op, n)
		case !op.acked && n > 0:
			s.fail("%s %s was refused (%s) and done %d times", op.c.Kind, op.c.Op, op.refused, n)
		}
	}
	for id, n := range moves {
		if got := s.number(records[id], "moved"); got != n {
			s.fail("%s was moved %d times and counts %d", id, n, got)
		}
	}
}

func (s *simulation) number(r *record, field string) int {
	form := s.defs["sim"][0].Forms["item"]
	n := 0
	if v := form.Schema.Wire(form.Schema.Decode(r.State.Data), nil)[field]; len(v) > 0 && string(v) != "null" {
		if _, err := fmt.Sscanf(strings.Trim(string(v), `"`), "%d", &n); err != nil {
			s.fail("%s: %s is %s", r.State.ID, field, v)
		}
	}
	return n
}

// checkTasks: every open slot has exactly one open task, and no other approval task is open.
func (s *simulation) checkTasks(records map[string]*record) {
	open := map[string]bool{}
	for _, d := range s.mem.All(collTasks) {
		if d.Cols["state"] == process.Open && d.Cols["kind"] == "approval" {
			open[d.ID] = true
		}
	}
	for id, r := range records {
		if r.State.Round == nil {
			continue
		}
		for _, st := range r.State.Round.Steps {
			for i, slot := range st.Slots {
				task := fmt.Sprintf("%s|%s|%d|%d", id, st.Key, r.State.Round.N, i)
				if slot.State == process.Open && !open[task] {
					s.fail("slot %s has no open task", task)
				}
				if slot.State == process.Open {
					delete(open, task)
				}
			}
		}
	}
	for id := range open {
		s.fail("task %s is open without a slot", id)
	}
}

// checkTimers: a due timer fires once if the record stays, and never twice.
func (s *simulation) checkTimers(records map[string]*record, events map[string][]process.Event) {
	for id, evs := range events {
		fired := map[string]int{}
		for i := range evs {
			if p, ok := evs[i].Payload.(process.Reminded); ok {
				fired[p.Timer]++
			}
		}
		for timer, n := range fired {
			if n != 1 {
				s.fail("%s: timer %s fired %d times", id, timer, n)
			}
		}
		for _, t := range records[id].State.Timers {
			// The slowest clock is an hour behind.
			if t.At.Before(s.now.Add(-time.Hour)) && records[id].State.Deleted.IsZero() {
				s.fail("%s: timer %s of %v has not fired", id, t.ID, t.At)
			}
		}
	}
}

// checkChildren: every item that came to its end has started exactly one child.
func (s *simulation) checkChildren(records map[string]*record) {
	started := map[string]int{}
	for _, r := range records {
		if r.State.Form == "child" {
			for _, l := range r.State.Links {
				started[l.ID]++
			}
		}
	}
	for id, r := range records {
		if r.State.Form != "item" {
			continue
		}
		want := 0
		if r.State.Stage == "done" {
			want = 1
		}
		// One that was in the recycle bin when its automation came up has none.
		if n := started[id]; n != want && !(n == 0 && s.deleted(id)) {
			s.fail("%s in stage %s has started %d children", id, r.State.Stage, n)
		}
	}
}

func (s *simulation) deleted(id string) bool {
	return slices.ContainsFunc(s.ops, func(op *simOp) bool { return op.c.Kind == process.Delete && op.c.ID == id && op.acked })
}

// checkClaims: numbers are distinct and without gaps but for open claims; a code belongs to one record, which holds its claim.
func (s *simulation) checkClaims(records map[string]*record) {
	schema := s.defs["sim"][0].Forms["item"].Schema
	used := map[string]string{}
	codes := map[string]string{}
	for id, r := range records {
		if r.State.Form != "item" {
			continue
		}
		if other := used[r.State.Number]; other != "" || r.State.Number == "" {
			s.fail("%s and %s have number %q", id, other, r.State.Number)
		}
		used[r.State.Number] = id
		code := string(schema.Wire(schema.Decode(r.State.Data), nil)["code"])
		if !r.State.Deleted.IsZero() || code == "" || code == "null" {
			continue
		}
		if other := codes[code]; other != "" {
			s.fail("%s and %s have code %s", id, other, code)
		}
		codes[code] = id
		for _, name := range r.Claims {
			d, err := s.mem.Get(s.t.Context(), collUnique, name)
			if err != nil || d.Cols["record"] != id {
				s.fail("%s holds %s, the claim says %v (%v)", id, name, d.Cols["record"], err)
			}
		}
		if len(r.Claims) != 1 {
			s.fail("%s has code %s and claims %v", id, code, r.Claims)
		}
	}
	highest := int64(0)
	claimed := map[int64]bool{}
	for _, d := range s.mem.All(collSeries) {
		n := d.Cols["n"].(int64)
		highest = max(highest, n)
		claimed[n] = true
		if d.Cols["open"] != true && used[fmt.Sprintf("N-%04d", n)] == "" {
			s.fail("number %d is confirmed and used by nobody", n)
		}
	}
	for n := int64(1); n <= highest; n++ {
		if !claimed[n] {
			s.fail("number %d was passed over", n)
		}
	}
	if len(used) > int(highest) {
		s.fail("%d numbers in use, the highest claim is %d", len(used), highest)
	}
}

// checkTicks: every tick since Monday has one entry and was done; its effects are there once, its message went out at least
// once, always under the same key.
func (s *simulation) checkTicks(records map[string]*record, events map[string][]process.Event) {
	beats := 0
	for automation, spec := range map[string]string{"tick": "10,50 * * * *", "beat": "*/30 * * * *"} {
		table, err := parseCron(spec, "UTC")
		if err != nil {
			s.fail("%v", err)
			return
		}
		states := map[int64]string{}
		var cur cursor
		for _, d := range s.mem.All(collSchedules) {
			if d.ID == "sim/"+automation {
				_ = json.Unmarshal(d.Body, &cur)
			}
			if d.Cols["schedule"] == "sim/"+automation {
				at := d.Cols["tick"].(int64)
				if states[at] != "" {
					s.fail("tick %s %v twice", automation, time.UnixMilli(at).UTC())
				}
				states[at], _ = d.Cols["state"].(string)
			}
		}
		n := 0
		for at := table.next(monday); !at.After(cur.After); at = table.next(at) {
			if states[at.UnixMilli()] != tickDone {
				s.fail("tick %s %v is %q", automation, at, states[at.UnixMilli()])
			}
			n++
		}
		if n != len(states) {
			s.fail("%d ticks of %s, %d entries", n, automation, len(states))
		}
		if automation == "beat" {
			beats = n
		}
	}
	s.checkRuns(records, events)
	keys := map[string]int{}
	for key := range s.sends {
		keys[s.bodies[key]]++
	}
	if got := keys["https://hooks.example/beat"]; got != beats {
		s.fail("%d beats went out under %d keys", beats, got)
	}
	items, gone := 0, 0
	for id, r := range records {
		switch {
		case r.State.Form != "item":
		case s.deleted(id): // perhaps before its automation came up
			gone++
		default:
			items++
		}
	}
	if got := keys["https://hooks.example/born"]; got < items || got > items+gone {
		s.fail("%d births went out under %d keys", items, got)
	}
}

// checkRuns: what a tick does to a record is done once, however often the tick was begun; and a run whose log says done has done it.
func (s *simulation) checkRuns(records map[string]*record, events map[string][]process.Event) {
	done := map[string]map[string]int{}
	for id, evs := range events {
		done[id] = map[string]int{}
		for i := range evs {
			if evs[i].Cause.Automation == "sim/tick" && evs[i].Payload.Type() == "changed" {
				done[id][evs[i].Op]++
			}
		}
		for op, n := range done[id] {
			if n != 1 {
				s.fail("%s: one run of a tick (%s) was done %d times", id, op, n)
			}
		}
		if records[id].State.Form == "item" && s.number(records[id], "ticks") != len(done[id]) {
			s.fail("%s counts %d ticks of %d", id, s.number(records[id], "ticks"), len(done[id]))
		}
	}
	for _, d := range s.mem.All(collRuns) {
		id, _ := d.Cols["record"].(string)
		if d.Cols["automation"] == "sim/tick" && d.Cols["state"] == "done" && done[id][shortHash("", d.ID[:strings.LastIndex(d.ID, "|")]+"|0")] == 0 {
			s.fail("run %s says done and left nothing", d.ID)
		}
	}
}
