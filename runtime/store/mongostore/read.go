package mongostore

import (
	"context"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/mongo/options"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// Get reads one document.
func (s *Store) Get(ctx context.Context, coll, id string) (store.Doc, error) {
	if err := store.CheckID(id); err != nil {
		return store.Doc{}, err
	}
	ds, err := s.byID(ctx, coll, bson.D{{Key: "$eq", Value: id}}, 1)
	if err != nil {
		return store.Doc{}, err
	}
	if len(ds) == 0 {
		return store.Doc{}, fmt.Errorf("%w: %s/%s", store.ErrNotFound, coll, id)
	}
	return ds[0], nil
}

// GetMany reads documents by id.
func (s *Store) GetMany(ctx context.Context, coll string, ids []string) ([]store.Doc, error) {
	if len(ids) > store.MaxPage {
		return nil, fmt.Errorf("%w: %d ids, want at most %d", store.ErrInvalid, len(ids), store.MaxPage)
	}
	set := make(bson.A, len(ids))
	for i, id := range ids {
		if err := store.CheckID(id); err != nil {
			return nil, err
		}
		set[i] = id
	}
	if len(ids) == 0 {
		return nil, ctx.Err()
	}
	return s.byID(ctx, coll, bson.D{{Key: "$in", Value: set}}, len(ids))
}

func (s *Store) byID(ctx context.Context, coll string, match bson.D, most int) ([]store.Doc, error) {
	c, err := s.collection(coll)
	if err != nil {
		return nil, err
	}
	return s.find(ctx, c, bson.D{{Key: "_id", Value: match}}, options.Find().SetLimit(int64(most)).SetBatchSize(int32(most+1)))
}

func (s *Store) find(ctx context.Context, c *collection, match bson.D, o *options.FindOptionsBuilder) ([]store.Doc, error) {
	ctx, done, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return c.find(ctx, match, o)
}

// find reads documents within an operation that has begun.
func (c *collection) find(ctx context.Context, match bson.D, o *options.FindOptionsBuilder) ([]store.Doc, error) {
	cur, err := c.coll.Find(ctx, match, o)
	if err != nil {
		return nil, readError(ctx, err)
	}
	defer cur.Close(ctx)
	var ds []store.Doc
	for cur.Next(ctx) {
		d, err := decode(c.Schema, cur.Current)
		if err != nil {
			return nil, err
		}
		ds = append(ds, d)
	}
	return ds, readError(ctx, cur.Err())
}

// Query reads one page.
func (s *Store) Query(ctx context.Context, coll string, q query.Query) (store.Page, error) {
	c, err := s.collection(coll)
	if err != nil {
		return store.Page{}, err
	}
	order, at, err := c.CheckQuery(q)
	if err != nil {
		return store.Page{}, err
	}
	o := options.Find().SetSort(sortBy(order)).SetLimit(int64(q.Limit) + 1).SetBatchSize(int32(q.Limit) + 2)
	if len(q.Cols) > 0 {
		show := bson.D{{Key: "ver", Value: 1}}
		cols := slices.Clone(q.Cols)
		for _, by := range order { // what the cursor is made of
			cols = append(cols, by.Col)
		}
		slices.Sort(cols)
		for _, col := range slices.Compact(cols) {
			show = append(show, bson.E{Key: "c." + col, Value: 1})
		}
		o.SetProjection(show)
	}
	ds, err := s.find(ctx, c, pageFilter(q.Filter, order, at), o)
	if err != nil {
		return store.Page{}, err
	}
	page := store.Page{Docs: ds}
	if len(ds) > q.Limit {
		page.Docs = ds[:q.Limit]
		last := ds[q.Limit-1]
		pos := store.Position{ID: last.ID, Values: make([]any, len(order))}
		for i, by := range order {
			pos.Values[i] = last.Cols[by.Col]
		}
		page.Next = c.Cursor(order, pos)
	}
	if len(q.Cols) > 0 {
		for _, d := range page.Docs {
			for col := range d.Cols {
				if !slices.Contains(q.Cols, col) {
					delete(d.Cols, col)
				}
			}
		}
	}
	return page, nil
}

// Scan reads columns of all documents of a filter. Without another order they come by id, which does not change: each comes once whatever is written meanwhile.
func (s *Store) Scan(ctx context.Context, coll string, q query.Scan, each func(id string, row []any) error) error {
	c, err := s.collection(coll)
	if err != nil {
		return err
	}
	order, err := c.CheckScan(q)
	if err != nil {
		return err
	}
	ctx, done, err := s.beginFor(ctx, scanTimeout)
	if err != nil {
		return err
	}
	defer done()
	show := bson.D{{Key: "ver", Value: 1}}
	names := slices.Clone(q.Cols)
	slices.Sort(names)
	for _, col := range slices.Compact(names) {
		show = append(show, bson.E{Key: "c." + col, Value: 1})
	}
	cur, err := c.coll.Find(ctx, pageFilter(q.Filter, order, nil), options.Find().SetSort(sortBy(order)).SetProjection(show).SetBatchSize(scanBatch))
	if err != nil {
		return readError(ctx, err)
	}
	defer cur.Close(ctx)
	row := make([]any, len(q.Cols))
	var seen map[string]bool
	if len(order) > 0 {
		seen = map[string]bool{}
	}
	for cur.Next(ctx) {
		d, err := decode(c.Schema, cur.Current)
		if err != nil {
			return err
		}
		if seen != nil {
			if seen[d.ID] {
				continue
			}
			seen[d.ID] = true
		}
		for i, name := range q.Cols {
			row[i] = d.Cols[name]
		}
		if err := each(d.ID, row); err != nil {
			return err
		}
	}
	return readError(ctx, cur.Err())
}

const (
	// scanBatch is how many documents of a scan come over in one answer.
	scanBatch = 1000
	// scanTimeout bounds all answers of a scan together.
	scanTimeout = 5 * time.Minute
)

// Aggregate groups and measures. Measures that are narrowed are asked for by themselves, those alike together, and put beside the others: what a
// filter accepts is not told in the same terms within a group.
func (s *Store) Aggregate(ctx context.Context, coll string, a query.Aggregate) ([]store.Row, error) {
	c, err := s.collection(coll)
	if err != nil {
		return nil, err
	}
	if err := c.CheckAggregate(a); err != nil {
		return nil, err
	}
	plain := a
	plain.Measures = nil
	var narrow []query.Filter
	at := make([]int, len(a.Measures)) // which of narrow, 0 for none
	for i, m := range a.Measures {
		if m.Where == nil {
			plain.Measures = append(plain.Measures, m)
			continue
		}
		if at[i] = 1 + slices.IndexFunc(narrow, func(f query.Filter) bool { return reflect.DeepEqual(f, m.Where) }); at[i] == 0 {
			narrow = append(narrow, m.Where)
			at[i] = len(narrow)
		}
	}
	rows, err := s.aggregate(ctx, c, plain)
	if err != nil || len(narrow) == 0 {
		return rows, err
	}
	out := make([]store.Row, len(rows))
	for i, r := range rows {
		out[i] = store.Row{Keys: r.Keys, Values: make([]*big.Int, len(a.Measures))}
		for j, m := range a.Measures {
			if m.Where == nil {
				out[i].Values[j], r.Values = r.Values[0], r.Values[1:]
			} else if m.Kind == "count" || m.Kind == "sum" {
				out[i].Values[j] = new(big.Int)
			}
		}
	}
	for n, f := range narrow {
		part := query.Aggregate{Filter: query.And{a.Filter, f}, Groups: a.Groups, Limit: a.Limit}
		if a.Filter == nil {
			part.Filter = f
		}
		var of []int
		for j, m := range a.Measures {
			if at[j] == n+1 {
				m.Where = nil
				part.Measures, of = append(part.Measures, m), append(of, j)
			}
		}
		rows, err := s.aggregate(ctx, c, part)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			i, there := slices.BinarySearchFunc(out, r, store.ByKeys)
			for k, j := range of {
				if there { // a group that has come up meanwhile waits for the next time
					out[i].Values[j] = r.Values[k]
				}
			}
		}
	}
	return out, nil
}

// aggregate is Aggregate without narrowed measures. Without groups there is always one row, of no documents if need be. The rows are put in order here:
// there are few, and the server would need one more stage for it.
func (s *Store) aggregate(ctx context.Context, c *collection, a query.Aggregate) ([]store.Row, error) {
	ctx, done, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	cur, err := c.coll.Aggregate(ctx, pipeline(a), options.Aggregate().SetBatchSize(int32(a.Limit)+2))
	if err != nil {
		return nil, readError(ctx, err)
	}
	defer cur.Close(ctx)
	var rows []store.Row
	for cur.Next(ctx) {
		r, err := row(c.Schema, a, cur.Current)
		if err != nil {
			return nil, err
		}
		rows = append(rows, r)
	}
	if err := cur.Err(); err != nil {
		return nil, readError(ctx, err)
	}
	if len(rows) > a.Limit {
		return nil, fmt.Errorf("%w: more than %d", store.ErrTooMany, a.Limit)
	}
	if len(a.Groups) == 0 && len(rows) == 0 {
		r, err := row(c.Schema, a, nil)
		return []store.Row{r}, err
	}
	slices.SortFunc(rows, store.ByKeys)
	return rows, nil
}

func pipeline(a query.Aggregate) bson.A {
	var key any
	if len(a.Groups) > 0 {
		keys := bson.D{}
		for i, g := range a.Groups {
			keys = append(keys, bson.E{Key: "g" + strconv.Itoa(i), Value: groupKey(g)})
		}
		key = keys
	}
	group := bson.D{{Key: "_id", Value: key}}
	for i, m := range a.Measures {
		name := "m" + strconv.Itoa(i)
		switch m.Kind {
		case "count":
			group = append(group, bson.E{Key: name, Value: bson.D{{Key: "$sum", Value: int64(1)}}})
		case "sum":
			group = append(group, bson.E{Key: name, Value: bson.D{{Key: "$sum", Value: lowPart(m.Col)}}},
				bson.E{Key: name + "h", Value: bson.D{{Key: "$sum", Value: highPart(m.Col)}}})
		default:
			group = append(group, bson.E{Key: name, Value: bson.D{{Key: "$" + m.Kind, Value: "$c." + m.Col}}})
		}
	}
	return bson.A{
		bson.D{{Key: "$match", Value: filter(a.Filter)}},
		bson.D{{Key: "$group", Value: group}},
		bson.D{{Key: "$limit", Value: int64(a.Limit) + 1}},
	}
}

// row reads one group; a nil document is the group of no documents.
func row(s *store.Schema, a query.Aggregate, doc bson.Raw) (store.Row, error) {
	r := store.Row{Keys: make([]any, len(a.Groups)), Values: make([]*big.Int, len(a.Measures))}
	for i, g := range a.Groups {
		t := s.Type(g.Col)
		if len(g.Bounds) > 0 {
			t = query.Int
		}
		v, err := doc.LookupErr("_id", "g"+strconv.Itoa(i))
		if err != nil {
			continue // absent, as null is
		}
		if r.Keys[i], err = scalar(t, v); err != nil {
			return r, fmt.Errorf("mongostore: %s: group by %s: %w", s.Name, g.Col, err)
		}
	}
	for i, m := range a.Measures {
		name := "m" + strconv.Itoa(i)
		n, err := integer(doc, name)
		if err != nil {
			return r, fmt.Errorf("mongostore: %s: %s of %s: %w", s.Name, m.Kind, m.Col, err)
		}
		if m.Kind == "sum" {
			high, err := integer(doc, name+"h")
			if err != nil {
				return r, fmt.Errorf("mongostore: %s: sum of %s: %w", s.Name, m.Col, err)
			}
			if high != nil {
				n.Add(n, high.Lsh(high, 32))
			}
		}
		if n == nil && (m.Kind == "sum" || m.Kind == "count") {
			n = new(big.Int)
		}
		r.Values[i] = n
	}
	return r, nil
}

// integer reads a member that is a whole number; nil when it is missing or null.
func integer(doc bson.Raw, name string) (*big.Int, error) {
	v, err := doc.LookupErr(name)
	if err != nil || v.Type == bson.TypeNull {
		return nil, nil
	}
	if v.Type == bson.TypeInt32 || v.Type == bson.TypeInt64 {
		return big.NewInt(v.AsInt64()), nil
	}
	return nil, fmt.Errorf("the server answered a %v, not a whole number", v.Type)
}
