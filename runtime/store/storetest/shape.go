package storetest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

func bodies(t *testing.T, s store.Store) {
	ctx := t.Context()
	deep := strings.Repeat(`{"a":[`, 40) + "1" + strings.Repeat("]}", 40)
	for i, body := range []string{
		`{}`,
		`{"":"", " ":null, "a":{"":{}}}`,
		`{"n":[0,1,-1,2147483647,2147483648,-2147483649,9007199254740993,9223372036854775807,-9223372036854775808]}`,
		`{"a.b":{"c.d":1},"a":{"b":2},".":3,"..":4,"a.":5,".a":6}`,
		`{"$set":{"$inc":{"$where":"x"}},"$":1,"$$ROOT":2,"a":{"$ref":"x","$id":1,"$db":"y"},"$a.b$":3}`,
		`{"a%2Eb":1,"%":2,"%24":3,"%25":4}`,
		`{"_id":"mine","ver":"mine","c":1,"body":2,"id":3}`,
		`{"__proto__":1,"toString":2,"0":"zero","1":["a",{"0":[]}]}`,
		`{"t":"\u0000\u0001\u001f\" \\ \/ \b\f\n\r\t \u2028 \ud83d\ude00 <>&"}`,
		`{"t":"商机 é e\u0301 ẞ 😀 \uffff \ufeff","😀":"k","商 机":{"额":1}}`,
		`{"z":1,"a":2,"m":{"z":1,"a":2},"list":[null,true,false,"",[],{},[[[]]]]}`,
		deep,
	} {
		id := fmt.Sprintf("d%d", i)
		d := store.Doc{ID: id, Ver: 1, Body: json.RawMessage(body)}
		must(t, s.Insert(ctx, coll, d))
		got, err := s.Get(ctx, coll, id)
		must(t, err)
		sameDoc(t, got, d)
		d.Ver = 2
		must(t, s.Replace(ctx, coll, d, 1))
		page, err := s.Query(ctx, coll, query.Query{Limit: 1000})
		must(t, err)
		for _, got := range page.Docs {
			if got.ID == id {
				sameDoc(t, got, d)
			}
		}
	}
}

func largeBodies(t *testing.T, s store.Store) {
	ctx := t.Context()
	text := `{"t":"` + strings.Repeat("商机", 2<<20/6) + `"}`
	rows := make([]string, 20_000)
	for i := range rows {
		rows[i] = fmt.Sprintf(`{"product":"P-%d","quantity":"%d.5","amount":{"minor":%d}}`, i, i, i*100)
	}
	table := `{"rows":[` + strings.Join(rows, ",") + `]}`
	for i, body := range []string{text, table} {
		d := store.Doc{ID: fmt.Sprint(i), Ver: 1, Body: json.RawMessage(body)}
		must(t, s.Insert(ctx, coll, d))
		d.Ver++
		must(t, s.Replace(ctx, coll, d, 1))
		got, err := s.Get(ctx, coll, d.ID)
		must(t, err)
		sameDoc(t, got, d)
	}
}

func columns(t *testing.T, s store.Store) {
	ctx := t.Context()
	long := strings.Repeat("长", 5000)
	must(t, s.Insert(ctx, coll, thing("a", 1, map[string]any{"s": "", "S": long, "n": nil, "tags": []string{"b", "a", "b", ""}})))
	got, err := s.Get(ctx, coll, "a")
	must(t, err)
	// Absent stays apart from empty; a set has no order and holds each text once.
	sameDoc(t, got, thing("a", 1, map[string]any{"s": "", "S": long, "tags": []string{"", "a", "b"}}))
	must(t, s.Replace(ctx, coll, thing("a", 2, map[string]any{"tags": []string{}}), 1))
	got, err = s.Get(ctx, coll, "a")
	must(t, err)
	sameDoc(t, got, thing("a", 2, nil))
}

func refusals(t *testing.T, s store.Store) {
	ctx := t.Context()
	must(t, s.Insert(ctx, coll, thing("a", 1, nil)))
	body := func(b string) store.Doc { return store.Doc{ID: "x", Ver: 1, Body: json.RawMessage(b)} }
	col := func(name string, v any) store.Doc { return thing("x", 1, map[string]any{name: v}) }
	for name, c := range map[string]struct {
		d    store.Doc
		want error
	}{
		"no id":                  {thing("", 1, nil), store.ErrInvalid},
		"NUL in the id":          {thing("a\x00b", 1, nil), store.ErrInvalid},
		"id not UTF-8":           {thing("\xff", 1, nil), store.ErrInvalid},
		"long id":                {thing(strings.Repeat("x", store.MaxID+1), 1, nil), store.ErrInvalid},
		"no body":                {body(``), store.ErrInvalid},
		"body an array":          {body(`[]`), store.ErrInvalid},
		"body cut short":         {body(`{"a":1`), store.ErrInvalid},
		"a float":                {body(`{"a":[1.5]}`), store.ErrInvalid},
		"an exponent":            {body(`{"a":1e2}`), store.ErrInvalid},
		"beyond int64":           {body(`{"a":9223372036854775808}`), store.ErrInvalid},
		"a member twice":         {body(`{"a":1,"a":2}`), store.ErrInvalid},
		"half a character":       {body(`{"a":"\udc00"}`), store.ErrInvalid},
		"too deep":               {body(`{"a":` + strings.Repeat("[", 200) + strings.Repeat("]", 200) + `}`), store.ErrInvalid},
		"undeclared column":      {col("gone", "x"), store.ErrColumn},
		"text for int":           {col("n", "1"), store.ErrColumn},
		"go int for int":         {col("n", 1), store.ErrColumn},
		"float for int":          {col("n", 1.0), store.ErrColumn},
		"int for bool":           {col("b", int64(1)), store.ErrColumn},
		"text for texts":         {col("tags", "x"), store.ErrColumn},
		"texts for text":         {col("s", []string{"x"}), store.ErrColumn},
		"text column not UTF-8":  {col("s", "\xff"), store.ErrInvalid},
		"texts column with NUL":  {col("tags", []string{"\x00"}), store.ErrInvalid},
		"text column with a NUL": {col("s", "a\x00"), store.ErrInvalid},
	} {
		wantErr(t, "insert: "+name, s.Insert(ctx, coll, c.d), c.want)
		_, err := s.InsertMany(ctx, coll, []store.Doc{thing("ok", 1, nil), c.d})
		wantErr(t, "insertMany: "+name, err, c.want)
		c.d.Ver = 2
		wantErr(t, "replace: "+name, s.Replace(ctx, coll, c.d, 1), c.want)
	}
	_, err := s.Get(ctx, coll, "ok")
	wantErr(t, "a batch with a refused document left something", err, store.ErrNotFound)
	wantErr(t, "the same version again", s.Replace(ctx, coll, thing("a", 1, nil), 1), store.ErrInvalid)
	wantErr(t, "an undeclared collection", s.Insert(ctx, "gone", thing("a", 1, nil)), store.ErrInvalid)
	for name, c := range map[string]struct {
		q    query.Query
		want error
	}{
		"no limit":                {query.Query{}, store.ErrInvalid},
		"limit too large":         {query.Query{Limit: 1001}, store.ErrInvalid},
		"filter column":           {query.Query{Limit: 1, Filter: query.IsNull{Col: "gone"}}, store.ErrColumn},
		"column like an SQL":      {query.Query{Limit: 1, Filter: query.IsNull{Col: `s" OR 1=1 --`}}, store.ErrColumn},
		"column like a path":      {query.Query{Limit: 1, Filter: query.IsNull{Col: "s.$where"}}, store.ErrColumn},
		"the id":                  {query.Query{Limit: 1, Filter: query.IsNull{Col: "id"}}, store.ErrColumn},
		"wrong type":              {query.Query{Limit: 1, Filter: query.Cmp{Col: "n", Op: query.Eq, Value: "1"}}, store.ErrColumn},
		"null":                    {query.Query{Limit: 1, Filter: query.Cmp{Col: "n", Op: query.Eq, Value: nil}}, store.ErrColumn},
		"a map":                   {query.Query{Limit: 1, Filter: query.Cmp{Col: "s", Op: query.Eq, Value: map[string]any{"$gt": ""}}}, store.ErrColumn},
		"wrong type deep down":    {query.Query{Limit: 1, Filter: query.Not{Of: query.Or{query.And{query.In{Col: "b", Values: []any{true, "x"}}}}}}, store.ErrColumn},
		"unknown operator":        {query.Query{Limit: 1, Filter: query.Cmp{Col: "n", Op: "LIKE", Value: int64(1)}}, store.ErrInvalid},
		"compare texts":           {query.Query{Limit: 1, Filter: query.Cmp{Col: "tags", Op: query.Eq, Value: "x"}}, store.ErrColumn},
		"in texts":                {query.Query{Limit: 1, Filter: query.In{Col: "tags"}}, store.ErrColumn},
		"null of texts":           {query.Query{Limit: 1, Filter: query.IsNull{Col: "tags"}}, store.ErrColumn},
		"hasPrefix of a text":     {query.Query{Limit: 1, Filter: query.HasPrefix{Col: "s"}}, store.ErrColumn},
		"rows of a table":         {query.Query{Limit: 1, Filter: query.Not{Of: query.Some{Table: "s"}}}, store.ErrInvalid},
		"among an empty id":       {query.Query{Limit: 1, Filter: query.Among{IDs: []string{""}}}, store.ErrInvalid},
		"among ids in disorder":   {query.Query{Limit: 1, Filter: query.Among{IDs: []string{"b", "a"}}}, store.ErrInvalid},
		"among too many":          {query.Query{Limit: 1, Filter: query.Among{IDs: make([]string, store.MaxAmong+1)}}, store.ErrInvalid},
		"hasAny of a text":        {query.Query{Limit: 1, Filter: query.HasAny{Col: "s"}}, store.ErrColumn},
		"startsWith of an int":    {query.Query{Limit: 1, Filter: query.StartsWith{Col: "n"}}, store.ErrColumn},
		"contains something long": {query.Query{Limit: 1, Filter: query.Contains{Col: "s", Part: strings.Repeat("x", store.MaxPart+1)}}, store.ErrInvalid},
		"contains of texts":       {query.Query{Limit: 1, Filter: query.Contains{Col: "tags"}}, store.ErrColumn},
		"prefix not UTF-8":        {query.Query{Limit: 1, Filter: query.StartsWith{Col: "s", Prefix: "\xe5"}}, store.ErrInvalid},
		"not of nothing":          {query.Query{Limit: 1, Filter: query.Not{}}, store.ErrInvalid},
		"sort column":             {query.Query{Limit: 1, Sort: []query.Sort{{Col: "gone"}}}, store.ErrColumn},
		"sort by texts":           {query.Query{Limit: 1, Sort: []query.Sort{{Col: "tags"}}}, store.ErrColumn},
		"projection of nothing":   {query.Query{Limit: 1, Cols: []string{"gone"}}, store.ErrColumn},
		"cursor":                  {query.Query{Limit: 1, After: "gone"}, store.ErrCursor},
	} {
		_, err := s.Query(ctx, coll, c.q)
		wantErr(t, "query: "+name, err, c.want)
	}
	sum := query.Measure{Kind: "sum", Col: "n"}
	for name, c := range map[string]struct {
		a    query.Aggregate
		want error
	}{
		"no limit":         {query.Aggregate{}, store.ErrInvalid},
		"limit too large":  {query.Aggregate{Limit: 10001}, store.ErrInvalid},
		"group column":     {query.Aggregate{Limit: 1, Groups: []query.Group{{Col: "gone"}}}, store.ErrColumn},
		"group by texts":   {query.Aggregate{Limit: 1, Groups: []query.Group{{Col: "tags"}}}, store.ErrColumn},
		"bounds of a text": {query.Aggregate{Limit: 1, Groups: []query.Group{{Col: "s", Bounds: []int64{1}}}}, store.ErrColumn},
		"bounds descend":   {query.Aggregate{Limit: 1, Groups: []query.Group{{Col: "n", Bounds: []int64{2, 1}}}}, store.ErrInvalid},
		"measure":          {query.Aggregate{Limit: 1, Measures: []query.Measure{{Kind: "avg", Col: "n"}}}, store.ErrInvalid},
		"sum of a text":    {query.Aggregate{Limit: 1, Measures: []query.Measure{{Kind: "sum", Col: "s"}}}, store.ErrColumn},
		"filter":           {query.Aggregate{Limit: 1, Filter: query.IsNull{Col: "gone"}, Measures: []query.Measure{sum}}, store.ErrColumn},
	} {
		_, err := s.Aggregate(ctx, coll, c.a)
		wantErr(t, "aggregate: "+name, err, c.want)
	}
}

func ensure(t *testing.T, s store.Store) {
	ctx := t.Context()
	base := store.Collection{Name: "grown", Columns: []store.Column{{Name: "n", Type: query.Int}}}
	must(t, s.Ensure(ctx, base, base))
	must(t, s.Insert(ctx, "grown", thing("old", 1, map[string]any{"n": int64(1)})))
	more := store.Collection{Name: "grown", Columns: []store.Column{{Name: "N", Type: query.Text}, {Name: "who", Type: query.Texts}},
		Indexes: []store.Index{{Name: "i", Cols: []string{"N", "-n"}}, {Name: "w", Cols: []string{"who"}}}}
	for range 3 {
		must(t, s.Ensure(ctx, more))
	}
	got, err := s.Get(ctx, "grown", "old")
	must(t, err)
	sameDoc(t, got, thing("old", 1, map[string]any{"n": int64(1)})) // a new column is absent
	for _, f := range []query.Filter{query.IsNull{Col: "N"}, query.Not{Of: query.HasAny{Col: "who", Values: []string{"u"}}}} {
		p, err := s.Query(ctx, "grown", query.Query{Filter: f, Limit: 5})
		must(t, err)
		if len(p.Docs) != 1 {
			t.Errorf("%#v finds %d documents, want the old one", f, len(p.Docs))
		}
	}
	full := thing("old", 2, map[string]any{"n": int64(2), "N": "x", "who": []string{"u"}})
	must(t, s.Replace(ctx, "grown", full, 1))
	must(t, s.Ensure(ctx, base)) // declaring less takes nothing away
	got, err = s.Get(ctx, "grown", "old")
	must(t, err)
	sameDoc(t, got, full)
	changed := base
	changed.Columns = []store.Column{{Name: "n", Type: query.Text}}
	wantErr(t, "another type", s.Ensure(ctx, changed), store.ErrInvalid)
	wantErr(t, "a bad name", s.Ensure(ctx, store.Collection{Name: "$cmd"}), store.ErrInvalid)
	// The same index name with other columns is a new index, not an error.
	more.Indexes = []store.Index{{Name: "i", Cols: []string{"n"}}}
	must(t, s.Ensure(ctx, more))
	must(t, s.Ensure(ctx))
}

// Several nodes start at once and declare the same.
func ensureAtOnce(t *testing.T, s store.Store) {
	ctx := t.Context()
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			c := store.Collection{Name: "shared", Columns: []store.Column{{Name: "n", Type: query.Int}, {Name: fmt.Sprintf("x%d", i%4), Type: query.Text}},
				Indexes: []store.Index{{Name: "n", Cols: []string{"n"}}, {Name: fmt.Sprintf("x%d", i%4), Cols: []string{fmt.Sprintf("x%d", i%4)}}}}
			if err := s.Ensure(ctx, c); err != nil {
				t.Errorf("Ensure: %v", err)
				return
			}
			d := thing(fmt.Sprint(i), 1, map[string]any{"n": int64(i), fmt.Sprintf("x%d", i%4): "v"})
			if err := s.Insert(ctx, "shared", d); err != nil {
				t.Errorf("Insert: %v", err)
				return
			}
			got, err := s.Get(ctx, "shared", d.ID)
			if err != nil || !reflect.DeepEqual(got.Cols, d.Cols) {
				t.Errorf("got %v, %v, want %v", got.Cols, err, d.Cols)
			}
		})
	}
	wg.Wait()
}
