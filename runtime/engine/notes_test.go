package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// noteTexts are the notes on a record as a person may read them, page by page.
func (w *world) noteTexts(user, id string, around bool, limit int) []string {
	w.t.Helper()
	var out []string
	after := ""
	for {
		list, next, err := w.e.Notes(w.t.Context(), user, id, around, limit, after)
		w.must(err)
		for _, n := range list {
			out = append(out, n.Text)
		}
		if after = next; after == "" {
			return out
		}
	}
}

func (w *world) note(user, id, text string) {
	w.t.Helper()
	w.do(user, process.Command{Kind: process.Note, ID: id, Comment: text})
	w.clock.add(time.Minute)
}

// Notes are listed newest first to who may read the record, and found by every word of theirs; nobody else hears of them.
func TestNotes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	account := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "account", Op: "a", Data: data(`{"name": "华东制造"}`)}).State
	s := w.do("rep.li", process.Command{Kind: process.Create, App: "b2b", Form: "deal", Op: "d",
		Data: data(`{"name": "Line 2", "account": {"id": "` + account.ID + `"}, "closeDate": "2026-12-15", "lines": ` + smallLines + `}`)}).State
	var want []string
	for i := range 7 {
		text := fmt.Sprintf("visit %d", i)
		w.note("rep.li", s.ID, text)
		want = append(want, text)
	}
	w.note("rep.li", account.ID, "采购经理喜欢围棋，预算在三月批 @mgr.wang @ops.wu")
	slices.Reverse(want)
	for _, limit := range []int{2, 3, 50} {
		if got := w.noteTexts("rep.li", s.ID, false, limit); !slices.Equal(got, want) {
			t.Errorf("by %d: %v", limit, got)
		}
	}
	if got := w.noteTexts("rep.li", s.ID, true, 3); len(got) != 8 || !strings.HasPrefix(got[0], "采购经理") {
		t.Errorf("with the account's: %v", got)
	}
	if _, _, err := w.e.Notes(ctx, "ops.wu", s.ID, false, 10, ""); err == nil {
		t.Error("a stranger reads notes")
	}
	// Full text: from the middle, all terms in one note, and only for who may read the record.
	find := func(user, asked string) []Found {
		list, err := w.e.Search(ctx, user, asked, 10)
		w.must(err)
		return list
	}
	got := find("rep.li", "围棋 预算")
	if len(got) != 1 || got[0].ID != account.ID || got[0].Note == 0 || got[0].By[0].Field != "notes" || !strings.Contains(got[0].By[0].Text, "围棋") {
		t.Errorf("%+v", got)
	}
	notes, _, err := w.e.Notes(ctx, "rep.li", account.ID, false, 10, "")
	w.must(err)
	if len(notes) != 1 || notes[0].Seq != got[0].Note || notes[0].Name == "" || !slices.Equal(notes[0].Mentions, []string{"mgr.wang", "ops.wu"}) {
		t.Errorf("%+v", notes)
	}
	if got := find("rep.li", "围棋 visit"); len(got) != 0 {
		t.Errorf("terms of two records find %+v", got)
	}
	if got := find("ops.wu", "visit"); len(got) != 0 {
		t.Errorf("a stranger finds %+v", got)
	}
	if got := find("rep.li", "visit"); len(got) != 1 || got[0].ID != s.ID {
		t.Errorf("seven notes find %d records", len(got))
	}
	// Who is mentioned hears of it; what it says, only if he may read the record.
	for user, reads := range map[string]bool{"mgr.wang": true, "ops.wu": false} {
		list, _, err := w.e.Notices(ctx, user, false, 10, "")
		w.must(err)
		if len(list) != 1 || strings.Contains(list[0].Text.In("zh-CN"), "围棋") != reads {
			t.Errorf("%s is told %+v", user, list)
		}
	}
	w.do("rep.li", process.Command{Kind: process.Delete, ID: s.ID})
	if got := find("rep.li", "visit"); len(got) != 0 {
		t.Error("notes in the recycle bin are found")
	}
}

// Notes written before there was a collection of them are laid out by the job that shows records anew; those of an erased record are gone.
func TestNotesAreLaidOut(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	ctx := t.Context()
	s := w.deal("Acme", smallLines)
	w.note("rep.li", s.ID, "about "+personal)
	w.note("rep.li", s.ID, "second")
	empty := func() {
		page, err := w.store.Query(ctx, collNotes, query.Query{Limit: 100})
		w.must(err)
		for _, d := range page.Docs {
			w.must(w.store.Delete(ctx, collNotes, d.ID, d.Ver))
		}
	}
	empty()
	w.must(w.e.Sweep(ctx, 0)) // what is pending in the record would be relayed, and listed, all the same
	empty()
	w.reshown()
	if got := w.noteTexts("rep.li", s.ID, false, 10); !slices.Equal(got, []string{"second", "about " + personal}) {
		t.Errorf("%v", got)
	}
	w.admin("rep.li")
	w.must(w.e.Erase(ctx, "rep.li", s.ID, "erase"))
	w.runDue()
	if left := w.told(personal); len(left) != 0 {
		t.Errorf("still told in %v", left)
	}
	found, err := w.e.Search(ctx, "rep.li", "second", 10)
	w.must(err)
	if len(found) != 0 {
		t.Error("found after erasing")
	}
}
