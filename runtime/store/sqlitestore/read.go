package sqlitestore

import (
	"context"
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"unsafe"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Get reads one document.
func (s *Store) Get(ctx context.Context, coll, id string) (store.Doc, error) {
	t, err := s.table(coll)
	if err != nil {
		return store.Doc{}, err
	}
	if err := store.CheckID(id); err != nil {
		return store.Doc{}, err
	}
	var d store.Doc
	err = s.read(ctx, func(c *conn) error {
		// One row by its key takes microseconds: watching the context meanwhile would cost more than the read.
		return c.rows(context.Background(), t.get, []any{id}, func(row []driver.Value) error {
			d, err = t.doc(row, true, t.cols)
			return err
		})
	})
	if err == nil && d.ID == "" {
		err = fmt.Errorf("%w: %s/%s", store.ErrNotFound, coll, id)
	}
	return d, err
}

// GetMany reads documents by id.
func (s *Store) GetMany(ctx context.Context, coll string, ids []string) ([]store.Doc, error) {
	t, err := s.table(coll)
	if err != nil {
		return nil, err
	}
	if len(ids) > store.MaxPage {
		return nil, fmt.Errorf("%w: %d ids, want at most %d", store.ErrInvalid, len(ids), store.MaxPage)
	}
	values := make([]any, len(ids))
	for i, id := range ids {
		if err := store.CheckID(id); err != nil {
			return nil, err
		}
		values[i] = id
	}
	if len(ids) == 0 {
		return nil, ctx.Err()
	}
	b := &sqlBuilder{t: t}
	b.WriteString("SELECT id, ver, body" + t.list + " FROM " + t.name + " WHERE id IN (")
	b.values(values)
	b.WriteByte(')')
	var docs []store.Doc
	err = s.read(ctx, func(c *conn) error {
		return c.rows(ctx, b.String(), b.args, func(row []driver.Value) error {
			d, err := t.doc(row, true, t.cols)
			docs = append(docs, d)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return docs, nil
}

// doc reads a row: id, version, body if withBody, columns.
func (t *table) doc(row []driver.Value, withBody bool, cols []string) (store.Doc, error) {
	d := store.Doc{Cols: make(map[string]any, len(cols))}
	d.ID, _ = row[0].(string)
	d.Ver, _ = row[1].(int64)
	row = row[2:]
	if withBody {
		body, _ := row[0].(string)
		d.Body = unsafe.Slice(unsafe.StringData(body), len(body)) // the text is nobody else's, and a body is not changed
		row = row[1:]
	}
	for i, name := range cols {
		v, err := value(t.Type(name), row[i])
		if err != nil {
			return d, fmt.Errorf("sqlitestore: %s/%s: column %s: %w", t.Name, d.ID, name, err)
		}
		if v != nil {
			d.Cols[name] = v
		}
	}
	return d, nil
}

// value reads a stored value as the type its column declares.
func value(t query.Type, v driver.Value) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case int64:
		if t == query.Bool {
			return v != 0, nil
		}
		if t == query.Int || t == query.Time {
			return v, nil
		}
	case string:
		if t == query.Text {
			return v, nil
		}
		if t == query.Texts {
			var set []string
			err := json.Unmarshal([]byte(v), &set)
			return set, err
		}
	}
	return nil, fmt.Errorf("holds a %T, declared %s", v, t)
}
