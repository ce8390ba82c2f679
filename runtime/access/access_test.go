package access

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/rules/hostile"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

const definition = `{"spec": "pipewright/1", "key": "b2b", "name": "B2B", "timezone": "Asia/Shanghai", "currency": "CNY",
 "roles": [{"key": "rep", "name": "Rep"}, {"key": "manager", "name": "Manager"}, {"key": "finance", "name": "Finance"}, {"key": "legal", "name": "Legal"}, {"key": "director", "name": "Director"}],
 "forms": [
  {"key": "account", "name": "Account", "fields": [{"key": "name", "type": "text", "name": "Name"}]},
  {"key": "deal", "name": "Deal", "fields": [
   {"key": "name", "type": "text", "name": "Name", "filter": true, "sort": true},
   {"key": "account", "type": "reference", "form": "account", "filter": true},
   {"key": "accountName", "type": "lookup", "via": "account", "field": "name", "filter": true},
   {"key": "amount", "type": "money", "name": "Amount", "filter": true},
   {"key": "share", "type": "percent", "filter": true},
   {"key": "cost", "type": "money", "name": "Cost", "filter": true},
   {"key": "margin", "type": "money", "name": "Margin", "calc": "amount - cost", "filter": true},
   {"key": "level", "type": "number", "scale": 0, "calc": "big", "filter": true},
   {"key": "public", "type": "money", "calc": "cost * 2", "declassify": true, "filter": true},
   {"key": "close", "type": "date", "filter": true},
   {"key": "seen", "type": "datetime", "filter": true},
   {"key": "hot", "type": "bool", "filter": true},
   {"key": "tags", "type": "multiselect", "options": "tag", "filter": true},
   {"key": "lines", "type": "table", "fields": [{"key": "qty", "type": "number"}, {"key": "paid", "type": "money"}, {"key": "left", "type": "money", "calc": "paid * 2"}]}],
   "grants": [
    {"role": "rep", "records": "own", "do": ["create", "read", "edit"], "hide": ["cost", "lines.paid"]},
    {"role": "manager", "records": "teamTree", "do": ["read", "edit", "assign", "override"], "readOnly": ["name"]},
    {"role": "finance", "records": "participant", "do": ["read"]},
    {"role": "legal", "records": {"where": "amount > 1000 and stage == 'open'"}, "do": ["read"], "hide": ["share"]},
    {"role": "director", "records": "all", "do": ["read", "delete"]}]}],
 "options": [{"key": "tag", "items": [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}]}],
 "rules": [{"key": "big", "form": "deal", "kind": "expression", "type": "number", "value": "cost > 5 ? 1 : 0"}],
 "processes": [{"key": "deal", "form": "deal", "name": "Deal", "start": "open", "value": "amount", "closing": "close", "stages": [
   {"key": "open", "name": "Open", "probability": 30}, {"key": "won", "name": "Won", "end": "won"}, {"key": "lost", "name": "Lost", "end": "lost"}],
  "transitions": [{"key": "win", "from": ["open"], "to": "won", "name": "Win", "approval": "check"}, {"key": "lose", "from": ["open"], "to": "lost", "name": "Lose"}]}],
 "approvals": [{"key": "check", "name": "Check", "guards": ["amount", "margin"], "steps": [
   {"key": "fin", "name": "Finance", "who": [{"role": "finance"}], "mode": "all", "onEmpty": "block", "onSelf": "skip", "due": [{"after": "P1D", "do": "remind"}], "fields": {"edit": ["share"]}}]}]}`

func compile(t testing.TB) *process.App {
	t.Helper()
	def, problems := process.Parse([]byte(definition))
	if rules.HasErrors(problems) {
		t.Fatalf("parse: %v", problems)
	}
	app, problems := process.Compile(def, nil, 1)
	for _, p := range problems {
		if p.Severity == rules.Error {
			t.Fatalf("compile: %s %s %s", p.Path, p.Code, p.Message.In("en"))
		}
	}
	return app
}

var zone = time.FixedZone("CST", 8*3600)

func keys(m map[string]bool) string {
	var out []string
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestRights(t *testing.T) {
	t.Parallel()
	app := compile(t)
	dir := org.SampleFor("b2b", []string{"rep", "manager", "finance", "legal", "director"})
	s := &process.State{ID: "D-1", App: "b2b", Form: "deal", Process: "deal", Stage: "open", Owner: "rep.li", Team: "east",
		People: []process.Person{{User: "rep.li", Why: "owner"}, {User: "ops.wu", Why: "approver"}},
		Rounds: []process.RoundSummary{{Chain: "check"}}}
	for _, c := range []struct{ user, can, hide, readOnly string }{
		{"rep.li", "create read edit", "cost level lines.left lines.paid margin", "cost level lines.left lines.paid margin"},
		{"rep.chen", "create", "*", "*"},
		{"mgr.wang", "read edit assign override", "", "name"},
		{"fin.zhao", "", "*", "*"},
		{"legal.qian", "", "*", "*"},
		{"dir.sun", "read delete", "", "*"},
		{"ops.wu", "read", "account accountName close cost hot level lines lines.left lines.paid lines.qty name public seen share tags", "*"},
		{"admin", "", "*", "*"},
		{"nobody", "", "", ""},
	} {
		r := Rights(app, "deal", dir, c.user, s)
		var can []string
		for _, a := range []struct {
			name string
			yes  bool
		}{{"create", r.Create}, {"read", r.Read}, {"edit", r.Edit}, {"delete", r.Delete}, {"assign", r.Assign}, {"override", r.Override}} {
			if a.yes {
				can = append(can, a.name)
			}
		}
		if got := strings.Join(can, " "); got != c.can {
			t.Errorf("%s can %q, want %q", c.user, got, c.can)
		}
		if got := keys(r.Hide); c.hide != "*" && got != c.hide {
			t.Errorf("%s: hidden %q, want %q", c.user, got, c.hide)
		}
		if got := keys(r.ReadOnly); c.readOnly != "*" && c.user != "rep.li" && got != c.readOnly {
			t.Errorf("%s: read only %q, want %q", c.user, got, c.readOnly)
		}
	}
	if Rights(app, "deal", dir, "rep.li", s).Guest || !Rights(app, "deal", dir, "ops.wu", s).Guest {
		t.Error("an owner is a guest, or a participant without a grant is none")
	}
	if r := Rights(app, "deal", dir, "rep.li", nil); !r.Create || r.Hide["name"] || !r.Hide["cost"] || r.ReadOnly["amount"] {
		t.Errorf("a new record: %+v", r)
	}
	if r := Rights(app, "nope", dir, "rep.li", nil); r.Create || r.Read {
		t.Errorf("an unknown form: %+v", r)
	}
	if a := Service(app); !a.Service || a.Rights.Delete || a.Rights.Override {
		t.Errorf("the service actor: %+v", a)
	}
}

// Whoever is asked to do something for a record is told what it is called, though he has no right there; a grant that hides the name from
// him still does.
func TestWhoIsAskedKnowsWhatFor(t *testing.T) {
	t.Parallel()
	app := compile(t)
	dir := org.SampleFor("b2b", []string{"rep", "manager", "finance", "legal", "director"})
	s := &process.State{ID: "D-1", App: "b2b", Form: "deal", Process: "deal", Stage: "open", Owner: "rep.li", Team: "east",
		People: []process.Person{{User: "rep.li", Why: "owner"}, {User: "legal.qian", Why: "activity"}, {User: "cfo.he", Why: "cc"}}}
	title := app.Forms["deal"].Schema.TitleFields()
	if len(title) == 0 {
		t.Fatal("the form's title names no field")
	}
	asked, copied := Rights(app, "deal", dir, "legal.qian", s), Rights(app, "deal", dir, "cfo.he", s)
	for _, key := range title {
		if asked.Hide[key] || !asked.ReadOnly[key] || !copied.Hide[key] {
			t.Errorf("%s: hidden from the asked %v, read only %v, hidden from others %v", key, asked.Hide[key], asked.ReadOnly[key], copied.Hide[key])
		}
	}
	if !asked.Hide["amount"] || !asked.Guest {
		t.Errorf("the asked sees more than the name: %+v", asked)
	}
}

// r is in u's list exactly if u may read r (engine.md §6).
func TestListEqualsCheck(t *testing.T) {
	t.Parallel()
	app := compile(t)
	form := app.Forms["deal"]
	users, teams := org.Sample()
	rapid.Check(t, func(t *rapid.T) {
		us := slices.Clone(users)
		for i := range us {
			us[i].Active = rapid.IntRange(0, 9).Draw(t, "active") > 0
			us[i].Roles = nil
			for _, role := range []string{"rep", "manager", "finance", "legal", "director"} {
				if rapid.IntRange(0, 3).Draw(t, role) == 0 {
					us[i].Roles = append(us[i].Roles, "b2b/"+role)
				}
			}
		}
		dir := org.New(us, teams)
		someone := rapid.SampledFrom([]string{"admin", "rep.li", "rep.chen", "mgr.wang", "dir.sun", "cfo.he", "fin.zhao", "nobody", ""})
		s := drawState(t, form, someone)
		for _, u := range us {
			in := query.Match(Filter(app, "deal", dir, u.ID), form.Cols(s, nil))
			may := Rights(app, "deal", dir, u.ID, s).Read
			if in != may {
				t.Fatalf("%s: in the list %v, may read %v: %+v", u.ID, in, may, s)
			}
		}
	})
}

func drawState(t *rapid.T, form *process.Form, someone *rapid.Generator[string]) *process.State {
	values := forms.Values{}
	s := &process.State{ID: "D-1", App: "b2b", Form: "deal", Process: "deal", Release: 1,
		Stage: rapid.SampledFrom([]string{"open", "won", "lost"}).Draw(t, "stage"), Owner: someone.Draw(t, "owner"),
		Team:         rapid.SampledFrom([]string{"", "east", "sales", "finance", "company", "gone"}).Draw(t, "team"),
		LastActivity: at(rapid.IntRange(0, 40).Draw(t, "idle")), CreatedAt: at(50), UpdatedAt: at(1), Since: at(3)}
	for range rapid.IntRange(0, 3).Draw(t, "people") {
		if u := someone.Draw(t, "person"); u != "" {
			s.People = append(s.People, process.Person{User: u, Why: "approver"})
		}
	}
	if rapid.Bool().Draw(t, "has amount") {
		values["amount"] = num(rapid.IntRange(-2, 2002).Draw(t, "amount"))
	}
	if rapid.Bool().Draw(t, "has share") {
		values["share"] = num(rapid.IntRange(0, 9).Draw(t, "share")).Shift(-1)
	}
	if rapid.Bool().Draw(t, "has name") {
		values["name"] = rapid.SampledFrom([]string{"华东制造", "Acme", "acme", ""}).Draw(t, "name")
	}
	if rapid.Bool().Draw(t, "has hot") {
		values["hot"] = rapid.Bool().Draw(t, "hot")
	}
	if rapid.Bool().Draw(t, "has close") {
		values["close"] = rules.Date{Year: 2026, Month: 11, Day: rapid.IntRange(18, 26).Draw(t, "close")}
	}
	if rapid.Bool().Draw(t, "has tags") {
		values["tags"] = []any{rapid.SampledFrom([]string{"a", "b"}).Draw(t, "tag")}
	}
	s.Data = form.Schema.Encode(values)
	return s
}

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

func at(daysAgo int) time.Time { return noon.Add(-time.Duration(daysAgo)*24*time.Hour - time.Hour) }

// A filter accepts exactly the records for which the expression is true.
func TestWhereMeansWhatTheExpressionSays(t *testing.T) {
	t.Parallel()
	app := compile(t)
	form := app.Forms["deal"]
	someone := rapid.SampledFrom([]string{"rep.li", "rep.chen", ""})
	var programs []*rules.Program
	sources := []string{
		"amount > 1000", "amount >= 1000.5", "amount == 3", "amount != 3", "amount < 0.001", "amount > 1000000000.0 * 1000000000 * 1000000", "amount <= -1.999", "not (amount > 5)",
		"share >= 0.30000000001", "share == 0.3", "stage == 'won'", "stage != 'open'", "stage in ['open', 'won']", "open", "won", "lost or open", "won == false", "not won",
		"owner == me", "owner != me", "me == owner", "team == 'east'", "name startsWith '华'", "name contains '制'", "name == 'Acme'", "hot", "hot == false", "not hot",
		"close < today()", "close == today()", "close >= date('2026-11-22')", "idleDays > 7", "idleDays >= 7", "idleDays < 7", "idleDays <= 6.5", "idleDays == 7", "idleDays != 7", "idleDays >= 0",
		"amount == nil", "amount != nil", "name == nil and open", "'a' in tags", "since < now()", "true", "1 > 2", "amount in [1, 2, 3]", "hot and amount > 1 or close > today()",
		"close >= date('2026-11-22')", "seen >= datetime('2026-11-22 00:00:00')", "seen <= datetime('2026-11-22 23:59:59')", "close < today() - 7", "seen < now()", "name in ['Acme', '华东']", "owner in [me, 'rep.chen']", "tags contains 'a'", "not ('a' in tags or 'b' in tags)",
	}
	filters := make([]query.Filter, len(sources))
	for i, src := range sources {
		f, problems := CompileWhere(form, src, Viewer{App: app, User: "rep.li", Service: true}, noon, zone)
		if len(problems) > 0 {
			t.Fatalf("%s: %v", src, problems)
		}
		p, problems := rules.Compile(src, form.Schema.Env(), rules.Bool)
		if rules.HasErrors(problems) {
			t.Fatalf("%s: %v", src, problems)
		}
		filters[i] = f
		programs = append(programs, p)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := drawState(t, form, someone)
		cols := form.Cols(s, nil)
		names := map[string]any{}
		for k, v := range form.Schema.Decode(s.Data) {
			names[k] = v
		}
		st := form.Process.ByKey[s.Stage].Def
		names["stage"], names["open"], names["won"], names["lost"], names["me"] = s.Stage, st.End == "", st.End == "won", st.End == "lost", "rep.li"
		names["since"] = s.Since
		names["idleDays"] = num(rules.DateOf(s.LastActivity, zone).DaysUntil(rules.DateOf(noon, zone)))
		if s.Owner != "" {
			names["owner"] = s.Owner
		}
		if s.Team != "" {
			names["team"] = s.Team
		}
		for i, src := range sources {
			v, err := programs[i].Eval(&rules.Scope{Names: names, Now: noon, Zone: zone})
			if err != nil {
				t.Fatalf("%s: %v", src, err)
			}
			if want, got := v == true, query.Match(filters[i], cols); want != got {
				t.Fatalf("%s: expression %v, filter %v (%v)\n%v", src, want, got, filters[i], cols)
			}
		}
	})
}

func TestWhereRefuses(t *testing.T) {
	t.Parallel()
	app := compile(t)
	dir := org.SampleFor("b2b", []string{"rep", "manager", "finance", "legal", "director"})
	form := app.Forms["deal"]
	for _, c := range []struct{ user, src, want string }{
		{"rep.li", "amount > cost", "query.unsupported"},
		{"rep.li", "cost > 5", "field.unknown"},
		{"rep.li", "margin > 5", "field.unknown"},
		{"rep.li", "level == 1", "field.unknown"},
		{"rep.li", "public > 5", ""},
		{"rep.li", "account.name == 'x'", "query.unsupported"},
		{"rep.li", "accountName == 'x'", ""},
		{"rep.li", "account == 'ACC-1'", ""},
		{"rep.li", "probability > 0.5", "query.unsupported"},
		{"rep.li", "big > 0", "query.unsupported"},
		{"rep.li", "sum(lines, .qty) > 3", "query.unsupported"},
		{"rep.li", "nope == 1", "expr.unknownName"},
		{"rep.li", `{"$gt": ""}`, "expr.syntax"},
		{"rep.li", "", ""},
		{"dir.sun", "cost > 5 and margin > 1", ""},
		{"nobody", "amount > 5", "field.unknown"},
	} {
		_, problems := CompileWhere(form, c.src, Viewer{App: app, Dir: dir, User: c.user}, noon, zone)
		got := ""
		if len(problems) > 0 {
			got = problems[0].Code
		}
		if got != c.want {
			t.Errorf("%s %q: %q, want %q", c.user, c.src, got, c.want)
		}
	}
	_, problems := CompileWhere(form, "account.name == 'x'", Viewer{App: app, Service: true}, noon, zone)
	if len(problems) != 1 || problems[0].Fix == nil || string(problems[0].Fix.Changes[0].Value) != `"accountName == 'x'"` || !strings.Contains(problems[0].Message.In("en"), "“accountName”") {
		t.Errorf("through a reference: %+v", problems)
	}
	if ps := Check(app); len(ps) != 0 {
		t.Errorf("check: %v", ps)
	}
}

// Where a field is shown only in some records, a question about it is asked of those records only (semantics 10).
func TestMasksDoNotLeak(t *testing.T) {
	t.Parallel()
	app := compile(t)
	users, teams := org.Sample()
	for i := range users {
		if users[i].ID == "mgr.wang" {
			users[i].Roles = []string{"b2b/rep", "b2b/legal"}
		}
	}
	dir := org.New(users, teams)
	form := app.Forms["deal"]
	f, problems := CompileWhere(form, "share > 0.1 or not (share > 0.1)", Viewer{App: app, Dir: dir, User: "mgr.wang"}, noon, zone)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	own := &process.State{Owner: "mgr.wang", Stage: "open", Data: form.Schema.Encode(forms.Values{"amount": num(5000)})}
	other := &process.State{Owner: "rep.li", Stage: "open", Data: form.Schema.Encode(forms.Values{"amount": num(5000)})}
	if !query.Match(f, form.Cols(own, nil)) || query.Match(f, form.Cols(other, nil)) {
		t.Error("the share of a record where it is hidden can be asked for")
	}
	if !query.Match(Filter(app, "deal", dir, "mgr.wang"), form.Cols(other, nil)) {
		t.Error("the other record is not in the list at all")
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	dir := org.SampleFor("b2b", []string{"rep", "manager", "finance"})
	for _, c := range []struct {
		need process.PeopleNeed
		want string
	}{
		{process.PeopleNeed{Who: process.Who{User: "rep.li"}}, "rep.li"},
		{process.PeopleNeed{Who: process.Who{User: "gone"}}, ""},
		{process.PeopleNeed{Who: process.Who{Role: "rep"}}, "rep.chen rep.li"},
		{process.PeopleNeed{Who: process.Who{Role: "manager", Team: "own"}, Team: "east"}, "mgr.wang"},
		{process.PeopleNeed{Who: process.Who{Role: "manager", Team: "own"}}, ""},
		{process.PeopleNeed{Who: process.Who{Role: "admin"}}, "admin"},
		{process.PeopleNeed{Who: process.Who{Team: "east"}}, "mgr.wang rep.chen rep.li"},
		{process.PeopleNeed{Who: process.Who{ManagerOf: "owner"}, Owner: "rep.li"}, "mgr.wang"},
		{process.PeopleNeed{Who: process.Who{ManagerOf: "user", Level: 2}, User: "rep.li"}, "dir.sun"},
		{process.PeopleNeed{Who: process.Who{ManagerOf: "initiator", UpTo: 2}, Initiator: "rep.li"}, "mgr.wang dir.sun"},
		{process.PeopleNeed{Who: process.Who{ManagerOf: "initiator", UpTo: 9}, Initiator: "rep.li"}, "mgr.wang dir.sun cfo.he"},
		{process.PeopleNeed{Who: process.Who{Field: "buddy"}, User: "fin.zhao"}, "fin.zhao"},
		{process.PeopleNeed{Who: process.Who{Expr: "x"}, User: "finance"}, "fin.zhao"},
	} {
		c.need.App = "b2b"
		if got := strings.Join(Resolve(dir, c.need), " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.need.Key(), got, c.want)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	app := compile(t)
	dir := org.SampleFor("b2b", []string{"rep", "manager", "finance", "legal", "director"})
	s := &process.State{Owner: "rep.li", Stage: "open", People: []process.Person{{User: "ops.wu", Why: "cc"}}}
	for _, c := range []struct{ user, act, want string }{
		{"rep.li", "read", "Role “Rep” (own) allows “read”"},
		{"rep.chen", "edit", "Role “Rep” allows “edit”, but this record is outside its scope “own”"},
		{"rep.li", "delete", "Role “Rep” (own) does not allow “delete”"},
		{"ops.wu", "read", "May read as a participant (copied in)"},
		{"admin", "read", "管理员 has no role in this app"},
		{"gone", "read", "gone does not exist or has left"},
	} {
		var got []string
		for _, text := range Explain(app, "deal", dir, c.user, c.act, s) {
			got = append(got, text.In("en"))
		}
		if fmt.Sprint(strings.Join(got, "; ")) != c.want {
			t.Errorf("%s %s: %q, want %q", c.user, c.act, got, c.want)
		}
	}
}

func num(n int) decimal.Decimal { return decimal.NewFromInt(int64(n)) }

// Any text at all is a filter or a problem, and soon.
func FuzzWhere(f *testing.F) {
	app := compile(f)
	form := app.Forms["deal"]
	for _, src := range []string{"amount > 1000", "'a' in tags", "name startsWith '华' and not (hot or idleDays > 7)", "account.name == 'x'", "close < today() - 7", "stage in ['open', 1]", "((((", "a.b.c.d == nil",
		"amount in [1, 2, 3", strings.Repeat("not ", 500) + "hot", strings.Repeat("(", 30_000)} {
		f.Add(src)
	}
	for _, s := range hostile.Texts() {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		hostile.Within(t, len(src), func() {
			filter, problems := CompileWhere(form, src, Viewer{App: app, User: "rep.li", Service: true}, noon, zone)
			if len(problems) == 0 && filter != nil {
				query.Match(filter, form.Cols(&process.State{Owner: "rep.li", Stage: "open"}, nil))
			}
		})
	})
}

// Every calendar that an app may name is one that is built in.
func TestNamedCalendars(t *testing.T) {
	t.Parallel()
	for _, name := range process.Calendars {
		if _, ok := org.NamedCalendar(name); !ok {
			t.Errorf("there is no calendar %q", name)
		}
	}
}
