package designer

import (
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	appsColl     = "apps"
	draftsColl   = "drafts"
	historyColl  = "draftHistory"
	releasesColl = "releases"
	codesColl    = "codes"
)

// Collections are those of the designer itself.
func Collections() []store.Collection {
	return []store.Collection{
		{Name: appsColl},
		{Name: draftsColl},
		{Name: historyColl, Columns: []store.Column{{Name: "app", Type: query.Text}, {Name: "rev", Type: query.Int}},
			Indexes: []store.Index{{Name: "byApp", Cols: []string{"app", "-rev"}}}},
		{Name: releasesColl, Columns: []store.Column{{Name: "app", Type: query.Text}, {Name: "n", Type: query.Int}, {Name: "digest", Type: query.Text}},
			Indexes: []store.Index{{Name: "byApp", Cols: []string{"app", "-n"}}}},
		{Name: codesColl},
	}
}

// RecordCollection is where the records of a form live, with a column for everything they can be found by. Besides the
// columns of the form it has those of the engine's own sweeps: pending (something is still to be relayed) and nextDue (the
// next timer).
func RecordCollection(f *process.Form) store.Collection {
	c := store.Collection{Name: RecordsName(f), Columns: []store.Column{{Name: "pending", Type: query.Bool}, {Name: "nextDue", Type: query.Time}}}
	for _, col := range f.Columns() {
		c.Columns = append(c.Columns, store.Column{Name: col.Name, Type: query.Type(col.Type)})
	}
	money := []string{"value", "weighted"}
	c.Indexes = []store.Index{
		{Name: "pending", Cols: []string{"pending"}},
		{Name: "nextDue", Cols: []string{"nextDue"}},
		{Name: "people", Cols: []string{"people"}},
		{Name: "waiting", Cols: []string{"waiting"}},
		{Name: "number", Cols: []string{"number"}},
		{Name: "title", Cols: []string{"title_k"}},
		{Name: "updated", Cols: []string{"-updatedAt"}},
		{Name: "owner", Cols: []string{"owner", "-updatedAt"}},
		{Name: "team", Cols: []string{"team", "-updatedAt"}},
	}
	if f.Process != nil {
		c.Indexes = append(c.Indexes,
			store.Index{Name: "stage", Cols: []string{"stage", "-updatedAt"}},
			store.Index{Name: "stageSum", Cols: []string{"stage", "owner"}, Cover: money},
			store.Index{Name: "ownerSum", Cols: []string{"owner", "stage"}, Cover: money},
			store.Index{Name: "teamSum", Cols: []string{"team", "stage"}, Cover: money},
			store.Index{Name: "openSum", Cols: []string{"open", "closing"}, Cover: money},
			store.Index{Name: "idle", Cols: []string{"open", "lastActivity"}},
		)
	}
	for _, info := range f.Schema.Fields() {
		d := info.Def
		if !d.Filter && !d.Sort && d.Type != "reference" {
			continue
		}
		for _, col := range f.Schema.Columns() {
			if col.Field == d.Key && len(c.Indexes) < 40 {
				name := process.FieldColumn(col.Name)
				c.Indexes = append(c.Indexes, store.Index{Name: name, Cols: []string{name}})
			}
		}
	}
	return c
}

// RecordsName is the name of the collection of a form's records.
func RecordsName(f *process.Form) string { return "rec_" + f.App.Def.Key + "_" + f.StorageKey }
