package engine

import (
	"context"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// MaxExport bounds the rows of one export.
const MaxExport = 100_000

// exportPage is how many records of an export are in memory at once.
const exportPage = 200

// ExportRequest says which records to write, and how.
type ExportRequest struct {
	ListQuery
	// Columns are field keys and number, title, stage, owner, createdAt, updatedAt; empty: all of them that the person sees.
	Columns  []string
	Language string
}

// exportSystem are the system names that can be exported.
var exportSystem = map[string]rules.Text{
	"number": rules.Say("编号", "編號", "Number"), "title": rules.Say("标题", "標題", "Title"), "stage": rules.Say("阶段", "階段", "Stage"), "owner": rules.Say("负责人", "負責人", "Owner"),
	"createdAt": rules.Say("创建时间", "建立時間", "Created"), "updatedAt": rules.Say("更新时间", "更新時間", "Updated"),
}

// Export writes the records of a list as rows of text, the names of the columns first: those that the person may read and, by a
// grant that covers them, export; of each what he sees. Errors: *process.Rejection forbidden, field.unknown, and those of List.
func (e *Engine) Export(ctx context.Context, user string, req ExportRequest, emit func(row []string) error) error {
	l, err := e.look(ctx, user, req.App, req.Form)
	if err != nil {
		return err
	}
	if !l.mayExport() {
		return forbidden()
	}
	seen, _ := transferable(l.app, l.form, l.dir, user, false)
	columns := req.Columns
	if len(columns) == 0 {
		columns = []string{"number"}
		if l.form.Process != nil {
			columns = append(columns, "stage")
		}
		columns = append(append(columns, "owner"), seen...)
	}
	header := make([]string, len(columns))
	for i, key := range columns {
		info, isField := l.form.Schema.Field(key)
		switch {
		case isField && slices.Contains(seen, key):
			header[i] = info.Name.In(req.Language)
		case exportSystem[key] != nil && !isField:
			header[i] = exportSystem[key].In(req.Language)
		default:
			msg := rules.Say("没有字段“{key}”", "沒有欄位「{key}」", "There is no field “{key}”", "key", key)
			return reject("field.unknown", msg, rules.Errorf("/columns", "field.unknown", msg))
		}
	}
	if err := emit(header); err != nil {
		return err
	}
	c := e.cells(ctx, l.app, l.dir, user, req.Language)
	l.whole = true
	q := req.ListQuery
	if err := l.narrow(ctx, &q); err != nil {
		return err
	}
	if len(q.Sort) == 0 {
		q.Sort = []string{"createdAt"}
	}
	order, err := l.sort(q.Sort)
	if err != nil {
		return err
	}
	// Which records, and in which order, is read at once: hardly any order has an index that pages of all records could go along.
	var ids []string
	if err := e.store.Scan(ctx, l.coll, query.Scan{Filter: l.filter, Sort: order}, func(id string, _ []any) error {
		ids = append(ids, id)
		return nil
	}); err != nil {
		return readError(err)
	}
	n := 0
	for part := range slices.Chunk(ids, exportPage) {
		views, err := l.inPlace(ctx, part)
		if err != nil {
			return err
		}
		for _, v := range views {
			if !access.Rights(l.app, req.Form, l.dir, user, v.State).Export {
				continue
			}
			if n == MaxExport {
				return c.err
			}
			if err := emit(v.cells(columns, &c.Cells)); err != nil {
				return err
			}
			n++
		}
	}
	return c.err
}

// inPlace reads records in the order of their ids in the list, without those that are no longer what the list is of.
func (l *lister) inPlace(ctx context.Context, ids []string) ([]*View, error) {
	docs, err := l.e.store.GetMany(ctx, l.coll, ids)
	if err != nil {
		return nil, err
	}
	place := make(map[string]int, len(ids))
	for i, id := range ids {
		place[id] = i
	}
	docs = slices.DeleteFunc(docs, func(d store.Doc) bool { return !query.MatchDoc(l.filter, d.ID, d.Cols) })
	slices.SortFunc(docs, func(a, b store.Doc) int { return place[a.ID] - place[b.ID] })
	return l.views(ctx, docs)
}

// mayExport says whether some grant of the person's lets him export.
func (l *lister) mayExport() bool {
	for _, g := range l.form.Def.Grants {
		if slices.Contains(g.Do, "export") && l.dir.HasRole(l.viewer.User, l.app.Def.Key+"/"+g.Role) {
			return true
		}
	}
	return false
}

// cells are the values of a record as one row.
func (v *View) cells(columns []string, c *forms.Cells) []string {
	row := make([]string, len(columns))
	values := v.Form.Schema.Decode(v.State.Data)
	with := *c
	with.Title = func(_, id string) string { return v.titles[id] }
	for i, key := range columns {
		switch _, isField := values[key]; {
		case isField && v.Sees(key):
			value := values[key]
			if rows, ok := value.([]map[string]any); ok {
				value = v.rows(key, rows)
			}
			row[i] = v.Form.Schema.CellText(key, value, &with)
		case isField && v.Masked(key):
			row[i] = v.Masks()[key]
		case isField:
		case key == "number":
			row[i] = v.State.Number
		case key == "title":
			row[i] = v.Title()
		case key == "owner":
			row[i] = c.Name("user", v.State.Owner)
		case key == "stage":
			row[i] = v.State.Stage
			if v.Form.Process != nil {
				if st := v.Form.Process.ByKey[v.State.Stage]; st != nil && !st.Def.Name.IsZero() {
					row[i] = st.Def.Name.In(c.Language)
				}
			}
		case key == "createdAt":
			row[i] = strings.TrimSpace(v.State.CreatedAt.In(c.Zone).Format("2006-01-02 15:04:05"))
		case key == "updatedAt":
			row[i] = strings.TrimSpace(v.State.UpdatedAt.In(c.Zone).Format("2006-01-02 15:04:05"))
		}
	}
	return row
}
