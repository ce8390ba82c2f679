package sqlitestore

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

var deal = store.Collection{
	Name: "rec_b2b_deal",
	Columns: []store.Column{
		{Name: "stage", Type: query.Text}, {Name: "owner", Type: query.Text}, {Name: "updated", Type: query.Time},
		{Name: "amount", Type: query.Int}, {Name: "title", Type: query.Text}, {Name: "people", Type: query.Texts},
	},
	Indexes: []store.Index{
		{Name: "stage", Cols: []string{"stage", "-updated"}}, {Name: "owner", Cols: []string{"owner", "-updated"}},
		{Name: "people", Cols: []string{"people", "-updated"}}, {Name: "updated", Cols: []string{"-updated"}}, {Name: "sum", Cols: []string{"stage"}, Cover: []string{"amount"}},
	},
}

func dealDoc(i int) store.Doc {
	return store.Doc{ID: fmt.Sprintf("d%08d", i), Ver: 1, Cols: map[string]any{
		"stage": fmt.Sprintf("s%d", i%6), "owner": fmt.Sprintf("u%d", i%50), "updated": int64(1_700_000_000_000 + i*977%1_000_003),
		"amount": int64(i * 100), "title": fmt.Sprintf("Deal %d", i), "people": []string{fmt.Sprintf("u%d", i%50), fmt.Sprintf("u%d", i%7)},
	}, Body: json.RawMessage(`{"data":{"note":"` + strings.Repeat("x", 2000) + `"}}`)}
}

// filled is a store on disk with n deals.
func filled(b *testing.B, n int) *Store {
	ctx := context.Background()
	s, err := Open(ctx, Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { s.Close() })
	if err := s.Ensure(ctx, deal); err != nil {
		b.Fatal(err)
	}
	for from := 0; from < n; from += 500 {
		var ds []store.Doc
		for i := from; i < min(from+500, n); i++ {
			ds = append(ds, dealDoc(i))
		}
		if _, err := s.InsertMany(ctx, deal.Name, ds); err != nil {
			b.Fatal(err)
		}
	}
	return s
}

// BenchmarkReplace is a durable compare-and-set of a 2 KB document that moves one indexed column.
func BenchmarkReplace(b *testing.B) {
	for _, writers := range []int{1, 8, 64} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := filled(b, 1000)
			var next atomic.Int64
			var wg sync.WaitGroup
			b.ResetTimer()
			for w := range writers {
				wg.Go(func() {
					d := dealDoc(w)
					for next.Add(1) <= int64(b.N) {
						d.Ver++
						d.Cols["updated"] = d.Cols["updated"].(int64) + 1
						if err := s.Replace(context.Background(), deal.Name, d, d.Ver-1); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "op/s")
		})
	}
}

func BenchmarkRead(b *testing.B) {
	s := filled(b, 100_000)
	ctx := context.Background()
	run := func(name string, f func() error) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	i := 0
	run("get", func() error {
		i++
		_, err := s.Get(ctx, deal.Name, fmt.Sprintf("d%08d", i%100_000))
		return err
	})
	page := func(f query.Filter, cols ...string) query.Query {
		return query.Query{Filter: f, Sort: []query.Sort{{Col: "updated", Desc: true}}, Limit: 50, Cols: cols}
	}
	for name, q := range map[string]query.Query{
		"all": page(nil), "stage": page(query.Cmp{Col: "stage", Op: query.Eq, Value: "s3"}),
		"owner": page(query.Cmp{Col: "owner", Op: query.Eq, Value: "u7"}), "people": page(query.HasAny{Col: "people", Values: []string{"u7"}}),
		"ownerOrPeople": page(query.Or{query.Cmp{Col: "owner", Op: query.Eq, Value: "u7"}, query.HasAny{Col: "people", Values: []string{"u8"}}}),
		"stages":        page(query.In{Col: "stage", Values: []any{"s1", "s2", "s3"}}), "cols": page(nil, "title", "amount"),
	} {
		run("page/"+name, func() error { _, err := s.Query(ctx, deal.Name, q); return err })
		first, err := s.Query(ctx, deal.Name, q)
		if err != nil {
			b.Fatal(err)
		}
		q.After = first.Next
		run("next/"+name, func() error { _, err := s.Query(ctx, deal.Name, q); return err })
	}
	sum := query.Aggregate{Groups: []query.Group{{Col: "stage"}}, Measures: []query.Measure{{Kind: "count"}, {Kind: "sum", Col: "amount"}}, Limit: 100}
	run("sum", func() error { _, err := s.Aggregate(ctx, deal.Name, sum); return err })
	sum.Groups[0].Bounds, sum.Groups[0].Col = []int64{1_700_000_000_000, 1_700_000_300_000, 1_700_000_600_000}, "updated"
	run("sum/bounds", func() error { _, err := s.Aggregate(ctx, deal.Name, sum); return err })
}
