package server

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pipewright/designer"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
	"pipewright/runtime/store/sqlitestore"
)

//go:embed testdata/bench.json
var benchApp []byte

// bench is a durable server in this process with one app: a form of 15 fields, a table of ten rows, three stages.
type bench struct {
	server *Server
	cookie string
	ops    atomic.Int64
}

func newBench(b *testing.B) *bench {
	ctx := b.Context()
	st, err := sqlitestore.Open(ctx, sqlitestore.Options{Dir: b.TempDir()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = st.Close() })
	var eng *engine.Engine
	des, err := designer.New(ctx, designer.Config{Store: st, Templates: []designer.Template{{Key: "bench", Definition: benchApp}}})
	if err != nil {
		b.Fatal(err)
	}
	if eng, err = engine.New(ctx, engine.Config{Store: st, Definitions: des.Catalog()}); err != nil {
		b.Fatal(err)
	}
	out := &bench{}
	if out.server, err = New(ctx, Config{Store: st, Engine: eng, Designer: des}); err != nil {
		b.Fatal(err)
	}
	eng.Start(ctx)
	b.Cleanup(func() { _ = eng.Stop(b.Context()) })
	if _, err := des.Install(ctx, "boss", "bench", ""); err != nil {
		b.Fatal(err)
	}
	if err := eng.SaveUsers(ctx, org.User{ID: "boss", Name: "Boss", Active: true, Roles: []string{"bench/boss"}}); err != nil {
		b.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := out.server.sessions.start(ctx, w, httptest.NewRequest("GET", "/", nil), "boss"); err != nil {
		b.Fatal(err)
	}
	out.cookie, _, _ = strings.Cut(w.Header().Get("Set-Cookie"), ";")
	return out
}

func (x *bench) send(b *testing.B, method, path, body string, want int) []byte {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Cookie", x.cookie)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Idempotency-Key", fmt.Sprintf("%d-%d", time.Now().UnixNano(), x.ops.Add(1)))
	w := httptest.NewRecorder()
	x.server.ServeHTTP(w, r)
	if w.Code != want {
		b.Errorf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w.Body.Bytes()
}

func (x *bench) create(b *testing.B) string {
	lines := make([]string, 10)
	for i := range lines {
		lines[i] = fmt.Sprintf(`{"qty": %d, "price": {"amount": "%d.50", "currency": "CNY"}}`, i+1, 100+i)
	}
	raw := x.send(b, "POST", "/api/apps/bench/forms/item/records", `{"data": {"name": "Item", "company": "Acme", "region": "east", "agreed": true, "score": 50, "lines": [`+strings.Join(lines, ",")+`]}}`, http.StatusCreated)
	var rec struct{ ID string }
	if err := json.Unmarshal(raw, &rec); err != nil {
		b.Fatal(err)
	}
	return rec.ID
}

func BenchmarkAdvance(b *testing.B) {
	x := newBench(b)
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		path := "/api/records/" + x.create(b) + "/transitions/"
		x.send(b, "POST", path+"begin", "{}", http.StatusOK)
		for pb.Next() {
			x.send(b, "POST", path+"advance", `{"data": {"next": "step"}}`, http.StatusOK)
		}
	})
}

func BenchmarkCreate(b *testing.B) {
	x := newBench(b)
	b.SetParallelism(4)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			x.create(b)
		}
	})
}

func BenchmarkGetRecord(b *testing.B) {
	x := newBench(b)
	path := "/api/records/" + x.create(b)
	for b.Loop() {
		x.send(b, "GET", path, "", http.StatusOK)
	}
}

func BenchmarkList(b *testing.B) {
	x := newBench(b)
	for range 200 {
		x.create(b)
	}
	for b.Loop() {
		x.send(b, "GET", "/api/apps/bench/forms/item/records?where=region%20%3D%3D%20%27east%27&sort=-amount&limit=50", "", http.StatusOK)
	}
}
