package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// A release may lay records out otherwise than the one before it: with more columns, or with the same columns meaning something else (what a
// stage is likely to bring, which field is the value). Publishing notes which columns of which collections that are, before the release goes
// live; a job then builds their indexes and fills them, and takes the note away. As long as it is there every read of these columns goes through
// this file: a small collection is looked over first, and of a large one the read is refused with index.building. Other columns are read as ever.
// What is noted stands in one document among the leases, so that any node that knows of the release knows of it.

const (
	buildingID = "building"
	// smallForm is how many records are looked over within a read.
	smallForm = 1000
	// notesFresh is how long a node trusts what it has read of the notes.
	notesFresh = 500 * time.Millisecond
	// buildingAgain is when a job looks again that has come upon columns being built.
	buildingAgain = 5 * time.Second
	// layOutWidth is how many records are laid out at once: they share the store's flush, and leave room for those who work meanwhile.
	layOutWidth = 4
	// noteEvery is after how many pages the job notes how far it has come.
	noteEvery = 10
)

// building notes what of a collection is being built.
type building struct {
	App  string `json:"app"`
	Form string `json:"form"` // its storage key
	// From is the release by which all records are still laid out; 0 from when the first may be otherwise.
	From int `json:"from,omitempty"`
	// Gen changes with every publish that asks for more, so that none before it takes the note away.
	Gen string `json:"gen"`
	// Columns may hold what another release meant by them, or nothing. Indexes are not there yet.
	Columns []string `json:"columns"`
	Indexes []string `json:"indexes,omitempty"`
	Small   bool     `json:"small,omitempty"`
	Total   int      `json:"total,omitempty"`
	Done    int      `json:"done,omitempty"`
}

// buildings are the notes by collection.
type buildings map[string]*building

// notesCache is what this process has last read of the notes.
type notesCache struct {
	mu    sync.Mutex
	at    time.Time
	known buildings
	turn  int
	// live is the release of each app that this process has last taken for the live one.
	live map[string]*process.App
}

func (c *notesCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.known = nil
	c.turn++
}

// heard makes the notes be read again when another release than before is live: they were written before it went live.
func (c *notesCache) heard(app *process.App) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.live[app.Def.Key] == app {
		return
	}
	if c.live == nil {
		c.live = map[string]*process.App{}
	}
	c.live[app.Def.Key] = app
	c.known = nil
	c.turn++
}

// noted reads what is being built. What it returns must not be changed.
func (e *Engine) noted(ctx context.Context) (buildings, error) {
	now := e.instant()
	c := &e.builds
	c.mu.Lock()
	known, turn := c.known, c.turn
	if since := now.Sub(c.at); since < 0 || since >= notesFresh {
		known = nil
	}
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	known, _, err := e.readBuilding(ctx)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	if c.turn == turn {
		c.known, c.at = known, now
	}
	c.mu.Unlock()
	return known, nil
}

func (e *Engine) readBuilding(ctx context.Context) (m buildings, ver int64, err error) {
	d, err := e.bare.Get(ctx, collLeases, buildingID)
	if errors.Is(err, store.ErrNotFound) {
		return buildings{}, 0, nil
	}
	if err != nil {
		return nil, 0, err
	}
	m = buildings{}
	return m, d.Ver, json.Unmarshal(d.Body, &m)
}

// note changes the notes; change says whether it did, and may be called again.
func (e *Engine) note(ctx context.Context, change func(buildings) bool) error {
	defer e.builds.forget()
	for range 4 * maxTries {
		m, ver, err := e.readBuilding(ctx)
		if err != nil {
			return err
		}
		if !change(m) {
			return nil
		}
		body, err := marshal(m)
		if err != nil {
			return err
		}
		d := store.Doc{ID: buildingID, Ver: ver + 1, Cols: map[string]any{"kind": buildingID}, Body: body}
		if ver == 0 {
			err = e.bare.Insert(ctx, collLeases, d)
		} else {
			err = e.bare.Replace(ctx, collLeases, d, ver)
		}
		switch {
		case err == nil:
			return nil
		case errors.Is(err, store.ErrConflict), errors.Is(err, store.ErrExists), errors.Is(err, store.ErrUnknown), errors.Is(err, store.ErrNotFound):
		default:
			return err
		}
	}
	return store.ErrConflict
}

// Building is why a read is not done: a column that it needs is not built yet. It refuses nobody anything, so it is no *process.Rejection, and what
// goes on without what is refused does not go on without this. The server answers 409 index.building.
type Building struct{ Message rules.Text }

func (b *Building) Error() string { return "index.building: " + b.Message.In("en") }

func stillBuilding(m *building) error {
	percent := 0
	if m.Total > 0 {
		percent = min(99, 100*m.Done/m.Total)
	}
	return &Building{rules.Say("这里用到的字段刚随新版本改变，正在为已有记录准备（{percent}%），稍后即可查看", "這裡用到的欄位剛隨新版本改變，正在為已有記錄準備（{percent}%），稍後即可檢視",
		"A field used here has just changed with a new release and is being prepared for the records there are ({percent} %); it will be there soon", "percent", percent)}
}

// asBuilding finds a Building in an error.
func asBuilding(err error) (*Building, bool) {
	var b *Building
	ok := errors.As(err, &b)
	return b, ok
}

// newColumns names the columns of a form whose values in records laid out by another release are not what this one means by them.
func newColumns(was, form *process.Form) []string {
	var out []string
	had := map[process.Column]bool{}
	for _, c := range was.Columns() {
		had[c] = true
	}
	for _, c := range form.Columns() {
		if !had[c] {
			out = append(out, c.Name)
		}
	}
	x, y := was.Process, form.Process
	switch {
	case x == nil && y == nil:
		return out
	case x == nil || y == nil:
		return append(out, "stage", "since", "dueAt", "open", "end", "idleAt", "value", "weighted", "closing")
	}
	if x.Def.Value != y.Def.Value {
		out = append(out, "value", "weighted")
	}
	if x.Def.Closing != y.Def.Closing {
		out = append(out, "closing")
	}
	sameDays := was.App.Def.Calendar == form.App.Def.Calendar && was.App.Zone.String() == form.App.Zone.String()
	for _, st := range x.Stages {
		other := y.ByKey[st.Def.Key]
		if other == nil { // what stands there is on a release from before
			out = append(out, "open", "end", "idleAt", "value", "weighted", "closing")
			continue
		}
		if other.Probability != st.Probability {
			out = append(out, "weighted")
		}
		if other.Def.End != st.Def.End {
			out = append(out, "open", "end")
		}
		if !reflect.DeepEqual(other.Idle, st.Idle) || st.Idle != nil && !sameDays {
			out = append(out, "idleAt")
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// newStages are the stages that a form has and another release of it had not. Records may stand there none the less, on a release before that.
func newStages(was, form *process.Form) []any {
	if was.Process == nil || form.Process == nil {
		return nil
	}
	var out []any
	for _, st := range form.Process.Stages {
		if was.Process.ByKey[st.Def.Key] == nil {
			out = append(out, st.Def.Key)
		}
	}
	return out
}

// newIndexes names the indexes of a form that another release of it did not have.
func newIndexes(was, form *process.Form) []string {
	var out []string
	had := recordIndexes(was)
	for _, ix := range recordIndexes(form) {
		if !slices.ContainsFunc(had, func(o store.Index) bool { return reflect.DeepEqual(o, ix) }) {
			out = append(out, ix.Name)
		}
	}
	return out
}

// declared is Collections, but for the indexes that a job is to build.
func declared(app *process.App, m buildings) []store.Collection {
	cs := Collections(app)
	for i := range cs {
		if k := m[cs[i].Name]; k != nil && len(k.Indexes) > 0 {
			cs[i].Indexes = slices.DeleteFunc(slices.Clone(cs[i].Indexes), func(ix store.Index) bool { return slices.Contains(k.Indexes, ix.Name) })
		}
	}
	return cs
}

// Prepare makes the store ready for a release before it goes live: collections and columns, the unique values that a rule of next newly guards,
// and notes of what is to be built of the records that were written under prev (nil: the first release); semantics 1: columns are always the newest
// release's. It takes no longer for many records than for few, but where a rule is new. Safe to repeat.
func (e *Engine) Prepare(ctx context.Context, prev, next *process.App) error {
	if prev == nil {
		if err := e.store.Ensure(ctx, Collections(next)...); err != nil {
			return fmt.Errorf("engine: preparing %s: %w", next.Def.Key, err)
		}
		return nil
	}
	added, err := e.toBuild(ctx, prev, next)
	if err != nil {
		return fmt.Errorf("engine: preparing %s: %w", next.Def.Key, err)
	}
	now := e.instant()
	layOut := func(release int, suffix string) error {
		var jobs []store.Doc
		for _, coll := range slices.Sorted(maps.Keys(added)) {
			m := added[coll]
			m.Gen = fmt.Sprintf("layOut|%s|%d|%s|%d", m.App, next.Release, m.Form, now.UnixMilli())
			j, err := newJob(job{ID: m.Gen + suffix, Kind: jobLayOut, App: m.App, Form: m.Form, Seq: 1, Release: release}, now, now)
			if err != nil {
				return err
			}
			jobs = append(jobs, j)
		}
		return e.insertAll(ctx, collJobs, jobs)
	}
	// The jobs come first, so that no note stays without one; they wait for the release to be live.
	if err := layOut(prev.Release, ""); err != nil {
		return err
	}
	var all buildings
	if err := e.note(ctx, func(m buildings) bool {
		for coll, add := range added {
			m[coll] = add.with(m[coll], prev.Release)
		}
		all = m
		return len(added) > 0
	}); err != nil {
		return err
	}
	err = e.store.Ensure(ctx, declared(next, all)...)
	if err == nil {
		err = e.claimNew(ctx, prev, next)
	}
	if err != nil {
		// There is nothing to wait for now.
		ctx = context.WithoutCancel(ctx)
		if err := layOut(0, "|back"); err != nil {
			e.log.Warn("what a publish began to build is looked at again in an hour only", "app", next.Def.Key, "error", err)
		}
		return fmt.Errorf("engine: preparing %s: %w", next.Def.Key, err)
	}
	if err := e.showAgain(ctx, prev, next); err != nil {
		return err
	}
	return e.relink(ctx, prev, next)
}

// toBuild lists what records written under prev lack for next.
func (e *Engine) toBuild(ctx context.Context, prev, next *process.App) (buildings, error) {
	if err := e.prepare(ctx, prev); err != nil { // nobody may have used it yet on this node
		return nil, err
	}
	out := buildings{}
	for _, form := range next.Forms {
		was := formIn(prev, form)
		if was == nil {
			continue // a new form has no records
		}
		coll := RecordCollection(form)
		cols, ixs := newColumns(was, form), newIndexes(was, form)
		if back := newStages(was, form); len(back) > 0 {
			there, err := e.bare.Query(ctx, coll, query.Query{Filter: query.In{Col: "stage", Values: back}, Limit: 1, Cols: []string{"stage"}})
			if err != nil {
				return nil, err
			}
			if len(there.Docs) > 0 {
				cols = append(cols, "open", "end", "idleAt", "value", "weighted", "closing")
			}
		}
		if len(cols) == 0 && len(ixs) == 0 && len(newRules(was, form)) == 0 {
			continue
		}
		page, err := e.bare.Query(ctx, coll, query.Query{Limit: e.smallForm, Cols: []string{"createdAt"}})
		if err != nil {
			return nil, err
		}
		m := &building{App: next.Def.Key, Form: form.StorageKey, From: prev.Release, Columns: cols, Small: page.Next == ""}
		if !m.Small {
			if m.Total, err = e.count(ctx, coll, nil); err != nil {
				return nil, err
			}
			// An order without its index is no order to wait for: what is read by a new index counts as new.
			for _, ix := range recordIndexes(form) {
				if !slices.Contains(ixs, ix.Name) {
					continue
				}
				for _, col := range ix.Cols {
					if col = strings.TrimPrefix(col, "-"); strings.HasPrefix(col, process.FieldColumn("")) && !slices.Contains(m.Columns, col) {
						m.Columns = append(m.Columns, col)
					}
				}
			}
			m.Indexes = ixs
		}
		out[coll] = m
	}
	return out, nil
}

// with joins what is to be built with what still is.
func (m *building) with(old *building, live int) *building {
	if old == nil {
		return m
	}
	out := *m
	join := func(a, b []string) []string {
		all := append(slices.Clone(a), b...)
		slices.Sort(all)
		return slices.Compact(all)
	}
	out.Columns, out.Indexes = join(old.Columns, m.Columns), join(old.Indexes, m.Indexes)
	out.Small = old.Small && m.Small
	if out.Total == 0 {
		out.Total = old.Total
	}
	if old.From != live {
		out.From = 0
	}
	return &out
}

// claimNew claims the unique values that rules of next newly guard. The records stay as prev, which is live, lays them out.
func (e *Engine) claimNew(ctx context.Context, prev, next *process.App) error {
	for _, key := range slices.Sorted(maps.Keys(next.Forms)) {
		form := next.Forms[key]
		was := formIn(prev, form)
		if len(newRules(was, form)) == 0 {
			continue
		}
		err := e.everyPage(ctx, RecordCollection(form), "", func(page []store.Doc) error {
			return inParallel(e.width(layOutWidth), page, func(d store.Doc) error { return e.rewrite(ctx, form, was, d) })
		}, nil)
		if err != nil {
			return fmt.Errorf("claiming the unique values of %s: %w", key, err)
		}
	}
	return nil
}

// layOutAll lays out every record of a form by its live release. Values that two records came to have while a rule against it went live are told.
func (e *Engine) layOutAll(ctx context.Context, form *process.Form, after string, came func(after string, done int) error) error {
	one := func(d store.Doc) error {
		err := e.rewrite(ctx, form, form, d)
		if r, refused := asRejection(err); refused && r.Code == "unique.taken" {
			e.log.Warn("two records came to have one value while a rule against it went live", "app", form.App.Def.Key, "form", form.Def.Key, "record", d.ID)
			return nil
		}
		return err
	}
	return e.everyPage(ctx, RecordCollection(form), after, func(page []store.Doc) error { return inParallel(e.width(layOutWidth), page, one) }, came)
}

// begin notes that not all records are laid out by the release before any more.
func (e *Engine) begin(ctx context.Context, coll string) error {
	return e.note(ctx, func(m buildings) bool {
		k := m[coll]
		if k == nil || k.From == 0 {
			return false
		}
		k.From = 0
		return true
	})
}

// runLayOut builds what a release has changed of a form, once it is live everywhere.
func (e *Engine) runLayOut(ctx context.Context, j *job) error {
	app, err := e.current(ctx, j.App)
	if err != nil {
		return refusal(err)
	}
	never := false
	if err := e.settled(j, app); errors.Is(err, errNeverLive) {
		never = true
	} else if err != nil {
		return err
	}
	form := formByStorage(app, j.Form)
	if form == nil {
		form = app.Forms[j.Form] // of a program that named it by its key
	}
	if form == nil {
		return nil
	}
	coll := RecordCollection(form)
	all, _, err := e.readBuilding(ctx)
	if err != nil {
		return err
	}
	k := all[coll]
	if k == nil {
		if j.Seq > 0 || never {
			return nil // it is all there
		}
		return e.layOutAll(ctx, form, "", nil)
	}
	built := func() error {
		return e.note(ctx, func(m buildings) bool {
			if m[coll] == nil || m[coll].Gen != k.Gen {
				return false // a publish since then has asked for more, and has a job of its own
			}
			delete(m, coll)
			return true
		})
	}
	if k.From == app.Release {
		return built() // nothing was begun
	}
	if err := e.begin(ctx, coll); err != nil {
		return err
	}
	// One index at a time: whoever writes meanwhile has his turn between two.
	for _, c := range Collections(app) {
		for i, ix := range c.Indexes {
			if c.Name == coll && slices.Contains(k.Indexes, ix.Name) {
				if err := e.bare.Ensure(ctx, store.Collection{Name: coll, Columns: c.Columns, Indexes: c.Indexes[i : i+1]}); err != nil {
					return err
				}
			}
		}
	}
	after := j.After
	if j.Plan != k.Gen { // it was begun for less
		after = ""
	}
	j.Plan = k.Gen
	if err := e.saveProgress(ctx, j); err != nil {
		return err
	}
	pages, before := 0, k.Done
	if after == "" {
		before = 0
	}
	if err := e.layOutAll(ctx, form, after, func(after string, done int) error {
		j.came(after)
		if pages++; pages%noteEvery != 0 {
			return nil
		}
		return e.note(ctx, func(m buildings) bool {
			if m[coll] == nil {
				return false
			}
			m[coll].Done = before + done
			return true
		})
	}); err != nil {
		return err
	}
	return built()
}

// buildNight is the hour, in the zone of an app, from which what is still noted is taken up once more: its job may have died, or been discarded.
const buildNight = 1

// unbuiltDue makes jobs for what is being built still, once a night.
func (e *Engine) unbuiltDue(ctx context.Context) error {
	all, err := e.noted(ctx)
	if err != nil {
		return err
	}
	return e.nightly(ctx, buildNight, &e.rebuilt, func(app *process.App, day string) (jobs []job) {
		for _, coll := range slices.Sorted(maps.Keys(all)) {
			if m := all[coll]; m.App == app.Def.Key {
				jobs = append(jobs, job{ID: "layOut|" + coll + "|" + day, Kind: jobLayOut, App: m.App, Form: m.Form, Seq: 1})
			}
		}
		return jobs
	})
}

func formByStorage(app *process.App, key string) *process.Form {
	for _, f := range app.Forms {
		if f.StorageKey == key {
			return f
		}
	}
	return nil
}

// guard stands between the engine and the store and keeps columns that are being built from being read as if they were there.
type guard struct {
	store.Store
	e *Engine
}

// of is what is being built of a collection, and the form by which the live release reads it; nil when nothing is.
func (g *guard) of(ctx context.Context, coll string) (*building, *process.Form, error) {
	if !strings.HasPrefix(coll, "rec_") {
		return nil, nil, nil
	}
	all, err := g.e.noted(ctx)
	if err != nil {
		return nil, nil, err
	}
	m := all[coll]
	if m == nil {
		return nil, nil, nil
	}
	app, err := g.e.defs.Current(ctx, m.App)
	if err != nil {
		return nil, nil, appError(err)
	}
	if app.Release == m.From {
		return nil, nil, nil
	}
	form := formByStorage(app, m.Form)
	if form == nil {
		return nil, nil, nil
	}
	return m, form, nil
}

// need makes columns good to be read, or refuses.
func (g *guard) need(ctx context.Context, m *building, form *process.Form, cols []string) error {
	if m == nil || !m.has(cols) {
		return nil
	}
	if !m.Small {
		return stillBuilding(m)
	}
	coll := RecordCollection(form)
	unlock, err := g.e.locks.lock(ctx, "layOut|"+coll)
	if err != nil {
		return err
	}
	defer unlock()
	if err := g.e.begin(ctx, coll); err != nil {
		return err
	}
	err = g.e.layOutAll(ctx, form, "", nil)
	if r, refused := asRejection(err); refused && r.Code == "conflict" {
		return stillBuilding(m)
	}
	return err
}

func (m *building) has(cols []string) bool {
	return slices.ContainsFunc(cols, func(c string) bool { return slices.Contains(m.Columns, c) })
}

// show lays the columns of a document out as the live release has them; only, when not empty, says which are asked for.
func (g *guard) show(ctx context.Context, form *process.Form, d *store.Doc, only []string) error {
	r, err := decodeRecord(*d)
	if err != nil || r.Fence || r.State == nil {
		return err
	}
	dir, err := g.e.Directory(ctx)
	if err != nil {
		return err
	}
	laid, err := r.document(form, dir, d.Ver)
	if err != nil {
		return err
	}
	d.Cols = laid.Cols
	if len(only) > 0 {
		d.Body = nil
		maps.DeleteFunc(d.Cols, func(name string, _ any) bool { return !slices.Contains(only, name) })
	}
	return nil
}

func (g *guard) Get(ctx context.Context, coll, id string) (store.Doc, error) {
	m, form, err := g.of(ctx, coll)
	if err != nil {
		return store.Doc{}, err
	}
	d, err := g.Store.Get(ctx, coll, id)
	if err != nil || m == nil {
		return d, err
	}
	return d, g.show(ctx, form, &d, nil)
}

func (g *guard) GetMany(ctx context.Context, coll string, ids []string) ([]store.Doc, error) {
	m, form, err := g.of(ctx, coll)
	if err != nil {
		return nil, err
	}
	ds, err := g.Store.GetMany(ctx, coll, ids)
	if err != nil || m == nil {
		return ds, err
	}
	for i := range ds {
		if err := g.show(ctx, form, &ds[i], nil); err != nil {
			return nil, err
		}
	}
	return ds, nil
}

func (g *guard) Query(ctx context.Context, coll string, q query.Query) (store.Page, error) {
	m, form, err := g.of(ctx, coll)
	if err != nil {
		return store.Page{}, err
	}
	if m == nil {
		return g.Store.Query(ctx, coll, q)
	}
	need := query.Columns(q.Filter)
	for _, by := range q.Sort {
		need = append(need, by.Col)
	}
	if err := g.need(ctx, m, form, need); err != nil {
		return store.Page{}, err
	}
	only := q.Cols
	if len(only) > 0 && !m.has(only) {
		return g.Store.Query(ctx, coll, q)
	}
	q.Cols = nil
	page, err := g.Store.Query(ctx, coll, q)
	for i := range page.Docs {
		if err == nil {
			err = g.show(ctx, form, &page.Docs[i], only)
		}
	}
	return page, err
}

func (g *guard) Scan(ctx context.Context, coll string, q query.Scan, each func(id string, row []any) error) error {
	m, form, err := g.of(ctx, coll)
	if err != nil {
		return err
	}
	if m != nil {
		need := append(query.Columns(q.Filter), q.Cols...)
		for _, by := range q.Sort {
			need = append(need, by.Col)
		}
		if err := g.need(ctx, m, form, need); err != nil {
			return err
		}
	}
	return g.Store.Scan(ctx, coll, q, each)
}

func (g *guard) Aggregate(ctx context.Context, coll string, a query.Aggregate) ([]store.Row, error) {
	m, form, err := g.of(ctx, coll)
	if err != nil {
		return nil, err
	}
	if m != nil {
		need := query.Columns(a.Filter)
		for _, by := range a.Groups {
			need = append(need, by.Col)
		}
		for _, x := range a.Measures {
			need = append(append(need, x.Col), query.Columns(x.Where)...)
		}
		if err := g.need(ctx, m, form, need); err != nil {
			return nil, err
		}
	}
	return g.Store.Aggregate(ctx, coll, a)
}
