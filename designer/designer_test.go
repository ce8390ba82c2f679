package designer

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store/sqlitestore"
)

const shop = `{"spec": "pipewright/1", "key": "shop", "name": "Shop", "languages": ["en"],
 "roles": [{"key": "rep", "name": "Rep"}],
 "forms": [{"key": "deal", "name": "Deal", "fields": [
   {"key": "name", "type": "text", "name": "Name", "required": true},
   {"key": "amount", "type": "money", "name": "Amount", "filter": true}],
   "grants": [{"role": "rep", "records": "own", "do": ["create", "read", "edit"]}]}]}`

func open(t *testing.T, tune ...func(*Config)) *Designer {
	t.Helper()
	s, err := sqlitestore.Open(t.Context(), sqlitestore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	c := Config{Store: s, Now: func() time.Time { return time.Date(2026, 11, 22, 1, 2, 3, 0, time.UTC) }}
	for _, f := range tune {
		f(&c)
	}
	d, err := New(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func code(err error) string {
	var r *process.Rejection
	if errors.As(err, &r) {
		return r.Code
	}
	return ""
}

func TestDraftToRelease(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	prepared := 0
	d := open(t, func(c *Config) {
		c.Prepare = func(context.Context, *process.App, *process.App) error { prepared++; return nil }
	})
	draft, err := d.CreateApp(ctx, "ann", []byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.CreateApp(ctx, "bob", []byte(shop)); code(err) != "conflict" {
		t.Fatalf("a second app of the same key: %v", err)
	}
	if _, err := d.Catalog().Current(ctx, "shop"); code(err) != "not.found" {
		t.Fatalf("an unpublished app runs: %v", err)
	}
	p, err := d.Publish(ctx, PublishInput{App: "shop", User: "ann", Note: "first", Rev: draft.Rev, AcceptWarnings: true})
	if err != nil || p.Release != 1 || p.Same {
		t.Fatalf("publish: %+v %v", p, err)
	}
	if app, err := d.Catalog().Current(ctx, "shop"); err != nil || app.Release != 1 || prepared != 1 {
		t.Fatalf("current: %v, prepared %d", err, prepared)
	}
	if p, err = d.Publish(ctx, PublishInput{App: "shop", User: "ann", AcceptWarnings: true}); err != nil || p.Release != 1 || !p.Same {
		t.Fatalf("the same again: %+v %v", p, err)
	}
	draft, problems, err := d.Save(ctx, "shop", "bob", 1, []byte(strings.Replace(shop, `"Amount"`, `"Sum"`, 1)))
	if err != nil || rules.HasErrors(problems) {
		t.Fatalf("save: %v %v", err, problems)
	}
	var lost *Conflict
	if _, _, err := d.Save(ctx, "shop", "ann", 1, []byte(shop)); !errors.As(err, &lost) || lost.By != "bob" || lost.Rev != 2 {
		t.Fatalf("a stale save: %v", err)
	}
	if info, err := d.App(ctx, "shop"); err != nil || !info.Draft || info.Release != 1 {
		t.Fatalf("info %+v %v", info, err)
	}
	if p, err = d.Publish(ctx, PublishInput{App: "shop", User: "bob", Rev: draft.Rev, AcceptWarnings: true}); err != nil || p.Release != 2 {
		t.Fatalf("publish: %+v %v", p, err)
	}
	if p, err = d.Restore(ctx, "shop", Publisher{User: "ann", Operates: true}, 1); err != nil || p.Release != 1 || p.Same {
		t.Fatalf("restore: %+v %v", p, err)
	}
	list, err := d.Releases(ctx, "shop")
	if err != nil || len(list) != 2 || list[0].State != "past" || list[1].State != "live" || list[1].Note != "first" {
		t.Fatalf("releases %+v %v", list, err)
	}
	if now, err := d.Draft(ctx, "shop"); err != nil || now.Rev != 3 || now.Definition != list[1].Definition {
		t.Fatalf("the draft did not follow: rev %d, %v", now.Rev, err)
	}
	if r, err := d.Release(ctx, "shop", 2); err != nil || r.Storage.Forms["deal"].Code == "" {
		t.Fatalf("release 2: %+v %v", r, err)
	}
}

func TestPublishRefusesProblems(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := open(t, func(c *Config) {
		c.Tests = func(app *process.App) []rules.Problem {
			if app.Def.Name.In("en") == "fails" {
				return []rules.Problem{rules.Errorf("/tests/0", "test.failed", rules.Plain("no"))}
			}
			return nil
		}
	})
	if _, err := d.CreateApp(ctx, "ann", []byte(shop)); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct{ old, now, want string }{
		{`"type": "money"`, `"type": "money", "calc": "nope + 1"`, "expr.unknownName"},
		{`"filter": true`, `"filtre": true`, "shape.unknownMember"},
		{`"records": "own"`, `"records": {"where": "amount * 2 > 5"}`, "query.unsupported"},
		{`"name": "Shop"`, `"name": "fails"`, "test.failed"},
	} {
		_, problems, err := d.Save(ctx, "shop", "ann", int64(i+1), []byte(strings.Replace(shop, c.old, c.now, 1)))
		if err != nil {
			t.Fatal(err)
		}
		if found := slices.ContainsFunc(problems, func(p rules.Problem) bool { return p.Code == c.want }); !found && c.want != "test.failed" {
			t.Errorf("%s is not among %v", c.want, problems)
		}
		_, err = d.Publish(ctx, PublishInput{App: "shop", User: "ann", AcceptWarnings: true})
		var r *process.Rejection
		if !errors.As(err, &r) || r.Code != "check.failed" || !slices.ContainsFunc(r.Details, func(p rules.Problem) bool { return p.Code == c.want }) {
			t.Errorf("%s: %v", c.want, err)
		}
	}
	if _, _, err := d.Save(ctx, "shop", "ann", 5, []byte(`[]`)); code(err) != "bad.request" {
		t.Errorf("a list was saved: %v", err)
	}
	if _, _, err := d.Save(ctx, "shop", "ann", 5, []byte(strings.Replace(shop, `"shop"`, `"other"`, 1))); code(err) != "bad.request" {
		t.Errorf("the key changed: %v", err)
	}
	if _, _, err := d.Save(ctx, "../x", "ann", 5, []byte(shop)); code(err) != "not.found" {
		t.Errorf("a foreign key: %v", err)
	}
}

func TestCodesAreUniqueAcrossApps(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := open(t)
	seen := map[string]bool{}
	for _, key := range []string{"shop", "shop2", "shop3"} {
		if _, err := d.CreateApp(ctx, "ann", []byte(strings.Replace(shop, `"shop"`, `"`+key+`"`, 1))); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Publish(ctx, PublishInput{App: key, User: "ann", AcceptWarnings: true}); err != nil {
			t.Fatal(err)
		}
		app, err := d.Catalog().Current(ctx, key)
		if err != nil {
			t.Fatal(err)
		}
		fs := app.Storage.Forms["deal"]
		if seen[fs.Code] {
			t.Errorf("code %s twice", fs.Code)
		}
		seen[fs.Code] = true
		if at, err := d.Catalog().Locate(ctx, fs.Code); err != nil || at != (Place{App: key, Form: fs.Key}) {
			t.Errorf("%s is located at %v, %v", fs.Code, at, err)
		}
	}
	if _, err := d.Catalog().Locate(ctx, "NOPE"); code(err) != "not.found" {
		t.Errorf("an unknown code: %v", err)
	}
}

// Many publishers of different drafts at once leave one live release for each number, and a live pointer that is one of
// them.
func TestPublishersRace(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := open(t)
	if _, err := d.CreateApp(ctx, "ann", []byte(shop)); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for i := range 6 {
		group.Go(func() {
			name := `"name": "Shop ` + string(rune('a'+i%3)) + `"`
			text := strings.Replace(shop, `"name": "Shop"`, name, 1)
			if _, err := d.Publish(ctx, PublishInput{App: "shop", User: "ann", Definition: text, AcceptWarnings: true}); err != nil && code(err) != "conflict" {
				t.Error(err)
			}
		})
	}
	group.Wait()
	list, err := d.Releases(ctx, "shop")
	if err != nil {
		t.Fatal(err)
	}
	live := 0
	for i, r := range list {
		if r.N != len(list)-i {
			t.Errorf("release %d stands at %d", r.N, i)
		}
		if r.State == "live" {
			live++
		}
	}
	if live != 1 || len(list) < 3 {
		t.Errorf("%d live of %d releases", live, len(list))
	}
}

func TestCatalogCompilesOnce(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := open(t)
	if _, err := d.CreateApp(ctx, "ann", []byte(shop)); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Publish(ctx, PublishInput{App: "shop", User: "ann", AcceptWarnings: true}); err != nil {
		t.Fatal(err)
	}
	first, err := d.Catalog().Current(ctx, "shop")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			if again, err := d.Catalog().Release(ctx, "shop", 1); err != nil || again != first {
				t.Errorf("another compile: %v", err)
			}
		})
	}
	group.Wait()
	if _, err := d.Catalog().Release(ctx, "shop", 9); code(err) != "not.found" {
		t.Errorf("release 9: %v", err)
	}
	if apps, err := d.Catalog().Live(ctx); err != nil || len(apps) != 1 {
		t.Errorf("live: %v %v", apps, err)
	}
}

func TestInstall(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := open(t, func(c *Config) { c.Templates = []Template{{Key: "shop", Definition: []byte(shop)}} })
	app, err := d.Install(ctx, "ann", "shop", "mine")
	if err != nil || app.Def.Key != "mine" {
		t.Fatalf("install: %v", err)
	}
	if _, err := d.Install(ctx, "ann", "shop", "mine"); code(err) != "conflict" {
		t.Errorf("twice: %v", err)
	}
	if _, err := d.Install(ctx, "ann", "nope", ""); code(err) != "not.found" {
		t.Errorf("unknown: %v", err)
	}
	list, err := d.Gallery(ctx)
	if err != nil || len(list) != 1 || list[0].Installed || list[0].Counts["forms"] != 1 {
		t.Errorf("gallery: %+v %v", list, err)
	}
}

func TestDiffInWords(t *testing.T) {
	t.Parallel()
	before := `{"key": "a", "forms": [{"key": "deal", "name": {"zh-CN": "商机", "zh-TW": "商機", "en": "Deal"}, "fields": [{"key": "amount", "type": "money", "name": "Amount"}, {"key": "note", "type": "text"}]}],
	 "processes": [{"key": "p", "name": "Sales", "stages": [{"key": "s", "name": "Offer", "probability": 50, "fields": {"require": ["name"]}}, {"key": "t", "name": "Won"}]}],
	 "tests": [{"name": "goes on", "steps": []}, {"name": "and/or", "steps": []}]}`
	after := `{"key": "a", "forms": [{"key": "deal", "name": {"zh-CN": "商机", "zh-TW": "商機", "en": "Deal"}, "fields": [{"key": "amount", "type": "money", "name": "Sum", "required": true}, {"key": "why", "type": "text", "name": "Why"}]}],
	 "processes": [{"key": "p", "name": "Sales", "stages": [{"key": "t", "name": "Won"}, {"key": "s", "name": "Offer", "probability": 60, "fields": {"require": ["name", "amount"]}}]}],
	 "tests": [{"name": "goes on", "steps": []}]}`
	list, err := Diff(before, after)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range list {
		got = append(got, d.Kind+" "+d.Path+" | "+d.Text.In("zh-CN")+" | "+d.Text.In("en"))
	}
	want := []string{
		"changed /forms/deal/fields/amount/name | 表单“商机”的字段“Sum”：名称由 “Amount” 改为 “Sum” | form “Deal”, field “Sum”: name changed from “Amount” to “Sum”",
		"added /forms/deal/fields/amount/required | 表单“商机”的字段“Sum”：设为必填 | form “Deal”, field “Sum”: now required",
		"added /forms/deal/fields/why | 表单“商机”：新增字段“Why” | form “Deal”: field “Why” added",
		"removed /forms/deal/fields/note | 表单“商机”：删除字段“note” | form “Deal”: field “note” removed",
		"changed /processes/p/stages/s/probability | 流程“Sales”的阶段“Offer”：赢单概率由 50 改为 60 | process “Sales”, stage “Offer”: probability changed from 50 to 60",
		"changed /processes/p/stages/s/fields/require | 流程“Sales”的阶段“Offer”：新增必填字段：amount | process “Sales”, stage “Offer”: required fields added: amount",
		"changed /processes/p/stages | 流程“Sales”：阶段的顺序变了 | process “Sales”: the order of each stage changed",
		"removed /tests/and~1or | 删除场景测试“and/or” | scenario “and/or” removed",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if same, err := Diff(before, before); err != nil || len(same) != 0 {
		t.Errorf("no difference: %v %v", same, err)
	}
	if !json.Valid(list[0].Before) {
		t.Error("before is no JSON")
	}
}

// Records that break a new unique rule stop the publish before there is a release.
func TestPublishDuplicates(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	var seen []int
	found := []rules.Problem{rules.Errorf("/forms/deal/unique/name", "unique.duplicates", rules.Plain("two of them"))}
	d := open(t, func(c *Config) {
		c.Duplicates = func(_ context.Context, prev, next *process.App) ([]rules.Problem, error) {
			seen = append(seen, prev.Release, next.Release, len(next.Forms["deal"].Def.Unique))
			return found, nil
		}
	})
	draft, err := d.CreateApp(ctx, "ann", []byte(shop))
	if err != nil {
		t.Fatal(err)
	}
	in := PublishInput{App: "shop", User: "ann", Rev: draft.Rev, AcceptWarnings: true}
	if _, err := d.Publish(ctx, in); err != nil || seen != nil {
		t.Fatalf("the first release has no records: %v %v", err, seen)
	}
	ruled := strings.Replace(shop, `"grants": [`, `"unique": [{"key": "name", "on": ["name"]}], "grants": [`, 1)
	if _, _, err := d.Save(ctx, "shop", "ann", draft.Rev, []byte(ruled)); err != nil {
		t.Fatal(err)
	}
	in.Rev = 0
	if _, err := d.Publish(ctx, in); code(err) != "check.failed" {
		t.Fatalf("with duplicates: %v", err)
	}
	if !slices.Equal(seen, []int{1, 2, 1}) {
		t.Errorf("asked about %v", seen)
	}
	if rels, err := d.Releases(ctx, "shop"); err != nil || len(rels) != 1 {
		t.Errorf("a refused publish made a release: %v %v", rels, err)
	}
	found = nil
	if p, err := d.Publish(ctx, in); err != nil || p.Release != 2 {
		t.Errorf("without: %+v %v", p, err)
	}
}

// An app uses fields of another: both publishes hold the other side against what it needs.
func TestUses(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	d := open(t)
	desk := `{"spec": "pipewright/1", "key": "desk", "name": "Desk", "languages": ["en"], "roles": [{"key": "agent", "name": "Agent"}],
 "uses": [{"app": "shop", "forms": {"deal": ["name", "amount"]}}],
 "forms": [{"key": "ticket", "name": "Ticket", "fields": [
   {"key": "subject", "type": "text", "name": "Subject"},
   {"key": "deal", "type": "reference", "form": "shop.deal", "name": "Deal"},
   {"key": "dealName", "type": "lookup", "via": "deal", "field": "name", "name": "Deal name"},
   {"key": "big", "type": "bool", "calc": "deal.amount > 1000", "name": "Big"}],
   "grants": [{"role": "agent", "records": "own", "do": ["create", "read", "edit"]}]}]}`
	problems := func(definition string) string {
		t.Helper()
		ps, err := d.CheckAgainst(ctx, []byte(definition))
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, p := range ps {
			fix := ""
			if p.Fix != nil {
				fix = " → " + string(p.Fix.Changes[0].Value)
			}
			out = append(out, p.Code+" "+p.Path+fix)
		}
		return strings.Join(out, "; ")
	}
	publish := func(app, definition string) {
		t.Helper()
		draft, err := d.Draft(ctx, app)
		if code(err) == "not.found" {
			if draft, err = d.CreateApp(ctx, "ann", []byte(definition)); err != nil {
				t.Fatal(err)
			}
		} else if draft, _, err = d.Save(ctx, app, "ann", draft.Rev, []byte(definition)); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Publish(ctx, PublishInput{App: app, User: "ann", Rev: draft.Rev, AcceptWarnings: true}); err != nil {
			t.Fatal(err)
		}
	}
	if got := problems(desk); !strings.Contains(got, "ref.unknown /uses/0/app") {
		t.Errorf("before the other app is there: %s", got)
	}
	publish("shop", shop)
	if got := problems(desk); got != "" {
		t.Errorf("with it: %s", got)
	}
	for _, c := range []struct{ old, next, want string }{
		{`["name", "amount"]`, `["name", "amuont"]`, "ref.unknown /uses/0/forms/deal/1"},
		{`"deal": ["name"`, `"deel": ["name"`, "ref.unknown /uses/0/forms/deel"},
	} {
		if got := problems(strings.Replace(desk, c.old, c.next, 1)); !strings.Contains(got, c.want) {
			t.Errorf("%s: got %s, want %s", c.next, got, c.want)
		}
	}
	publish("desk", desk)
	app, err := d.Catalog().Current(ctx, "desk")
	if err != nil || app.Form("shop.deal") == nil || app.Form("shop.deal").StorageKey != "deal" {
		t.Fatalf("the release of desk: %v", err)
	}
	for change, want := range map[string]string{
		`{"key": "amount", "type": "money", "name": "Amount", "filter": true}|{"key": "total", "type": "money", "name": "Amount"}`:                    "ref.usedBy /forms/deal/fields",
		`{"key": "amount", "type": "money", "name": "Amount", "filter": true}|{"key": "amount", "type": "number", "name": "Amount"}`:                  "ref.usedBy /forms/deal/fields/amount/type",
		`{"key": "amount", "type": "money", "name": "Amount", "filter": true}|{"key": "total", "was": ["amount"], "type": "money", "name": "Amount"}`: "",
		`{"key": "deal", "name": "Deal"|{"key": "sale", "name": "Deal"`:                                                                               "ref.usedBy /forms",
		`{"key": "deal", "name": "Deal"|{"key": "sale", "was": ["deal"], "name": "Deal"`:                                                              "",
	} {
		old, next, _ := strings.Cut(change, "|")
		if got := problems(strings.Replace(shop, old, next, 1)); got != want {
			t.Errorf("%s: got %s, want %s", next, got, want)
		}
	}
	// Renamed, the other app is led to the new key at its own next check; what is live goes on reading.
	publish("shop", strings.Replace(shop, `{"key": "amount", "type"`, `{"key": "total", "was": ["amount"], "type"`, 1))
	if got := problems(desk); !strings.Contains(got, `ref.unknown /uses/0/forms/deal/1 → "total"`) {
		t.Errorf("after a rename: %s", got)
	}
	if _, err := d.Catalog().Current(ctx, "desk"); err != nil {
		t.Error(err)
	}
}
