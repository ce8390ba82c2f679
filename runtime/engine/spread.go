package engine

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// What people are told stands in the product first. Who wants it by mail as well gets it by a job named by the notice, held over his quiet
// hours; who wants the mail of the day gets one by a job named by him and its instant, which the first notice of the day makes. Either reads the
// notice when it goes out, by what the person may see then, and leaves out what he has read meanwhile.

const (
	mailNotice = "told|"   // mailNotice|id of a notice: by mail at once
	mailTask   = "came|"   // mailTask|id of a task: that it came
	mailDigest = "digest|" // mailDigest|user|instant: the mail of the day
	// digestBack is how far back the mail of the day looks for what belongs into it.
	digestBack = 72 * time.Hour
	maxDigest  = 100
)

// leave leaves notices, and makes what brings them further. The notices come first: a job that finds none has nothing to say.
func (e *Engine) leave(ctx context.Context, docs []store.Doc) error {
	if len(docs) == 0 {
		return nil
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	now := e.instant()
	jobs := map[string]store.Doc{}
	for i := range docs {
		user, _ := docs[i].Cols["user"].(string)
		u, known := dir.User(user)
		if !known {
			continue
		}
		var b noticeBody
		if err := json.Unmarshal(docs[i].Body, &b); err != nil {
			return err
		}
		switch u.Notify.Way(b.Kind) {
		case "off":
			docs[i].Cols["read"] = true
		case "mail":
			if err := addJob(jobs, job{ID: mailNotice + docs[i].ID, Kind: jobTell, Person: user}, u.Notify.Hold(now, dir.Zone(), b.Kind == "escalation"), now); err != nil {
				return err
			}
		case "digest":
			at := u.Notify.NextDigest(now, dir.Zone())
			b.Digest = digestID(user, at)
			if docs[i].Body, err = marshal(b); err != nil {
				return err
			}
			if err := addJob(jobs, job{ID: b.Digest, Kind: jobTell, Person: user}, at, now); err != nil {
				return err
			}
		}
	}
	if err := e.insertAll(ctx, collNotices, docs); err != nil {
		return err
	}
	return e.insertAll(ctx, collJobs, valuesOf(jobs))
}

// tellTasks makes what tells people by mail that something came for them to do.
func (e *Engine) tellTasks(ctx context.Context, tasks map[string]store.Doc) error {
	if len(tasks) == 0 {
		return nil
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	now := e.instant()
	jobs := map[string]store.Doc{}
	for id, d := range tasks {
		user, _ := d.Cols["user"].(string)
		u, known := dir.User(user)
		if !known || d.Cols["state"] != process.Open || d.Cols["kind"] == "cc" {
			continue
		}
		switch u.Notify.Way("task") {
		case "mail":
			err = addJob(jobs, job{ID: mailTask + id, Kind: jobTell, Person: user}, u.Notify.Hold(now, dir.Zone(), false), now)
		case "digest":
			at := u.Notify.NextDigest(now, dir.Zone())
			err = addJob(jobs, job{ID: digestID(user, at), Kind: jobTell, Person: user}, at, now)
		}
		if err != nil {
			return err
		}
	}
	return e.insertAll(ctx, collJobs, valuesOf(jobs))
}

func digestID(user string, at time.Time) string {
	return mailDigest + user + "|" + at.UTC().Format(time.RFC3339)
}

func addJob(jobs map[string]store.Doc, j job, due, now time.Time) error {
	doc, err := newJob(j, due, now)
	jobs[j.ID] = doc
	return err
}

func valuesOf(m map[string]store.Doc) []store.Doc {
	var out []store.Doc
	for _, d := range m {
		out = append(out, d)
	}
	return out
}

// runTell sends one person a mail of what he was told. Who has left, or has no address, gets none.
func (e *Engine) runTell(ctx context.Context, j *job) error {
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	u, known := dir.User(j.Person)
	if !known || !u.Active || u.Email == "" {
		return nil
	}
	if at := u.Notify.Hold(e.instant(), dir.Zone(), true); at.After(e.instant()) && !strings.HasPrefix(j.ID, mailDigest) && !u.Notify.Urgent {
		return errLater{at.Sub(e.instant())} // the quiet hours were set meanwhile
	}
	var lines []Notice
	var todo []Task
	switch {
	case strings.HasPrefix(j.ID, mailNotice):
		lines, err = e.unread(ctx, u.ID, strings.TrimPrefix(j.ID, mailNotice))
	case strings.HasPrefix(j.ID, mailTask):
		var t *Task
		if t, err = e.Task(ctx, u.ID, strings.TrimPrefix(j.ID, mailTask)); err == nil && t.State == process.Open {
			todo = []Task{*t}
		}
		if _, refused := asRejection(err); refused {
			err = nil // gone, or another's by now
		}
	default:
		lines, todo, err = e.digested(ctx, &u, j.ID)
	}
	if err != nil || len(lines)+len(todo) == 0 {
		return err
	}
	v := &delivery{ID: deliveryID(j.ID, "mail"), Channel: "mail"}
	v.Key = v.ID
	base, err := e.PublicURL(ctx)
	if err != nil {
		return err
	}
	v.Mail = tellingMail(&u, dir.Zone(), base, lines, todo, strings.HasPrefix(j.ID, mailDigest))
	v.To, v.Subject = u.Email, outbound.OneLine(v.Mail.Subject, 200)
	if len(lines) == 1 && len(todo) == 0 {
		v.Record, v.App, v.Form = lines[0].Record, lines[0].App, lines[0].Form
	}
	return e.queueDeliveries(ctx, []*delivery{v})
}

// unread is one notice, unless the person has read it.
func (e *Engine) unread(ctx context.Context, user, id string) ([]Notice, error) {
	d, err := e.store.Get(ctx, collNotices, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil || d.Cols["read"] == true || d.Cols["user"] != user {
		return nil, err
	}
	return e.readNotices(ctx, user, []store.Doc{d})
}

// digested is what belongs into one mail of the day: notices left for it that are unread, and what there is to do.
func (e *Engine) digested(ctx context.Context, u *org.User, id string) (lines []Notice, todo []Task, err error) {
	since := e.instant().Add(-digestBack).UnixMilli()
	f := query.And{query.Cmp{Col: "user", Op: query.Eq, Value: u.ID}, query.Cmp{Col: "read", Op: query.Eq, Value: false}, query.Cmp{Col: "at", Op: query.Ge, Value: since}}
	page, err := e.store.Query(ctx, collNotices, query.Query{Filter: f, Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: maxDigest})
	if err != nil {
		return nil, nil, err
	}
	var docs []store.Doc
	for _, d := range page.Docs {
		var b noticeBody
		if err := json.Unmarshal(d.Body, &b); err != nil {
			return nil, nil, err
		}
		if b.Digest == id {
			docs = append(docs, d)
		}
	}
	if lines, err = e.readNotices(ctx, u.ID, docs); err != nil || u.Notify.Way("task") != "digest" {
		return lines, nil, err
	}
	todo, _, err = e.Tasks(ctx, u.ID, TaskQuery{Sort: "due", Limit: maxDigest})
	return lines, todo, err
}

// tellingMail writes what a person is told, in his language, with links to pages for those who are signed in.
func tellingMail(u *org.User, zone *time.Location, base string, lines []Notice, todo []Task, digest bool) *mailOut {
	lang := u.Language
	if lang == "" {
		lang = rules.Languages[0]
	}
	var text, marked strings.Builder
	say := func(what, title, record string) {
		line := what
		if title != "" {
			line = title + ": " + what
		}
		text.WriteString("- " + line + "\n")
		marked.WriteString("- " + process.Markdown(line))
		if address := pageOf(base, record); address != "" {
			text.WriteString("  " + address + "\n")
			marked.WriteString(" " + outbound.Link(rules.Say("打开", "打開", "Open").In(lang), address))
		}
		marked.WriteString("\n")
	}
	subject := rules.Say("今天的通知：{n} 条", "今天的通知：{n} 則", "Your day: {n} notices", "n", len(lines)+len(todo)).In(lang)
	if !digest && len(lines) > 0 {
		subject = lines[0].Text.In(lang)
		if lines[0].Title != "" {
			subject = lines[0].Title + ": " + subject
		}
	}
	if !digest && len(todo) > 0 {
		subject = rules.Say("待办：{task}", "待辦：{task}", "To do: {task}", "task", todo[0].Name).In(lang)
	}
	for i := range lines {
		say(lines[i].Text.In(lang), lines[i].Title, lines[i].Record)
	}
	for i := range todo {
		what := todo[i].Name.In(lang)
		if !todo[i].DueAt.IsZero() {
			what += rules.Say("（{when} 到期）", "（{when} 到期）", " (due {when})", "when", todo[i].DueAt.In(zone).Format("2006-01-02 15:04")).In(lang)
		}
		say(what, todo[i].Title, todo[i].Record)
	}
	return &mailOut{To: []string{u.Email}, Subject: subject, Text: text.String(), Markdown: marked.String()}
}
