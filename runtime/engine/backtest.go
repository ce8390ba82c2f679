package engine

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Limits of a back-test.
const (
	// BacktestMost is how many records it looks at, those changed last first, and backMoments at how many moments of each.
	BacktestMost = 2000
	backMoments  = 12
	// backPage is how many records a page looks at, unless it takes longer than backWhile.
	backPage  = 100
	backWhile = 3 * time.Second
)

// Kinds of what a draft would change of a record.
const (
	BackRoute  = "route"  // other steps decide
	BackPeople = "people" // other people decide
	BackHeld   = "held"   // a move would be held up
	BackGone   = "gone"   // a move, or the stage, is there no more
	BackValue  = "value"  // a computed value or score is another
	BackDue    = "due"    // a stage is due at another time
	BackUnsure = "unsure" // it rests on what is only there when the draft is published
)

// BacktestRecord is a record that the draft would treat otherwise.
type BacktestRecord struct {
	ID, Title string
	Stage     rules.Text
	Open      bool
	Changes   []BacktestChange
}

// BacktestChange is one difference. At is the moment in the history at which it would have been so; zero means as things stand now.
type BacktestChange struct {
	Kind string
	// Name is of the move, the field or the stage.
	Name rules.Text
	Seq  int64
	At   time.Time
	// From and To are a value before and after; of a route the steps with their people, of a move held up To says why.
	From, To      rules.Text
	DueWas, DueIs time.Time
}

// BacktestPage is what a page of records came to.
type BacktestPage struct {
	// Total is how many records there are to look at, at most BacktestMost; Done is how many were looked at with this page.
	Total, Done int
	// Withheld of this page were not run through the draft: the person does not read them whole.
	Withheld int
	Items    []BacktestRecord
	// Next goes on; empty when all are done.
	Next string
}

// Backtest runs a page of the records that a person reads whole of a form, those changed last first, through a draft: what was decided at each moment of their history,
// and what stands now, computed by the release of the record and by the draft, on the very same facts. It writes nothing. People, rates
// and other records are those of today for both sides. Errors: *process.Rejection not.found, migration.form when the draft has no
// such process any more, bad.request for an unknown page.
func (e *Engine) Backtest(ctx context.Context, user, lang string, draft *process.App, form, after string) (*BacktestPage, error) {
	live, err := e.current(ctx, draft.Def.Key)
	if err != nil {
		return nil, err
	}
	f := live.Forms[form]
	if f == nil || f.Process == nil {
		return nil, notFound()
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	filter := query.IsNull{Col: "deleted"}
	total, err := e.count(ctx, RecordCollection(f), filter)
	if err != nil {
		return nil, err
	}
	out := &BacktestPage{Total: min(total, BacktestMost), Items: []BacktestRecord{}}
	n, cursor, _ := strings.Cut(after, "|")
	if after != "" {
		if out.Done, err = strconv.Atoi(n); err != nil || out.Done < 0 {
			return nil, badRequest(rules.Say("翻页位置无效", "翻頁位置無效", "Unknown page"))
		}
	}
	if out.Done >= out.Total {
		return out, nil
	}
	t := &backtest{e: e, live: live, draft: draft, dir: dir, user: user, lang: lang, plans: map[int]*process.MigrationPlan{}}
	began := time.Now()
	for look := 0; look < backPage; {
		page, err := e.store.Query(ctx, RecordCollection(f), query.Query{Filter: filter, Sort: []query.Sort{{Col: "updatedAt", Desc: true}}, After: cursor, Limit: min(20, out.Total-out.Done)})
		if errors.Is(err, store.ErrCursor) {
			return nil, badRequest(rules.Say("翻页位置无效", "翻頁位置無效", "Unknown page"))
		}
		if err != nil {
			return nil, err
		}
		for _, d := range page.Docs {
			one, withheld, err := t.record(ctx, d)
			if err != nil {
				return nil, err
			}
			if withheld {
				out.Withheld++
			}
			if one != nil {
				out.Items = append(out.Items, *one)
			}
		}
		look, out.Done, cursor = look+len(page.Docs), out.Done+len(page.Docs), page.Next
		if cursor == "" || out.Done >= out.Total {
			out.Total = min(out.Total, max(out.Done, 0))
			return out, nil
		}
		if time.Since(began) > backWhile {
			break
		}
	}
	out.Next = strconv.Itoa(out.Done) + "|" + cursor
	return out, nil
}

// backtest is one page under way.
type backtest struct {
	e           *Engine
	live, draft *process.App
	dir         *org.Directory
	user, lang  string
	plans       map[int]*process.MigrationPlan
}

// record compares one record; nil when nothing would be different, or the person does not read it whole.
func (t *backtest) record(ctx context.Context, doc store.Doc) (found *BacktestRecord, withheld bool, err error) {
	rec, err := t.e.decode(doc)
	if err != nil || rec.State == nil || rec.Gone || rec.Fence {
		return nil, false, err
	}
	app, err := t.e.pinned(ctx, rec.State, t.live)
	if err != nil {
		return nil, false, err
	}
	view := viewOf(t.live, app, rec.State.Form, t.dir, t.user, rec, doc.Cols, doc.Ver)
	if !seesWhole(view.Rights) {
		return nil, true, nil
	}
	plan := t.plans[rec.State.Release]
	if plan == nil {
		var refused *process.Rejection
		if plan, refused = process.PlanMigration("backtest", app, t.draft, rec.State.Form, nil); refused != nil {
			return nil, false, refused
		}
		t.plans[rec.State.Release] = plan
	}
	out := &BacktestRecord{ID: doc.ID, Title: view.Title(), Open: rec.State.ClosedAt.IsZero()}
	if st := plan.Old.Process.ByKey[rec.State.Stage]; st != nil {
		out.Stage = st.Def.Name
	}
	w := &backRecord{t: t, plan: plan, app: app, doc: doc, out: out, view: view}
	if err := w.now(ctx, rec.State); err != nil {
		return nil, false, err
	}
	if err := w.past(ctx); err != nil {
		return nil, false, err
	}
	if len(out.Changes) == 0 {
		return nil, false, nil
	}
	return out, false, nil
}

// backRecord is one record under way.
type backRecord struct {
	t    *backtest
	plan *process.MigrationPlan
	app  *process.App
	doc  store.Doc
	view *View
	out  *BacktestRecord
}

func (w *backRecord) add(c BacktestChange) { w.out.Changes = append(w.out.Changes, c) }

// reserved are the facts that would take something; a back-test takes nothing.
var reserved = []process.NeedKind{process.NeedNumber, process.NeedSlot, process.NeedQuota, process.NeedTurn, process.NeedLink}

// ask answers a question about a release; false when it rests on what is only there once the draft is published, on what cannot be looked
// at without taking it, or on what the person may not read.
func (w *backRecord) ask(ctx context.Context, app *process.App, at time.Time, question func(*process.Facts) []process.Need) (bool, error) {
	f := &fetcher{e: w.t.e, app: app, dir: w.t.dir, facts: factsAt(app, w.t.dir, at), record: w.doc.ID, coll: RecordCollection(w.view.Form), trier: w.t.user}
	clear := true
	err := f.ask(ctx, func(facts *process.Facts) []process.Need {
		needs := question(facts)
		if slices.ContainsFunc(needs, func(n process.Need) bool { return slices.Contains(reserved, n.Kind) }) {
			clear = false
			return nil
		}
		return needs
	})
	if errors.Is(err, store.ErrColumn) || errors.Is(err, store.ErrInvalid) {
		return false, nil
	}
	return clear && err == nil && !f.withheld, err
}

func (w *backRecord) actor(app *process.App, form, user string, s *process.State) process.Actor {
	return access.Actor(app, app, form, w.t.dir, user, s)
}

// now compares what each side computes of the record as it stands, and when its stage is due.
func (w *backRecord) now(ctx context.Context, s *process.State) error {
	under, ok := w.plan.Under(s)
	if !ok {
		w.add(BacktestChange{Kind: BackGone, Name: w.out.Stage})
		return nil
	}
	at := w.t.e.instant()
	was, wasDue, ok, err := w.reckon(ctx, w.app, w.plan.Old.Def.Key, s, at)
	if err != nil || !ok {
		return err
	}
	is, isDue, ok, err := w.reckon(ctx, w.t.draft, w.plan.New.Def.Key, under, at)
	if err != nil {
		return err
	}
	if !ok {
		w.add(BacktestChange{Kind: BackUnsure})
		return nil
	}
	if w.out.Open && !wasDue.Equal(isDue) {
		w.add(BacktestChange{Kind: BackDue, Name: w.out.Stage, DueWas: wasDue, DueIs: isDue})
	}
	cells := w.t.e.cells(ctx, w.t.draft, w.t.dir, w.t.user, w.t.lang)
	for _, f := range w.plan.Old.Schema.Fields() {
		key := w.plan.Field(f.ID)
		if !f.Computed || key == "" || string(was[f.ID]) == string(is[key]) {
			continue
		}
		w.add(BacktestChange{Kind: BackValue, Name: f.Name, From: cellOf(w.plan.Old.Schema, f.ID, was[f.ID], &cells.Cells), To: cellOf(w.plan.New.Schema, key, is[key], &cells.Cells)})
	}
	if cells.err != nil || !w.out.Open || s.Round != nil {
		return cells.err
	}
	return w.next(ctx, s, under, at)
}

// next compares who would decide if the owner submitted the record now, for each move that asks somebody on either side.
func (w *backRecord) next(ctx context.Context, s, under *process.State, at time.Time) error {
	for i := range w.plan.Old.Process.Def.Transitions {
		t := w.plan.Old.Process.ByTransition[w.plan.Old.Process.Def.Transitions[i].Key]
		if t == nil || !t.From[s.Stage] {
			continue
		}
		key := w.plan.Transition(t.Def.Key)
		m := &process.BackMoment{At: at, Before: s, Transition: t.Def.Key, By: s.Owner}
		was, ok, err := w.try(ctx, w.app, w.plan.Old.Def.Key, s, t.Def.Key, m)
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		is, ok, err := w.try(ctx, w.t.draft, w.plan.New.Def.Key, under, key, m)
		if err != nil {
			return err
		}
		if ok && is.There {
			w.route(BacktestChange{Name: nameOr(t.Def.Name, t.To.Def.Name)}, was, is)
		}
	}
	return nil
}

// route adds a change of who decides, if there is one.
func (w *backRecord) route(c BacktestChange, was, is *process.Tried) {
	route, people := w.plan.SameRoute(was.Path, is.Path)
	if route && people {
		return
	}
	if c.Kind = BackPeople; !route {
		c.Kind = BackRoute
	}
	c.From, c.To = w.words(was.Path), w.words(is.Path)
	w.add(c)
}

func (w *backRecord) reckon(ctx context.Context, app *process.App, form string, s *process.State, at time.Time) (values map[string]json.RawMessage, due time.Time, ok bool, err error) {
	ok, err = w.ask(ctx, app, at, func(facts *process.Facts) (needs []process.Need) {
		values, due, needs = process.Reckon(app, s, w.actor(app, form, s.Owner, s), facts, at)
		return needs
	})
	return values, due, ok, err
}

// past compares what each side makes of every move of the history.
func (w *backRecord) past(ctx context.Context) error {
	events, erased, err := w.t.e.allEvents(ctx, w.doc.ID)
	if err != nil || erased {
		return err
	}
	for _, m := range process.BackMoments(w.doc.ID, events, backMoments) {
		if m.Before.Release != w.plan.From.Release {
			continue // it stood on another release then, and went on
		}
		if err := w.moment(ctx, &m); err != nil {
			return err
		}
	}
	return nil
}

func (w *backRecord) moment(ctx context.Context, m *process.BackMoment) error {
	t := w.plan.Old.Process.ByTransition[m.Transition]
	if t == nil {
		return nil
	}
	name := nameOr(t.Def.Name, t.To.Def.Name)
	was, ok, err := w.try(ctx, w.app, w.plan.Old.Def.Key, m.Before, m.Transition, m)
	if err != nil || !ok || !was.There {
		return err
	}
	under, placed := w.plan.Under(m.Before)
	key := w.plan.Transition(m.Transition)
	if !placed || key == "" {
		w.add(BacktestChange{Kind: BackGone, Name: name, Seq: m.Seq, At: m.At})
		return nil
	}
	is, ok, err := w.try(ctx, w.t.draft, w.plan.New.Def.Key, under, key, m)
	if err != nil {
		return err
	}
	c := BacktestChange{Name: name, Seq: m.Seq, At: m.At}
	if !ok {
		c.Kind = BackUnsure
		w.add(c)
		return nil
	}
	if !is.There {
		c.Kind = BackGone
		w.add(c)
		return nil
	}
	for _, p := range is.Problems {
		if !slices.ContainsFunc(was.Problems, func(x rules.Problem) bool { return x.Code == p.Code && x.Path == p.Path }) {
			w.add(BacktestChange{Kind: BackHeld, Name: name, Seq: m.Seq, At: m.At, To: p.Message})
			break
		}
	}
	if st := w.plan.Old.Process.ByKey[m.Before.Stage]; st != nil && !was.Due.Equal(is.Due) && !w.stands(m.Before) {
		w.add(BacktestChange{Kind: BackDue, Name: st.Def.Name, Seq: m.Seq, At: m.At, DueWas: was.Due, DueIs: is.Due})
	}
	w.route(c, was, is)
	return nil
}

// stands says whether the record still is in the stay in a stage that it was in then, of which now tells.
func (w *backRecord) stands(s *process.State) bool {
	return w.out.Open && s.Entry == w.view.State.Entry
}

func (w *backRecord) try(ctx context.Context, app *process.App, form string, s *process.State, transition string, m *process.BackMoment) (out *process.Tried, ok bool, err error) {
	ok, err = w.ask(ctx, app, m.At, func(facts *process.Facts) (needs []process.Need) {
		out, needs = process.TryMove(app, s, transition, m.Proposed, m.Picks, w.actor(app, form, m.By, s), facts, m.At)
		return needs
	})
	return out, ok && out != nil, err
}

// words are the steps of a path with the people who decide.
func (w *backRecord) words(p *process.Path) rules.Text {
	steps := p.Asked()
	if len(steps) == 0 {
		return rules.Say("不用审批", "不用簽核", "no approval")
	}
	out := rules.Text{}
	for _, lang := range rules.Languages {
		parts := make([]string, len(steps))
		for i, s := range steps {
			people := make([]string, len(s.People))
			for j, id := range s.People {
				people[j] = w.t.dir.Name(id)
			}
			who := strings.Join(people, "、")
			switch {
			case s.Pick != "":
				who = rules.Say("由人选定", "由人選定", "picked by a person").In(lang)
			case len(people) == 0:
				who = rules.Say("找不到人", "找不到人", "nobody found").In(lang)
			}
			parts[i] = s.Step.Def.Name.In(lang) + "（" + who + "）"
			if lang == "en" {
				parts[i] = s.Step.Def.Name.In(lang) + " (" + strings.ReplaceAll(who, "、", ", ") + ")"
			}
		}
		out[lang] = strings.Join(parts, " → ")
	}
	return out
}

func nameOr(name, otherwise rules.Text) rules.Text {
	if name.IsZero() {
		return otherwise
	}
	return name
}

// BackCounts counts records by the kinds of what would change of them.
func BackCounts(items []BacktestRecord) map[string]int {
	out := map[string]int{}
	for _, r := range items {
		kinds := map[string]bool{}
		for _, c := range r.Changes {
			kinds[c.Kind] = true
		}
		for kind := range maps.Keys(kinds) {
			out[kind]++
		}
	}
	return out
}
