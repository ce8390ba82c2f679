package designer

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// newerShop is the template with a field more, another name for one, and a condition.
const newerShop = `{"spec": "pipewright/1", "key": "shop", "name": "Shop", "languages": ["en"],
 "roles": [{"key": "rep", "name": "Rep"}],
 "forms": [{"key": "deal", "name": "Deal", "fields": [
   {"key": "name", "type": "text", "name": "Title", "required": true},
   {"key": "amount", "type": "money", "name": "Amount", "filter": true},
   {"key": "closing", "type": "date", "name": "Closing"}],
   "grants": [{"role": "rep", "records": "own", "do": ["create", "read", "edit"]}]}]}`

// later is the same store under a program with other templates.
func later(t *testing.T, d *Designer, text string) *Designer {
	t.Helper()
	c := d.Config
	c.Templates = []Template{{Key: "shop", Definition: []byte(text)}}
	out, err := New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestUpgradeOfATemplate(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := open(t, func(c *Config) { c.Templates = []Template{{Key: "shop", Definition: []byte(shop)}} })
	if _, err := d.Install(ctx, "ann", "shop", "mine"); err != nil {
		t.Fatal(err)
	}
	if up, err := d.Upgrade(ctx, "mine", nil); err != nil || up.Available {
		t.Fatalf("an upgrade to itself: %v %v", up.Available, err)
	}
	draft, err := d.Draft(ctx, "mine")
	if err != nil {
		t.Fatal(err)
	}
	own := strings.NewReplacer(`"name": "Name"`, `"name": "Subject"`, `"name": "Rep"`, `"name": "Seller"`).Replace(draft.Definition)
	if draft, _, err = d.Save(ctx, "mine", "ann", draft.Rev, []byte(own)); err != nil {
		t.Fatal(err)
	}

	d = later(t, d, newerShop)
	if apps, err := d.Apps(ctx); err != nil || len(apps) != 1 || !apps[0].Upgrade {
		t.Fatalf("apps: %+v %v", apps, err)
	}
	up, err := d.Upgrade(ctx, "mine", nil)
	if err != nil || !up.Available || up.Rev != draft.Rev || len(up.Changes) != 2 || len(up.Conflicts) != 1 || up.Open() != 1 {
		t.Fatalf("upgrade: %+v %v", up, err)
	}
	at := "/forms/deal/fields/name/name"
	if up.Conflicts[0].Path != at || len(up.Problems) != 0 {
		t.Errorf("conflicts %+v, problems %v", up.Conflicts, up.Problems)
	}
	var refused *process.Rejection
	if _, _, err := d.TakeUpgrade(ctx, "mine", "ann", draft.Rev, up.To, nil); !errors.As(err, &refused) || refused.Code != "upgrade.open" || refused.Details[0].Path != at {
		t.Errorf("with an open conflict: %v", err)
	}
	var lost *Conflict
	if _, _, err := d.TakeUpgrade(ctx, "mine", "ann", draft.Rev-1, up.To, map[string]Side{at: Mine}); !errors.As(err, &lost) {
		t.Errorf("from an old draft: %v", err)
	}
	if _, _, err := d.TakeUpgrade(ctx, "mine", "ann", draft.Rev, "other", map[string]Side{at: Mine}); code(err) != "conflict" {
		t.Errorf("another version: %v", err)
	}
	before := draft
	draft, problems, err := d.TakeUpgrade(ctx, "mine", "ann", draft.Rev, up.To, map[string]Side{at: Mine})
	if err != nil || len(problems) != 0 || draft.Template != up.To {
		t.Fatalf("take: %v %v", err, problems)
	}
	for _, want := range []string{`"Subject"`, `"Seller"`, `"closing"`, up.To} {
		if !strings.Contains(draft.Definition, want) {
			t.Errorf("no %s in %s", want, draft.Definition)
		}
	}
	if live, err := d.Catalog().Current(ctx, "mine"); err != nil || live.Release != 1 {
		t.Errorf("it went live by itself: %v", err)
	}
	if up, err := d.Upgrade(ctx, "mine", nil); err != nil || up.Available {
		t.Errorf("offered again: %v", err)
	}

	// Going back to the draft before it takes the version back, too: the upgrade is offered again, and what it brought is not taken
	// for something that was taken out here.
	back, _, err := d.Save(ctx, "mine", "ann", draft.Rev, []byte(before.Definition))
	if err != nil {
		t.Fatal(err)
	}
	up, err = d.Upgrade(ctx, "mine", map[string]Side{at: Theirs})
	if err != nil || !up.Available || up.Open() != 0 || !strings.Contains(up.Definition, `"closing"`) || !strings.Contains(up.Definition, `"Title"`) {
		t.Errorf("after going back to %d: %+v %v", back.Rev, up, err)
	}
}

// TestUpgradeOfAnAppWithoutOrigin: apps installed before the version was kept began with release 1.
func TestUpgradeOfAnAppWithoutOrigin(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := open(t, func(c *Config) { c.Templates = []Template{{Key: "shop", Definition: []byte(shop)}} })
	if _, err := d.createApp(ctx, "ann", []byte(shop), "shop"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Publish(ctx, PublishInput{App: "shop", User: "ann", AcceptWarnings: true}); err != nil {
		t.Fatal(err)
	}
	// A draft as it was stored then.
	_, ver, err := d.getDraft(ctx, "shop")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := d.Store.Get(ctx, draftsColl, "shop")
	if err != nil {
		t.Fatal(err)
	}
	delete(doc.Cols, "template")
	if err := d.Store.Replace(ctx, draftsColl, store.Doc{ID: "shop", Ver: ver + 1, Cols: doc.Cols, Body: json.RawMessage(doc.Body)}, ver); err != nil {
		t.Fatal(err)
	}
	if up, err := d.Upgrade(ctx, "shop", nil); err != nil || up.Available {
		t.Errorf("an upgrade to itself: %v", err)
	}
	d = later(t, d, newerShop)
	up, err := d.Upgrade(ctx, "shop", nil)
	if err != nil || !up.Available || len(up.Changes) != 2 || len(up.Conflicts) != 0 {
		t.Fatalf("%+v %v", up, err)
	}
	draft, _, err := d.TakeUpgrade(ctx, "shop", "ann", up.Rev, up.To, nil)
	if err != nil || draft.Template != up.To {
		t.Errorf("take: %v", err)
	}
}

// TestUpgradeElsewhere: a definition that goes to another server keeps what it began from, as far as that is known there.
func TestUpgradeElsewhere(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := open(t, func(c *Config) { c.Templates = []Template{{Key: "shop", Definition: []byte(shop)}} })
	if _, err := d.Install(ctx, "ann", "shop", ""); err != nil {
		t.Fatal(err)
	}
	text, err := d.Definition(ctx, "shop", "draft")
	if err != nil {
		t.Fatal(err)
	}
	known := open(t, func(c *Config) { c.Templates = d.Templates })
	unknown := open(t, func(c *Config) { c.Templates = []Template{{Key: "shop", Definition: []byte(newerShop)}} })
	for _, to := range []*Designer{known, unknown} {
		if _, err := to.CreateApp(ctx, "bob", []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if up, err := later(t, known, newerShop).Upgrade(ctx, "shop", nil); err != nil || !up.Available || len(up.Conflicts) != 0 {
		t.Errorf("where it is known: %+v %v", up, err)
	}
	if _, err := unknown.Upgrade(ctx, "shop", nil); code(err) != "upgrade.unknown" {
		t.Errorf("where it is not: %v", err)
	}
	if !slices.ContainsFunc(Collections(), func(c store.Collection) bool { return c.Name == sourcesColl }) {
		t.Error("the sources have no collection")
	}
}
