package engine

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

const (
	// publicQuota is how much may be uploaded by one public form in uploadWindow, in bytes; MaxPublicFile the largest file.
	publicQuota   = 100 << 20
	MaxPublicFile = 10 << 20
)

// PublicSend is what a visitor sends.
type PublicSend struct {
	// Op is his browser's idempotency key.
	Op   string
	Data map[string]json.RawMessage
	// Source are the parameters of the address he came by.
	Source map[string]string
	Seal   string
	// Trap is a field that people do not see: what is filled in there was filled in by a program.
	Trap string
}

// EvaluatePublic computes a public form as a visitor fills it in.
func (e *Engine) EvaluatePublic(ctx context.Context, p *PublicPage, data map[string]json.RawMessage) (*Evaluation, error) {
	dir, err := e.Directory(ctx)
	if err != nil {
		return nil, err
	}
	v := &View{App: p.App, Form: p.Form.Form, Actor: process.Service(p.App.Def.Key), hidden: map[string]bool{}}
	for i := range v.Form.Def.Fields {
		if key := v.Form.Def.Fields[i].Key; !slices.Contains(p.Form.Def.Fields, key) {
			v.hidden[key] = true
		}
	}
	f := &fetcher{e: e, app: p.App, dir: dir, facts: factsAt(p.App, dir, e.instant()), coll: RecordCollection(v.Form)}
	out := &Evaluation{View: v}
	at := e.instant()
	err = f.ask(ctx, func(facts *process.Facts) (needs []process.Need) {
		out.Result, out.Problems, needs = process.EvaluatePublic(p.App, p.Form, facts, at, data)
		return needs
	})
	if err != nil || out.Result == nil {
		return out, err
	}
	out.Result.Problems = nil // they stand in Problems
	for key := range out.Result.Fields {
		if table, _, _ := strings.Cut(key, "."); !v.Sees(key) || !v.Sees(table) {
			delete(out.Result.Fields, key)
		}
	}
	return out, nil
}

// SendPublic begins a record of what a visitor has sent. A second one of a unique value becomes a note on the record there is, and its owner
// is told: the visitor reads the same either way (semantics 24), and nothing he sent is lost. What a program filled in is dropped.
// Errors: *process.Rejection for what the form's rules say no to, public.early, public.stale.
func (e *Engine) SendPublic(ctx context.Context, p *PublicPage, in PublicSend) error {
	if in.Op == "" || len(in.Op) > 64 {
		return badRequest(rules.Say("缺少操作编号（Idempotency-Key），或超过 64 个字符", "缺少操作編號（Idempotency-Key），或超過 64 個字元", "An Idempotency-Key of at most 64 characters is needed"))
	}
	if in.Trap != "" {
		e.log.Info("a public form was filled in by a program", "app", p.App.Def.Key, "public", p.Form.Def.Key)
		return nil
	}
	if err := p.checkSeal(in.Seal, e.now()); err != nil {
		return err
	}
	op := "public|" + p.App.Def.Key + "|" + p.Form.Def.Key + "|" + in.Op
	for range maxTries {
		_, err := e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Create, App: p.App.Def.Key, Form: p.Form.Def.Form, Op: op,
			Data: in.Data, Public: p.Form.Def.Key, Source: in.Source}})
		if !isTaken(err) {
			return err
		}
		holder, text, err := e.holderOf(ctx, p, in.Data)
		if err != nil {
			return err
		}
		if holder == "" {
			continue // it was given up in between
		}
		_, err = e.Do(ctx, Request{service: true, Command: process.Command{Kind: process.Note, ID: holder, Op: op + "|again", Comment: text, Public: p.Form.Def.Key}})
		if _, refused := asRejection(err); refused {
			continue // deleted in between: the value is free
		}
		return err
	}
	return conflict()
}

// isTaken says whether a creation failed because another record has a unique value, and for nothing else.
func isTaken(err error) bool {
	r, refused := asRejection(err)
	return refused && r.Code == "unique.taken" && !slices.ContainsFunc(r.Details, func(p rules.Problem) bool { return p.Code != "unique.taken" })
}

// holderOf finds the record that has a unique value of what was sent, and lays out what was sent as a note on it.
func (e *Engine) holderOf(ctx context.Context, p *PublicPage, data map[string]json.RawMessage) (holder, text string, err error) {
	v, err := e.EvaluatePublic(ctx, p, data)
	if err != nil || v.Result == nil {
		return "", "", err
	}
	dir, err := e.Directory(ctx)
	if err != nil {
		return "", "", err
	}
	f := &fetcher{e: e, app: p.App, dir: dir}
	form := p.Form.Form
	for i := range form.Def.Unique {
		u := &form.Def.Unique[i]
		for _, one := range form.Schema.UniqueValues(u, v.Result.Values) {
			if u.Mode == "warn" || holder != "" {
				continue
			}
			if holder, err = f.whoHas(ctx, uniqueID(process.UniqueName(form, u, one))); err != nil {
				return "", "", err
			}
		}
	}
	lang := "zh-CN"
	if len(p.App.Def.Languages) > 0 {
		lang = p.App.Def.Languages[0]
	}
	head := rules.Say("公开表单“{name}”又收到一次提交：", "公開表單「{name}」又收到一次提交：", "Sent again by the public form “{name}”:", "name", p.Form.Def.Name).In(lang)
	return holder, head + "\n" + p.Form.Sent(v.Result.Values, &forms.Cells{Language: lang, Zone: p.App.Zone}), nil
}

// SavePublicFile keeps a file that a visitor uploads, within the form's own quota. Errors: *process.Rejection not.found where the form takes
// no files, too.many beyond the quota.
func (e *Engine) SavePublicFile(ctx context.Context, p *PublicPage, name, kind string, content, thumb []byte) (*File, error) {
	if !p.Form.Def.Files {
		return nil, notFound()
	}
	by := process.Visitor(p.App.Def.Key, p.Form.Def.Key)
	used, err := e.uploaded(ctx, by)
	if err != nil {
		return nil, err
	}
	if used+int64(len(content)) > publicQuota {
		return nil, reject("too.many", rules.Say("今天这张表单收到的文件太多，请明天再传，或直接联系我们", "今天這張表單收到的檔案太多，請明天再傳，或直接聯絡我們", "This form has taken too many files today; try again tomorrow, or get in touch"))
	}
	return e.SaveFile(ctx, by, name, kind, content, thumb)
}

// uploaded is how much somebody has uploaded in the last uploadWindow, in bytes.
func (e *Engine) uploaded(ctx context.Context, by string) (int64, error) {
	since := e.instant().Add(-uploadWindow)
	rows, err := e.store.Aggregate(ctx, collFiles, query.Aggregate{Filter: query.And{query.Cmp{Col: "by", Op: query.Eq, Value: by},
		query.Cmp{Col: "at", Op: query.Ge, Value: since.UnixMilli()}}, Measures: []query.Measure{{Kind: "sum", Col: "size"}}, Limit: 1})
	if err != nil || len(rows) == 0 || rows[0].Values[0] == nil {
		return 0, err
	}
	return rows[0].Values[0].Int64(), nil
}

// Opened is when a public form is opened, for its seal.
func (e *Engine) Opened() time.Time { return e.now() }
