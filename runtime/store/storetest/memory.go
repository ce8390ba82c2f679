package storetest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
	"sync"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// MemoryStore keeps documents in maps. It holds to every promise of the interface but durability (Run proves it), needs no goroutine
// and no clock, and answers the same calls with the same results in the same order: what simulators and exhaustive tests need.
type MemoryStore struct {
	mu     sync.RWMutex
	closed bool
	colls  map[string]*memoryColl
	// Blind takes the compare out of Replace: any version is replaced. Tests that look for lost updates use it to show
	// that they would see one.
	Blind bool
}

type memoryColl struct {
	schema *store.Schema
	docs   map[string]store.Doc
	// ids are sorted, so that a scan has an order.
	ids []string
}

// Memory is an empty store.
func Memory() *MemoryStore { return &MemoryStore{colls: map[string]*memoryColl{}} }

func (s *MemoryStore) Ensure(ctx context.Context, cs ...store.Collection) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return store.ErrUnavailable
	}
	for _, c := range cs {
		have := s.colls[c.Name]
		if have == nil {
			schema, err := store.NewSchema(c)
			if err != nil {
				return err
			}
			s.colls[c.Name] = &memoryColl{schema: schema, docs: map[string]store.Doc{}}
			continue
		}
		schema, err := have.schema.With(c)
		if err != nil {
			return err
		}
		have.schema = schema
	}
	return nil
}

// open finds a collection; the caller holds the lock.
func (s *MemoryStore) open(ctx context.Context, coll string) (*memoryColl, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if s.closed {
		return nil, store.ErrUnavailable
	}
	c := s.colls[coll]
	if c == nil {
		return nil, fmt.Errorf("%w: collection %q is not declared", store.ErrInvalid, coll)
	}
	return c, nil
}

// kept is a document as it is stored: nobody else can change it.
func (c *memoryColl) kept(d store.Doc) (store.Doc, error) {
	cols, err := c.schema.CheckDoc(d)
	if err != nil {
		return d, err
	}
	d.Cols, d.Body = cols, slices.Clone(d.Body)
	return d, nil
}

func (c *memoryColl) insert(d store.Doc) {
	at, _ := slices.BinarySearch(c.ids, d.ID)
	c.ids = slices.Insert(c.ids, at, d.ID)
	c.docs[d.ID] = d
}

// given is a document as a caller gets it: his to change.
func given(d store.Doc) store.Doc {
	d.Cols = maps.Clone(d.Cols)
	for name, v := range d.Cols {
		if set, ok := v.([]string); ok {
			d.Cols[name] = slices.Clone(set)
		}
	}
	d.Body = slices.Clone(d.Body)
	return d
}

func (s *MemoryStore) Insert(ctx context.Context, coll string, d store.Doc) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.open(ctx, coll)
	if err != nil {
		return err
	}
	if d, err = c.kept(d); err != nil {
		return err
	}
	if _, there := c.docs[d.ID]; there {
		return store.ErrExists
	}
	c.insert(d)
	return nil
}

func (s *MemoryStore) InsertMany(ctx context.Context, coll string, ds []store.Doc) ([]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.open(ctx, coll)
	if err != nil {
		return nil, err
	}
	kept := make([]store.Doc, len(ds))
	for i, d := range ds {
		if kept[i], err = c.kept(d); err != nil {
			return nil, err
		}
	}
	added := make([]bool, len(ds))
	for i, d := range kept {
		if _, there := c.docs[d.ID]; !there {
			c.insert(d)
			added[i] = true
		}
	}
	return added, nil
}

func (s *MemoryStore) Get(ctx context.Context, coll, id string) (store.Doc, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.open(ctx, coll)
	if err != nil {
		return store.Doc{}, err
	}
	d, there := c.docs[id]
	if !there {
		return store.Doc{}, store.ErrNotFound
	}
	return given(d), nil
}

func (s *MemoryStore) GetMany(ctx context.Context, coll string, ids []string) ([]store.Doc, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.open(ctx, coll)
	if err != nil {
		return nil, err
	}
	if len(ids) > store.MaxPage {
		return nil, fmt.Errorf("%w: %d ids, at most %d are taken", store.ErrInvalid, len(ids), store.MaxPage)
	}
	var out []store.Doc
	seen := map[string]bool{}
	for _, id := range ids {
		if d, there := c.docs[id]; there && !seen[id] {
			seen[id] = true
			out = append(out, given(d))
		}
	}
	return out, nil
}

// current is the document that a write with a version is about.
func (c *memoryColl) current(id string, ver int64, blind bool) error {
	have, there := c.docs[id]
	switch {
	case !there:
		return store.ErrNotFound
	case have.Ver != ver && !blind:
		return store.ErrConflict
	}
	return nil
}

func (s *MemoryStore) Replace(ctx context.Context, coll string, d store.Doc, ver int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.open(ctx, coll)
	if err != nil {
		return err
	}
	if err := store.CheckReplace(d, ver); err != nil {
		return err
	}
	if d, err = c.kept(d); err != nil {
		return err
	}
	if err := c.current(d.ID, ver, s.Blind); err != nil {
		return err
	}
	c.docs[d.ID] = d
	return nil
}

func (s *MemoryStore) Delete(ctx context.Context, coll, id string, ver int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	c, err := s.open(ctx, coll)
	if err != nil {
		return err
	}
	if err := c.current(id, ver, false); err != nil {
		return err
	}
	delete(c.docs, id)
	at, _ := slices.BinarySearch(c.ids, id)
	c.ids = slices.Delete(c.ids, at, at+1)
	return nil
}

func (s *MemoryStore) Query(ctx context.Context, coll string, q query.Query) (store.Page, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.open(ctx, coll)
	if err != nil {
		return store.Page{}, err
	}
	order, at, err := c.schema.CheckQuery(q)
	if err != nil {
		return store.Page{}, err
	}
	var last map[string]any
	if at != nil {
		last = map[string]any{}
		for i, by := range order {
			last[by.Col] = at.Values[i]
		}
	}
	var hits []store.Doc
	for _, id := range c.ids {
		d := c.docs[id]
		if query.MatchDoc(q.Filter, d.ID, d.Cols) && (at == nil || query.Less(order, last, at.ID, d.Cols, d.ID)) {
			hits = append(hits, d)
		}
	}
	sort.Slice(hits, func(i, j int) bool { return query.Less(order, hits[i].Cols, hits[i].ID, hits[j].Cols, hits[j].ID) })
	page := store.Page{}
	if len(hits) > q.Limit {
		end := hits[q.Limit-1]
		pos := store.Position{ID: end.ID}
		for _, by := range order {
			pos.Values = append(pos.Values, end.Cols[by.Col])
		}
		page.Next = c.schema.Cursor(order, pos)
		hits = hits[:q.Limit]
	}
	for _, d := range hits {
		page.Docs = append(page.Docs, projected(d, q.Cols))
	}
	return page, nil
}

func projected(d store.Doc, names []string) store.Doc {
	d = given(d)
	if len(names) == 0 {
		return d
	}
	d.Body = nil
	maps.DeleteFunc(d.Cols, func(name string, _ any) bool { return !slices.Contains(names, name) })
	return d
}

func (s *MemoryStore) Scan(ctx context.Context, coll string, q query.Scan, each func(id string, row []any) error) error {
	hits, err := s.matching(ctx, coll, q)
	if err != nil {
		return err
	}
	row := make([]any, len(q.Cols))
	for _, d := range hits {
		for i, name := range q.Cols {
			row[i] = d.Cols[name]
		}
		if err := each(d.ID, row); err != nil {
			return err
		}
	}
	return nil
}

func (s *MemoryStore) matching(ctx context.Context, coll string, q query.Scan) ([]store.Doc, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.open(ctx, coll)
	if err != nil {
		return nil, err
	}
	order, err := c.schema.CheckScan(q)
	if err != nil {
		return nil, err
	}
	var hits []store.Doc
	for _, id := range c.ids {
		if d := c.docs[id]; query.MatchDoc(q.Filter, d.ID, d.Cols) {
			hits = append(hits, given(d))
		}
	}
	sort.Slice(hits, func(i, j int) bool { return query.Less(order, hits[i].Cols, hits[i].ID, hits[j].Cols, hits[j].ID) })
	return hits, nil
}

func (s *MemoryStore) Aggregate(ctx context.Context, coll string, a query.Aggregate) ([]store.Row, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c, err := s.open(ctx, coll)
	if err != nil {
		return nil, err
	}
	if err := c.schema.CheckAggregate(a); err != nil {
		return nil, err
	}
	docs := make([]store.Doc, 0, len(c.docs))
	for _, id := range c.ids {
		docs = append(docs, c.docs[id])
	}
	rows := reference(docs, a)
	if len(rows) > a.Limit {
		return nil, fmt.Errorf("%w: more than %d", store.ErrTooMany, a.Limit)
	}
	return rows, nil
}

func (s *MemoryStore) Info(ctx context.Context) (store.Info, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return store.Info{}, store.ErrUnavailable
	}
	return store.Info{Kind: "memory", Version: "1", Detail: "for tests; nothing is kept"}, ctx.Err()
}

func (s *MemoryStore) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

// Clone is another store with the same documents.
func (s *MemoryStore) Clone() *MemoryStore {
	s.mu.RLock()
	defer s.mu.RUnlock()
	out := Memory()
	for name, c := range s.colls {
		out.colls[name] = &memoryColl{schema: c.schema, docs: maps.Clone(c.docs), ids: slices.Clone(c.ids)}
	}
	return out
}

// All lists the documents of a collection by id.
func (s *MemoryStore) All(coll string) []store.Doc {
	s.mu.RLock()
	defer s.mu.RUnlock()
	c := s.colls[coll]
	if c == nil {
		return nil
	}
	out := make([]store.Doc, 0, len(c.ids))
	for _, id := range c.ids {
		out = append(out, given(c.docs[id]))
	}
	return out
}
