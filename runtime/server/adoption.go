package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	// mostDays is how far back usage is told, keepPresence how long it is known on which days who came.
	mostDays     = 90
	keepPresence = 100 * 24 * time.Hour
)

// present notes that a person signed in on a day; once a day is enough. What is too old to be told goes.
func (s *sessions) present(ctx context.Context, user string, now time.Time) error {
	body, err := json.Marshal(map[string]any{"user": user, "at": now})
	if err != nil {
		return err
	}
	_, err = s.store.InsertMany(ctx, presenceColl, []store.Doc{{ID: user + "|" + now.Format(time.DateOnly), Ver: 1, Cols: map[string]any{"user": user, "at": now.UnixMilli()}, Body: body}})
	if err != nil {
		return err
	}
	old, err := s.store.Query(ctx, presenceColl, query.Query{Filter: query.Cmp{Col: "at", Op: query.Lt, Value: now.Add(-keepPresence).UnixMilli()}, Sort: []query.Sort{{Col: "at"}}, Limit: 10, Cols: []string{"at"}})
	if err != nil {
		return err
	}
	for _, d := range old.Docs {
		if err := s.store.Delete(ctx, presenceColl, d.ID, 1); err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return nil
}

type adoptionOut struct {
	Since instant     `json:"since"`
	Days  int         `json:"days"`
	Items []usageWire `json:"items"`
	Next  string      `json:"next"`
}

type usageWire struct {
	User mini   `json:"user"`
	Team string `json:"team"`
	// Days on which he signed in, and the last of them (the first sign-in of that day).
	Days    int     `json:"days"`
	Last    instant `json:"last"`
	Made    int     `json:"made"`
	Moved   int     `json:"moved"`
	Done    int     `json:"done"`
	Overdue int     `json:"overdue"`
	// Guide is how many of his first steps he has taken.
	Guide guideProgress `json:"guide"`
}

type guideProgress struct {
	Taken int `json:"taken"`
	Of    int `json:"of"`
}

// manages says whether one is an admin or the manager of a team.
func (c *call) manages() bool { return c.user.May(org.Operate) || managesTeam(c.dir, c.user.ID) }

func managesTeam(dir *org.Directory, user string) bool {
	return slices.ContainsFunc(dir.Teams(), func(t org.Team) bool { return t.Manager == user })
}

// overseen are the people whose work one may look at: for an admin all, for a manager those of his teams and the teams below.
func (c *call) overseen() []string {
	var out []string
	for _, u := range c.dir.Users() {
		if u.Active && (c.user.May(org.Operate) || slices.Contains(c.dir.Managers(u.ID), c.user.ID)) {
			out = append(out, u.ID)
		}
	}
	return out
}

// getAdoption tells how people use the product. Errors: 403 forbidden for who manages nobody.
func (s *Server) getAdoption(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	days := 30
	if text := c.Query("days"); text != "" {
		if days, err = strconv.Atoi(text); err != nil || days < 1 || days > mostDays {
			return nil, badRequest(rules.Say("days 为 1 到 {n}", "days 為 1 到 {n}", "days is 1 to {n}", "n", mostDays))
		}
	}
	if !c.manages() {
		return nil, refuse(http.StatusForbidden, "forbidden", msgForbidden)
	}
	people := c.overseen()
	slices.Sort(people)
	if after := c.Query("after"); after != "" {
		people = slices.DeleteFunc(people, func(id string) bool { return id <= after })
	}
	since := s.Now().UTC().AddDate(0, 0, -days)
	out := adoptionOut{Since: instant(since), Days: days, Items: []usageWire{}}
	if len(people) > n {
		people, out.Next = people[:n], people[n-1]
	}
	for _, id := range people {
		used, err := s.Engine.Usage(c.ctx(), id, since)
		if err != nil {
			return nil, err
		}
		came, err := s.Store.Query(c.ctx(), presenceColl, query.Query{Filter: query.And{query.Cmp{Col: "user", Op: query.Eq, Value: id}, query.Cmp{Col: "at", Op: query.Ge, Value: since.UnixMilli()}},
			Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: mostDays + 1, Cols: []string{"at"}})
		if err != nil {
			return nil, err
		}
		u, _ := c.dir.User(id)
		one := usageWire{User: mini{id, u.Name}, Team: u.Team, Days: len(came.Docs), Made: used.Made, Moved: used.Moved, Done: used.Done, Overdue: used.Overdue}
		if len(came.Docs) > 0 {
			if at, ok := came.Docs[0].Cols["at"].(int64); ok {
				one.Last = instant(time.UnixMilli(at))
			}
		}
		steps, err := s.progress(c.ctx(), c.dir, u)
		if err != nil {
			return nil, err
		}
		one.Guide.Of = len(steps)
		for _, step := range steps {
			if !time.Time(step.Taken).IsZero() {
				one.Guide.Taken++
			}
		}
		out.Items = append(out.Items, one)
	}
	return out, nil
}
