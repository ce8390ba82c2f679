package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// reading asks the people of an app to read what a release brings them, and keeps who has (ENG-37). One document a release, app|n.
type reading struct {
	App  string    `json:"app"`
	N    int       `json:"n"`
	Note string    `json:"note"`
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	// People are those asked, with when each said that he has read it; zero: not yet.
	People map[string]time.Time `json:"people"`
}

func readingID(app string, n int) string { return app + "|" + strconv.Itoa(n) }

// doc is found by those who have not read it.
func (r *reading) doc(ver int64) (store.Doc, error) {
	waiting := []string{}
	for id, at := range r.People {
		if at.IsZero() {
			waiting = append(waiting, id)
		}
	}
	slices.Sort(waiting)
	body, err := json.Marshal(r)
	return store.Doc{ID: readingID(r.App, r.N), Ver: ver, Cols: map[string]any{"app": r.App, "waiting": waiting, "at": r.At.UnixMilli()}, Body: body}, err
}

// editReading changes a reading, or makes it where make is given. Errors: errNotFound.
func (s *Server) editReading(ctx context.Context, app string, n int, make *reading, change func(*reading) error) (*reading, error) {
	for range 10 {
		doc, err := s.Store.Get(ctx, readingsColl, readingID(app, n))
		var one reading
		switch {
		case errors.Is(err, store.ErrNotFound) && make == nil:
			return nil, errNotFound
		case errors.Is(err, store.ErrNotFound):
			one, doc.Ver = *make, 0
			one.People = map[string]time.Time{}
		case err != nil:
			return nil, err
		default:
			if err := json.Unmarshal(doc.Body, &one); err != nil {
				return nil, fmt.Errorf("server: reading: %w", err)
			}
		}
		if err := change(&one); err != nil {
			return nil, err
		}
		next, err := one.doc(doc.Ver + 1)
		if err != nil {
			return nil, err
		}
		if doc.Ver == 0 {
			err = s.Store.Insert(ctx, readingsColl, next)
		} else {
			err = s.Store.Replace(ctx, readingsColl, next, doc.Ver)
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

type readersOut struct {
	Asked bool         `json:"asked"`
	At    instant      `json:"at"`
	Items []readerWire `json:"items"`
}

type readerWire struct {
	mini
	Read instant `json:"read"`
}

func (c *call) readers(r *reading) readersOut {
	out := readersOut{Asked: true, At: instant(r.At), Items: []readerWire{}}
	for _, u := range c.dir.Users() {
		if at, asked := r.People[u.ID]; asked && (u.Active || !at.IsZero()) {
			out.Items = append(out.Items, readerWire{mini{u.ID, u.Name}, instant(at)})
		}
	}
	return out
}

// getReaders tells an admin who has read what a release brings.
func (s *Server) getReaders(c *call) (any, error) {
	n, err := c.number("n")
	if err != nil {
		return nil, err
	}
	doc, err := s.Store.Get(c.ctx(), readingsColl, readingID(c.Param("app"), n))
	if errors.Is(err, store.ErrNotFound) {
		return readersOut{Items: []readerWire{}}, nil
	}
	if err != nil {
		return nil, err
	}
	var one reading
	if err := json.Unmarshal(doc.Body, &one); err != nil {
		return nil, fmt.Errorf("server: reading: %w", err)
	}
	return c.readers(&one), nil
}

// postReaders asks everybody who has a role in the app to read what the live release brings. Asking again adds those who have come since.
func (s *Server) postReaders(c *call) (any, error) {
	n, err := c.number("n")
	if err != nil {
		return nil, err
	}
	app := c.Param("app")
	all, err := s.Designer.Releases(c.ctx(), app)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(r designer.Release) bool { return r.N == n })
	if at < 0 {
		return nil, errNotFound
	}
	if all[at].State != "live" {
		return nil, refuse(http.StatusConflict, "conflict", rules.Say("只能请大家阅读正在使用的版本", "只能請大家閱讀正在使用的版本", "People are asked to read about the live release only"))
	}
	var to []string
	for _, u := range c.dir.Users() {
		if u.Active && u.ID != c.user.ID && len(c.dir.Roles(u.ID, app)) > 0 {
			to = append(to, u.ID)
		}
	}
	made := reading{App: app, N: n, Note: all[at].Note, At: s.Now().UTC().Truncate(time.Millisecond), By: c.user.ID}
	one, err := s.editReading(c.ctx(), app, n, &made, func(r *reading) error {
		for _, id := range to {
			if _, asked := r.People[id]; !asked {
				r.People[id] = time.Time{}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.Engine.TellPeople(c.ctx(), "reading|"+readingID(app, n), app, to, rules.Say("请阅读更新说明：{note}", "請閱讀更新說明：{note}", "Please read what is new: {note}", "note", one.Note))
	return c.readers(one), nil
}

type readingOut struct {
	App  string     `json:"app"`
	Name rules.Text `json:"name"`
	N    int        `json:"n"`
	Note string     `json:"note"`
	At   instant    `json:"at"`
	By   *mini      `json:"by"`
}

// getReadings are what I was asked to read and have not yet, newest first.
func (s *Server) getReadings(c *call) (any, error) {
	found, err := s.Store.Query(c.ctx(), readingsColl, query.Query{Filter: query.HasAny{Col: "waiting", Values: []string{c.user.ID}}, Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: 20})
	if err != nil {
		return nil, err
	}
	apps, err := s.appsOf(c)
	if err != nil {
		return nil, err
	}
	out := []readingOut{}
	for _, doc := range found.Docs {
		var one reading
		if err := json.Unmarshal(doc.Body, &one); err != nil {
			return nil, fmt.Errorf("server: reading: %w", err)
		}
		// Whoever has lost his roles meanwhile is no longer asked.
		if i := slices.IndexFunc(apps, func(a appOut) bool { return a.Key == one.App }); i >= 0 {
			out = append(out, readingOut{one.App, apps[i].Name, one.N, one.Note, instant(one.At), c.mini(one.By)})
		}
	}
	return page(out, ""), nil
}

// postReadingRead says that I have read it; saying so again changes nothing.
func (s *Server) postReadingRead(c *call) (any, error) {
	n, err := c.number("n")
	if err != nil {
		return nil, err
	}
	_, err = s.editReading(c.ctx(), c.Param("app"), n, nil, func(r *reading) error {
		at, asked := r.People[c.user.ID]
		if !asked {
			return errNotFound
		}
		if at.IsZero() {
			r.People[c.user.ID] = s.Now().UTC().Truncate(time.Millisecond)
		}
		return nil
	})
	return nil, err
}
