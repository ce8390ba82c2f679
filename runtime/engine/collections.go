package engine

import (
	"context"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// The collections of the engine beside those of records. Ids say what they are made of; "|" joins the parts.
const (
	collEvents     = "events"     // record|seq: what happened, with the hash chain
	collOps        = "ops"        // record|operation: operations that no longer fit into their record
	collJobs       = "jobs"       // see jobs.go
	collTasks      = "tasks"      // record|step|round|slot, or that of the run that made it
	collNotices    = "notices"    // told to one person in the product
	collNotes      = "notes"      // record|seq: a note on a record
	collSnapshots  = "snapshots"  // week|record: where an open record stood on that Monday
	collSearch     = "search"     // record: what it is found by, and who may read it
	collAttention  = "attention"  // record: when it is due or idle, and for whom
	collVisits     = "visits"     // record|entry: one stay in a stage
	collRounds     = "rounds"     // record|n: an ended approval round
	collSchedules  = "schedules"  // app/automation: how far a schedule has come; app/automation|digest|tick: the ledger
	collRuns       = "runs"       // the log of automations
	collUnique     = "unique"     // the claim of a unique value
	collFiles      = "files"      // id: what an uploaded file is
	collChunks     = "filechunks" // id|n: a part of its content
	collSeries     = "series"     // series|n: the claim of a number
	collUsers      = "users"
	collTeams      = "teams"
	collAbsences   = "absences"   // id: a time in which a person does not work
	collLeavers    = "leavers"    // id: a hand-over of what a person who leaves has
	collAnchors    = "anchors"    // day: a signed list of chain heads; day|attempt|n: a part of it
	collTurns      = "turns"      // series: whose turn it was last
	collRates      = "rates"      // from|to|day: what a currency is worth in another from a day on
	collDeviations = "deviations" // record|seq: an event in which the process was not gone through as written
	collPlans      = "plans"      // app|process|what|subject|year: the targets, or the calls, of a person or team
	collPrecedents = "precedents" // app|process: what its closed records did in each stage, in figures
	collViews      = "savedviews" // id: filters, columns and order of a list that a person keeps
	collLeases     = "leases"     // versions and switches that all nodes share; node|id: a process that is there
)

func ownCollections() []store.Collection {
	text := func(names ...string) []store.Column { return columns(query.Text, names) }
	times := func(names ...string) []store.Column { return columns(query.Time, names) }
	join := func(lists ...[]store.Column) (out []store.Column) {
		for _, l := range lists {
			out = append(out, l...)
		}
		return out
	}
	ix := func(name string, cols ...string) store.Index { return store.Index{Name: name, Cols: cols} }
	return []store.Collection{
		{Name: collEvents, Columns: join(text("record", "app", "form", "type", "doer"), columns(query.Int, []string{"seq"}), times("at", "relayed")),
			Indexes: []store.Index{ix("byRecord", "record", "-seq"), ix("byRelay", "relayed"), ix("byDoer", "doer", "at", "type")}},
		{Name: collOps, Columns: times("at"), Indexes: []store.Index{ix("byAge", "at")}},
		{Name: collJobs, Columns: join(text("state", "kind", "app", "record", "automation"), times("due", "doneAt", "createdAt")),
			Indexes: []store.Index{ix("byDue", "due"), ix("byState", "state", "createdAt"), ix("byDone", "doneAt")}},
		{Name: collTasks, Columns: join(text("user", "state", "kind", "app", "form", "record"), times("createdAt", "dueAt", "dueBy", "closedAt"), columns(query.Int, []string{"value"})),
			Indexes: []store.Index{ix("mine", "user", "state", "-createdAt"), ix("mineByDue", "user", "state", "dueBy"), ix("mineByValue", "user", "state", "-value"), ix("byRecord", "record", "state"), ix("byLate", "state", "dueAt")}},
		{Name: collSearch, Columns: join(text("app", "form", "owner", "team"), columns(query.Texts, []string{"people", "words"}), times("at")),
			Indexes: []store.Index{ix("byWord", "words"), ix("byAt", "-at")}},
		{Name: collAttention, Columns: join(text("app", "form", "owner"), columns(query.Texts, []string{"asked"}), columns(query.Bool, []string{"open"}), times("dueAt", "idleAt", "askedAt")),
			Indexes: []store.Index{ix("byDue", "owner", "dueAt"), ix("byIdle", "owner", "idleAt"), ix("byAsked", "asked", "askedAt"), ix("byOwner", "owner", "open")}},
		{Name: collNotices, Columns: join(text("user", "record"), columns(query.Bool, []string{"read"}), times("at")),
			Indexes: []store.Index{ix("mine", "user", "read", "-at"), ix("all", "user", "-at"), ix("byRecord", "record")}},
		{Name: collNotes, Columns: join(text("record", "app", "form"), columns(query.Int, []string{"seq"}), columns(query.Texts, []string{"words"}), times("at")),
			Indexes: []store.Index{ix("byRecord", "record", "-seq"), ix("byTime", "record", "-at"), ix("byWord", "words")}},
		{Name: collVisits, Columns: join(text("app", "process", "stage", "to", "record", "owner"), columns(query.Int, []string{"value", "stay"}), times("entered", "left")),
			Indexes: []store.Index{{Name: "byStage", Cols: []string{"app", "process", "stage", "entered"}, Cover: []string{"stay", "value"}}, ix("byLeft", "app", "process", "left"), ix("byRecord", "record")}},
		{Name: collSnapshots, Columns: join(text("process", "record", "stage", "owner", "team"), times("week", "closing"), columns(query.Int, []string{"value", "weighted"})),
			Indexes: []store.Index{ix("byWeek", "process", "week"), ix("byAge", "week")}},
		{Name: collRounds, Columns: join(text("record", "app", "chain", "state"), times("endedAt")), Indexes: []store.Index{ix("byRecord", "record", "-endedAt")}},
		{Name: collSchedules, Columns: join(text("kind", "schedule", "app", "state"), times("tick")),
			Indexes: []store.Index{ix("bySchedule", "schedule", "state", "-tick"), ix("ledger", "kind", "-tick"), ix("byApp", "app", "kind", "-tick")}},
		{Name: collRuns, Columns: join(text("app", "automation", "record", "state"), times("at")),
			Indexes: []store.Index{ix("byAutomation", "automation", "-at"), ix("byRecord", "record", "-at"), ix("byAge", "at")}},
		{Name: collDeliveries, Columns: join(text("channel", "state", "record"), times("createdAt", "changedAt")),
			Indexes: []store.Index{ix("all", "-createdAt"), ix("byState", "state", "-createdAt"), ix("byChannel", "channel", "-createdAt"), ix("byBoth", "state", "channel", "-createdAt"),
				ix("byRecord", "record"), ix("byAge", "changedAt")}},
		{Name: collUnique, Columns: text("record"), Indexes: []store.Index{ix("byRecord", "record")}},
		{Name: collSeries, Columns: join(text("series", "record"), columns(query.Int, []string{"n"}), columns(query.Bool, []string{"open"}), times("at")),
			Indexes: []store.Index{ix("bySeries", "series", "-n"), ix("byOpen", "series", "open", "at")}},
		{Name: collFiles, Columns: join(text("by"), columns(query.Int, []string{"size"}), times("at")), Indexes: []store.Index{{Name: "byPerson", Cols: []string{"by", "at"}, Cover: []string{"size"}}}},
		{Name: collRobots},
		{Name: collHooks},
		{Name: collOutside},
		{Name: collChunks},
		{Name: collLinks, Columns: text("kind", "token", "hash", "record"), Indexes: []store.Index{ix("byToken", "token"), ix("byHash", "hash"), ix("byRecord", "record")}},
		{Name: collUsers, Columns: text("team")},
		{Name: collTeams},
		{Name: collAbsences, Columns: join(text("user"), times("to")), Indexes: []store.Index{ix("byUser", "user", "to"), ix("byEnd", "to")}},
		{Name: collAnchors, Columns: text("kind", "day"), Indexes: []store.Index{ix("byDay", "kind", "-day")}},
		{Name: collLeavers, Columns: join(text("user", "state"), times("at")), Indexes: []store.Index{ix("all", "-at"), ix("byUser", "user", "-at")}},
		{Name: collTurns},
		{Name: collImports, Columns: join(text("user"), times("at")), Indexes: []store.Index{ix("mine", "user", "-at")}},
		{Name: collImportRows, Columns: times("at"), Indexes: []store.Index{ix("byAge", "at")}},
		{Name: collMigrations, Columns: join(text("app"), times("at")), Indexes: []store.Index{ix("byApp", "app", "-at")}},
		{Name: collMigrated, Columns: text("migration", "state"), Indexes: []store.Index{ix("byState", "migration", "state")}},
		{Name: collMerges, Columns: join(text("winner"), times("at")), Indexes: []store.Index{ix("byWinner", "winner", "-at")}},
		{Name: collMerged, Columns: text("merge", "state"), Indexes: []store.Index{ix("byState", "merge", "state")}},
		{Name: collAlike, Columns: join(text("kind", "form"), columns(query.Int, []string{"run", "reasons"})), Indexes: []store.Index{ix("byForm", "form", "kind", "-reasons")}},
		{Name: collAlikeKeys, Columns: text("form", "key", "record"), Indexes: []store.Index{ix("byKey", "form", "key", "record"), ix("byRecord", "record")}},
		{Name: collApart, Columns: join(columns(query.Texts, []string{"records"}), text("form"), times("at")), Indexes: []store.Index{ix("byRecord", "records"), ix("byForm", "form", "-at")}},
		{Name: collRates, Columns: join(text("from", "to"), times("day")), Indexes: []store.Index{ix("byPair", "from", "to", "-day"), ix("byDay", "-day")}},
		{Name: collDeviations, Columns: join(text("record", "app", "form", "kind"), times("at")), Indexes: []store.Index{ix("byForm", "app", "form", "kind", "-at")}},
		{Name: collPlans, Columns: join(text("process", "what"), columns(query.Int, []string{"year"})), Indexes: []store.Index{ix("byYear", "process", "year")}},
		{Name: collPrecedents, Columns: times("at")},
		{Name: collViews, Columns: join(text("of", "owner"), columns(query.Bool, []string{"shared"})), Indexes: []store.Index{ix("byForm", "of", "owner")}},
		{Name: collLeases, Columns: text("kind"), Indexes: []store.Index{ix("byKind", "kind")}},
	}
}

func columns(t query.Type, names []string) []store.Column {
	out := make([]store.Column, len(names))
	for i, n := range names {
		out[i] = store.Column{Name: n, Type: t}
	}
	return out
}

// Columns of a record document that are the engine's own.
const (
	// colPending is when the oldest effect that is not known to be relayed was committed; absent when there is none.
	colPending = "pending"
	// colNextDue is when the record's next timer fires.
	colNextDue = "nextDue"
)

// RecordCollection names the collection of a form's records.
func RecordCollection(f *process.Form) string { return "rec_" + f.App.Def.Key + "_" + f.StorageKey }

// Collections declares where the records of an app live, with their columns and indexes. Publishing ensures them before the
// release goes live; the engine does so as well before it first uses a release.
func Collections(app *process.App) []store.Collection {
	var out []store.Collection
	for _, f := range formsOf(app) {
		c := store.Collection{Name: RecordCollection(f)}
		for _, col := range f.Columns() {
			c.Columns = append(c.Columns, store.Column{Name: col.Name, Type: query.Type(col.Type)})
		}
		c.Columns = append(c.Columns, columns(query.Time, []string{colPending, colNextDue})...)
		c.Indexes = recordIndexes(f)
		out = append(out, c)
	}
	return out
}

// formsOf lists an app's forms in the order of its definition.
func formsOf(app *process.App) []*process.Form {
	var out []*process.Form
	for i := range app.Def.Forms {
		if f := app.Forms[app.Def.Forms[i].Key]; f != nil {
			out = append(out, f)
		}
	}
	return out
}

// maxIndexes bounds what every write of a record has to keep up.
const maxIndexes = 40

// recordIndexes serve lists by scope and order, boards, reports, references and the sweeps.
func recordIndexes(f *process.Form) []store.Index {
	out := []store.Index{
		{Name: "byPending", Cols: []string{colPending}},
		{Name: "byNextDue", Cols: []string{colNextDue}},
		{Name: "byUpdated", Cols: []string{"-updatedAt"}},
		{Name: "byOwner", Cols: []string{"owner", "-updatedAt"}},
		{Name: "byPeople", Cols: []string{"people", "-updatedAt"}},
		{Name: "byNumber", Cols: []string{"number"}},
		{Name: "byTitle", Cols: []string{"title_k"}},
	}
	if len(f.Pools) > 0 {
		out = append(out, store.Index{Name: "byPool", Cols: []string{"pool", "-pooledAt"}})
	}
	add := func(name string, cols ...string) {
		if len(out) < maxIndexes {
			out = append(out, store.Index{Name: name, Cols: cols})
		}
	}
	if f.Process != nil {
		// Boards and funnels sum value and weighted by stage from the index alone.
		out = append(out, store.Index{Name: "byStage", Cols: []string{"stage", "-updatedAt"}, Cover: []string{"deleted", "value", "weighted"}})
		// Who takes part in a record owns most of them: the others are told apart without going to each.
		out = append(out, figureIndex(f), store.Index{Name: "byPart", Cols: []string{"people", "owner"}})
		add("byDue", "owner", "dueAt")
		add("byIdle", "owner", "idleAt")
	}
	sorts := map[string]string{} // the column that orders a field: its collation key if it has one
	for _, col := range f.Schema.Columns() {
		if col.Collation || sorts[col.Field] == "" {
			sorts[col.Field] = process.FieldColumn(col.Name)
		}
	}
	for _, col := range f.Schema.Columns() {
		def := fieldOf(f, col.Field)
		if def == nil || col.Type == "texts" && !def.Filter {
			continue
		}
		name := process.FieldColumn(col.Name)
		if (def.Type == "reference" || def.Filter) && !col.Collation {
			add("f"+col.Name, name)
		}
		if def.Sort && sorts[col.Field] == name {
			add("s"+col.Name, name)
			add("o"+col.Name, "owner", name)
			add("p"+col.Name, "people", name)
			if f.Process != nil {
				add("g"+col.Name, "stage", name)
			}
		}
	}
	return out
}

// figureIndex carries what the reports of a process are made of, by owner: what somebody owns is summed up from it alone, and what all have from less than
// the records.
func figureIndex(f *process.Form) store.Index {
	ix := store.Index{Name: "byFigures", Cols: []string{"owner", "open", "end", "stage", "team"}, Cover: []string{"deleted", "value", "weighted", "closing", "closedAt", "createdAt", "since"}}
	for _, key := range []string{f.Process.Def.Value, f.Process.Def.Closing} {
		for _, col := range f.Schema.Columns() {
			if name := process.FieldColumn(col.Name); col.Field == key && (col.Type == forms.ColInt || col.Type == forms.ColTime) && !slices.Contains(ix.Cover, name) {
				ix.Cover = append(ix.Cover, name)
			}
		}
	}
	return ix
}

func fieldOf(f *process.Form, key string) *forms.Field {
	for i := range f.Def.Fields {
		if f.Def.Fields[i].Key == key {
			return &f.Def.Fields[i]
		}
	}
	return nil
}

// prepare declares the collections of an app once per process and release.
func (e *Engine) prepare(ctx context.Context, app *process.App) error {
	if _, ok := e.ready.Load(app); ok {
		return nil
	}
	e.readyMu.Lock()
	defer e.readyMu.Unlock()
	if _, ok := e.ready.Load(app); ok {
		return nil
	}
	all, err := e.noted(ctx)
	if err != nil {
		return err
	}
	if err := e.store.Ensure(ctx, declared(app, all)...); err != nil {
		return err
	}
	e.ready.Store(app, true)
	return nil
}

// current is the live release of an app, its collections ready. Errors: *process.Rejection not.found.
func (e *Engine) current(ctx context.Context, app string) (*process.App, error) {
	a, err := e.defs.Current(ctx, app)
	if err != nil {
		return nil, appError(err)
	}
	e.builds.heard(a)
	return a, e.prepare(ctx, a)
}

// pinned is the release a record stands on.
func (e *Engine) pinned(ctx context.Context, s *process.State, current *process.App) (*process.App, error) {
	if s == nil || s.Release == 0 || s.Release == current.Release {
		return current, nil
	}
	a, err := e.defs.Release(ctx, s.App, s.Release)
	if err != nil {
		return nil, appError(err)
	}
	return a, e.prepare(ctx, a) // it may know forms that the live release has dropped
}

// codeOf is the short mark that ids of a form's records begin with. A form that has no storage (tests, tools) goes by the code of
// its definition or its key.
func codeOf(f *process.Form) string {
	if s := f.App.Storage; s != nil && s.Forms[f.Def.Key].Code != "" {
		return s.Forms[f.Def.Key].Code
	}
	if f.Def.Code != "" {
		return f.Def.Code
	}
	code := strings.ToUpper(f.Def.Key)
	return code[:min(6, len(code))]
}

// form finds the form whose records an id belongs to, in the live release of its app. Errors: *process.Rejection not.found.
func (e *Engine) form(ctx context.Context, id string) (*process.Form, error) {
	code, rest, ok := strings.Cut(id, "-")
	if !ok || len(rest) != 26 || len(code) > 12 {
		return nil, notFound()
	}
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return nil, err
	}
	for _, app := range apps {
		for i := range app.Def.Forms {
			f := app.Forms[app.Def.Forms[i].Key]
			if f != nil && codeOf(f) == code {
				e.builds.heard(app)
				return f, e.prepare(ctx, app)
			}
		}
	}
	return nil, notFound()
}
