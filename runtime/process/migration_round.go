package process

import (
	"reflect"
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// carry takes a round over with its slots and votes: to the same kind only. A step that has ended stays, though the new chain may not have
// it; one that waits for people must be there and decide in the same way; what people decide on must be what they saw. Otherwise why says
// in words what is in the way.
func (w *mover) carry(r *Round, data Changed, proposed forms.Stored) (_ *Round, why rules.Text) {
	m := w.m
	ch := m.To.Chains[m.chains[r.Chain]]
	if ch == nil {
		return nil, rules.Say("要去的版本里没有这条审批链", "要去的版本裡沒有這條簽核鏈", "the release it goes to does not have this approval")
	}
	c := r.clone()
	c.Chain, c.Proposed, c.Picks = ch.Def.Key, proposed, m.keyed(r)
	if r.Stage {
		if w.m.New.Process.ByKey[w.to.Stage].Approval != ch {
			return nil, rules.Say("新阶段不要求它", "新階段不要求它", "the stage does not ask for it any more")
		}
	} else {
		t := m.New.Process.ByTransition[m.transitions[r.Transition]]
		if t == nil || t.Chain != ch || !t.From[w.to.Stage] {
			return nil, rules.Say("它所等的流转在要去的版本里没有、不从这里出发或不要求它", "它所等的流轉在要去的版本裡沒有、不從這裡出發或不要求它",
				"the transition it waits for is gone, does not start here, or does not ask for it")
		}
		c.Transition = t.Def.Key
	}
	states := map[string]StepState{}
	var ended []StepState // those the new chain does not have
	for _, st := range c.Steps {
		key := m.steps[r.Chain+"."+st.Key]
		over := st.State != Waiting && st.State != Active && st.State != Blocked
		if key == "" && over && ch.Step(st.Key) != nil {
			key = st.Key // however it decides now, it has decided
		}
		switch {
		case key == "" && (st.State == Active || st.State == Blocked):
			return nil, rules.Say("它停在节点“{step}”，要去的版本里没有同样方式的节点", "它停在節點「{step}」，要去的版本裡沒有同樣方式的節點",
				"it waits at “{step}”, and the release it goes to has no step that decides in the same way", "step", stepNamed(m.From.Chains[r.Chain], st.Key))
		case key == "" && st.State == Waiting:
			continue
		}
		for i, b := range st.Branches {
			if n := m.steps[r.Chain+"."+b]; n != "" {
				st.Branches = slices.Clone(st.Branches)
				st.Branches[i] = n
			}
		}
		if key == "" {
			ended = append(ended, st)
			continue
		}
		st.Key = key
		states[key] = st
	}
	c.Steps = ended
	for _, st := range ch.All() {
		state, known := states[st.Def.Key]
		if !known {
			state = StepState{Key: st.Def.Key, State: Waiting}
		}
		c.Steps = append(c.Steps, state)
	}
	for i, k := range c.Keep {
		if n := m.steps[r.Chain+"."+k]; n != "" {
			c.Keep = slices.Clone(c.Keep)
			c.Keep[i] = n
		}
	}
	if field := w.seeAnew(r, ch, data, proposed); !field.IsZero() {
		return nil, rules.Say("审批所依据的“{field}”会变", "簽核所依據的「{field}」會變", "“{field}”, which it rests on, would change", "field", field)
	}
	w.guards(c, ch, data)
	return c, nil
}

func stepNamed(ch *CompiledChain, key string) rules.Text {
	if st := ch.Step(key); st != nil {
		return named(st.Def.Name, key)
	}
	return rules.Plain(key)
}

// after is the stored data with what changes.
func after(data forms.Stored, c Changed) forms.Stored {
	out := make(forms.Stored, len(data)+len(c.Set))
	for k, v := range data {
		out[k] = v
	}
	for _, k := range c.Clear {
		delete(out, k)
	}
	for k, v := range c.Set {
		out[k] = v
	}
	return out
}

// seeAnew is the name of a guarded field whose value people would see change; empty when there is none.
func (w *mover) seeAnew(r *Round, ch *CompiledChain, data Changed, proposed forms.Stored) rules.Text {
	under := func(base, over forms.Stored) forms.Stored {
		out := after(base, Changed{Set: over})
		for k, v := range over {
			if v == nil {
				delete(out, k)
			}
		}
		return out
	}
	was := w.m.Old.Schema.Decode(under(w.d.s.Data, r.Proposed))
	is := w.m.New.Schema.Decode(under(after(w.d.s.Data, data), proposed))
	for _, g := range ch.Guards {
		key := g
		if old, ok := w.oldKey(g); ok {
			key = old
		} else {
			continue // a field they had not been shown
		}
		if info, ok := w.m.New.Schema.Field(g); ok && !w.sameMeaning(was[key], is[g], g) {
			return info.Name
		}
	}
	return nil
}

// sameMeaning compares a value before and after its conversion: two of one type are compared, and two of different types mean the same,
// since nothing is converted that would mean something else. Of a table with converted columns the number of rows is compared.
func (w *mover) sameMeaning(a, b any, key string) bool {
	if a == nil || b == nil {
		return forms.Same(a, b)
	}
	if slices.ContainsFunc(w.m.fields, func(p fieldPair) bool { return p.columnOnly && p.tableOf == key }) {
		x, _ := a.([]map[string]any)
		y, _ := b.([]map[string]any)
		return len(x) == len(y)
	}
	return reflect.TypeOf(a) != reflect.TypeOf(b) || forms.Same(a, b)
}

// oldKey is the field of the old release that a field of the new one goes on from.
func (w *mover) oldKey(key string) (string, bool) {
	info, ok := w.m.New.Schema.Field(key)
	if !ok {
		return "", false
	}
	for i := range w.m.fields {
		if p := &w.m.fields[i]; !p.columnOnly && p.new.ID == key {
			return p.old.ID, true
		}
	}
	for _, f := range w.m.Old.Schema.Fields() {
		if f.Storage == info.Storage {
			return f.ID, true
		}
	}
	return "", false
}

// guards gives a carried round the guarded values as its chain has them now, and their hash.
func (w *mover) guards(c *Round, ch *CompiledChain, data Changed) {
	live := w.d.s
	defer func() { w.d.s = live }()
	w.d.s = &State{Data: after(live.Data, data)}
	c.Guards, c.Hash = w.d.guardValues(ch, c.Proposed)
}
