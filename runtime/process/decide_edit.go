package process

import (
	"encoding/json"
	"maps"
	"slices"
	"sort"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// Wire is field values as people and programs send them, by field key.
type Wire = map[string]json.RawMessage

// edit changes fields. A field in conflict, locked by a round, or out of the actor's reach is refused by name.
func (d *decider) edit() *Rejection {
	if !d.c.Actor.Rights.Edit && !d.c.Actor.Service {
		return forbidden()
	}
	given, r := d.parse(d.c.Data)
	if r != nil {
		return r
	}
	mask := d.mask(d.stage())
	if r := d.writable(given, mask, nil); r != nil {
		return r
	}
	if r := d.conflicts(given); r != nil {
		return r
	}
	return d.change(given, mask)
}

// change merges new values into the record, computes what depends on them and records what really changed.
func (d *decider) change(given forms.Values, mask forms.Mask) *Rejection {
	old := d.view(nil)
	res := d.evaluate(old, given, mask, keysOf(given))
	var broken []rules.Problem
	for _, p := range d.errorsOf(res.Problems) {
		// An edit may leave a required field open that was open before; it may not open one.
		if p.Code == "required" && !d.wasFilled(old, p.Path) {
			continue
		}
		broken = append(broken, p)
	}
	if len(broken) > 0 {
		return reject("field.invalid", rules.Say("有些内容填得不对", "有些內容填得不對", "Some values are not right"), broken...)
	}
	changed := d.difference(res.Values)
	if len(changed.Set)+len(changed.Clear) > 0 {
		res = d.numbered(res, old, given, mask, keysOf(given))
		changed = d.difference(res.Values)
	}
	if len(changed.Set) == 0 && len(changed.Clear) == 0 {
		return nil
	}
	void, r := d.guarded(changed)
	if r != nil {
		return r
	}
	if d.touchesUnique(changed) {
		if r := d.claimUnique(res.Values); r != nil {
			return r
		}
	}
	d.emit(changed)
	if len(void) > 0 {
		return d.void(void)
	}
	return nil
}

// difference lists what differs between values and the stored data.
func (d *decider) difference(v forms.Values) Changed {
	var out Changed
	rests := map[string]bool{} // tables that are the very rows which were read
	for key, x := range v {
		// Amounts in rows may have come into another currency with the record, though the rows are the same.
		if rows, ok := x.([]map[string]any); ok && d.form.Schema.Currency() == "" && sameRows(rows, d.seen[key]) {
			rests[d.form.Schema.StorageKey(key)] = true
		}
	}
	next := d.form.Schema.EncodeBut(v, rests)
	for k, now := range next {
		if was, ok := d.s.Data[k]; !ok || !forms.SameStored(was, now) {
			if out.Set == nil {
				out.Set = forms.Stored{}
			}
			out.Set[k] = now
		}
	}
	for _, k := range d.form.Schema.StorageKeys() {
		if _, still := next[k]; !still && !rests[k] {
			if _, was := d.s.Data[k]; was {
				out.Clear = append(out.Clear, k)
			}
		}
	}
	sort.Strings(out.Clear)
	return out
}

func sameRows(rows []map[string]any, old any) bool {
	was, ok := old.([]map[string]any)
	return ok && len(rows) > 0 && len(rows) == len(was) && &rows[0] == &was[0]
}

func (c *Changed) keys() []string {
	return slices.Concat(slices.Sorted(maps.Keys(c.Set)), c.Clear)
}

// mask joins what the stage and the actor's grants leave of the form. What is asked for shows and is written whatever the stage says of it.
func (d *decider) mask(st *CompiledStage, asked ...string) forms.Mask {
	m := forms.Mask{Hide: map[string]bool{}, ReadOnly: map[string]bool{}, Require: map[string]bool{}}
	if st != nil && st.Def.Fields != nil {
		stageMask(&m, d.form.Def, st.Def.Fields)
	}
	for _, k := range asked {
		m.Require[k] = true
		delete(m.Hide, k)
		delete(m.ReadOnly, k)
	}
	if len(m.Hide) > 0 {
		named := maps.Clone(m.Hide)
		d.form.Derive(m.Hide)
		m.Hide = except(m.Hide, named, d.c.Actor.Rights.Whole)
	}
	if d.c.Actor.Service {
		return m
	}
	maps.Copy(m.Hide, d.c.Actor.Rights.Hide)
	maps.Copy(m.ReadOnly, d.c.Actor.Rights.ReadOnly)
	return m
}

// stageMask spells out the field rights of a stage. Read and hide win over edit; an edit list that is not "*" makes the rest
// read-only. What the stage requires is asked for when the record leaves it, not on every save.
func stageMask(m *forms.Mask, form *forms.Form, r *FieldRights) {
	each := func(keys []string, do func(string)) {
		for _, k := range keys {
			if k != "*" {
				do(k)
				continue
			}
			for i := range form.Fields {
				do(form.Fields[i].Key)
			}
		}
	}
	if len(r.Edit) > 0 && !slices.Contains(r.Edit, "*") {
		for i := range form.Fields {
			if k := form.Fields[i].Key; !slices.Contains(r.Edit, k) {
				m.ReadOnly[k] = true
			}
		}
	}
	each(r.Read, func(k string) { m.ReadOnly[k] = true })
	each(r.Hide, func(k string) {
		if !slices.Contains(r.Edit, k) {
			m.Hide[k] = true
		}
	})
}

// writable refuses fields the actor may not write here. Fields in free (asked for by a transition, or by an approval step)
// may be written whatever the stage says.
func (d *decider) writable(given forms.Values, mask forms.Mask, free []string) *Rejection {
	if d.c.Actor.Service {
		return nil
	}
	var ps []rules.Problem
	for _, k := range keysOf(given) {
		fieldOff := mask.Hide[k] || mask.ReadOnly[k]
		if slices.Contains(free, k) {
			fieldOff = d.c.Actor.Rights.Hide[k] || d.c.Actor.Rights.ReadOnly[k]
		}
		if d.form.Schema.Computed(k) {
			fieldOff = true
		}
		if !fieldOff {
			continue
		}
		ps = append(ps, rules.Errorf("/data/"+k, "field.readOnly", rules.Say("“{field}”现在不能由你修改", "「{field}」現在不能由你修改", "You may not change “{field}” now", "field", d.fieldName(k))))
	}
	ps = append(ps, d.keepColumns(given, mask, free)...)
	if len(ps) > 0 {
		return reject("field.readOnly", ps[0].Message, ps...)
	}
	return nil
}

// conflicts compares with what the client saw (semantics 19): only fields it writes and somebody changed since count. To write what
// stands there already is no conflict between people; a computed value is one even then, for it may be one more than what was there.
func (d *decider) conflicts(given forms.Values) *Rejection {
	if d.c.Base == 0 || d.c.Base >= d.s.Rev {
		return nil
	}
	r := reject("rev.changed", rules.Say("别人刚刚改过同一处", "別人剛剛改過同一處", "Somebody else has just changed the same field"))
	r.Current = map[string]Conflict{}
	old := d.view(nil)
	for _, k := range keysOf(given) {
		if d.s.Touched[d.form.Schema.StorageKey(k)] <= d.c.Base {
			continue
		}
		mine, theirs := d.wireOf(k, given), d.wireOf(k, old)
		if string(mine) == string(theirs) && !d.c.Actor.Service {
			continue
		}
		r.Current[k] = Conflict{Mine: mine, Theirs: theirs}
		r.Details = append(r.Details, rules.Errorf("/data/"+k, "changed", rules.Say("“{field}”已被别人修改", "「{field}」已被別人修改", "“{field}” was changed by somebody else", "field", d.fieldName(k))))
	}
	if len(r.Details) == 0 {
		return nil
	}
	return r
}

// unchanged refuses what is done to a record as a whole when it has changed since it was seen. It is asked of those that are chosen in a list;
// on its page a person sees what he does it to.
func (d *decider) unchanged() *Rejection {
	if d.c.Base == 0 || d.c.Base >= d.s.Rev {
		return nil
	}
	return reject("rev.changed", rules.Say("选中之后别人改过这条记录，请看过再试", "選取之後別人改過這筆記錄，請看過再試", "Somebody has changed this record since it was chosen; look at it and try again"))
}

func (d *decider) wasFilled(old forms.Values, path string) bool {
	const prefix = "/data/"
	if len(path) <= len(prefix) {
		return true
	}
	key := path[len(prefix):]
	v, ok := old[key]
	if !ok {
		// A cell of a table: the row was written by this very edit.
		for i := range key {
			if key[i] == '/' || key[i] == '[' {
				return true
			}
		}
	}
	return ok && v != nil
}

// broken are the problems of values that are given anew, but for those with the codes but.
func (d *decider) broken(res *forms.Result, given, old forms.Values, but ...string) []rules.Problem {
	var out []rules.Problem
	for _, p := range res.Problems {
		key, _, _ := strings.Cut(strings.TrimPrefix(p.Path, "/data/"), "/")
		if value, is := given[key]; is && p.Severity != rules.Warning && !slices.Contains(but, p.Code) && !forms.Same(old[key], value) {
			out = append(out, p)
		}
	}
	return out
}

func (d *decider) touchesUnique(c Changed) bool {
	keys := c.keys()
	for i := range d.form.Def.Unique {
		for _, f := range d.form.Def.Unique[i].On {
			f, _, _ = strings.Cut(f, ".") // a column changes with its table
			if slices.Contains(keys, d.form.Schema.StorageKey(f)) {
				return true
			}
		}
	}
	return false
}

// fieldName is the name people know a field by.
func (d *decider) fieldName(key string) rules.Text { return fieldName(d.form.Def, key) }

func fieldName(form *forms.Form, key string) rules.Text {
	for i := range form.Fields {
		if form.Fields[i].Key == key && !form.Fields[i].Name.IsZero() {
			return form.Fields[i].Name
		}
	}
	return rules.Text{"": key}
}

func keysOf(v forms.Values) []string { return slices.Sorted(maps.Keys(v)) }
