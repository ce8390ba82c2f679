package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
	"pipewright/runtime/store/storetest"
)

// shopWorld is a world with the app of public forms, tracking pages and prints; rep.li plays its role and may do all.
func shopWorld(t *testing.T, wrap func(store.Store) store.Store) (*world, *org.User) {
	t.Helper()
	w := newWorld(t, wrap)
	w.defs["shop"] = []*process.App{compileFile(t, "../process/testdata/public/app.json", 1)}
	dir, err := w.e.Directory(t.Context())
	w.must(err)
	li, _ := dir.User("rep.li")
	li.Roles = append(li.Roles, "shop/rep")
	w.must(w.e.SaveUsers(t.Context(), li))
	return w, &org.User{ID: "admin", Admin: true}
}

func (w *world) page(admin *org.User) *PublicPage {
	w.t.Helper()
	l, err := w.e.SetPublicLink(w.t.Context(), admin, "shop", "enquiry", "make")
	w.must(err)
	p, err := w.e.PublicPage(w.t.Context(), l.Token)
	w.must(err)
	return p
}

func enquiry(op, company, phone, seal string) PublicSend {
	return PublicSend{Op: op, Seal: seal, Data: map[string]json.RawMessage{"company": json.RawMessage(fmt.Sprintf("%q", company)), "phone": json.RawMessage(fmt.Sprintf("%q", phone))}}
}

func (w *world) leads() []store.Doc {
	w.t.Helper()
	page, err := w.store.Query(w.t.Context(), RecordCollection(w.defs["shop"][0].Forms["lead"]), query.Query{Limit: 100})
	w.must(err)
	var out []store.Doc
	for _, d := range page.Docs {
		if r, err := decodeRecord(d); err == nil && r.State != nil && !r.Fence {
			out = append(out, d)
		}
	}
	return out
}

// Of many who send the same phone number at once one begins the record; what the others wrote stands on it, each once.
func TestManySendTheSameAtOnce(t *testing.T) {
	t.Parallel()
	w, admin := shopWorld(t, nil)
	p := w.page(admin)
	seal := p.Seal(w.clock.now())
	w.clock.add(5 * time.Second)
	const senders = 8
	var all sync.WaitGroup
	for i := range senders {
		for range 2 { // each browser sends twice
			all.Go(func() {
				var err error
				for range 10 { // 409 and 503 are to be repeated
					if err = w.e.SendPublic(t.Context(), p, enquiry(fmt.Sprintf("op%d", i), fmt.Sprintf("公司%d", i), "13800138000", seal)); err == nil {
						return
					}
				}
				t.Error(err)
			})
		}
	}
	all.Wait()
	leads := w.leads()
	if len(leads) != 1 {
		t.Fatalf("%d records", len(leads))
	}
	notes, _, err := w.e.Notes(t.Context(), "rep.li", leads[0].ID, false, 100, "")
	w.must(err)
	if len(notes) != senders-1 {
		t.Errorf("%d notes of %d senders", len(notes), senders)
	}
}

// Whatever call of the store fails, in whatever way: who sends until he is thanked has begun one record.
func TestPublicFormUnderFaults(t *testing.T) {
	t.Parallel()
	every := 2
	if testing.Short() {
		every = 9
	}
	for _, kind := range []storetest.Fault{storetest.Before, storetest.After, storetest.Lost} {
		for k := 1; k < 40; k += every {
			var faulty *storetest.FaultyStore
			w, admin := shopWorld(t, func(s store.Store) store.Store {
				faulty = storetest.Faulty(s, nil)
				return faulty
			})
			p := w.page(admin)
			seal := p.Seal(w.clock.now())
			w.clock.add(5 * time.Second)
			faulty.Set(storetest.Nth(len(faulty.Calls())+k, kind))
			for _, send := range []PublicSend{enquiry("one", "甲", "13800138000", seal), enquiry("two", "乙", "13800138001", seal)} {
				var err error
				for range 5 {
					if err = w.e.SendPublic(t.Context(), p, send); err == nil {
						break
					}
				}
				w.must(err)
			}
			faulty.Set(nil)
			if n := len(w.leads()); n != 2 {
				t.Errorf("call %d, %v: %d records", k, kind, n)
			}
		}
	}
}

// Two nodes that hand a link out at once hand out the same one, also when neither has made one before.
func TestNodesHandOutOneLink(t *testing.T) {
	t.Parallel()
	w, _ := shopWorld(t, nil)
	s := w.do("rep.li", process.Command{Kind: process.Create, App: "shop", Form: "order", Op: "o", Data: data(`{"name": "甲"}`)}).State
	nodes := []*Engine{w.e, w.node("two"), w.node("three")}
	links := make([]string, len(nodes))
	var all sync.WaitGroup
	for i, e := range nodes {
		all.Go(func() {
			var err error
			for range 10 {
				var l *TrackLink
				if l, err = e.TrackingLink(t.Context(), "rep.li", s.ID, "order"); err == nil {
					links[i] = l.Path
					return
				}
			}
			t.Error(err)
		})
	}
	all.Wait()
	if links[0] == "" || links[0] != links[1] || links[1] != links[2] {
		t.Fatalf("%v", links)
	}
	token := strings.TrimPrefix(links[0], "/t/")
	// The database holds no token.
	page, err := w.store.Query(t.Context(), collLinks, query.Query{Limit: 10})
	w.must(err)
	for _, d := range page.Docs {
		if strings.Contains(string(d.Body)+fmt.Sprint(d.Cols)+d.ID, token) {
			t.Errorf("%s holds the token", d.ID)
		}
	}
	if got, err := w.e.OpenTracking(t.Context(), token, "zh-CN", "10.0.0.0/24"); err != nil || got.Steps[0].State != "now" {
		t.Errorf("%+v %v", got, err)
	}
}

// A text that goes out holds the link that opens, and the link ends with its record.
func TestLinkInTexts(t *testing.T) {
	t.Parallel()
	w, _ := shopWorld(t, nil)
	s := w.do("rep.li", process.Command{Kind: process.Create, App: "shop", Form: "order", Op: "o", Data: data(`{"name": "甲"}`)}).State
	w.do("rep.li", process.Command{Kind: process.Move, ID: s.ID, Transition: "packed"})
	for range 5 {
		w.runDue()
	}
	v, err := w.e.Record(t.Context(), "rep.li", s.ID)
	w.must(err)
	var link string
	w.must(json.Unmarshal(v.Data()["link"], &link))
	open := func(ctx context.Context) error {
		_, err := w.e.OpenTracking(ctx, strings.TrimPrefix(link, "/t/"), "en", "")
		return err
	}
	w.must(open(t.Context()))
	w.must(w.e.dropLinks(t.Context(), s.ID))
	if r, refused := asRejection(open(t.Context())); !refused || r.Code != "not.found" {
		t.Error("the link of a record that is gone opens")
	}
}

// Two nodes that make the link of a flow at once make the same one.
func TestNodesShareOneLink(t *testing.T) {
	t.Parallel()
	w, admin := shopWorld(t, nil)
	nodes := []*Engine{w.e, w.node("two"), w.node("three")}
	tokens := make([]string, len(nodes))
	var all sync.WaitGroup
	for i, e := range nodes {
		all.Go(func() {
			l, err := e.SetShareLink(t.Context(), admin, "shop", "order", "make")
			if err != nil {
				t.Error(err)
				return
			}
			tokens[i] = l.Token
		})
	}
	all.Wait()
	for _, token := range tokens {
		if token != tokens[0] {
			t.Errorf("several links were made: %v", tokens)
		}
	}
	if app, only, err := w.e.SharedFlow(t.Context(), tokens[0]); err != nil || only != "order" || app.Def.Key != "shop" {
		t.Errorf("%v %q %v", app, only, err)
	}
}

// TestVisitorsWordsStay: an automation that a public form sets off sees what the visitor has sent as he sent it, whatever has become of the
// record since.
func TestVisitorsWordsStay(t *testing.T) {
	t.Parallel()
	w, admin := shopWorld(t, nil)
	p := w.page(admin)
	seal := p.Seal(w.clock.now())
	w.clock.add(5 * time.Second)
	send := enquiry("one", "甲", "13800138000", seal)
	send.Source = map[string]string{"utm_campaign": "keep"}
	w.must(w.e.SendPublic(t.Context(), p, send))
	id := w.leads()[0].ID
	w.runDue()
	w.do("rep.li", process.Command{Kind: process.Edit, ID: id, Data: data(`{"company": "乙"}`)})
	w.clock.add(2 * time.Hour)
	w.runDue()
	if got := w.value(id, "secret"); got != `"甲/13800138000"` {
		t.Errorf("kept %s", got)
	}
}
