package server

import (
	"net/http"
	"time"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

// migrationIn says which records go on to the live release, and how. Mapping is by the paths that a plan gives.
type migrationIn struct {
	Form    string            `json:"form"`
	From    int               `json:"from"`
	Mapping map[string]string `json:"mapping"`
	Closed  bool              `json:"closed"`
	Skip    []string          `json:"skip"`
	// After is the page of a preview.
	After string `json:"after"`
}

func (c *call) migration() (engine.MigrationRequest, string, error) {
	var in migrationIn
	err := c.bind(&in)
	return engine.MigrationRequest{App: c.Param("app"), Form: in.Form, From: in.From, Mapping: in.Mapping, Closed: in.Closed, Skip: in.Skip}, in.After, err
}

type behindOut struct {
	Form    string     `json:"form"`
	Name    rules.Text `json:"name"`
	Release int        `json:"release"`
	Live    int        `json:"live"`
	Records int64      `json:"records"`
	Open    int64      `json:"open"`
}

type migrationOut struct {
	ID       string           `json:"id"`
	Form     string           `json:"form"`
	Name     rules.Text       `json:"name"`
	From     int              `json:"from"`
	To       int              `json:"to"`
	Closed   bool             `json:"closed"`
	State    string           `json:"state"`
	Total    int64            `json:"total"`
	Counts   map[string]int64 `json:"counts"`
	At       instant          `json:"at"`
	By       *mini            `json:"by"`
	DoneAt   instant          `json:"doneAt"`
	UndoneAt instant          `json:"undoneAt"`
	UndoneBy *mini            `json:"undoneBy,omitempty"`
}

type migrationsOut struct {
	Items  []migrationOut `json:"items"`
	Behind []behindOut    `json:"behind"`
}

func (c *call) wireMigration(m *engine.Migration) migrationOut {
	out := migrationOut{ID: m.ID, Form: m.Form, Name: m.FormName, From: m.From, To: m.To, Closed: m.Closed, State: m.State, Total: m.Total, Counts: m.Counts, At: instant(m.At),
		By: c.mini(m.User), DoneAt: instant(m.DoneAt), UndoneAt: instant(m.UndoneAt)}
	if m.UndoneBy != "" {
		out.UndoneBy = c.mini(m.UndoneBy)
	}
	return out
}

// getMigrations lists what still runs on older releases, and the migrations there have been.
func (s *Server) getMigrations(c *call) (any, error) {
	behind, err := s.Engine.RecordsBehind(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	list, err := s.Engine.Migrations(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	out := migrationsOut{Items: []migrationOut{}, Behind: []behindOut{}}
	for _, b := range behind {
		out.Behind = append(out.Behind, behindOut(b))
	}
	for _, m := range list {
		out.Items = append(out.Items, c.wireMigration(m))
	}
	return out, nil
}

type migrationThingOut struct {
	Kind    string               `json:"kind"`
	Path    string               `json:"path,omitempty"`
	Name    rules.Text           `json:"name"`
	To      string               `json:"to,omitempty"`
	ToName  rules.Text           `json:"toName,omitzero"`
	Fate    string               `json:"fate"`
	How     string               `json:"how,omitempty"`
	Note    rules.Text           `json:"note,omitzero"`
	Choices []migrationChoiceOut `json:"choices,omitempty"`
	// Records stand in a stage of the old release.
	Records int64  `json:"records,omitempty"`
	TypeWas string `json:"typeWas,omitempty"`
	TypeIs  string `json:"typeIs,omitempty"`
}

type migrationChoiceOut struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
}

type migrationPlanOut struct {
	From   int                 `json:"from"`
	To     int                 `json:"to"`
	Total  int64               `json:"total"`
	Same   int                 `json:"same"`
	Things []migrationThingOut `json:"things"`
}

// planMigration tells what becomes of each thing of the old release.
func (s *Server) planMigration(c *call) (any, error) {
	req, _, err := c.migration()
	if err != nil {
		return nil, err
	}
	p, counts, err := s.Engine.MigrationPlan(c.ctx(), req)
	if err != nil {
		return nil, err
	}
	out := migrationPlanOut{From: p.From.Release, To: p.To.Release, Same: p.Same, Things: []migrationThingOut{}}
	for _, n := range counts {
		out.Total += n
	}
	for _, t := range p.Things {
		one := migrationThingOut{Kind: t.Kind, Path: t.Path, Name: t.Name, To: t.To, ToName: t.ToName, Fate: t.Fate, How: t.How, Note: t.Note, TypeWas: t.TypeWas, TypeIs: t.TypeIs}
		if key, ok := stageOf(t); ok {
			one.Records = counts[key]
		}
		for _, ch := range t.Choices {
			one.Choices = append(one.Choices, migrationChoiceOut(ch))
		}
		out.Things = append(out.Things, one)
	}
	return out, nil
}

func stageOf(t process.MigrationThing) (string, bool) {
	if t.Kind != "stage" {
		return "", false
	}
	return t.Path[len("stages/"):], true
}

type migrationPreviewOut struct {
	ID       string               `json:"id"`
	Title    string               `json:"title"`
	Stage    string               `json:"stage"`
	Unread   bool                 `json:"unread,omitempty"`
	Changes  []migrationChangeOut `json:"changes"`
	Code     string               `json:"code,omitempty"`
	Message  rules.Text           `json:"message,omitzero"`
	Problems []problemWire        `json:"problems"`
}

type migrationChangeOut struct {
	Kind   string     `json:"kind"`
	Name   rules.Text `json:"name,omitzero"`
	Text   rules.Text `json:"text,omitzero"`
	From   rules.Text `json:"from,omitzero"`
	To     rules.Text `json:"to,omitzero"`
	DueWas instant    `json:"dueWas"`
	DueIs  instant    `json:"dueIs"`
}

// previewMigration tries a page of records without keeping anything.
func (s *Server) previewMigration(c *call) (any, error) {
	req, after, err := c.migration()
	if err != nil {
		return nil, err
	}
	list, next, err := s.Engine.PreviewMigration(c.ctx(), c.user.ID, c.lang(), req, after, 20)
	if err != nil {
		return nil, err
	}
	out := make([]migrationPreviewOut, 0, len(list))
	for _, p := range list {
		one := migrationPreviewOut{ID: p.ID, Title: p.Title, Stage: p.Stage, Unread: p.Unread, Changes: []migrationChangeOut{}, Code: p.Code, Message: p.Message, Problems: wireProblems(p.Problems)}
		for _, x := range p.Changes {
			one.Changes = append(one.Changes, migrationChangeOut{x.Kind, x.Name, x.Text, x.From, x.To, instant(x.DueWas), instant(x.DueIs)})
		}
		out = append(out, one)
	}
	return page(out, next), nil
}

// postMigration sets a migration going.
func (s *Server) postMigration(c *call) (any, error) {
	key, err := c.operation(true)
	if err != nil {
		return nil, err
	}
	req, _, err := c.migration()
	if err != nil {
		return nil, err
	}
	m, err := s.Engine.StartMigration(c.ctx(), c.user.ID, key, req)
	if err != nil {
		return nil, err
	}
	return reply{status: http.StatusAccepted, body: c.wireMigration(m)}, nil
}

func (s *Server) getMigration(c *call) (any, error) {
	m, err := s.Engine.MigrationOf(c.ctx(), c.Param("app"), c.Param("id"))
	if err != nil {
		return nil, err
	}
	return c.wireMigration(m), nil
}

func (s *Server) undoMigration(c *call) (any, error) {
	m, err := s.Engine.UndoMigration(c.ctx(), c.user.ID, c.Param("app"), c.Param("id"))
	if err != nil {
		return nil, err
	}
	return reply{status: http.StatusAccepted, body: c.wireMigration(m)}, nil
}

type migratedOut struct {
	Record   string        `json:"record"`
	Title    string        `json:"title"`
	State    string        `json:"state"`
	Code     string        `json:"code,omitempty"`
	Message  rules.Text    `json:"message,omitzero"`
	Problems []problemWire `json:"problems"`
	At       instant       `json:"at"`
}

func (s *Server) getMigrated(c *call) (any, error) {
	limit, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	list, next, err := s.Engine.MigratedRecords(c.ctx(), c.user.ID, c.Param("app"), c.Param("id"), c.Query("state"), c.Query("after"), limit)
	if err != nil {
		return nil, err
	}
	out := make([]migratedOut, 0, len(list))
	for _, r := range list {
		out = append(out, migratedOut{r.Record, r.Title, r.State, r.Code, r.Message, wireProblems(r.Problems), instant(time.Time(r.At))})
	}
	return page(out, next), nil
}
