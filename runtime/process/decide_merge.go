package process

import (
	"slices"

	"pipewright/forms"
	"pipewright/rules"
)

// Two records of a form that are one thing are merged (ENG-10): the one goes to the recycle bin and says into which (Merged), the other takes
// the values that were chosen and remembers whom it took up (Absorbed), and what pointed to the one points to the other (Repointed). Each is
// a command on one record; the engine's job gives them in this order, and the opposite ones to take the merge back.

// MergeStep is one record's part in a merge.
type MergeStep struct {
	// Merge names it; Other is the record on the other side: into which, or which one was taken up. References to Other are to point to To.
	Merge, Other, To string
	// Values are those taken over, Links the links.
	Values forms.Values
	Links  []Link
	// Done is what the record's own history says of its part, of those that take it back; Rev is when.
	Done Payload
	Rev  int64
}

// Cell is a place that a reference stands in: a field, or with Column the row of a table, by storage key.
type Cell struct {
	Field  string `json:"field"`
	Column string `json:"column,omitempty"`
	Row    int    `json:"row,omitempty"`
}

// Merging says into which record one went, and by which merge.
type Merging struct {
	Merge string `json:"merge"`
	Into  string `json:"into"`
}

// TakenUp is a record that another took up.
type TakenUp struct {
	Merge string `json:"merge"`
	From  string `json:"from"`
}

// maxTakenUp bounds how many records one may take up.
const maxTakenUp = 50

// MayMerge says whether rights are enough to merge a record away: to edit it and to delete it.
func (r Rights) MayMerge() bool { return r.Edit && r.Delete && !r.Guest }

// mergeAway puts the record into the recycle bin for good, as one that lives on in another.
func (d *decider) mergeAway() *Rejection {
	m := d.c.Merge
	if m == nil || !d.c.Actor.Rights.MayMerge() {
		return forbidden()
	}
	if d.s.Round != nil {
		return reject("approval.running", rules.Say("审批还在进行，不能合并", "簽核還在進行，不能合併", "An approval is running; the record cannot be merged"))
	}
	d.dropTimers("")
	d.emit(Deleted{})
	d.emit(Merged{Merge: m.Merge, Into: m.Other})
	return nil
}

// absorb takes over what was chosen of a record that is merged into this one.
func (d *decider) absorb() *Rejection {
	m := d.c.Merge
	if m == nil || !d.c.Actor.Rights.Edit {
		return forbidden()
	}
	if len(d.s.TakenUp) >= maxTakenUp {
		return reject("merge.limit", rules.Say("一条记录最多合并进 {max} 条", "一筆記錄最多合併進 {max} 筆", "A record takes up at most {max} others", "max", maxTakenUp))
	}
	mask := d.mask(d.stage())
	if r := d.writable(m.Values, mask, nil); r != nil {
		return r
	}
	out := Absorbed{Merge: m.Merge, From: m.Other}
	for _, key := range keysOf(m.Values) {
		k := d.form.Schema.StorageKey(key)
		out.Keys = append(out.Keys, k)
		if was, ok := d.s.Data[k]; ok {
			if out.Was == nil {
				out.Was = forms.Stored{}
			}
			out.Was[k] = was
		}
	}
	for _, l := range m.Links {
		if l.ID != d.s.ID && !slices.Contains(d.s.Links, l) {
			out.Links = append(out.Links, l)
		}
	}
	if len(m.Values) > 0 {
		if r := d.change(m.Values, mask); r != nil {
			return r
		}
	}
	if len(d.needs) == 0 {
		d.emit(out)
	}
	return nil
}

// repoint lets every reference to one record of a merge point to the other; the service's alone. To take it back, only where it did so itself
// and nobody has changed the field since.
func (d *decider) repoint() *Rejection {
	m := d.c.Merge
	if m == nil || !d.c.Actor.Service {
		return forbidden()
	}
	from, to := m.Other, m.To
	done, back := m.Done.(Repointed)
	values, given := d.view(nil), forms.Values{}
	var cells []Cell
	want := func(c Cell) bool {
		return !back || slices.Contains(done.Cells, c) && d.s.Touched[c.Field] == m.Rev
	}
	for i := range d.form.Def.Fields {
		f := &d.form.Def.Fields[i]
		k := d.form.Schema.StorageKey(f.Key)
		if ref, ok := values[f.Key].(forms.Ref); ok && ref.ID == from && f.Type == "reference" && want(Cell{Field: k}) {
			given[f.Key] = forms.Ref{ID: to}
			cells = append(cells, Cell{Field: k})
		}
		rows, ok := values[f.Key].([]map[string]any)
		if !ok {
			continue
		}
		var next []map[string]any
		for j := range f.Fields {
			column := f.Fields[j].Key
			for n, row := range rows {
				c := Cell{Field: k, Column: d.form.Schema.StorageKey(f.Key + "." + column), Row: n}
				if ref, isRef := row[column].(forms.Ref); !isRef || ref.ID != from || f.Fields[j].Type != "reference" || !want(c) {
					continue
				}
				if next == nil {
					next, _ = forms.Values{f.Key: rows}.Clone()[f.Key].([]map[string]any)
				}
				next[n][column] = forms.Ref{ID: to}
				cells = append(cells, c)
			}
		}
		if next != nil {
			given[f.Key] = next
		}
	}
	linked := slices.ContainsFunc(d.s.Links, func(l Link) bool { return l.ID == from })
	if len(given) == 0 && !linked {
		return nil
	}
	if len(given) > 0 {
		if r := d.change(given, d.mask(d.stage())); r != nil {
			return r
		}
	}
	if len(d.needs) == 0 {
		d.emit(Repointed{Merge: m.Merge, From: from, To: to, Cells: cells})
	}
	return nil
}

// unabsorb gives back what a merge brought, where nobody has changed it since; the service's alone.
func (d *decider) unabsorb() *Rejection {
	m := d.c.Merge
	if m == nil || !d.c.Actor.Service {
		return forbidden()
	}
	done, ok := m.Done.(Absorbed)
	if !ok || !slices.ContainsFunc(d.s.TakenUp, func(t TakenUp) bool { return t.Merge == m.Merge }) {
		return nil
	}
	was, given := d.form.Schema.Decode(done.Was), forms.Values{}
	for _, info := range d.form.Schema.Fields() {
		if slices.Contains(done.Keys, info.Storage) && d.s.Touched[info.Storage] == m.Rev {
			given[info.ID] = was[info.ID]
		}
	}
	if len(given) > 0 {
		if r := d.change(given, d.mask(d.stage())); r != nil {
			return r
		}
	}
	if len(d.needs) == 0 {
		d.emit(Unabsorbed{Merge: m.Merge, From: done.From, Links: done.Links})
	}
	return nil
}

// unmerge brings the record back; the service's alone.
func (d *decider) unmerge() *Rejection {
	m := d.c.Merge
	if m == nil || !d.c.Actor.Service {
		return forbidden()
	}
	if d.s.Merged == nil || d.s.Merged.Merge != m.Merge {
		return nil
	}
	d.emit(Unmerged{Merge: m.Merge})
	d.backFromBin()
	return nil
}
