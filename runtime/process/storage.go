package process

import (
	"slices"
	"strings"

	"pipewright/forms"
)

// AssignStorage gives every form and field of def its storage key (semantics 1). What prev holds is carried over by key, or
// by an old key in `was`; a field whose type or scale changed gets a new one, because its stored values mean something else.
// A storage key once given is never given again. prev and prevDef are nil at the first publish. taken are the short codes of
// other apps' forms: record ids begin with the code, so it is unique in the company.
func AssignStorage(prev *Storage, prevDef, def *Definition, taken ...string) *Storage {
	if prev == nil {
		prev = &Storage{}
	}
	out := &Storage{Forms: make(map[string]FormStorage, len(def.Forms))}
	a := &assigner{forms: map[string]bool{}, codes: map[string]bool{}}
	for _, code := range taken {
		a.codes[code] = true
	}
	for _, s := range prev.Forms {
		a.forms[s.Key], a.codes[s.Code] = true, true
	}
	for _, key := range prev.Retired {
		a.forms[key] = true
	}
	kept := map[string]bool{}
	for i := range def.Forms {
		f := &def.Forms[i]
		old, had := carried(f.Key, f.Was, prev.Forms, func(key string) bool { return formOf(def, key) != nil })
		s, known := prev.Forms[old]
		if !had || !known || kept[old] {
			s = FormStorage{Key: a.fresh(a.forms, f.Key), Code: a.code(f)}
		}
		kept[old] = had
		s.Fields, s.Retired = fieldStorage(s, resolved(prevDef, formOf(prevDef, old)), resolved(def, f))
		out.Forms[f.Key] = s
	}
	out.Retired = slices.Clone(prev.Retired)
	for _, key := range sortedKeys(prev.Forms) {
		if !kept[key] {
			out.Retired = append(out.Retired, prev.Forms[key].Key)
		}
	}
	return out
}

// resolved is the form with every lookup and rollup as what it amounts to: its stored values are of that type. What it takes from
// where stays beside, for another source means other values.
func resolved(def *Definition, f *forms.Form) *forms.Form {
	if f == nil {
		return nil
	}
	world := &forms.World{Currency: def.Currency, Forms: map[string]*forms.Form{}}
	for i := range def.Forms {
		keep(world.Forms, def.Forms[i].Key, &def.Forms[i])
	}
	out := *f
	out.Fields = slices.Clone(f.Fields)
	for i := range out.Fields {
		d := &f.Fields[i]
		out.Fields[i] = world.Resolve(f.Fields, d)
		if d.Type == "table" {
			out.Fields[i].Fields = slices.Clone(d.Fields)
			for j := range d.Fields {
				out.Fields[i].Fields[j] = world.Resolve(d.Fields, &d.Fields[j])
			}
		}
	}
	return &out
}

type assigner struct{ forms, codes map[string]bool }

// fresh is key, or key with a number that no other has.
func (a *assigner) fresh(used map[string]bool, key string) string {
	name := key
	for n := 2; used[name]; n++ {
		name = key + "_" + itoa(n)
	}
	used[name] = true
	return name
}

// code is the mark record ids of a form begin with: the form's own, else the first letters of its key; made unique by
// letters at the end.
func (a *assigner) code(f *forms.Form) string {
	base := f.Code
	if base == "" {
		base = strings.Map(func(r rune) rune {
			if r >= 'A' && r <= 'Z' {
				return r
			}
			return -1
		}, strings.ToUpper(f.Key))
		base = base[:min(4, len(base))]
	}
	if base == "" {
		base = "R"
	}
	code := base
	for n := 0; a.codes[code]; n++ {
		suffix := ""
		for m := n; ; m = m/26 - 1 {
			suffix = string(rune('A'+m%26)) + suffix
			if m < 26 {
				break
			}
		}
		code = base + suffix
	}
	a.codes[code] = true
	return code
}

// carried finds the key under which a thing was known: its own, else the first of was that nothing else has taken over.
func carried[T any](key string, was []string, prev map[string]T, taken func(string) bool) (string, bool) {
	if _, ok := prev[key]; ok {
		return key, true
	}
	for _, old := range was {
		if _, ok := prev[old]; ok && !taken(old) {
			return old, true
		}
	}
	return "", false
}

// fieldStorage is the storage keys of a form's fields and columns, and those that are no longer in use. A column's key is
// unique within its table; retired ones are written as table.column, both by storage key.
func fieldStorage(s FormStorage, prev, f *forms.Form) (fields map[string]string, retired []string) {
	l := &layout{old: s, fields: map[string]string{}, retired: slices.Clone(s.Retired)}
	var before []forms.Field
	if prev != nil {
		before = prev.Fields
	}
	olds := l.assign("", "", "", f.Fields, before)
	for i := range f.Fields {
		d := &f.Fields[i]
		if d.Type != "table" {
			continue
		}
		var columns []forms.Field
		if p := fieldOf(prev, olds[i]); p != nil {
			columns = p.Fields
		}
		l.assign(d.Key+".", olds[i]+".", l.fields[d.Key]+".", d.Fields, columns)
	}
	slices.Sort(l.retired)
	return l.fields, l.retired
}

// layout is the storage keys of one form in the making.
type layout struct {
	old     FormStorage
	fields  map[string]string
	retired []string
}

// assign gives the fields of one list their storage keys and returns the key each was known by, "" if it is new. prefix and
// oldPrefix are "table." for columns; scope is the same by storage key.
func (l *layout) assign(prefix, oldPrefix, scope string, list, before []forms.Field) (olds []string) {
	used, free := map[string]bool{}, map[string]bool{}
	for key, storage := range l.old.Fields {
		if rest, ok := strings.CutPrefix(key, oldPrefix); ok && !strings.Contains(rest, ".") {
			used[storage], free[storage] = true, true
		}
	}
	for _, key := range l.old.Retired {
		if rest, ok := strings.CutPrefix(key, scope); ok {
			used[rest] = true
		}
	}
	a := &assigner{}
	for i := range list {
		d := &list[i]
		old, had := carried(oldPrefix+d.Key, prefixAll(oldPrefix, d.Was), l.old.Fields, func(key string) bool {
			return slices.ContainsFunc(list, func(o forms.Field) bool { return oldPrefix+o.Key == key })
		})
		name := strings.TrimPrefix(old, oldPrefix)
		key := l.old.Fields[old]
		if !had || !free[key] || !sameStorage(before, name, d) {
			key = a.fresh(used, d.Key)
		}
		delete(free, key)
		l.fields[prefix+d.Key] = key
		olds = append(olds, name)
	}
	for _, key := range sortedKeys(free) {
		l.retired = append(l.retired, scope+key)
	}
	return olds
}

func prefixAll(prefix string, keys []string) []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = prefix + k
	}
	return out
}

// sameStorage says whether stored values of the field as it was still read the same.
func sameStorage(before []forms.Field, old string, d *forms.Field) bool {
	for i := range before {
		if p := &before[i]; p.Key == old {
			return p.Type == d.Type && scaleOf(p) == scaleOf(d) && p.Currency == d.Currency && p.Form == d.Form &&
				p.Via == d.Via && p.Field == d.Field && p.Agg == d.Agg
		}
	}
	return true
}

func scaleOf(f *forms.Field) int {
	if f.Scale == nil {
		return -1
	}
	return *f.Scale
}

func formOf(def *Definition, key string) *forms.Form {
	if def == nil {
		return nil
	}
	for i := range def.Forms {
		if def.Forms[i].Key == key {
			return &def.Forms[i]
		}
	}
	return nil
}
