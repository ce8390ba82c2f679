package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	collImports    = "imports"    // an import: whose, of what, how far
	collImportRows = "importRows" // the rows of an import, many in a document
)

// Limits of one import.
const (
	MaxImportRows    = 50_000
	MaxImportColumns = 200
	// importPart is how many rows stand in one document, importPartBytes how large it may become; importStep how many are done between
	// two notes of the progress, importTurn how many in one run of the job.
	importPart      = 200
	importPartBytes = 400_000
	importStep      = 25
	importTurn      = 500
	// importsBack is how many imports of a person are looked through for one of the same form.
	importsBack = 50
	// keepImportRows is how long the rows of a file are kept, and what was wrong with them. The import itself stays: what it made can be taken
	// back, and what its columns meant is remembered.
	keepImportRows = 30 * 24 * time.Hour
	// dryRows is how many rows a dry run looks at, maxImportProblems how many problems are shown, and
	// maxRowProblems how many of one row are kept for the file of rows that did not come in.
	dryRows           = 2_000
	maxImportProblems = 500
	maxRowProblems    = 10
)

// importPartDoc is the body of a document of rows.
type importPartDoc struct {
	Rows [][]string `json:"rows"`
}

// Import states.
const (
	ImportUploaded = "uploaded"
	ImportRunning  = "running"
	ImportDone     = "done"
	ImportUndoing  = "undoing"
	ImportUndone   = "undone"
)

// ImportPlan says what the columns of a file mean: Mapping is a field key, or stage, owner, since, createdAt, closedAt, by column from 0;
// a column that is not in it is left out. Key, when set, is the field by which a row finds the record it changes.
type ImportPlan struct {
	Mapping map[int]string `json:"mapping"`
	Key     string         `json:"key,omitempty"`
}

// Import is a file on its way into a form.
type Import struct {
	ID       string     `json:"id"`
	User     string     `json:"user"`
	App      string     `json:"app"`
	Form     string     `json:"form"`
	Name     string     `json:"name"`
	Language string     `json:"language"`
	At       time.Time  `json:"at"`
	Header   []string   `json:"header"`
	Total    int        `json:"total"`
	Parts    []int      `json:"parts"` // the first row of each document, from 0
	Plan     ImportPlan `json:"plan,omitzero"`
	State    string     `json:"state"`
	// Done counts the rows that are through, of which Created, Updated and Failed; Undone those taken back.
	Done     int             `json:"done"`
	Created  int             `json:"created"`
	Updated  int             `json:"updated"`
	Failed   int             `json:"failed"`
	Undone   int             `json:"undone"`
	Problems []ImportProblem `json:"problems,omitempty"`

	ver int64
}

// ImportProblem is what is wrong with a row, counted as in the file: the header is row 1. Column is its name, "" for the row as a whole.
type ImportProblem struct {
	Row     int        `json:"row"`
	Column  string     `json:"column,omitempty"`
	Code    string     `json:"code"`
	Message rules.Text `json:"message"`
}

// systemTargets are what a column may mean beside a field; they make a row an imported event (semantics 20).
var systemTargets = []string{"stage", "owner", "since", "createdAt", "closedAt"}

// StartImport keeps the rows of a file, the header first. Errors: *process.Rejection not.found, forbidden, import.size.
func (e *Engine) StartImport(ctx context.Context, user, app, form, name, lang string, rows [][]string) (*Import, error) {
	a, f, _, err := e.mayImport(ctx, user, app, form)
	if err != nil {
		return nil, err
	}
	if len(rows) < 2 || len(rows)-1 > MaxImportRows || len(rows[0]) > MaxImportColumns {
		return nil, reject("import.size", rules.Say("文件要有一行标题和 1 到 {rows} 行数据，最多 {columns} 列", "檔案要有一列標題和 1 到 {rows} 列資料，最多 {columns} 欄",
			"The file needs a row of titles and 1 to {rows} rows, at most {columns} columns", "rows", MaxImportRows, "columns", MaxImportColumns))
	}
	im := &Import{ID: e.newID(), User: user, App: a.Def.Key, Form: f.Def.Key, Name: name, Language: lang, At: e.instant(), Header: rows[0], Total: len(rows) - 1, State: ImportUploaded}
	var docs []store.Doc
	var part [][]string
	size := 0
	flush := func() error {
		body, err := marshal(importPartDoc{part})
		if err != nil {
			return err
		}
		docs = append(docs, store.Doc{ID: im.ID + "|" + strconv.Itoa(len(im.Parts)-1), Ver: 1, Cols: map[string]any{"at": im.At.UnixMilli()}, Body: body})
		part, size = nil, 0
		return nil
	}
	for i, row := range rows[1:] {
		if part == nil {
			im.Parts = append(im.Parts, i)
		}
		part = append(part, row)
		for _, c := range row {
			size += len(c) + 4
		}
		if len(part) == importPart || size > importPartBytes || i == im.Total-1 {
			if err := flush(); err != nil {
				return nil, err
			}
		}
	}
	if err := e.insertAll(ctx, collImportRows, docs); err != nil {
		return nil, err
	}
	doc, err := im.doc(1)
	if err != nil {
		return nil, err
	}
	im.ver = 1
	return im, e.store.Insert(ctx, collImports, doc)
}

// mayImport finds the form; only who may import into it gets through.
func (e *Engine) mayImport(ctx context.Context, user, app, form string) (*process.App, *process.Form, *org.Directory, error) {
	l, err := e.look(ctx, user, app, form)
	if err != nil {
		return nil, nil, nil, err
	}
	if _, r := transferable(l.app, l.form, l.dir, user, true); !r.Import {
		return nil, nil, nil, forbidden()
	}
	return l.app, l.form, l.dir, nil
}

func (im *Import) doc(ver int64) (store.Doc, error) {
	body, err := marshal(im)
	return store.Doc{ID: im.ID, Ver: ver, Cols: map[string]any{"user": im.User, "at": im.At.UnixMilli()}, Body: body}, err
}

// ImportOf is an import of the person's own. Errors: *process.Rejection not.found.
func (e *Engine) ImportOf(ctx context.Context, user, id string) (*Import, error) {
	im, err := e.readImport(ctx, id)
	if err == nil && im.User != user {
		return nil, notFound()
	}
	return im, err
}

func (e *Engine) readImport(ctx context.Context, id string) (*Import, error) {
	if store.CheckID(id) != nil {
		return nil, notFound()
	}
	d, err := e.store.Get(ctx, collImports, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, notFound()
	}
	if err != nil {
		return nil, err
	}
	im := &Import{ver: d.Ver}
	if err := json.Unmarshal(d.Body, im); err != nil {
		return nil, fmt.Errorf("engine: import %s: %w", id, err)
	}
	return im, nil
}

func (e *Engine) saveImport(ctx context.Context, im *Import) error {
	doc, err := im.doc(im.ver + 1)
	if err != nil {
		return err
	}
	if err := e.store.Replace(ctx, collImports, doc, im.ver); err != nil {
		return err
	}
	im.ver++
	return nil
}

// rowsFrom reads the rows from one on, to the end of their document. Errors: *process.Rejection import.gone.
func (e *Engine) rowsFrom(ctx context.Context, im *Import, row int) ([][]string, error) {
	part, found := slices.BinarySearch(im.Parts, row)
	if !found {
		part--
	}
	d, err := e.store.Get(ctx, collImportRows, im.ID+"|"+strconv.Itoa(part))
	if errors.Is(err, store.ErrNotFound) {
		return nil, reject("import.gone", rules.Say("这个文件导入已超过 30 天，内容已清除；请重新上传", "這個檔案匯入已超過 30 天，內容已清除；請重新上傳",
			"This file was brought more than 30 days ago and has been cleared away; upload it again"))
	}
	if err != nil {
		return nil, err
	}
	var p importPartDoc
	if err := json.Unmarshal(d.Body, &p); err != nil {
		return nil, fmt.Errorf("engine: rows of import %s: %w", im.ID, err)
	}
	return p.Rows[row-im.Parts[part]:], nil
}

// ImportTarget is what a column may be mapped to.
type ImportTarget struct {
	Key      string
	Name     rules.Text
	Required bool
}

// ImportTargets are the fields a person may import into, and the system names. The plan is what the columns of the file seem to mean: what the
// person last said of columns so titled, otherwise what the titles name.
func (e *Engine) ImportTargets(ctx context.Context, user string, im *Import) (targets []ImportTarget, plan ImportPlan, err error) {
	app, f, dir, err := e.mayImport(ctx, user, im.App, im.Form)
	if err != nil {
		return nil, plan, err
	}
	keys, _ := transferable(app, f, dir, user, true)
	for _, key := range keys {
		info, _ := f.Schema.Field(key)
		targets = append(targets, ImportTarget{key, info.Name, info.Def.Required})
	}
	names := map[string]rules.Text{"since": rules.Say("进入阶段时间", "進入階段時間", "In this stage since"), "closedAt": rules.Say("关闭时间", "關閉時間", "Closed")}
	for _, key := range systemTargets {
		if f.Process == nil && key != "owner" && key != "createdAt" {
			continue
		}
		name := exportSystem[key]
		if name.IsZero() {
			name = names[key]
		}
		targets = append(targets, ImportTarget{Key: key, Name: name})
	}
	last, err := e.lastImport(ctx, user, im)
	if err != nil {
		return nil, plan, err
	}
	return targets, suggested(targets, im, last), nil
}

// suggested is the plan that the titles of a file suggest.
func suggested(targets []ImportTarget, im, last *Import) ImportPlan {
	plan := ImportPlan{Mapping: map[int]string{}}
	used, decided := map[string]bool{}, map[int]bool{}
	take := func(col int, key string) {
		plan.Mapping[col], used[key] = key, true
	}
	for i, title := range im.Header {
		at := -1
		if last != nil {
			at = slices.Index(last.Header, title)
		}
		if at < 0 {
			continue
		}
		// A column that was left out then is left out again.
		key, mapped := last.Plan.Mapping[at]
		offered := slices.ContainsFunc(targets, func(t ImportTarget) bool { return t.Key == key })
		if decided[i] = !mapped || offered; mapped && offered && !used[key] {
			take(i, key)
		}
	}
	for i, title := range im.Header {
		want := forms.Normalize(title, "trim", "width", "case")
		for _, t := range targets {
			hit := strings.EqualFold(t.Key, want)
			for _, name := range t.Name {
				hit = hit || forms.Normalize(name, "trim", "width", "case") == want
			}
			if hit && !used[t.Key] && !decided[i] {
				take(i, t.Key)
				break
			}
		}
	}
	if last != nil && used[last.Plan.Key] {
		plan.Key = last.Plan.Key
	}
	return plan
}

// lastImport is the newest import of a person into the same form that was run, of those not too far back; nil if there is none. Of imports
// whose file has a title in common with this one it is the newest, for who brings two kinds of files by turns.
func (e *Engine) lastImport(ctx context.Context, user string, im *Import) (*Import, error) {
	past, err := e.pastImports(ctx, user, im.App, im.Form)
	for _, was := range past {
		if len(was.Plan.Mapping) > 0 && slices.ContainsFunc(was.Header, func(title string) bool { return slices.Contains(im.Header, title) }) {
			return was, nil
		}
	}
	return nil, err
}

// pastImports are the imports of a person into a form, the newest first, of those not too far back.
func (e *Engine) pastImports(ctx context.Context, user, app, form string) (out []*Import, err error) {
	page, err := e.store.Query(ctx, collImports, query.Query{Filter: query.Cmp{Col: "user", Op: query.Eq, Value: user}, Sort: []query.Sort{{Col: "at", Desc: true}}, Limit: importsBack})
	if err != nil {
		return nil, err
	}
	for _, d := range page.Docs {
		im := &Import{ver: d.Ver}
		if err := json.Unmarshal(d.Body, im); err != nil {
			return nil, fmt.Errorf("engine: import %s: %w", d.ID, err)
		}
		if im.App == app && im.Form == form {
			out = append(out, im)
		}
	}
	return out, nil
}

// Imports are the imports of a person into a form that were run, the newest first, of those not too far back: to look at how far one is, and to take
// it back. Errors: *process.Rejection not.found, forbidden.
func (e *Engine) Imports(ctx context.Context, user, app, form string) ([]*Import, error) {
	a, f, _, err := e.mayImport(ctx, user, app, form)
	if err != nil {
		return nil, err
	}
	past, err := e.pastImports(ctx, user, a.Def.Key, f.Def.Key)
	return slices.DeleteFunc(past, func(im *Import) bool { return im.State == ImportUploaded }), err
}

// checkPlan refuses a plan that names what the person may not write, or one thing twice.
func (e *Engine) checkPlan(ctx context.Context, im *Import, p ImportPlan) (*importer, error) {
	app, f, dir, err := e.mayImport(ctx, im.User, im.App, im.Form)
	if err != nil {
		return nil, err
	}
	keys, _ := transferable(app, f, dir, im.User, true)
	keys = append(keys, systemTargets...)
	used := map[string]bool{}
	bad := func(path string, zhCN, zhTW, en string, key string) error {
		msg := rules.Say(zhCN, zhTW, en, "key", key)
		return badRequest(msg, rules.Errorf(path, "import.mapping", msg))
	}
	for col, key := range p.Mapping {
		switch path := "/mapping/" + strconv.Itoa(col); {
		case col < 0 || col >= len(im.Header):
			return nil, bad(path, "没有这一列", "沒有這一欄", "There is no such column", key)
		case !slices.Contains(keys, key):
			return nil, bad(path, "不能导入到“{key}”", "不能匯入到「{key}」", "“{key}” cannot be imported into", key)
		case used[key]:
			return nil, bad(path, "“{key}”对应了两列", "「{key}」對應了兩欄", "“{key}” is mapped to two columns", key)
		}
		used[key] = true
	}
	if len(used) == 0 {
		return nil, bad("/mapping", "还没有对应任何一列", "還沒有對應任何一欄", "No column is mapped yet", "")
	}
	if p.Key != "" {
		info, ok := f.Schema.Field(p.Key)
		if !ok || !used[p.Key] || !slices.Contains([]string{"text", "phone", "email", "idcode", "barcode", "select"}, info.Def.Type) {
			return nil, bad("/key", "“{key}”不能用来找到已有的记录：请选一个已对应的文字字段", "「{key}」不能用來找到已有的記錄：請選一個已對應的文字欄位",
				"“{key}” cannot find the records there are: choose a text field that is mapped", p.Key)
		}
	}
	if p.Key != "" {
		if _, no := access.FindColumn(f, p.Key, access.Viewer{App: app, Dir: dir, User: im.User}); no != nil {
			return nil, badRequest(no.Message, rules.Errorf("/key", no.Code, no.Message))
		}
	}
	return &importer{e: e, im: im, plan: p, app: app, form: f, cells: e.cells(ctx, app, dir, im.User, im.Language)}, nil
}

// Rehearsal is what a dry run found.
type Rehearsal struct {
	// Rows looked at, of which Good can come in.
	Rows, Good int
	Problems   []ImportProblem
}

// CheckImport tries the first rows without keeping anything. Values that must be unique are claimed only when the import runs.
func (e *Engine) CheckImport(ctx context.Context, user, id string, p ImportPlan) (*Rehearsal, error) {
	im, err := e.ImportOf(ctx, user, id)
	if err != nil {
		return nil, err
	}
	in, err := e.checkPlan(ctx, im, p)
	if err != nil {
		return nil, err
	}
	out := &Rehearsal{}
	for row := 0; row < min(im.Total, dryRows); {
		rows, err := e.rowsFrom(ctx, im, row)
		if err != nil {
			return nil, err
		}
		for _, cells := range rows {
			if row >= dryRows {
				break
			}
			problems, err := in.rehearse(ctx, row, cells)
			if err != nil {
				return nil, err
			}
			out.Rows++
			if len(problems) == 0 {
				out.Good++
			}
			if len(out.Problems) < maxImportProblems {
				out.Problems = append(out.Problems, problems...)
			}
			row++
		}
	}
	return out, nil
}

// RunImport sets an import going. Asked again it goes on as it is. Errors: *process.Rejection not.found, bad.request, conflict.
func (e *Engine) RunImport(ctx context.Context, user, id string, p ImportPlan) (*Import, error) {
	im, err := e.ImportOf(ctx, user, id)
	if err != nil || im.State == ImportRunning || im.State == ImportDone {
		return im, err
	}
	if im.State != ImportUploaded {
		return nil, conflict()
	}
	if _, err := e.checkPlan(ctx, im, p); err != nil {
		return nil, err
	}
	im.Plan, im.State = p, ImportRunning
	return im, e.importJob(ctx, im, "run")
}

// UndoImport moves the records that an import has made to the recycle bin. Records that it changed stay as they are.
func (e *Engine) UndoImport(ctx context.Context, user, id string) (*Import, error) {
	im, err := e.ImportOf(ctx, user, id)
	if err != nil || im.State == ImportUndoing || im.State == ImportUndone {
		return im, err
	}
	if im.State != ImportDone {
		return nil, conflict()
	}
	im.State, im.Done = ImportUndoing, 0
	return im, e.importJob(ctx, im, "undo")
}

// importJob saves the new state after the job that carries it out: a job whose import is not yet in that state waits for it.
func (e *Engine) importJob(ctx context.Context, im *Import, what string) error {
	now := e.instant()
	d, err := newJob(job{ID: "import|" + im.ID + "|" + what, Kind: jobImport, App: im.App, Form: im.Form, Record: im.ID, Via: what}, now, now)
	if err != nil {
		return err
	}
	if err := e.insertAll(ctx, collJobs, []store.Doc{d}); err != nil {
		return err
	}
	err = e.saveImport(ctx, im)
	if errors.Is(err, store.ErrConflict) {
		return conflict()
	}
	e.wake()
	return err
}
