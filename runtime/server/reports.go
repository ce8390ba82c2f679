package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

type boardOut struct {
	View    string           `json:"view"`
	Process string           `json:"process"`
	Form    string           `json:"form"`
	Columns []boardColumnOut `json:"columns"`
	Totals  boardTotalsOut   `json:"totals"`
}

type boardColumnOut struct {
	Stage       string         `json:"stage"`
	Name        rules.Text     `json:"name"`
	Color       string         `json:"color,omitempty"`
	End         string         `json:"end,omitempty"`
	Probability int            `json:"probability"`
	Count       int64          `json:"count"`
	Sums        map[string]any `json:"sums"`
}

type boardTotalsOut struct {
	Count int64          `json:"count"`
	Sums  map[string]any `json:"sums"`
}

func sums(keys []string, figures []engine.Figure) map[string]any {
	out := map[string]any{}
	for i, k := range keys {
		if f := figures[i]; f.Currency != "" {
			out[k] = moneyOut{f.String(), f.Currency}
		} else {
			out[k] = f.String()
		}
	}
	return out
}

func (s *Server) getBoard(c *call) (any, error) {
	b, err := s.Engine.Board(c.ctx(), c.user.ID, c.Param("app"), c.Param("view"), c.Query("where"))
	if err != nil {
		return nil, err
	}
	out := boardOut{View: b.View.Key, Process: b.Process.Def.Key, Form: b.Process.Form.Def.Key, Columns: []boardColumnOut{},
		Totals: boardTotalsOut{b.Total.Count, sums(b.Sums, b.Total.Sums)}}
	for _, col := range b.Columns {
		d := col.Stage.Def
		out.Columns = append(out.Columns, boardColumnOut{d.Key, d.Name, d.Color, d.End, col.Stage.Probability, col.Count, sums(b.Sums, col.Sums)})
	}
	return out, nil
}

type reportOut struct {
	Key     string     `json:"key"`
	Name    rules.Text `json:"name"`
	Kind    string     `json:"kind"`
	Chart   string     `json:"chart"`
	Form    string     `json:"form"`
	Process string     `json:"process,omitempty"`
	// Table is whose rows are counted, where it is not the records.
	Table   string            `json:"table,omitempty"`
	Where   string            `json:"where,omitempty"`
	Columns []reportColumnOut `json:"columns"`
	Rows    []reportRowOut    `json:"rows"`
	Totals  []*string         `json:"totals"`
	// Across are the keys of the second group of a heat map, in their order.
	Across []acrossOut `json:"across,omitempty"`
	// Since is the Monday that a snapshot compares with.
	Since string `json:"since,omitempty"`
	// Building says why a card of a dashboard has no figures yet.
	Building *rules.Text `json:"building,omitempty"`
}

type acrossOut struct {
	Key   string     `json:"key"`
	Label rules.Text `json:"label"`
}

type reportColumnOut struct {
	Key      string     `json:"key"`
	Name     rules.Text `json:"name"`
	Kind     string     `json:"kind"`
	Type     string     `json:"type"`
	Currency string     `json:"currency,omitempty"`
	// Where narrows the records of a measure further than those of its row, OfRow the rows of a table that it counts.
	Where string `json:"where,omitempty"`
	OfRow string `json:"ofRow,omitempty"`
}

type reportRowOut struct {
	Keys   []string     `json:"keys"`
	Labels []rules.Text `json:"labels"`
	Values []*string    `json:"values"`
	Where  string       `json:"where,omitempty"`
	OfRow  string       `json:"ofRow,omitempty"`
	// Wheres take the place of Where, one for each value.
	Wheres []string `json:"wheres,omitempty"`
}

func figures(fs []engine.Figure) []*string {
	out := make([]*string, len(fs))
	for i, f := range fs {
		if !f.Null {
			text := f.String()
			out[i] = &text
		}
	}
	return out
}

func (s *Server) report(c *call, key, where string) (reportOut, error) {
	r, err := s.Engine.Report(c.ctx(), c.user.ID, c.Param("app"), key, where)
	if err != nil {
		return reportOut{}, err
	}
	return wireReport(r), nil
}

type reportPreviewIn struct {
	Definition json.RawMessage `json:"definition"`
	Report     string          `json:"report"`
}

// postPreviewReport answers a report of the draft over the records there are, as the administrator sees them.
func (s *Server) postPreviewReport(c *call) (any, error) {
	var in reportPreviewIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	app, problems, err := s.compiledWith(c, in.Definition)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(app.Def.Reports, func(r process.Report) bool { return r.Key == in.Report })
	if i < 0 {
		return nil, refuse(http.StatusNotFound, "not.found", rules.Say("草稿里没有这个报表", "草稿裡沒有這個報表", "The draft has no such report"))
	}
	at := "/reports/" + in.Report
	problems = slices.DeleteFunc(problems, func(p rules.Problem) bool {
		return p.Severity != rules.Error || p.Path != at && !strings.HasPrefix(p.Path, at+"/")
	})
	if len(problems) > 0 {
		return nil, refuse(http.StatusUnprocessableEntity, "check.failed", rules.Say("请先修好报表里的错误，再预览", "請先修好報表裡的錯誤，再預覽", "Mend the errors of the report first, then preview"), problems...)
	}
	r, err := s.Engine.PreviewReport(c.ctx(), c.user.ID, c.Param("app"), &app.Def.Reports[i])
	if err != nil {
		return nil, err
	}
	return wireReport(r), nil
}

func wireReport(r *engine.ReportResult) reportOut {
	out := reportOut{Key: r.Def.Key, Name: r.Def.Name, Kind: r.Def.Kind, Chart: r.Def.Chart, Form: r.Form.Def.Key, Table: r.Def.Rows, Where: r.Def.Where,
		Columns: []reportColumnOut{}, Rows: []reportRowOut{}, Totals: figures(r.Totals)}
	if out.Name.IsZero() {
		out.Name = rules.Plain(out.Key)
	}
	if out.Kind == "" {
		out.Kind = "summary"
	}
	if out.Chart == "" {
		out.Chart = "table"
	}
	if !r.Since.IsZero() {
		out.Since = r.Since.Format(time.DateOnly)
	}
	if r.Form.Process != nil {
		out.Process = r.Form.Process.Def.Key
	}
	for _, col := range r.Columns {
		out.Columns = append(out.Columns, reportColumnOut{col.Key, col.Name, col.Kind, col.Type, col.Currency, col.Where, col.OfRow})
	}
	for _, a := range r.Across {
		out.Across = append(out.Across, acrossOut{a.Key, a.Label})
	}
	for _, row := range r.Rows {
		out.Rows = append(out.Rows, reportRowOut{list(row.Keys), list(row.Labels), figures(row.Values), row.Where, row.OfRow, row.Wheres})
	}
	return out
}

func (s *Server) getReport(c *call) (any, error) {
	return s.report(c, c.Param("key"), c.Query("where"))
}

type dashboardOut struct {
	Key   string      `json:"key"`
	Name  rules.Text  `json:"name"`
	Cards []reportOut `json:"cards"`
}

// card is a report of a dashboard. What breaks it breaks the answer, and nothing else: it is not computed where the server looks after that.
func (s *Server) card(c *call, key string) (out reportOut, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("server: report %s: %v\n%s", key, p, debug.Stack())
		}
	}()
	return s.report(c, key, "")
}

// buildingCard stands in the place of a report whose columns are not built yet.
func buildingCard(app *process.App, key string, wait *engine.Building) reportOut {
	out := reportOut{Key: key, Name: rules.Plain(key), Kind: "summary", Chart: "table", Columns: []reportColumnOut{}, Rows: []reportRowOut{}, Totals: []*string{}, Building: &wait.Message}
	for i := range app.Def.Reports {
		r := &app.Def.Reports[i]
		if r.Key != key {
			continue
		}
		if !r.Name.IsZero() {
			out.Name = r.Name
		}
		if r.Chart != "" {
			out.Chart = r.Chart
		}
	}
	return out
}

// cardsAtOnce is how many reports of a dashboard are computed side by side.
const cardsAtOnce = 2

func (s *Server) getDashboard(c *call) (any, error) {
	app, err := s.live(c)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(app.Def.Dashboards, func(d process.Dashboard) bool { return d.Key == c.Param("key") })
	if i < 0 {
		return nil, errNotFound
	}
	d := &app.Def.Dashboards[i]
	out := dashboardOut{Key: d.Key, Name: d.Name, Cards: []reportOut{}}
	cards, errs := make([]reportOut, len(d.Cards)), make([]error, len(d.Cards))
	var wg sync.WaitGroup
	var next atomic.Int64
	for range cardsAtOnce {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(cards); i = int(next.Add(1)) - 1 {
				cards[i], errs[i] = s.card(c, d.Cards[i])
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		var wait *engine.Building
		switch {
		case err == nil:
			out.Cards = append(out.Cards, cards[i])
		case errors.As(err, &wait):
			out.Cards = append(out.Cards, buildingCard(app, d.Cards[i], wait))
		case statusOfError(err) == 0: // a report of what the person may not see is left out
			return nil, err
		}
	}
	return out, nil
}
