package process

import (
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// fields pairs the fields whose stored values change hands: those of another type, scale or currency now, and those that were chosen. What
// keeps its storage key keeps its values (semantics 1); what is computed is computed anew.
func (w *planner) fields() {
	old, now := w.p.Old.Schema, w.p.New.Schema
	news := now.Fields()
	taken := map[string]bool{} // storage keys that go on
	for _, f := range old.Fields() {
		taken[f.Storage] = true
	}
	for _, f := range old.Fields() {
		path := "fields/" + f.ID
		to, how := w.field("field", path, f, news, taken)
		if how == "" {
			continue
		}
		if f.Storage != to.Storage {
			w.value(fieldPair{old: f, new: to, path: path})
		}
		if f.Def.Type != "table" || to.Def.Type != "table" || f.Storage != to.Storage {
			continue
		}
		columns := map[string]bool{}
		for _, c := range f.Columns {
			columns[c.Storage] = true
		}
		for _, c := range f.Columns {
			path := "fields/" + strings.ReplaceAll(c.ID, ".", "/")
			n, how := w.field("column", path, c, to.Columns, columns)
			if how != "" && n.Storage != c.Storage {
				w.value(fieldPair{old: c, new: n, path: path, columnOnly: true, oldTable: f.Storage, newTable: to.Storage, tableOf: to.ID, oldTableOf: f.ID})
			}
		}
	}
}

// field finds what a field or column becomes. Nothing computed or numbered by the system, and nothing that goes on under another, can be
// chosen for it.
func (w *planner) field(kind, path string, f forms.FieldInfo, news []forms.FieldInfo, taken map[string]bool) (forms.FieldInfo, string) {
	name := func(id string) string { return id[strings.LastIndexByte(id, '.')+1:] }
	var among []element
	for _, n := range news {
		fits := name(n.ID) == name(f.ID) || slices.Contains(n.Def.Was, name(f.ID)) || !taken[n.Storage] && !n.Computed && n.Def.Type != "static"
		among = append(among, element{name(n.ID), n.Name, n.Def.Was, fits})
	}
	to, how := w.match(path, name(f.ID), among)
	var found forms.FieldInfo
	for _, n := range news {
		if how != "" && name(n.ID) == to.key {
			found = n
		}
	}
	t := MigrationThing{Kind: kind, Path: path, Name: f.Name}
	if how != "" && found.Storage != f.Storage && !f.Computed {
		t.TypeWas, t.TypeIs = f.Def.Type, found.Def.Type
		t.Note = rules.Say("类型变了：值会转换，转不过去的要选择", "類型變了：值會轉換，轉不過去的要選擇",
			"Of another type: values are converted, and what does not convert needs a choice")
		if f.Def.Type == found.Def.Type {
			t.TypeWas, t.TypeIs = "", ""
			t.Note = rules.Say("小数位、币种或来源变了：值会转换，转不过去的要选择", "小數位、幣種或來源變了：值會轉換，轉不過去的要選擇",
				"Its decimals, currency or source are others: values are converted, and what does not convert needs a choice")
		}
	}
	if how == "" {
		t.Note = rules.Say("新版本不再显示它的值；值仍保留，撤销迁移后照旧", "新版本不再顯示它的值；值仍保留，撤銷遷移後照舊",
			"The new release shows its values no more; they are kept, and back when the migration is undone")
		if f.Computed || f.Def.Type == "static" {
			w.p.Same++
			return found, how
		}
	}
	w.tell(t, to, how, FateLost, among)
	return found, how
}

// value takes a pair of fields whose values are converted, and what is chosen for those that do not.
func (w *planner) value(p fieldPair) {
	path := "values/" + strings.TrimPrefix(p.path, "fields/")
	w.used[path] = true
	if p.new.Computed || p.old.Def.Type == "static" {
		return
	}
	w.p.fields = append(w.p.fields, p)
	chosen := w.p.Mapping[path]
	t := MigrationThing{Kind: "value", Path: path, Name: p.old.Name, To: chosen, ToName: valueChoice(chosen), Fate: FateMapped, How: "chosen",
		Choices: []MigrationChoice{{ClearValue, valueChoice(ClearValue)}, {RoundValue, valueChoice(RoundValue)}}}
	switch chosen {
	case "", ClearValue, RoundValue:
	default:
		w.bad(path, chosen)
		return
	}
	if chosen == "" {
		t.How = ""
		t.Note = rules.Say("转不过去的值：逐条报告，记录留在原版本，除非在此选择", "轉不過去的值：逐筆報告，記錄留在原版本，除非在此選擇",
			"Values that do not convert: each is reported and its record stays on the old release, unless something is chosen here")
	}
	w.p.Things = append(w.p.Things, t)
}

func valueChoice(key string) rules.Text {
	switch key {
	case ClearValue:
		return rules.Say("留空（历史里仍可查）", "留空（歷史裡仍可查）", "Left empty (the history still tells)")
	case RoundValue:
		return rules.Say("舍入到放得下为止", "捨入到放得下為止", "Rounded until it fits")
	}
	return nil
}

// converted is stored data under the new release: what to set and what to take out, by storage key. Problems name values that do not fit
// and are left to no choice. A nil in held, the values proposed in a round, empties a field and stays one.
func (p *MigrationPlan) converted(data forms.Stored, held bool) (c Changed, problems []rules.Problem) {
	was, is := p.Old.Schema.Decode(data), p.New.Schema.Decode(data)
	var touched []string
	for i := range p.fields {
		pair := &p.fields[i]
		if pair.columnOnly {
			if ps, hit := p.column(pair, was, is); hit {
				problems = append(problems, ps...)
				touched = append(touched, pair.newTable)
			}
			continue
		}
		val, there := data[pair.old.Storage]
		if !there {
			continue
		}
		if val == nil && held {
			c.set(pair.new.Storage, nil)
		}
		if val != nil && was[pair.old.ID] == nil {
			continue // not even the old release could read it
		}
		c.Clear = append(c.Clear, pair.old.Storage)
		v, ps := p.convert(pair, was[pair.old.ID], 0)
		problems = append(problems, ps...)
		if v != nil {
			is[pair.new.ID] = v
			touched = append(touched, pair.new.Storage)
		}
	}
	if len(touched) > 0 {
		encoded := p.New.Schema.Encode(is)
		for _, k := range touched {
			if v, ok := encoded[k]; ok {
				c.set(k, v)
			}
		}
	}
	slices.Sort(c.Clear)
	return c, problems
}

func (c *Changed) set(key string, v any) {
	if c.Set == nil {
		c.Set = forms.Stored{}
	}
	c.Set[key] = v
}

// column converts one column of every row.
func (p *MigrationPlan) column(pair *fieldPair, was, is forms.Values) (problems []rules.Problem, hit bool) {
	old, _ := was[pair.oldTableOf].([]map[string]any)
	rows, _ := is[pair.tableOf].([]map[string]any)
	from, to := pair.old.ID[len(pair.oldTableOf)+1:], pair.new.ID[len(pair.tableOf)+1:]
	for i := range old {
		if old[i][from] == nil {
			continue
		}
		hit = true
		for len(rows) <= i {
			rows = append(rows, map[string]any{}) // nothing else in the row was left
		}
		v, ps := p.convert(pair, old[i][from], i)
		problems = append(problems, ps...)
		if v != nil {
			rows[i][to] = v
		}
	}
	if hit {
		is[pair.tableOf] = rows
	}
	return problems, hit
}

// convert converts one value, by choice where it does not.
func (p *MigrationPlan) convert(pair *fieldPair, v any, row int) (any, []rules.Problem) {
	path := "values/" + strings.TrimPrefix(pair.path, "fields/")
	choice := p.Mapping[path]
	language := "zh-CN"
	if l := p.To.Def.Languages; len(l) > 0 {
		language = l[0]
	}
	out, ps := p.New.Schema.Convert(forms.Conversion{From: p.Old.Schema, Key: pair.old.ID, To: pair.new.ID, Row: row, Round: choice == RoundValue, Language: language, Zone: p.To.Zone}, v, "/data")
	if len(ps) == 0 || choice == ClearValue {
		return out, nil
	}
	for i := range ps {
		ps[i].Path = "/" + path
	}
	return nil, ps
}
