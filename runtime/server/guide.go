package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"pipewright/designer"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// The first steps of somebody new (ENG-36): a few, by what he is here for. A step is taken when the server has answered him a request that takes
// it, and stays taken. Nobody ticks anything.

// guideOf are the steps by the routes that take them.
var guideOf = map[string]string{
	"POST /api/apps/:app/forms/:form/records": "create",
	"POST /api/records/:id/transitions/:key":  "move",
	"POST /api/records/:id/notes":             "log",
	"POST /api/records/:id/checklist/:key":    "log",
	"POST /api/records/:id/activities/:key":   "log",
	"PUT /api/me/notify":                      "told",
	"POST /api/tasks/:id/approve":             "decide",
	"POST /api/tasks/:id/reject":              "decide",
	"POST /api/tasks/:id/return":              "decide",
	"GET /api/apps/:app/boards/:view":         "board",
	"GET /api/apps/:app/forecast/:process":    "forecast",
	"GET /api/adoption":                       "usage",
	"POST /api/templates/:key/install":        "app",
	"POST /api/apps/import":                   "app",
	"POST /api/apps":                          "app",
	"PUT /api/apps/:app/draft":                "design",
	"POST /api/apps/:app/publish":             "publish",
	"POST /api/users":                         "people",
	"PATCH /api/users/:id":                    "people",
	"GET /api/calendars/year":                 "calendar",
	"PUT /api/calendars/year":                 "calendar",
	"PUT /api/calendars/week":                 "calendar",
}

const (
	// knownFor is how far back is looked at what somebody did before he had a guide; who has done so much by then knows his way.
	knownFor  = 90 * 24 * time.Hour
	knowsWay  = 10
	knownActs = 200
)

// guide is how far a person is.
type guide struct {
	// Away: he has put it away.
	Away bool `json:"away,omitempty"`
	// Begun: what he did before there was a guide has been looked at.
	Begun bool                 `json:"begun,omitempty"`
	Taken map[string]time.Time `json:"taken,omitempty"`
}

type guides struct {
	store store.Store
	now   func() time.Time
	// known are steps, user|step, that this process knows to be taken, so that a request asks no further.
	known sync.Map
}

// of reads how far a person is; ver 0 when nothing is known.
func (g *guides) of(ctx context.Context, user string) (one guide, ver int64, err error) {
	doc, err := g.store.Get(ctx, guidesColl, user)
	if errors.Is(err, store.ErrNotFound) {
		return guide{}, 0, nil
	}
	if err != nil {
		return guide{}, 0, err
	}
	if err := json.Unmarshal(doc.Body, &one); err != nil {
		return guide{}, 0, fmt.Errorf("server: guide: %w", err)
	}
	return one, doc.Ver, nil
}

// edit changes how far a person is, where change says that there is something to change.
func (g *guides) edit(ctx context.Context, user string, change func(*guide) bool) (*guide, error) {
	for range 10 {
		one, ver, err := g.of(ctx, user)
		if err != nil {
			return nil, err
		}
		if one.Taken == nil {
			one.Taken = map[string]time.Time{}
		}
		if !change(&one) {
			return &one, nil
		}
		body, err := json.Marshal(one)
		if err != nil {
			return nil, err
		}
		next := store.Doc{ID: user, Ver: ver + 1, Body: body}
		if ver == 0 {
			err = g.store.Insert(ctx, guidesColl, next)
		} else {
			err = g.store.Replace(ctx, guidesColl, next, ver)
		}
		if err == nil {
			return &one, nil
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists) {
			return nil, err
		}
	}
	return nil, store.ErrConflict
}

// take notes that a person has taken a step.
func (g *guides) take(ctx context.Context, user, step string) error {
	key := user + "|" + step
	if _, ok := g.known.Load(key); ok {
		return nil
	}
	_, err := g.edit(ctx, user, func(one *guide) bool {
		if !one.Taken[step].IsZero() {
			return false
		}
		one.Taken[step] = g.now().UTC().Truncate(time.Millisecond)
		return true
	})
	if err == nil {
		g.known.Store(key, true)
	}
	return err
}

// learn notes the step that a request has taken, if it is one. It was answered whether or not that can be noted, so that is told to the log.
func (s *Server) learn(c *call, step string) {
	if step == "" || c.user.ID == "" || c.session.ID == "" || c.seeing != nil || s.Player != nil || c.Query("preview") == "true" {
		return
	}
	if err := s.guides.take(c.ctx(), c.user.ID, step); err != nil {
		s.Log.Error("a step of the guide could not be noted", "by", c.user.ID, "step", step, "error", err)
	}
}

// begin looks once at what a person did before he had a guide. Who knows his way is not shown one unless he asks.
func (s *Server) begin(ctx context.Context, user org.User) (*guide, error) {
	since := s.Now().UTC().Add(-knownFor)
	used, err := s.Engine.Usage(ctx, user.ID, since)
	if err != nil {
		return nil, err
	}
	taken := map[string]bool{"create": used.Made > 0, "move": used.Moved > 0}
	if user.Staff() {
		found, err := s.Store.Query(ctx, deedsColl, query.Query{Filter: query.And{query.Cmp{Col: "by", Op: query.Eq, Value: user.ID}, query.Cmp{Col: "at", Op: query.Ge, Value: since.UnixMilli()}},
			Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: knownActs})
		if err != nil {
			return nil, err
		}
		for _, doc := range found.Docs {
			var one deed
			if err := json.Unmarshal(doc.Body, &one); err != nil {
				return nil, fmt.Errorf("server: deed: %w", err)
			}
			taken[guideOf[one.What]] = true
		}
	}
	now := s.Now().UTC().Truncate(time.Millisecond)
	return s.guides.edit(ctx, user.ID, func(one *guide) bool {
		if one.Begun {
			return false
		}
		one.Begun = true
		one.Away = used.Made+used.Moved+used.Done >= knowsWay || taken["publish"] && taken["people"]
		for step, ok := range taken {
			if ok && step != "" && one.Taken[step].IsZero() {
				one.Taken[step] = now
			}
		}
		return true
	})
}

type guideOut struct {
	// Away: it was put away; it is shown when one asks for it.
	Away bool `json:"away"`
	// Steps in their order; none for who plays no role anywhere.
	Steps []guideStepOut `json:"steps"`
}

type guideStepOut struct {
	Key string `json:"key"`
	// Taken is when the step was taken; null: not yet.
	Taken instant `json:"taken"`
	// App and Of are where it is taken: the form, board view or process.
	App string `json:"app,omitempty"`
	Of  string `json:"of,omitempty"`
}

// stepsOf are the steps of a person: those of who designs and who operates, of a manager, of who makes records, or of who only decides.
func (s *Server) stepsOf(ctx context.Context, dir *org.Directory, user org.User) ([]guideStepOut, error) {
	all, err := s.Designer.Apps(ctx)
	if err != nil {
		return nil, err
	}
	if user.Staff() {
		var out []guideStepOut
		if user.May(org.Design) {
			out = []guideStepOut{{Key: "app"}, {Key: "design"}, {Key: "publish"}}
			if i := slices.IndexFunc(all, func(a designer.AppInfo) bool { return a.Release > 0 }); i >= 0 {
				out[1].App, out[2].App = all[i].Key, all[i].Key
			}
		}
		if user.May(org.Operate) {
			out = append(out, guideStepOut{Key: "people"}, guideStepOut{Key: "calendar"})
		}
		return out, nil
	}
	var create, board, forecast guideStepOut
	plays := false
	for _, a := range all {
		if a.Release == 0 || len(dir.Roles(user.ID, a.Key)) == 0 {
			continue
		}
		plays = true
		app, err := s.Designer.Catalog().Current(ctx, a.Key)
		if err != nil {
			return nil, err
		}
		for _, at := range []struct {
			step *guideStepOut
			find func(*process.App) string
		}{{&create, func(app *process.App) string { return firstForm(app, dir, user.ID) }}, {&board, firstBoard}, {&forecast, firstForecast}} {
			if of := at.find(app); at.step.App == "" && of != "" {
				at.step.App, at.step.Of = a.Key, of
			}
		}
	}
	manages := managesTeam(dir, user.ID)
	if !plays && !manages {
		return nil, nil
	}
	step := func(key string, where guideStepOut) guideStepOut { where.Key = key; return where }
	var out []guideStepOut
	decide, told := guideStepOut{Key: "decide"}, guideStepOut{Key: "told"}
	switch {
	case manages:
		out = []guideStepOut{decide, step("board", board), step("forecast", forecast), {Key: "usage"}}
	case create.App != "":
		out = []guideStepOut{step("create", create), step("move", board), step("log", board), told}
	default:
		out = []guideStepOut{decide, step("board", board), told}
	}
	return slices.DeleteFunc(out, func(one guideStepOut) bool {
		return one.App == "" && slices.Contains([]string{"board", "forecast", "move", "log"}, one.Key)
	}), nil
}

// firstForm is the form a person makes records of: that of a process rather than one without.
func firstForm(app *process.App, dir *org.Directory, user string) string {
	for _, processes := range []bool{true, false} {
		for i := range app.Def.Forms {
			key := app.Def.Forms[i].Key
			if f := app.Forms[key]; f != nil && (f.Process != nil) == processes && access.Rights(app, key, dir, user, nil).Create {
				return key
			}
		}
	}
	return ""
}

func firstBoard(app *process.App) string {
	for i := range app.Def.Views {
		if v := &app.Def.Views[i]; v.Kind == "board" {
			return v.Key
		}
	}
	return ""
}

func firstForecast(app *process.App) string {
	for i := range app.Def.Processes {
		if p := &app.Def.Processes[i]; p.Value != "" && p.Closing != "" {
			return p.Key
		}
	}
	return ""
}

// getGuide are my first steps, with which are taken.
func (s *Server) getGuide(c *call) (any, error) {
	out := guideOut{Steps: []guideStepOut{}}
	if s.Player != nil {
		return out, nil // a sandbox guides nobody
	}
	one, _, err := s.guides.of(c.ctx(), c.user.ID)
	if err != nil {
		return nil, err
	}
	if !one.Begun && c.seeing == nil {
		begun, err := s.begin(c.ctx(), c.user)
		if err != nil {
			return nil, err
		}
		one = *begun
	}
	return s.guideWire(c, &one)
}

func (s *Server) guideWire(c *call, one *guide) (any, error) {
	steps, err := s.stepsWith(c.ctx(), c.dir, c.user, one)
	if err != nil {
		return nil, err
	}
	return guideOut{one.Away, append([]guideStepOut{}, steps...)}, nil
}

// progress are the steps of a person, with which are taken.
func (s *Server) progress(ctx context.Context, dir *org.Directory, user org.User) ([]guideStepOut, error) {
	one, _, err := s.guides.of(ctx, user.ID)
	if err != nil {
		return nil, err
	}
	return s.stepsWith(ctx, dir, user, &one)
}

func (s *Server) stepsWith(ctx context.Context, dir *org.Directory, user org.User, one *guide) ([]guideStepOut, error) {
	steps, err := s.stepsOf(ctx, dir, user)
	if err != nil {
		return nil, err
	}
	for i := range steps {
		steps[i].Taken = instant(one.Taken[steps[i].Key])
	}
	if len(steps) > 1 && steps[0].Key == "app" && steps[1].App != "" && one.Taken["app"].IsZero() {
		steps = steps[1:] // somebody else has made one
	}
	return steps, nil
}

type guideIn struct {
	Away bool `json:"away"`
}

// putGuide puts my guide away, or takes it out again.
func (s *Server) putGuide(c *call) (any, error) {
	var in guideIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	one, err := s.guides.edit(c.ctx(), c.user.ID, func(one *guide) bool {
		if one.Away == in.Away && one.Begun {
			return false
		}
		one.Away, one.Begun = in.Away, true
		return true
	})
	if err != nil {
		return nil, err
	}
	return s.guideWire(c, one)
}
