package process

import (
	"encoding/json"
	"testing"
)

// A record that another one refers to stays.
func TestDeleteReferred(t *testing.T) {
	t.Parallel()
	app := loadApp(t, "testdata/scenario/deal.json")
	w := newWalker(app)
	if !w.s.begin() {
		t.Fatal(w.s.problems)
	}
	service := Service("sales")
	r := w.s.do(&Command{Kind: Delete, ID: "rec-acme"}, service)
	if r == nil || r.Code != "reference.used" {
		t.Fatalf("an account with a deal was deleted: %v", r)
	}
	if r := w.s.do(&Command{Kind: Delete, ID: "rec-main"}, service); r != nil {
		t.Fatal(r)
	}
	if r := w.s.do(&Command{Kind: Delete, ID: "rec-acme"}, service); r != nil {
		t.Fatalf("nothing refers to the account any more: %v", r)
	}
	if r := w.s.do(&Command{Kind: Edit, ID: "rec-acme", Data: Wire{"name": json.RawMessage(`"x"`)}}, service); r == nil || r.Code != "record.deleted" {
		t.Fatalf("a deleted record was edited: %v", r)
	}
	if r := w.s.do(&Command{Kind: Restore, ID: "rec-acme"}, service); r != nil {
		t.Fatal(r)
	}
}
