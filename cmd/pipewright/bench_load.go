package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"pipewright/cmd/pipewright/internal/trial"
)

// work is the n-th request of connection c.
type work func(c, n int) (method, path string, body any, key string)

// load is what a run of requests took.
type load struct {
	took []float64 // ms, ascending
	wall time.Duration
	// cpu is what the server spent on it.
	cpu time.Duration
	// refused are the answers that said no without harm.
	refused int
}

// cpuEach is what the server spent on one request, in ms.
func (l load) cpuEach() float64 { return ms(l.cpu) / float64(max(1, len(l.took))) }

func (l load) perSecond() float64 { return float64(len(l.took)) / l.wall.Seconds() }

func (l load) quantile(q float64) float64 {
	if len(l.took) == 0 {
		return 0
	}
	return l.took[min(len(l.took)-1, int(q*float64(len(l.took))))]
}

// drive sends requests on conns connections for a time; anything but success, or a refusal that is fine, ends it with an error.
func drive(ctx context.Context, api *trial.API, conns int, d time.Duration, w work, fine func(status int) bool) (load, error) {
	end := time.Now().Add(d)
	return spread(ctx, api, conns, func(int64) bool { return time.Now().Before(end) }, w, fine)
}

// driveN sends n requests.
func driveN(ctx context.Context, api *trial.API, conns, n int, w work) (load, error) {
	return spread(ctx, api, conns, func(sent int64) bool { return sent <= int64(n) }, w, nil)
}

func spread(ctx context.Context, api *trial.API, conns int, more func(sent int64) bool, w work, fine func(status int) bool) (load, error) {
	var sent atomic.Int64
	var wg sync.WaitGroup
	took := make([][]float64, conns)
	errs := make([]error, conns)
	var refused atomic.Int64
	began := time.Now()
	for c := range conns {
		wg.Go(func() {
			for {
				n := sent.Add(1)
				if !more(n) || ctx.Err() != nil {
					return
				}
				method, path, body, key := w(c, int(n))
				t := time.Now()
				status, answer, err := api.Do(ctx, method, path, body, key)
				if err == nil && fine != nil && fine(status) {
					refused.Add(1)
					trial.Wait(ctx, 10*time.Millisecond)
					continue
				}
				if err == nil && status >= 300 {
					err = fmt.Errorf("%s %s: %d %s", method, path, status, answer)
				}
				if err != nil {
					errs[c] = err
					return
				}
				took[c] = append(took[c], float64(time.Since(t).Microseconds())/1000)
			}
		})
	}
	wg.Wait()
	l := load{wall: time.Since(began), refused: int(refused.Load())}
	for c := range conns {
		if errs[c] != nil {
			return l, errs[c]
		}
		l.took = append(l.took, took[c]...)
	}
	slices.Sort(l.took)
	return l, nil
}

const (
	recordsPath = "/api/apps/bench/forms/item/records"
	listPath    = recordsPath + "?where=region%20%3D%3D%20%27east%27&sort=-amount&limit=50"
)

// benchApp is the work of performance.md: a 15-field form with three checks, a computed field over a table of ten rows, three
// stages, one guarded transition, everything audited.
var benchApp = json.RawMessage(`{
  "spec": "pipewright/1", "key": "bench", "name": "Bench", "timezone": "Asia/Shanghai", "currency": "CNY",
  "roles": [{"key": "boss", "name": "Boss"}, {"key": "rep", "name": "Rep"}],
  "options": [{"key": "region", "items": [{"key": "east", "name": "East"}, {"key": "due", "name": "Due"}, {"key": "south", "name": "South"}, {"key": "west", "name": "West"}, {"key": "north", "name": "North"}]}],
  "forms": [{"key": "item", "name": "Item", "fields": [
      {"key": "name", "type": "text", "name": "Name", "required": true, "list": true},
      {"key": "company", "type": "text", "name": "Company", "required": true},
      {"key": "contact", "type": "text", "name": "Contact"},
      {"key": "phone", "type": "text", "name": "Phone", "pattern": "^1[3-9][0-9]{9}$"},
      {"key": "region", "type": "select", "options": "region", "name": "Region", "filter": true},
      {"key": "closeDate", "type": "date", "name": "Closing"},
      {"key": "budget", "type": "money", "name": "Budget"},
      {"key": "urgent", "type": "bool", "name": "Urgent"},
      {"key": "score", "type": "number", "name": "Score", "scale": 0, "min": 0, "max": 100},
      {"key": "share", "type": "percent", "name": "Share"},
      {"key": "need", "type": "longtext", "name": "Need"},
      {"key": "next", "type": "text", "name": "Next step"},
      {"key": "agreed", "type": "bool", "name": "Agreed"},
      {"key": "lines", "type": "table", "name": "Lines", "fields": [{"key": "qty", "type": "number", "name": "Qty", "scale": 0}, {"key": "price", "type": "money", "name": "Price"}, {"key": "net", "type": "money", "name": "Net", "calc": "qty * price"}]},
      {"key": "amount", "type": "money", "name": "Amount", "calc": "sum(lines, .net)", "list": true, "sort": true}],
    "checks": [{"key": "score", "if": "score == nil || score <= 100", "message": "Score is at most 100"}, {"key": "amount", "if": "amount >= 0", "message": "Amount is not negative"}, {"key": "named", "if": "len(name) > 1", "message": "A name has two letters"}],
    "grants": [{"role": "boss", "records": "all", "do": ["create", "read", "edit", "assign"]}, {"role": "rep", "records": "own", "do": ["create", "read", "edit"]}]}],
  "processes": [{"key": "item", "form": "item", "name": "Item", "start": "new", "value": "amount", "closing": "closeDate",
    "stages": [{"key": "new", "name": "New", "probability": 10, "goal": "begin"}, {"key": "work", "name": "Work", "probability": 50, "goal": "work", "leaveIf": [{"if": "amount > 0 && agreed", "message": "Agree on an amount first"}]}, {"key": "won", "name": "Won", "end": "won"}],
    "transitions": [{"key": "begin", "from": ["new"], "to": "work", "name": "Begin"}, {"key": "advance", "from": ["work"], "to": "work", "restart": true, "name": "Advance"}, {"key": "win", "from": ["work"], "to": "won", "name": "Win"}]}],
  "automations": [{"key": "due", "name": "Due", "on": {"cron": "* * * * *", "timezone": "Asia/Shanghai", "misfire": "skip", "overlap": "skip"},
    "each": {"process": "item", "where": "region == 'due'"}, "limit": 10000, "do": [{"set": {"region": "'north'"}}]}],
  "reports": [{"key": "byRegion", "name": "By region", "form": "item", "group": [{"by": "region"}], "measures": [{"key": "amount", "sum": "amount"}, {"key": "n", "count": true}], "chart": "bar"}]
}`)

// benchData is a filled form.
func benchData(n int) map[string]any {
	regions := []string{"east", "south", "west", "north"}
	lines := make([]map[string]any, 10)
	for i := range lines {
		lines[i] = map[string]any{"qty": i + 1, "price": map[string]any{"amount": fmt.Sprintf("%d.50", 100+(n*7+i)%900), "currency": "CNY"}}
	}
	return map[string]any{
		"name": fmt.Sprintf("Item %d", n), "company": "Huadong Manufacturing", "contact": "Shen", "phone": "13800138000", "region": regions[n%4], "closeDate": "2026-12-18",
		"budget": map[string]any{"amount": "100000.00", "currency": "CNY"}, "urgent": n%2 == 0, "score": n % 100, "share": "0.25",
		"need": "Connect the shop floor to the planning system, replace paper.", "next": "call", "agreed": true, "lines": lines,
	}
}
