package mongostore

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
	"pipewright/runtime/store/mongostore/mongotest"
)

// proxy stands between a store and its server and cuts the line once: before a command that names a word reaches the server, or after
// the server answered it.
type proxy struct {
	net.Listener
	target string
	mu     sync.Mutex
	word   string // in a command; empty: the line is good and stays so
	after  bool
	cuts   int
}

func newProxy(t *testing.T) (*proxy, string) {
	t.Helper()
	u, err := url.Parse(mongotest.URI(t))
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{Listener: l, target: u.Host}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go p.serve(c)
		}
	}()
	u.Host = l.Addr().String()
	return p, u.String()
}

func (p *proxy) cut(word string, after bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.word, p.after = word, after
}

func (p *proxy) serve(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", p.target)
	if err != nil {
		return
	}
	defer server.Close()
	for {
		msg, err := message(client)
		if err != nil {
			return
		}
		p.mu.Lock()
		hit := p.word != "" && strings.Contains(string(msg), p.word)
		after := p.after
		if hit {
			p.cuts++
			p.word = ""
		}
		p.mu.Unlock()
		if hit && !after {
			return
		}
		if _, err := server.Write(msg); err != nil {
			return
		}
		reply, err := message(server)
		if err != nil || hit {
			return
		}
		if _, err := client.Write(reply); err != nil {
			return
		}
	}
}

// message reads one message of the protocol: its first four bytes are its length.
func message(c net.Conn) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(c, head); err != nil {
		return nil, err
	}
	n := int(head[0]) | int(head[1])<<8 | int(head[2])<<16 | int(head[3])<<24
	msg := append(head, make([]byte, n-4)...)
	_, err := io.ReadFull(c, msg[4:])
	return msg, err
}

var slips = store.Collection{Name: "slips", Columns: []store.Column{{Name: "n", Type: query.Int}}}

func slip(id string, ver int64) store.Doc {
	return store.Doc{ID: id, Ver: ver, Cols: map[string]any{"n": ver}, Body: json.RawMessage(`{}`)}
}

// When the line breaks, a write says ErrUnknown, whether it was carried out or not, and is not sent again; a read is.
func TestBrokenLine(t *testing.T) {
	t.Parallel()
	if mongotest.Real() {
		t.Log("the driver would find its way around the proxy by the members' own names; run against the test server")
		return
	}
	ctx := t.Context()
	p, uri := newProxy(t)
	s, err := Open(ctx, Options{URI: uri, Database: mongotest.Database(), AllowStandalone: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	if err := s.Ensure(ctx, slips); err != nil {
		t.Fatal(err)
	}
	for _, after := range []bool{false, true} {
		id := map[bool]string{false: "before", true: "after"}[after]
		check := func(word string, err error, want error, ver int64) {
			t.Helper()
			if !errors.Is(err, want) || want == nil && err != nil {
				t.Errorf("%s cut %s: %v, want %v", word, id, err, want)
			}
			d, err := s.Get(ctx, slips.Name, id)
			if errors.Is(err, store.ErrNotFound) {
				err = nil
			}
			if err != nil || d.Ver != ver {
				t.Errorf("%s cut %s: at %d, %v; want %d", word, id, d.Ver, err, ver)
			}
		}
		was := func(done, not int64) int64 {
			if after {
				return done
			}
			return not
		}
		p.cut("insert", after)
		check("insert", s.Insert(ctx, slips.Name, slip(id, 1)), store.ErrUnknown, was(1, 0))
		if !after {
			if err := s.Insert(ctx, slips.Name, slip(id, 1)); err != nil {
				t.Fatal(err)
			}
		}
		p.cut("update", after)
		check("update", s.Replace(ctx, slips.Name, slip(id, 2), 1), store.ErrUnknown, was(2, 1))
		p.cut("insert", after)
		_, err := s.InsertMany(ctx, slips.Name, []store.Doc{slip(id+"2", 1), slip(id+"3", 1)})
		check("insertMany", err, store.ErrUnknown, was(2, 1))
		p.cut("find", after)
		_, err = s.Query(ctx, slips.Name, query.Query{Limit: 1})
		check("find", err, nil, was(2, 1))
		p.cut("aggregate", after)
		_, err = s.Aggregate(ctx, slips.Name, query.Aggregate{Limit: 1})
		check("aggregate", err, nil, was(2, 1))
		p.cut("delete", after)
		check("delete", s.Delete(ctx, slips.Name, id, was(2, 1)), store.ErrUnknown, was(0, 1))
	}
	if p.cuts != 12 {
		t.Errorf("the line was cut %d times, want 12", p.cuts)
	}
}

// A context that ends while the server is silent ends the call; for a write the outcome is open.
func TestSilentServer(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		if c, err := l.Accept(); err == nil {
			defer c.Close()
			cancel() // connected, and never answered
			io.Copy(io.Discard, c)
		}
	}()
	_, err = Open(ctx, Options{URI: "mongodb://" + l.Addr().String(), Database: "x"})
	if !errors.Is(err, store.ErrUnavailable) || !strings.Contains(err.Error(), "MongoDB does not answer") {
		t.Errorf("Open: %v", err)
	}
}

// What Open says to servers that will not do. Those that are not at hand are played by a fake.
func TestStartUpChecks(t *testing.T) {
	t.Parallel()
	if !mongotest.Real() {
		_, err := Open(t.Context(), Options{URI: mongotest.URI(t), Database: "x"})
		if err == nil || !strings.Contains(err.Error(), "rs.initiate()") {
			t.Errorf("a standalone server: %v", err)
		}
	}
	for name, c := range map[string]struct {
		version []int32
		hello   bson.D
		want    string
	}{
		"too old":     {[]int32{4, 4, 29, 0}, bson.D{{Key: "setName", Value: "rs0"}}, "5.0 or newer is needed"},
		"standalone":  {[]int32{8, 0, 0, 0}, nil, "not part of a replica set"},
		"replica set": {[]int32{8, 0, 0, 0}, bson.D{{Key: "setName", Value: "rs0"}}, ""},
		"sharded":     {[]int32{5, 0, 0, 0}, bson.D{{Key: "msg", Value: "isdbgrid"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			uri := fakeServer(t, c.version, c.hello)
			s, err := Open(t.Context(), Options{URI: uri, Database: "x"})
			if err == nil {
				defer s.Close()
			}
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("Open: %v, want %q", err, c.want)
			}
		})
	}
	for _, o := range []Options{{URI: "mongodb://127.0.0.1/"}, {URI: "mongodb://127.0.0.1/", Database: "a.b"}, {URI: "http://x", Database: "x"}} {
		if _, err := Open(t.Context(), o); err == nil {
			t.Errorf("%+v was accepted", o)
		}
	}
}
