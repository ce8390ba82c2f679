package sqlitestore

import (
	"database/sql/driver"
	"slices"
	"strings"
	"testing"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// plan is what SQLite says it will do, a step a line.
func plan(t *testing.T, s *Store, b *sqlBuilder) string {
	t.Helper()
	var steps []string
	err := s.read(t.Context(), func(c *conn) error {
		return c.rows(t.Context(), "EXPLAIN QUERY PLAN "+b.String(), b.args, func(row []driver.Value) error {
			steps = append(steps, row[3].(string))
			return nil
		})
	})
	if err != nil {
		t.Fatalf("%s: %v", b, err)
	}
	return strings.Join(steps, "\n")
}

// A page in an order that an index serves is a range of that index and nothing else, from the first page to the last, whatever the
// directions and also where values are absent: its cost does not grow with the collection.
func TestPagesUseTheIndex(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	if err := s.Ensure(t.Context(), deal); err != nil {
		t.Fatal(err)
	}
	tab, err := s.table(deal.Name)
	if err != nil {
		t.Fatal(err)
	}
	byUpdated := []query.Sort{{Col: "updated", Desc: true}}
	backwards := []query.Sort{{Col: "stage", Desc: true}, {Col: "updated"}}
	byBoth := []query.Sort{{Col: "stage"}, {Col: "updated", Desc: true}}
	stage := query.Cmp{Col: "stage", Op: query.Eq, Value: "s1"}
	for name, c := range map[string]struct {
		f     query.Filter
		order []query.Sort
		at    []any
		index string
	}{
		"first by updated":               {nil, byUpdated, nil, "updated"},
		"next by updated":                {nil, byUpdated, []any{int64(5)}, "updated"},
		"after an absent one":            {nil, byUpdated, []any{nil}, "updated"},
		"ascending, after an absent one": {nil, []query.Sort{{Col: "stage"}}, []any{nil}, "s"},
		"not absent":                     {query.Not{Of: query.IsNull{Col: "stage"}}, []query.Sort{{Col: "stage"}}, nil, "s"},
		"first by stage and updated":     {nil, byBoth, nil, "stage"},
		"backwards":                      {nil, backwards, nil, "stage"},
		"backwards, next":                {nil, backwards, []any{"s1", int64(5)}, "stage"},
		"next by stage and updated":      {nil, byBoth, []any{"s1", int64(5)}, "stage"},
		"after absent ones":              {nil, byBoth, []any{nil, nil}, "stage"},
		"one stage, first by updated":    {stage, byUpdated, nil, "stage"},
		"one stage, next by updated":     {stage, byUpdated, []any{int64(5)}, "stage"},
		"one owner, two stages, updated": {query.And{query.Cmp{Col: "owner", Op: query.Eq, Value: "u"}, query.In{Col: "stage", Values: []any{"s1", "s2"}}}, byUpdated, nil, "owner"},
	} {
		var at *store.Position
		if c.at != nil {
			at = &store.Position{Values: c.at, ID: "d1"}
		}
		for _, part := range segments(c.order, at) {
			got := plan(t, s, tab.choose(c.f, part, 51))
			if !strings.Contains(got, "INDEX i_rec_b2b_deal:"+c.index) || strings.Contains(got, "TEMP B-TREE") || strings.Contains(got, "\n") {
				t.Errorf("%s: %s\n%s", name, tab.choose(c.f, part, 51), got)
			}
			if (at != nil || c.f != nil) && strings.Contains(got, "SCAN") {
				t.Errorf("%s scans: %s\n%s", name, tab.choose(c.f, part, 51), got)
			}
		}
	}
}

// What someone owns or takes part in is read from both indexes in the order of the page, and only the few rows of a page are sorted.
func TestAlternativesAreMerged(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	if err := s.Ensure(t.Context(), deal); err != nil {
		t.Fatal(err)
	}
	tab, err := s.table(deal.Name)
	if err != nil {
		t.Fatal(err)
	}
	order := []query.Sort{{Col: "updated", Desc: true}}
	mine := query.HasAny{Col: "people", Values: []string{"u"}}
	own := query.Cmp{Col: "owner", Op: query.Eq, Value: "u"}
	for name, c := range map[string]struct {
		f    query.Filter
		want []string
	}{
		"takes part":                {mine, []string{"people"}},
		"owns or takes part, twice": {query.And{query.Cmp{Col: "amount", Op: query.Gt, Value: int64(5)}, query.Or{mine, query.Or{own, mine}}}, []string{"people", "owner"}},
		"several stages":            {query.In{Col: "stage", Values: []any{"s1", "s2"}}, []string{"stage", "stage"}},
	} {
		for _, at := range []*store.Position{nil, {Values: []any{int64(5)}, ID: "d1"}} {
			for _, part := range segments(order, at) {
				b := tab.merge(query.Conjuncts(c.f), order, part, 51)
				if b == nil {
					t.Fatalf("%s: not merged", name)
				}
				got := plan(t, s, b)
				for _, ix := range c.want {
					if !strings.Contains(got, "INDEX i_rec_b2b_deal:"+ix) {
						t.Errorf("%s: %s\n%s", name, b, got)
					}
				}
				for _, branch := range tab.branches(c.f, order, nil) {
					one := &sqlBuilder{t: tab}
					one.branch(branch, nil, part, 51)
					if got := plan(t, s, one); strings.Contains(got, "SCAN") || strings.Contains(got, "TEMP B-TREE") {
						t.Errorf("%s: %s\n%s", name, one, got)
					}
				}
			}
		}
	}
	for name, f := range map[string]query.Filter{
		"an alternative without index": query.Or{mine, query.Cmp{Col: "title", Op: query.Eq, Value: "x"}},
		"a common value with index":    query.And{own, query.Or{mine, query.In{Col: "stage", Values: []any{"s1"}}}},
	} {
		if b := tab.merge(query.Conjuncts(f), order, segments(order, nil)[0], 51); b != nil {
			t.Errorf("%s is merged: %s", name, b)
		}
	}
}

// A sum whose group and value an index holds is read from the index alone.
func TestSumsUseTheCoveringIndex(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	if err := s.Ensure(t.Context(), deal); err != nil {
		t.Fatal(err)
	}
	tab, err := s.table(deal.Name)
	if err != nil {
		t.Fatal(err)
	}
	a := query.Aggregate{Groups: []query.Group{{Col: "stage"}}, Measures: []query.Measure{{Kind: "count"}, {Kind: "sum", Col: "amount"}}, Limit: 100}
	for _, f := range []query.Filter{nil, query.Cmp{Col: "stage", Op: query.Eq, Value: "s1"}, query.Not{Of: query.Cmp{Col: "stage", Op: query.Eq, Value: "s1"}}} {
		a.Filter = f
		if got := plan(t, s, tab.measure(a, false)); !strings.Contains(got, "COVERING INDEX i_rec_b2b_deal:sum:") || strings.Contains(got, "TEMP B-TREE") {
			t.Errorf("%#v:\n%s", f, got)
		}
	}
}

// What someone owns or takes part in is summed over the rows in the order in which they lie, found by number from both indexes; where one of the
// alternatives has no index, the filter is left to SQLite.
func TestSumsGatherAlternatives(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	if err := s.Ensure(t.Context(), deal); err != nil {
		t.Fatal(err)
	}
	tab, err := s.table(deal.Name)
	if err != nil {
		t.Fatal(err)
	}
	mine := query.HasAny{Col: "people", Values: []string{"u1"}}
	own := query.Cmp{Col: "owner", Op: query.Eq, Value: "u1"}
	a := query.Aggregate{Groups: []query.Group{{Col: "stage"}}, Measures: []query.Measure{{Kind: "count"}, {Kind: "sum", Col: "amount"}}, Limit: 100}
	a.Filter = query.And{query.Or{mine, query.Or{own}}, query.Cmp{Col: "amount", Op: query.Gt, Value: int64(5)}}
	got := plan(t, s, tab.measure(a, false))
	if strings.Contains(got, "MULTI-INDEX OR") || strings.Contains(got, "SCAN") || !strings.Contains(got, "USING INTEGER PRIMARY KEY") {
		t.Errorf("%s\n%s", tab.measure(a, false), got)
	}
	a.Filter = query.Or{mine, query.Cmp{Col: "title", Op: query.Eq, Value: "x"}}
	if sql := tab.measure(a, false).String(); strings.Contains(sql, "UNION") {
		t.Error(sql)
	}
	for i := range 300 {
		if err := s.Insert(t.Context(), deal.Name, dealDoc(i)); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range []query.Filter{query.Or{mine, own}, query.And{query.Or{own, mine, query.In{Col: "stage", Values: []any{"s1", "s2"}}}, query.Cmp{Col: "amount", Op: query.Gt, Value: int64(9000)}}, query.Not{Of: query.Or{mine, own}}} {
		want := 0
		for i := range 300 {
			if query.Match(f, dealDoc(i).Cols) {
				want++
			}
		}
		rows, err := s.Aggregate(t.Context(), deal.Name, query.Aggregate{Filter: f, Measures: []query.Measure{{Kind: "count"}}, Limit: 1})
		if err != nil || int(rows[0].Values[0].Int64()) != want || want == 0 {
			t.Errorf("%#v: %v, want %d: %v", f, rows, want, err)
		}
	}
}

// carried are deals with an index that carries what is summed up, by owner.
var carried = store.Collection{Name: "rec_b2b_carried", Columns: deal.Columns,
	Indexes: append(slices.Clone(deal.Indexes), store.Index{Name: "figures", Cols: []string{"owner", "stage"}, Cover: []string{"amount"}}, store.Index{Name: "part", Cols: []string{"people", "owner"}})}

// What an index carries is summed up and scanned from it: for one of several alternatives, the others without what it has; and for all, also where SQLite would
// rather go through another index in the order of the groups and to the row of each entry.
func TestSumsUseAnIndexThatCarriesAll(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	if err := s.Ensure(t.Context(), carried); err != nil {
		t.Fatal(err)
	}
	tab, err := s.table(carried.Name)
	if err != nil {
		t.Fatal(err)
	}
	mine := query.HasAny{Col: "people", Values: []string{"u1"}}
	own := query.Cmp{Col: "owner", Op: query.Eq, Value: "u1"}
	over := query.Cmp{Col: "amount", Op: query.Gt, Value: int64(5)}
	sum := []query.Measure{{Kind: "count"}, {Kind: "sum", Col: "amount"}}
	by := func(f query.Filter, col string) *sqlBuilder {
		return tab.measure(query.Aggregate{Filter: f, Groups: []query.Group{{Col: col}}, Measures: sum, Limit: 100}, false)
	}
	for name, c := range map[string]struct {
		b    *sqlBuilder
		want []string
		not  string
	}{
		"owns or takes part":         {by(query.And{query.Or{mine, own}, over}, "stage"), []string{"USING COVERING INDEX i_rec_b2b_carried:figures:", "(owner=?)", "USING INTEGER PRIMARY KEY", "USING COVERING INDEX i_rec_b2b_carried:part:"}, "SCAN d_"},
		"owns, as he may see":        {by(query.And{query.Or{mine, own}, query.Or{own}}, "stage"), []string{"USING COVERING INDEX i_rec_b2b_carried:figures:"}, "t_rec"},
		"all by stage, with owner":   {by(query.Not{Of: own}, "stage"), []string{"SCAN d_rec_b2b_carried USING COVERING INDEX i_rec_b2b_carried:figures:"}, "USING INTEGER"},
		"owns, or one without index": {by(query.Or{own, mine, over}, "stage"), []string{"SCAN d_rec_b2b_carried USING COVERING INDEX i_rec_b2b_carried:figures:"}, "MULTI-INDEX"},
		"all, what none carries":     {by(query.Not{Of: over}, "title"), []string{"SCAN d_rec_b2b_carried\n"}, "INDEX"},
		"a stage, what is not held":  {by(query.Cmp{Col: "stage", Op: query.Eq, Value: "s1"}, "title"), []string{"USING INDEX i_rec_b2b_carried:"}, "SCAN"},
		"what it does not carry":     {by(query.Or{mine, own}, "title"), []string{"USING INTEGER PRIMARY KEY"}, "CO-ROUTINE"},
		"ids of what he owns":        {tab.scan(query.Scan{Filter: query.Or{mine, own}}, nil), []string{"USING COVERING INDEX i_rec_b2b_carried:"}, "SCAN d_"},
	} {
		got := strings.ReplaceAll(plan(t, s, c.b), "c_owner", "owner")
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s lacks %q: %s\n%s", name, want, c.b, got)
			}
		}
		if strings.Contains(got, c.not) {
			t.Errorf("%s has %q: %s\n%s", name, c.not, c.b, got)
		}
	}
}

// Of beginnings the rarest leads and the others are looked for in each document; when all are common the documents are read in their order.
func TestCommonBeginnings(t *testing.T) {
	t.Parallel()
	s := open(t, Options{})
	if err := s.Ensure(t.Context(), deal); err != nil {
		t.Fatal(err)
	}
	for i := range 120 {
		d := dealDoc(i)
		if d.Cols["people"] = []string{"many", "more"}; i%40 == 0 {
			d.Cols["people"] = []string{"few", "many"}
		}
		if err := s.Insert(t.Context(), deal.Name, d); err != nil {
			t.Fatal(err)
		}
	}
	tab, err := s.table(deal.Name)
	if err != nil {
		t.Fatal(err)
	}
	many, more, few := query.HasPrefix{Col: "people", Prefix: "many"}, query.HasPrefix{Col: "people", Prefix: "mor"}, query.HasPrefix{Col: "people", Prefix: "f"}
	newest := []query.Sort{{Col: "updated", Desc: true}}
	for _, c := range []struct {
		all   []query.Filter
		order []query.Sort
		want  []query.HasPrefix
	}{
		{[]query.Filter{many}, newest, []query.HasPrefix{many}}, {[]query.Filter{many, few, more}, newest, []query.HasPrefix{many, more}}, {[]query.Filter{few}, newest, nil},
		{[]query.Filter{more, many}, newest, []query.HasPrefix{more, many}}, {[]query.Filter{many}, []query.Sort{{Col: "title"}}, nil},
	} {
		var got []query.HasPrefix
		if err := s.read(t.Context(), func(conn *conn) error {
			got, err = tab.common(t.Context(), conn, c.all, c.order, 2)
			return err
		}); err != nil || !slices.Equal(got, c.want) {
			t.Errorf("%v by %v: %v, want %v: %v", c.all, c.order, got, c.want, err)
		}
	}
	b := &sqlBuilder{t: tab, tested: []query.HasPrefix{many}}
	b.choose(many, segments(newest, nil)[0], 3)
	if got := plan(t, s, b); !strings.Contains(got, "INDEX i_rec_b2b_deal:updated:") || strings.Contains(got, "TEMP B-TREE") {
		t.Errorf("%s\n%s", b, got)
	}
}
