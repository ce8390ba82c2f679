package process

import (
	"slices"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// Tracked is what a customer sees of a record: what the page lists, in words, and nothing else.
type Tracked struct {
	Name, Message string
	Steps         []TrackedStep
	Fields        []TrackedField
	Tables        []TrackedTable
	// UpdatedAt is when the record came into its stage, or was last changed when it has none.
	UpdatedAt time.Time
}

// TrackedStep is a step of the way. State is "done", "now" or "ahead".
type TrackedStep struct {
	Key, Name, State, Message string
	// At is when the record came there, for "now" and where it is known.
	At time.Time
}

// TrackedField is a value under its name.
type TrackedField struct{ Key, Name, Text string }

// TrackedTable shows some columns of a table's rows.
type TrackedTable struct {
	Key, Name string
	Columns   []TrackedField // without texts
	Rows      [][]string
}

// maxTrackedRows bounds the rows of a table on a tracking page.
const maxTrackedRows = 200

// Track lays a record out for the customer. It asks for facts like Decide.
func (t *CompiledTracking) Track(app *App, s *State, f *Facts, at time.Time, c *forms.Cells) (*Tracked, []Need, *rules.Problem) {
	d := inspector(app, s, Service(app.Def.Key), f, at)
	path := "/tracking/" + t.Def.Key
	if r := d.bind(); r != nil {
		p := rules.Errorf(path, r.Code, r.Message)
		return nil, nil, &p
	}
	v := d.view(nil)
	states := d.evaluate(v, nil, forms.Mask{}, []string{}).Fields
	sc := d.scope(v)
	out := &Tracked{Name: t.Def.Name.In(c.Language), UpdatedAt: s.UpdatedAt}
	var problem *rules.Problem
	say := func(at string, texts map[string]*rules.Template) string {
		tpl := inLanguage(texts, c.Language)
		if tpl == nil || problem != nil {
			return ""
		}
		text, err := tpl.RenderEach(sc, d.shown(c.Language))
		if err != nil {
			p := failed(at, err)
			problem = &p
		}
		return text
	}
	shows := true
	if t.If != nil {
		shows, _ = d.truth(t.If, sc, "")
	}
	if shows {
		out.Message = say(path+"/message", t.Message)
	}
	t.steps(d, out, func(step *CompiledTrackingStep) string {
		return say(path+"/stages/"+step.Def.Key+"/message", step.Message)
	}, c.Language)
	if !shows {
		return out, d.needs, problem
	}
	for _, key := range t.Def.Fields {
		table, column, inTable := strings.Cut(key, ".")
		if state, known := states[table]; known && !state.Visible {
			continue
		}
		if inTable {
			out.column(t.Form.Schema, v, table, column, c)
		} else if one, ok := d.tracked(key, v, c); ok {
			out.Fields = append(out.Fields, one)
		}
	}
	for i := range out.Tables {
		out.Tables[i].fill(t.Form.Schema, v, c)
	}
	return out, d.needs, problem
}

// steps lay out the way. A step is behind when the record stands in a later one, or in a stage of the process after all of its own; a
// step for lost or cancelled shows only to who has come there.
func (t *CompiledTracking) steps(d *decider, out *Tracked, message func(*CompiledTrackingStep) string, lang string) {
	st := d.stage()
	if st == nil || len(t.Steps) == 0 {
		return
	}
	out.UpdatedAt = d.s.Since
	now := slices.IndexFunc(t.Steps, func(s CompiledTrackingStep) bool { return s.In[st.Def.Key] })
	gaveUp := st.Def.End == "lost" || st.Def.End == "cancelled"
	for i := range t.Steps {
		step := &t.Steps[i]
		one := TrackedStep{Key: step.Def.Key, Name: step.Def.Name.In(lang), State: "ahead"}
		last, end, entered := -1, true, time.Time{}
		for key := range step.In {
			stage := d.proc.ByKey[key]
			if stage == nil {
				continue // a record of an older release
			}
			last = max(last, stage.Index)
			end = end && (stage.Def.End == "lost" || stage.Def.End == "cancelled")
			if at := d.s.Entered[key]; !at.IsZero() && (entered.IsZero() || at.Before(entered)) {
				entered = at
			}
		}
		switch {
		case i == now:
			one.State, one.At, one.Message = "now", d.s.Since, message(step)
			if !st.Def.Open() && !gaveUp {
				one.State = "done"
			}
		case end:
			continue
		case gaveUp:
			if entered.IsZero() {
				continue // what is not to come is not shown as ahead
			}
			one.State, one.At = "done", entered
		case now >= 0 && i < now, now < 0 && last < st.Index:
			one.State, one.At = "done", entered
		}
		out.Steps = append(out.Steps, one)
	}
}

// tracked is a field or a system name in words; ok is false when there is nothing to show.
func (d *decider) tracked(key string, v forms.Values, c *forms.Cells) (TrackedField, bool) {
	if name, system := trackedNames[key]; system {
		one := TrackedField{Key: key, Name: name.In(c.Language)}
		switch key {
		case "number":
			one.Text = d.s.Number
		case "title":
			one.Text = d.s.Title
		default:
			one.Text = forms.PlainText(d.system()[key], c)
		}
		return one, one.Text != ""
	}
	info, ok := d.form.Schema.Field(key)
	if !ok {
		return TrackedField{}, false
	}
	text := d.form.Schema.ShownText(key, v[key], v, c)
	return TrackedField{Key: key, Name: info.Name.In(c.Language), Text: text}, text != ""
}

var trackedNames = map[string]rules.Text{
	"number": rules.Say("编号", "編號", "Number"), "title": rules.Say("名称", "名稱", "Title"), "createdAt": rules.Say("创建时间", "建立時間", "Created"),
	"updatedAt": rules.Say("更新时间", "更新時間", "Updated"), "since": rules.Say("本阶段开始", "本階段開始", "In this stage since"),
}

func (out *Tracked) column(schema *forms.Schema, v forms.Values, table, column string, c *forms.Cells) {
	info, ok := schema.Field(table)
	col, known := schema.Field(table + "." + column)
	if rows, _ := v[table].([]map[string]any); !ok || !known || len(rows) == 0 {
		return
	}
	i := slices.IndexFunc(out.Tables, func(t TrackedTable) bool { return t.Key == table })
	if i < 0 {
		out.Tables = append(out.Tables, TrackedTable{Key: table, Name: info.Name.In(c.Language)})
		i = len(out.Tables) - 1
	}
	out.Tables[i].Columns = append(out.Tables[i].Columns, TrackedField{Key: column, Name: col.Name.In(c.Language)})
}

func (t *TrackedTable) fill(schema *forms.Schema, v forms.Values, c *forms.Cells) {
	rows, _ := v[t.Key].([]map[string]any)
	for _, row := range rows[:min(len(rows), maxTrackedRows)] {
		line := make([]string, len(t.Columns))
		for i, col := range t.Columns {
			line[i] = schema.ShownText(t.Key+"."+col.Key, row[col.Key], v, c)
		}
		t.Rows = append(t.Rows, line)
	}
}
