package engine

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	leaverPage = 200
	// leaverRounds bounds how often what a person has is looked through before his account closes: others may go on giving him work.
	leaverRounds = 5
)

// runLeaver hands over what a person has. The rounds are counted in Ran; the last follows when the account has been closed for everybody.
func (e *Engine) runLeaver(ctx context.Context, j *job) error {
	h, err := e.handover(ctx, strings.TrimPrefix(j.ID, "leaver|"))
	if err != nil || h == nil || h.State == handoverDone {
		return err
	}
	for {
		moved, err := e.handRound(ctx, h, j)
		if err != nil {
			return err
		}
		if err := e.handPlaces(ctx, h); err != nil {
			return err
		}
		j.Ran++
		if err := e.saveProgress(ctx, j); err != nil {
			return err
		}
		if moved == 0 || j.Ran == leaverRounds && j.Plan == "" || j.Ran >= 2*leaverRounds {
			break
		}
	}
	if !h.Plan.KeepAccount && j.Plan == "" {
		if err := e.closeAccount(ctx, h.User); err != nil {
			return err
		}
		j.Plan = "closed"
		if err := e.saveProgress(ctx, j); err != nil {
			return err
		}
		return errLater{2 * seenBy} // every node refuses him by then; what came to him until now is found
	}
	return e.closeHandover(ctx, h)
}

// closeHandover notes that it is done and tells those who take over and who ordered it, each once.
func (e *Engine) closeHandover(ctx context.Context, h *Handover) error {
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	told := map[string]bool{}
	text := rules.Say("{who}的工作已交接完成：{n} 条记录", "{who}的工作已交接完成：{n} 筆記錄", "The work of {who} has been handed over: {n} records", "who", dir.Name(h.User), "n", h.Found.Records)
	to := []string{h.By, h.Plan.Successor}
	for _, app := range slices.Sorted(maps.Keys(h.Plan.Apps)) {
		to = append(to, h.Plan.Apps[app])
	}
	for _, user := range to {
		if told[user] {
			continue
		}
		told[user] = true
		if err := e.tellOf(ctx, &Task{}, "leaver|"+h.ID, "owner", []string{user}, text); err != nil {
			return err
		}
	}
	h.State, h.DoneAt = handoverDone, e.instant()
	return e.saveHandover(ctx, h)
}

// handRound goes once through all a person has; it returns for how many records and tasks something happened.
func (e *Engine) handRound(ctx context.Context, h *Handover, j *job) (moved int, err error) {
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return 0, err
	}
	for _, app := range apps {
		if err := e.prepare(ctx, app); err != nil {
			return moved, err
		}
		for _, f := range formsOf(app) {
			n, err := e.handAll(ctx, h, j, RecordCollection(f), owned(h.User), func(d store.Doc) (string, string) { return d.ID, app.Def.Key })
			if moved += n; err != nil {
				return moved, err
			}
		}
	}
	n, err := e.handAll(ctx, h, j, collTasks, openTasksOf(h.User, "approval", "activity"), func(d store.Doc) (string, string) {
		record, _ := d.Cols["record"].(string)
		app, _ := d.Cols["app"].(string)
		return record, app
	})
	if moved += n; err != nil {
		return moved, err
	}
	q := query.Query{Filter: openTasksOf(h.User, taskKinds...), Limit: leaverPage}
	for {
		page, err := e.store.Query(ctx, collTasks, q)
		if err != nil {
			return moved, err
		}
		for _, d := range page.Docs {
			app, _ := d.Cols["app"].(string)
			if err := e.giveTask(ctx, d.ID, h.User, h.Plan.in(app), "left"); err != nil {
				return moved, err
			}
			moved++
		}
		if q.After = page.Next; q.After == "" {
			return moved, nil
		}
	}
}

// handAll gives every record that a query finds its command, each once a round.
func (e *Engine) handAll(ctx context.Context, h *Handover, j *job, coll string, f query.Filter, of func(store.Doc) (record, app string)) (moved int, err error) {
	q := query.Query{Filter: f, Limit: leaverPage}
	seen := map[string]bool{}
	for {
		page, err := e.store.Query(ctx, coll, q)
		if err != nil {
			return moved, err
		}
		var records, inApp []string
		for _, d := range page.Docs {
			if record, app := of(d); record != "" && !seen[record] {
				seen[record] = true
				records, inApp = append(records, record), append(inApp, app)
			}
		}
		changed := make([]bool, len(records))
		err = inParallel(e.width(eachWorkers), indices(len(records)), func(i int) error {
			c := process.Command{Kind: process.HandOver, ID: records[i], Owner: h.User, People: []string{h.Plan.in(inApp[i])}, To: h.Plan.Approvals,
				Op: j.ID + "|" + strconv.Itoa(j.Ran) + "|" + records[i], Cause: process.Cause{Root: j.ID}}
			res, err := e.Do(ctx, Request{service: true, Command: c})
			if r, refused := asRejection(err); refused && r.Code != "conflict" {
				return nil // gone, or in the recycle bin; what stays with him is counted
			}
			changed[i] = err == nil && len(res.Events) > 0
			return err
		})
		for _, yes := range changed {
			if yes {
				moved++
			}
		}
		if err != nil {
			return moved, err
		}
		if q.After = page.Next; q.After == "" {
			return moved, nil
		}
	}
}
