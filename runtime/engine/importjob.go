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
	"pipewright/runtime/store"
)

// importer carries out the rows of one import. The record that a row makes has an id that follows from import and row, and its command
// an operation id of its own: a row done twice is done once.
type importer struct {
	e     *Engine
	im    *Import
	plan  ImportPlan
	app   *process.App
	form  *process.Form
	cells *cells
	// wrong is what was wrong in the rows of this step.
	wrong []ImportProblem
}

func (in *importer) id(row int) string {
	return codeOf(in.form) + "-" + hashID("import", in.im.ID, strconv.Itoa(row))
}

func (in *importer) problem(row int, column, code string, msg rules.Text) ImportProblem {
	return ImportProblem{Row: row + 2, Column: column, Code: code, Message: msg}
}

// columnOf is the title of the column that a problem at /data/field/… is about.
func (in *importer) columnOf(path string) string {
	field, _, _ := strings.Cut(strings.TrimPrefix(path, "/data/"), "/")
	for col, key := range in.plan.Mapping {
		if key == field {
			return in.im.Header[col]
		}
	}
	return ""
}

// command reads a row; empty is a row without any value.
func (in *importer) command(row int, texts []string) (c process.Command, empty bool, problems []ImportProblem) {
	c = process.Command{Kind: process.Create, App: in.im.App, Form: in.im.Form, ID: in.id(row), Op: "import|" + in.im.ID + "|" + strconv.Itoa(row), Data: map[string]json.RawMessage{}}
	empty = true
	for col := range in.im.Header {
		key, mapped := in.plan.Mapping[col]
		if !mapped || col >= len(texts) || strings.TrimSpace(texts[col]) == "" {
			continue
		}
		empty = false
		text := strings.TrimSpace(texts[col])
		if _, isField := in.form.Schema.Field(key); isField {
			raw, ps := in.form.Schema.ReadCell(key, text, &in.cells.Cells, "/data")
			for _, p := range ps {
				problems = append(problems, in.problem(row, in.im.Header[col], p.Code, p.Message))
			}
			c.Data[key] = raw
			continue
		}
		if p := in.system(&c, key, text); p.Code != "" {
			problems = append(problems, in.problem(row, in.im.Header[col], p.Code, p.Message))
		}
	}
	if c.Kind == process.Import && c.Owner == "" {
		c.Owner = in.im.User
	}
	return c, empty, problems
}

// system reads a column about the record itself; it makes the row an imported event.
func (in *importer) system(c *process.Command, key, text string) rules.Problem {
	c.Kind = process.Import
	at := map[string]*time.Time{"since": &c.Since, "createdAt": &c.Created, "closedAt": &c.Closed}[key]
	switch {
	case at != nil:
		for _, layout := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02 15:04", "2006/1/2 15:04", "2006-01-02", "2006/1/2"} {
			if t, err := time.ParseInLocation(layout, text, in.app.Zone); err == nil {
				*at = t.UTC()
				return rules.Problem{}
			}
		}
		return rules.Errorf("", "cell.date", rules.Say("应是日期和时间，例如 2026-09-30 14:00", "應是日期和時間，例如 2026-09-30 14:00", "This must be a date and time such as 2026-09-30 14:00"))
	case key == "owner":
		found := in.cells.FindName("user", text)
		if len(found) != 1 {
			return rules.Errorf("", "cell.name", rules.Say("没有找到“{text}”，或不止一人", "沒有找到「{text}」，或不止一人", "Nobody is called “{text}”, or more than one", "text", text))
		}
		c.Owner = found[0]
	case in.form.Process != nil:
		for _, st := range in.form.Process.Stages {
			if st.Def.Key == text || st.Def.Name.In(in.im.Language) == text {
				c.Stage = st.Def.Key
				return rules.Problem{}
			}
		}
		return rules.Errorf("", "cell.name", rules.Say("没有阶段“{text}”", "沒有階段「{text}」", "There is no stage “{text}”", "text", text))
	}
	return rules.Problem{}
}

// meets turns the command into an edit when the row is about a record there is.
func (in *importer) meets(ctx context.Context, c *process.Command) (bool, *rules.Problem, error) {
	var value string
	if in.plan.Key == "" || json.Unmarshal(c.Data[in.plan.Key], &value) != nil || value == "" {
		return false, nil, nil
	}
	views, _, err := in.e.List(ctx, in.im.User, ListQuery{App: in.im.App, Form: in.im.Form, Where: in.plan.Key + " == " + quote(value), Limit: 3})
	if err != nil {
		return false, nil, err
	}
	switch {
	case len(views) == 0 || len(views) == 1 && views[0].State.ID == c.ID:
		return false, nil, nil // new, or made by a former attempt at this very row
	case len(views) > 1:
		p := rules.Errorf("/data/"+in.plan.Key, "cell.many", rules.Say("已有几条记录是“{value}”，不知道改哪一条", "已有幾筆記錄是「{value}」，不知道改哪一筆",
			"Several records have “{value}”; it is not clear which to change", "value", value))
		return false, &p, nil
	}
	*c = process.Command{Kind: process.Edit, ID: views[0].State.ID, Op: c.Op, Data: c.Data}
	return true, nil, nil
}

// rehearse tells what would be wrong with a row.
func (in *importer) rehearse(ctx context.Context, row int, texts []string) ([]ImportProblem, error) {
	c, empty, problems := in.command(row, texts)
	if in.cells.err != nil {
		return nil, in.cells.err
	}
	if empty || len(problems) > 0 {
		return problems, nil
	}
	_, p, err := in.meets(ctx, &c)
	if err != nil {
		return nil, err
	}
	if p != nil {
		return []ImportProblem{in.problem(row, in.columnOf(p.Path), p.Code, p.Message)}, nil
	}
	req := EvaluateRequest{App: in.im.App, Form: in.im.Form, Data: c.Data}
	if c.Kind == process.Edit {
		req.ID = c.ID
	}
	ev, err := in.e.Evaluate(ctx, in.im.User, req)
	if r, refused := asRejection(err); refused {
		return []ImportProblem{in.problem(row, "", r.Code, r.Message)}, nil
	}
	if err != nil {
		return nil, err
	}
	found := ev.Problems
	if ev.Result != nil && c.Kind != process.Import { // an imported record is taken as it stood: only its shape is checked
		found = append(found, ev.Result.Problems...)
	}
	for _, p := range found {
		if p.Severity == rules.Error && !(p.Code == "required" && c.Kind == process.Edit) {
			problems = append(problems, in.problem(row, in.columnOf(p.Path), p.Code, p.Message))
		}
	}
	return problems, nil
}

// take carries out one row and counts it.
func (in *importer) take(ctx context.Context, row int, texts []string) error {
	im := in.im
	fail := func(ps ...ImportProblem) {
		im.Failed++
		in.wrong = append(in.wrong, ps[:min(len(ps), maxRowProblems)]...)
		if len(im.Problems) < maxImportProblems {
			im.Problems = append(im.Problems, ps...)
		}
	}
	c, empty, problems := in.command(row, texts)
	if in.cells.err != nil {
		return in.cells.err
	}
	if empty {
		return nil
	}
	if len(problems) > 0 {
		fail(problems...)
		return nil
	}
	found, p, err := in.meets(ctx, &c)
	if err != nil {
		return err
	}
	if p != nil {
		fail(in.problem(row, in.columnOf(p.Path), p.Code, p.Message))
		return nil
	}
	_, err = in.e.Do(ctx, Request{User: im.User, Command: c})
	if r, refused := asRejection(err); refused && r.Code != "conflict" {
		var list []ImportProblem
		for _, p := range r.Details {
			list = append(list, in.problem(row, in.columnOf(p.Path), p.Code, p.Message))
		}
		if len(list) == 0 {
			list = []ImportProblem{in.problem(row, "", r.Code, r.Message)}
		}
		fail(list...)
		return nil
	}
	switch {
	case err != nil:
		return err
	case found:
		im.Updated++
	default:
		im.Created++
	}
	return nil
}

// undo takes back what a row made.
func (in *importer) undo(ctx context.Context, row int) error {
	id := in.id(row)
	if _, err := in.e.store.Get(ctx, RecordCollection(in.form), id); errors.Is(err, store.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	_, err := in.e.Do(ctx, Request{User: in.im.User, Command: process.Command{Kind: process.Delete, ID: id, Op: "undo|" + in.im.ID + "|" + strconv.Itoa(row)}})
	if r, refused := asRejection(err); refused && r.Code != "conflict" {
		if r.Code != "not.found" && r.Code != "record.deleted" && len(in.im.Problems) < maxImportProblems {
			in.im.Problems = append(in.im.Problems, in.problem(row, "", r.Code, r.Message))
		}
		return nil
	}
	if err == nil {
		in.im.Undone++
	}
	return err
}

// takeStep carries out the next few rows and says how many.
func (in *importer) takeStep(ctx context.Context) (int, error) {
	rows, err := in.e.rowsFrom(ctx, in.im, in.im.Done)
	if err != nil {
		return 0, err
	}
	rows = rows[:min(len(rows), importStep)]
	in.wrong = nil
	for i, texts := range rows {
		if err := in.take(ctx, in.im.Done+i, texts); err != nil {
			return 0, err
		}
	}
	return len(rows), in.e.keepWrong(ctx, in.im, in.wrong)
}

// undoStep takes back what the next few rows made. It does not need the rows, which may be gone.
func (in *importer) undoStep(ctx context.Context) (int, error) {
	n := min(importStep, in.im.Total-in.im.Done)
	for i := range n {
		if err := in.undo(ctx, in.im.Done+i); err != nil {
			return 0, err
		}
	}
	return n, nil
}

// runImport carries an import on from where it stands, a number of rows at a time. The progress is written with compare-and-set: of two
// workers one stops.
func (e *Engine) runImport(ctx context.Context, j *job) error {
	im, err := e.readImport(ctx, j.Record)
	if err != nil {
		return refusal(err)
	}
	want := map[string]string{"run": ImportRunning, "undo": ImportUndoing}[j.Via]
	if im.State != want {
		if im.State == ImportUploaded || j.Via == "undo" && im.State == ImportDone {
			if e.instant().Sub(j.CreatedAt) < time.Minute {
				return errLater{time.Second} // its state is on the way, or its starting broke off
			}
		}
		return nil
	}
	in, err := e.checkPlan(ctx, im, im.Plan)
	if err != nil {
		return refusal(err)
	}
	for turn := 0; im.Done < im.Total && turn < importTurn; {
		step := in.takeStep
		if j.Via == "undo" {
			step = in.undoStep
		}
		n, err := step(ctx)
		if err != nil {
			return err
		}
		im.Done += n
		turn += n
		if im.Done >= im.Total {
			break
		}
		if err := e.saveImport(ctx, im); err != nil {
			return err
		}
	}
	if im.Done < im.Total {
		return errLater{0}
	}
	im.State = map[string]string{"run": ImportDone, "undo": ImportUndone}[j.Via]
	return e.saveImport(ctx, im)
}
