package engine

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// runBody is the log of a run as it is kept.
type runBody struct {
	App        string      `json:"app"`
	Automation string      `json:"automation"`
	Record     string      `json:"record,omitempty"`
	Title      string      `json:"title,omitempty"`
	State      string      `json:"state"`
	Error      *runProblem `json:"error,omitempty"`
	Actions    []RunAction `json:"actions,omitempty"`
	// More is how many further actions were done.
	More int `json:"more,omitempty"`
	// Payload is what a webhook brought.
	Payload json.RawMessage `json:"payload,omitempty"`
	Attempt int             `json:"attempt,omitempty"`
	At      time.Time       `json:"at"`
	// Until is when a waiting run goes on.
	Until time.Time `json:"until,omitzero"`
	Cause string    `json:"cause,omitempty"`
}

type runProblem struct {
	Path    string     `json:"path,omitempty"`
	Code    string     `json:"code"`
	Message rules.Text `json:"message"`
	// Details are the single things that a refusal is about, the first of them.
	Details []runProblem `json:"details,omitempty"`
}

// maxDetails is how many things that a refusal is about the log of a run tells.
const maxDetails = 10

func (p *runProblem) Error() string { return p.Code + " " + p.Path + ": " + p.Message.In("en") }

// RunAction is what became of one action. Kind is the action's member in the definition.
type RunAction struct {
	Path   string   `json:"path"`
	Kind   string   `json:"kind"`
	Record string   `json:"record,omitempty"`
	People []string `json:"people,omitempty"`
	Status int      `json:"status,omitempty"`
	// Input is what it was done with: the values set, the transition, what was called or said. One that is long is left out.
	Input json.RawMessage `json:"input,omitempty"`
	// Answer is the beginning of what another system answered, or why there was no answer.
	Answer string `json:"answer,omitempty"`
	// Until is when a wait ends.
	Until   time.Time `json:"until,omitzero"`
	counted *process.Counted
	// Failed: the run came to an end with it.
	Failed bool `json:"failed,omitempty"`
	// Skipped: its condition did not hold, or nobody was found.
	Skipped bool `json:"skipped,omitempty"`
}

func (b *runBody) finish(err error) {
	switch {
	case b.State == "waiting":
	case err == nil && b.State == "":
		b.State = "done"
	case err != nil:
		b.State = "failed"
		var p *runProblem
		if !errors.As(err, &p) {
			p = &runProblem{Code: "failed", Message: whyFailed(err)}
			if wait, building := asBuilding(err); building {
				p = &runProblem{Code: "index.building", Message: wait.Message}
			}
			if r, ok := asRejection(err); ok {
				p = &runProblem{Code: r.Code, Message: r.Message}
				if len(r.Details) > 0 {
					p.Path = r.Details[0].Path
				}
				for _, d := range r.Details[:min(len(r.Details), maxDetails)] {
					p.Details = append(p.Details, runProblem{Path: d.Path, Code: d.Code, Message: d.Message})
				}
			}
		}
		b.Error = p
	}
}

// logRuns keeps the logs of runs, one entry for each attempt that came to an end.
func (e *Engine) logRuns(ctx context.Context, ws []*run) error {
	var docs []store.Doc
	for _, w := range ws {
		w.log.At = w.at
		body, err := marshal(w.log)
		if err != nil {
			return err
		}
		cols := map[string]any{"app": w.log.App, "automation": w.log.App + "/" + w.log.Automation, "state": w.log.State, "at": w.log.At.UnixMilli()}
		if w.log.Record != "" {
			cols["record"] = w.log.Record
		}
		if len(w.waits) > 0 {
			// A run that waits has one entry, which says where it stands; it is kept as long as it waits.
			if w.log.Until.After(w.log.At) {
				cols["at"] = w.log.Until.UnixMilli()
			}
			if err := e.put(ctx, collRuns, w.id+"|wait", cols, w.log); err != nil {
				return err
			}
			continue
		}
		attempt := strconv.Itoa(w.log.Attempt)
		if w.inTick {
			attempt = "tick" + attempt // its own job, if it needs one, counts from one
		}
		if w.job != nil && len(w.job.Hands) > 0 {
			attempt += "." + strconv.Itoa(len(w.job.Hands)) // taken in hand, it counts from one again
		}
		docs = append(docs, store.Doc{ID: w.id + "|" + attempt, Ver: 1, Cols: cols, Body: body})
	}
	return e.insertAll(ctx, collRuns, docs)
}

// Run is one run of an automation as people see it.
type Run struct {
	ID, State, Record, Title string
	At                       time.Time
	Code                     string
	Message                  rules.Text
	Path                     string
	// Details are what a refusal is about.
	Details []rules.Problem
	Actions []RunAction
	// More is how many further actions were done.
	More int
	// Payload is what a webhook brought.
	Payload json.RawMessage
	Attempt int
	// Until is when a waiting run goes on.
	Until time.Time
	// Job is the dead job of a run that failed for good; empty once somebody has taken it in hand. Who gave it up makes its state "discarded".
	Job string
}

// Runs lists the runs of an automation, newest first.
func (e *Engine) Runs(ctx context.Context, app, automation string, limit int, after string) ([]Run, string, error) {
	page, err := e.store.Query(ctx, collRuns, query.Query{Filter: query.Cmp{Col: "automation", Op: query.Eq, Value: app + "/" + automation},
		Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: pageSize(limit), After: after})
	if err != nil {
		return nil, "", readError(err)
	}
	var out []Run
	for _, d := range page.Docs {
		var b runBody
		if err := json.Unmarshal(d.Body, &b); err != nil {
			return nil, "", err
		}
		r := Run{ID: d.ID, State: b.State, Record: b.Record, Title: b.Title, At: b.At, Actions: b.Actions, More: b.More, Payload: b.Payload, Attempt: b.Attempt, Until: b.Until}
		if b.Error != nil {
			r.Code, r.Message, r.Path = b.Error.Code, b.Error.Message, b.Error.Path
			for _, d := range b.Error.Details {
				r.Details = append(r.Details, rules.Problem{Path: d.Path, Code: d.Code, Message: d.Message, Severity: rules.Error})
			}
		}
		out = append(out, r)
	}
	return out, page.Next, e.deadRuns(ctx, out)
}

// deadRuns notes which runs somebody has to take in hand, and which were given up. A run is named after its job, with the attempt behind it; of several
// attempts the newest counts.
func (e *Engine) deadRuns(ctx context.Context, runs []Run) error {
	at := map[string]int{}
	var ids []string
	for i := range runs {
		id := runs[i].ID[:max(0, strings.LastIndexByte(runs[i].ID, '|'))]
		if _, seen := at[id]; !seen && runs[i].State == "failed" {
			ids = append(ids, id)
		}
		if _, seen := at[id]; !seen {
			at[id] = i
		}
	}
	if len(ids) == 0 {
		return nil
	}
	docs, err := e.store.GetMany(ctx, collJobs, ids)
	if err != nil {
		return readError(err)
	}
	for _, d := range docs {
		switch d.Cols["state"] {
		case jobDead:
			runs[at[d.ID]].Job = d.ID
		case jobDone:
			j, err := jobOf(d)
			if err != nil {
				return err
			}
			if n := len(j.Hands); n > 0 && j.Hands[n-1].State == jobDone {
				runs[at[d.ID]].State = "discarded"
			}
		}
	}
	return nil
}
