package engine

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// A person who leaves hands over in one action (CN-10): his open records, what he was asked to do, his decisions, his teams, and where he
// stands in for others. It is a job that is taken up where it stopped: each record is given by one command, and what it does not find with him
// any more it passes over. It looks again until nothing is left, closes the account, and looks once more when every node knows of that, so
// that what came to him meanwhile goes as well.

// HandoverPlan says who takes over.
type HandoverPlan struct {
	// Successor takes over; Apps names another one for what is in an app.
	Successor string            `json:"successor"`
	Apps      map[string]string `json:"apps,omitempty"`
	// Approvals: open decisions go to "manager" (default) or "successor".
	Approvals string `json:"approvals,omitempty"`
	// KeepAccount leaves the account as it is: he goes to other work, not away.
	KeepAccount bool `json:"keepAccount,omitempty"`
}

func (p *HandoverPlan) in(app string) string {
	if to := p.Apps[app]; to != "" {
		return to
	}
	return p.Successor
}

// Handover states.
const (
	handoverRunning = "running"
	handoverDone    = "done"
)

// Handover is one hand-over: who ordered it and when, what there was, and how it stands.
type Handover struct {
	ID     string       `json:"id"`
	User   string       `json:"user"`
	By     string       `json:"by"`
	At     time.Time    `json:"at"`
	Plan   HandoverPlan `json:"plan"`
	State  string       `json:"state"`
	Found  Belongings   `json:"found"`
	DoneAt time.Time    `json:"doneAt,omitzero"`
	// Left is what is still with him; it is counted when it is asked for.
	Left Belongings `json:"-"`
}

// Belongings counts what a person has.
type Belongings struct {
	Records    int `json:"records"`
	Approvals  int `json:"approvals"`
	Activities int `json:"activities"`
	Tasks      int `json:"tasks"`
	Teams      int `json:"teams"`
	Absences   int `json:"absences"`
	StandIns   int `json:"standIns"`
	// Apps are the open records by app; Named the places of live definitions that name him, which nobody but their authors can mend.
	Apps  map[string]int      `json:"apps,omitempty"`
	Named map[string][]string `json:"named,omitempty"`
}

// Sum is how many things there are.
func (b *Belongings) Sum() int {
	return b.Records + b.Approvals + b.Activities + b.Tasks + b.Teams + b.Absences + b.StandIns
}

// owned are the open records of a person in a form.
func owned(user string) query.Filter {
	return query.And{query.IsNull{Col: "deleted"}, query.IsNull{Col: "closedAt"}, query.Cmp{Col: "owner", Op: query.Eq, Value: user}}
}

// openTasksOf are a person's open tasks of a kind, those to read left out when none is given.
func openTasksOf(user string, kinds ...string) query.Filter {
	f := query.And{query.Cmp{Col: "user", Op: query.Eq, Value: user}, query.Cmp{Col: "state", Op: query.Eq, Value: process.Open}}
	var any query.Or
	for _, kind := range kinds {
		any = append(any, query.Cmp{Col: "kind", Op: query.Eq, Value: kind})
	}
	return append(f, any)
}

// taskKinds are the kinds of tasks beside approvals and activities, which move in their records.
var taskKinds = []string{"todo", "blocked"}

// Belongings counts what a person has, for a preview and for progress.
func (e *Engine) Belongings(ctx context.Context, user string) (b Belongings, err error) {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return b, err
	}
	for _, app := range apps {
		if err := e.prepare(ctx, app); err != nil {
			return b, err
		}
		for _, f := range formsOf(app) {
			n, err := e.count(ctx, RecordCollection(f), owned(user))
			if err != nil {
				return b, err
			}
			if n > 0 {
				if b.Apps == nil {
					b.Apps = map[string]int{}
				}
				b.Apps[app.Def.Key] += n
				b.Records += n
			}
		}
		if named := process.NamedUser(app.Def, user); len(named) > 0 {
			if b.Named == nil {
				b.Named = map[string][]string{}
			}
			b.Named[app.Def.Key] = named
		}
	}
	for _, one := range []struct {
		n     *int
		kinds []string
	}{{&b.Approvals, []string{"approval"}}, {&b.Activities, []string{"activity"}}, {&b.Tasks, taskKinds}} {
		if *one.n, err = e.count(ctx, collTasks, openTasksOf(user, one.kinds...)); err != nil {
			return b, err
		}
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return b, err
	}
	for _, t := range dir.Teams() {
		if t.Manager == user {
			b.Teams++
		}
	}
	b.Absences = len(dir.Absences(user))
	for _, u := range dir.Users() {
		for _, a := range dir.Absences(u.ID) {
			if a.Substitute == user {
				b.StandIns++
			}
		}
	}
	return b, nil
}

// StartHandover checks a plan and sets it going. Errors: *process.Rejection when its people make no sense, or one of his runs already.
func (e *Engine) StartHandover(ctx context.Context, by, user string, plan HandoverPlan) (*Handover, error) {
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	bad := func(path string, msg rules.Text) error {
		return badRequest(msg, rules.Errorf(path, "field.invalid", msg))
	}
	u, known := dir.User(user)
	if !known {
		return nil, notFound()
	}
	if plan.Approvals != "" && plan.Approvals != "manager" && plan.Approvals != "successor" {
		return nil, bad("/approvals", rules.Say("approvals 可选 manager、successor", "approvals 可選 manager、successor", "approvals is manager or successor"))
	}
	people := map[string]string{"/successor": plan.Successor}
	for app, to := range plan.Apps {
		if _, err := e.current(ctx, app); err != nil {
			return nil, err
		}
		people["/apps/"+app] = to
	}
	for path, to := range people {
		if to == user || !dir.Active(to) {
			return nil, bad(path, rules.Say("接手的人“{user}”要在职，且不是本人", "接手的人「{user}」要在職，且不是本人", "Who takes over (“{user}”) must be active and somebody else", "user", to))
		}
	}
	if admins := dir.Admins(); !plan.KeepAccount && u.Admin && len(admins) == 1 && slices.Contains(admins, user) {
		return nil, bad("/keepAccount", rules.Say("至少要留一位管理员", "至少要留一位管理員", "At least one admin must remain"))
	}
	running, err := e.handovers(ctx, query.And{query.Cmp{Col: "user", Op: query.Eq, Value: user}, query.Cmp{Col: "state", Op: query.Eq, Value: handoverRunning}}, 1)
	if err != nil {
		return nil, err
	}
	if len(running) > 0 {
		return nil, reject("handover.running", rules.Say("这个人的交接已经在进行", "這個人的交接已經在進行", "A hand-over of this person is running already"))
	}
	h := &Handover{ID: e.newID(), User: user, By: by, At: e.instant(), Plan: plan, State: handoverRunning}
	if h.Found, err = e.Belongings(ctx, user); err != nil {
		return nil, err
	}
	h.Left = h.Found
	// The job first: without its hand-over it does nothing, and the hand-over never stands there without a job.
	j, err := newJob(job{ID: "leaver|" + h.ID, Kind: jobLeaver, Person: user}, h.At, h.At)
	if err != nil {
		return nil, err
	}
	if err := e.insertAll(ctx, collJobs, []store.Doc{j}); err != nil {
		return nil, err
	}
	if err := e.saveHandover(ctx, h); err != nil {
		return nil, err
	}
	e.wake()
	return h, nil
}

func (e *Engine) saveHandover(ctx context.Context, h *Handover) error {
	return e.put(ctx, collLeavers, h.ID, map[string]any{"user": h.User, "state": h.State, "at": h.At.UnixMilli()}, h)
}

// Handovers lists those of all people, newest first.
func (e *Engine) Handovers(ctx context.Context, limit int) ([]Handover, error) {
	return e.handovers(ctx, nil, pageSize(limit))
}

func (e *Engine) handovers(ctx context.Context, f query.Filter, limit int) ([]Handover, error) {
	page, err := e.store.Query(ctx, collLeavers, query.Query{Filter: f, Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: limit})
	if err != nil {
		return nil, err
	}
	out := make([]Handover, len(page.Docs))
	for i, d := range page.Docs {
		if err := json.Unmarshal(d.Body, &out[i]); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// Handover finds one, with what is still to be done. Errors: *process.Rejection not.found.
func (e *Engine) Handover(ctx context.Context, id string) (*Handover, error) {
	h, err := e.handover(ctx, id)
	if err != nil {
		return nil, err
	}
	if h == nil {
		return nil, notFound()
	}
	if h.State == handoverRunning {
		h.Left, err = e.Belongings(ctx, h.User)
	}
	return h, err
}

// handover reads one; nil when there is none.
func (e *Engine) handover(ctx context.Context, id string) (*Handover, error) {
	if store.CheckID(id) != nil {
		return nil, nil
	}
	d, err := e.store.Get(ctx, collLeavers, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	h := &Handover{}
	return h, json.Unmarshal(d.Body, h)
}

// closeAccount makes a person one who has left; his open sessions are refused from then on.
func (e *Engine) closeAccount(ctx context.Context, user string) error {
	_, err := e.ChangeUser(ctx, user, func(u *org.User) error {
		u.Active = false
		return nil
	})
	if r, refused := asRejection(err); refused && r.Code == "not.found" {
		return nil
	}
	return err
}

// handPlaces takes a person's teams, absences and where he stands in for others.
func (e *Engine) handPlaces(ctx context.Context, h *Handover) error {
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	for _, t := range dir.Teams() {
		if t.Manager != h.User {
			continue
		}
		_, err := e.ChangeTeam(ctx, t.Key, func(t *org.Team) error {
			if t.Manager == h.User {
				t.Manager = h.Plan.Successor
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	for _, a := range dir.Absences(h.User) {
		if err := e.RemoveAbsence(ctx, a.ID); err != nil {
			return err
		}
	}
	for _, u := range dir.Users() {
		for _, a := range dir.Absences(u.ID) {
			if a.Substitute != h.User || u.ID == h.User {
				continue
			}
			if err := e.standInInstead(ctx, a, h); err != nil {
				return err
			}
		}
	}
	return nil
}

// standInInstead names another one who stands in for somebody; nobody if that is the one who is away.
func (e *Engine) standInInstead(ctx context.Context, a org.Absence, h *Handover) error {
	a.Substitute = h.Plan.in(a.App)
	if a.Substitute == a.User {
		a.Substitute = ""
	}
	if err := e.absenceBegins(ctx, &a); err != nil {
		return err
	}
	if err := e.put(ctx, collAbsences, a.ID, map[string]any{"user": a.User, "to": a.To.UnixMilli()}, a); err != nil {
		return err
	}
	return e.peopleChanged(ctx)
}
