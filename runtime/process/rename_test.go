package process_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	templates "pipewright/builtin-templates"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
)

// things lists the key paths of everything in a definition that has a key.
func things(v any, path string) []string {
	var out []string
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(func(yield func(string) bool) {
			for k := range v {
				if !yield(k) {
					return
				}
			}
		}) {
			out = append(out, things(v[name], path+"/"+name)...)
		}
	case []any:
		for _, e := range v {
			if m, ok := e.(map[string]any); ok {
				if key, ok := m["key"].(string); ok {
					out = append(append(out, path+"/"+key), things(m, path+"/"+key)...)
				}
			}
		}
	}
	return out
}

// everything renames all things; otherwise every stride-th is, which is enough to see a member that is not followed.
var everything = flag.Bool("everything", false, "rename all things of the templates, not a part of them")

const stride = 7

// most is about how many things of one template are renamed: each rename costs a check of the whole.
const most = 60

var wasPattern = regexp.MustCompile(`"was": \[[^]]*\],?\s*`)

// TestRenameEverythingAndBack renames each thing of each template: the definition stays as sound as it was and its scenarios
// pass, nothing but the uses told changes, and renaming back gives the same definition.
func TestRenameEverythingAndBack(t *testing.T) {
	t.Parallel()
	for _, tpl := range templates.All() {
		t.Run(tpl.Key, func(t *testing.T) {
			t.Parallel()
			renameAll(t, tpl.Definition, *everything, access.SampleWorld)
		})
	}
	// An app whose automations go through rows, records and groups.
	each, err := os.ReadFile("testdata/scenario/each.json")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("each", func(t *testing.T) { renameAll(t, each, true, nil) })
}

func renameAll(t *testing.T, definition []byte, all bool, world func(*process.App) process.World) {
	def, problems := process.Parse(definition)
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	original, err := process.Format(def)
	if err != nil {
		t.Fatal(err)
	}
	_, before := process.Compile(def, nil, 0)
	var tree any
	if err := json.Unmarshal(original, &tree); err != nil {
		t.Fatal(err)
	}
	listed := things(tree, "")
	step := max(stride, len(listed)/most)
	for i, path := range listed {
		if i%step != 0 && !all {
			continue
		}
		to := "renamed0"
		changed, uses, problems := process.Rename(def, path, to)
		if len(problems) > 0 && problems[0].Code == "ref.kind" {
			continue // a plain input of a decision table is named by its field
		}
		if key := path[strings.LastIndexByte(path, '/')+1:]; len(problems) > 0 && problems[0].Code == "key.clash" &&
			regexp.MustCompile(`same\([^"]*'`+key+`'`).Match(original) {
			continue // same() compares a column of both tables by one key
		}
		if len(problems) > 0 && problems[0].Code == "key.invalid" && strings.HasPrefix(path, "/options/currency/") {
			continue // the options are the codes of ISO 4217
		}
		if rules.HasErrors(problems) {
			t.Errorf("%s: %s %s", path, problems[0].Code, problems[0].Message.In("en"))
			continue
		}
		app, after := process.Compile(changed, nil, 0)
		if len(after) > len(before) {
			t.Errorf("%s: %s %s %s", path, after[0].Path, after[0].Code, after[0].Message.In("en"))
			continue
		}
		// Who of the sample company plays a role goes by the role's key.
		if world != nil && i%(3*step) == 0 && len(problems) == 0 && !strings.HasPrefix(path, "/roles/") {
			results, _ := process.RunTests(app, world(app))
			for _, r := range results {
				if len(r.Problems) > 0 {
					t.Errorf("%s: the scenario %q: %s %s", path, r.Name, r.Problems[0].Path, r.Problems[0].Message.In("en"))
				}
			}
		}
		now := path[:strings.LastIndexByte(path, '/')+1] + to
		if again, ok := process.Uses(changed, now); !ok || len(again) != len(uses) {
			t.Errorf("%s: %d uses, afterwards %d", path, len(uses), len(again))
		}
		back, _, problems := process.Rename(changed, now, path[strings.LastIndexByte(path, '/')+1:])
		if rules.HasErrors(problems) {
			t.Errorf("%s and back: %v", path, problems)
			continue
		}
		text, err := process.Format(back)
		if err != nil || !bytes.Equal(wasPattern.ReplaceAll(text, nil), wasPattern.ReplaceAll(original, nil)) {
			t.Errorf("%s: not the same after renaming back (%v)", path, err)
		}
	}
	if text, _ := process.Format(def); !bytes.Equal(text, original) {
		t.Error("the definition given was changed")
	}
}

const renameSample = `{"spec": "pipewright/1", "key": "shop", "name": "Shop", "languages": ["en"],
 "roles": [{"key": "rep", "name": "Rep"}],
 "options": [{"key": "grade", "items": [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}]}],
 "forms": [
  {"key": "account", "name": "Account", "fields": [{"key": "amount", "type": "money"}, {"key": "grade", "type": "select", "options": "grade"}],
   "grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}]},
  {"key": "deal", "name": "Deal", "title": "{{ amount }} of {{ account.amount }}",
   "sections": [{"key": "s", "name": "S", "fields": ["amount", "account", "lines"]}],
   "fields": [
    {"key": "account", "type": "reference", "form": "account", "fill": {"grade": "grade"}, "where": "amount > 1 and grade == 'a'"},
    {"key": "grade", "type": "select", "options": "grade", "value": "account.grade == 'a' ? 'a' : 'b'"},
    {"key": "lines", "type": "table", "fields": [{"key": "amount", "type": "money"}, {"key": "off", "type": "percent", "visibleIf": "grade == 'a'"}]},
    {"key": "amount", "type": "money", "calc": "sum(lines, .amount)"},
    {"key": "big", "type": "bool", "calc": "amount > 100 and account.amount > 5 and score.band == 'hot'"}],
   "grants": [{"role": "rep", "records": {"where": "amount < 5"}, "do": ["create", "read", "edit"], "readOnly": ["amount"]}]}],
 "processes": [{"key": "deal", "form": "deal", "name": "Deal", "start": "open", "value": "amount",
  "stages": [{"key": "open", "name": "Open", "fields": {"edit": ["*"], "require": ["amount"]}}, {"key": "won", "name": "Won", "end": "won"}],
  "transitions": [{"key": "win", "name": "Win", "from": ["open"], "to": "won", "if": "stage != 'won'", "set": {"grade": "'b'"}}]}],
 "rules": [{"key": "score", "form": "deal", "kind": "scorecard", "bands": [{"key": "hot", "from": 1}], "items": [{"key": "x", "points": 1, "if": "amount > 1"}]},
  {"key": "tier", "form": "deal", "kind": "table", "hit": "first", "in": [{"key": "amount"}, {"key": "grade"}], "out": [{"key": "who", "type": "role"}],
   "rows": [{"if": ["> 5 and < 10", "in ['a']"], "then": ["'rep'"]}, {"if": ["", ""], "then": [""]}]}],
 "views": [{"key": "list", "form": "deal", "kind": "list", "columns": ["amount"], "sort": ["-amount"]}],
 "tests": [{"name": "t", "given": {"form": "deal", "data": {"grade": "a", "lines": [{"off": "0.1", "amount": {"amount": "1"}}]}}, "steps": [{"expect": {"data": {"amount": {"amount": "1"}}}}]}],
 "layout": {"deal": {"open": {"x": 1, "y": 2}}}}`

// TestRenameOfWhatAnotherKeyDependsOn follows measures in ratios, and refuses what would break: a column that same() finds in another
// table by its key, whichever of the two is renamed, and an option that is the currency of amounts.
func TestRenameOfWhatAnotherKeyDependsOn(t *testing.T) {
	t.Parallel()
	def, problems := process.Parse([]byte(`{"spec": "pipewright/1", "key": "shop", "name": "Shop", "languages": ["en"],
	 "roles": [{"key": "rep", "name": "Rep"}],
	 "options": [{"key": "currency", "items": [{"key": "CNY", "name": "Yuan"}, {"key": "USD", "name": "Dollar"}]}],
	 "forms": [
	  {"key": "quote", "name": "Quote", "title": "{{ number }}", "fields": [{"key": "number", "type": "text"},
	    {"key": "lines", "type": "table", "fields": [{"key": "qty", "type": "integer"}]}],
	   "grants": [{"role": "rep", "records": "all", "do": ["read"]}]},
	  {"key": "contract", "name": "Contract", "currency": "money", "fields": [{"key": "money", "type": "select", "options": "currency"},
	    {"key": "amount", "type": "money"}, {"key": "quote", "type": "reference", "form": "quote"},
	    {"key": "lines", "type": "table", "fields": [{"key": "qty", "type": "integer"}]},
	    {"key": "match", "type": "bool", "calc": "quote != nil and same(lines, quote.lines, ['qty'])"}],
	   "grants": [{"role": "rep", "records": "all", "do": ["read"]}]}],
	 "reports": [{"key": "rate", "form": "contract", "measures": [{"key": "big", "count": true, "where": "match == true"}, {"key": "all", "count": true},
	   {"key": "share", "ratio": {"part": "big", "whole": "all"}}]}]}`))
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	for _, c := range []struct{ path, to, code string }{
		{"/forms/contract/fields/lines/fields/qty", "pieces", "key.clash"},
		{"/forms/quote/fields/lines/fields/qty", "pieces", "key.clash"},
		{"/options/currency/items/USD", "dollar", "key.invalid"},
		{"/options/currency/items/USD", "EUR", ""},
		{"/reports/rate/measures/big", "large", ""},
		{"/reports/rate/measures/all", "every", ""},
	} {
		changed, _, problems := process.Rename(def, c.path, c.to)
		if c.code != "" {
			if len(problems) != 1 || problems[0].Code != c.code {
				t.Errorf("%s to %s: %v, want %s", c.path, c.to, problems, c.code)
			}
			continue
		}
		if len(problems) > 0 {
			t.Errorf("%s to %s: %v", c.path, c.to, problems)
			continue
		}
		_, before := process.Compile(def, nil, 0)
		if _, after := process.Compile(changed, nil, 0); len(after) > len(before) {
			t.Errorf("%s to %s: %v", c.path, c.to, after)
		}
	}
}

// TestRenameRewritesUses holds what is rewritten to the letter: a name that only looks the same stays.
func TestRenameRewritesUses(t *testing.T) {
	t.Parallel()
	def, problems := process.Parse([]byte(renameSample))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if _, problems := process.Compile(def, nil, 0); rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	for _, c := range []struct {
		path, to string
		want     []string
	}{
		{"/forms/deal/fields/amount", "total", []string{
			"/forms/deal/title {{ total }} of {{ account.amount }}", "/forms/deal/sections/s/fields/0 total",
			"/forms/deal/fields/big/calc total > 100 and account.amount > 5 and score.band == 'hot'",
			"/forms/deal/grants/0/records/where total < 5", "/forms/deal/grants/0/readOnly/0 total",
			"/processes/deal/value total", "/processes/deal/stages/open/fields/require/0 total",
			"/rules/score/items/x/if total > 1", "/rules/tier/in/amount/key total",
			"/views/list/columns/0 total", "/views/list/sort/0 -total", "/tests/0/steps/0/expect/data/amount total"}},
		{"/forms/account/fields/amount", "credit", []string{
			"/forms/deal/title {{ amount }} of {{ account.credit }}", "/forms/deal/fields/account/where credit > 1 and grade == 'a'",
			"/forms/deal/fields/big/calc amount > 100 and account.credit > 5 and score.band == 'hot'"}},
		{"/forms/deal/fields/lines/fields/amount", "net", []string{
			"/forms/deal/fields/amount/calc sum(lines, .net)", `/tests/0/given/data/lines [{"net":{"amount":"1"},"off":"0.1"}]`}},
		{"/options/grade/items/a", "top", []string{
			"/forms/deal/fields/account/where amount > 1 and grade == 'top'", "/forms/deal/fields/grade/value account.grade == 'top' ? 'top' : 'b'",
			"/forms/deal/fields/lines/fields/off/visibleIf grade == 'top'", "/rules/tier/rows/0/if/1 in ['top']", `/tests/0/given/data/grade "top"`}},
		{"/options/grade", "level", []string{"/forms/account/fields/grade/options level", "/forms/deal/fields/grade/options level"}},
		{"/processes/deal/stages/open", "begun", []string{"/processes/deal/start begun", "/processes/deal/transitions/win/from/0 begun", "/layout/deal/open begun"}},
		{"/processes/deal/stages/won", "ended", []string{"/processes/deal/transitions/win/to ended", "/processes/deal/transitions/win/if stage != 'ended'"}},
		{"/roles/rep", "seller", []string{"/forms/account/grants/0/role seller", "/forms/deal/grants/0/role seller", "/rules/tier/rows/0/then/0 'seller'"}},
		{"/rules/score", "points", []string{"/forms/deal/fields/big/calc amount > 100 and account.amount > 5 and points.band == 'hot'"}},
		{"/rules/score/bands/hot", "warm", []string{"/forms/deal/fields/big/calc amount > 100 and account.amount > 5 and score.band == 'warm'"}},
		{"/forms/account", "client", []string{"/forms/deal/fields/account/form client"}},
	} {
		changed, uses, problems := process.Rename(def, c.path, c.to)
		if len(problems) > 0 {
			t.Errorf("%s: %s", c.path, problems[0].Message.In("en"))
			continue
		}
		got := make([]string, len(uses))
		for i, u := range uses {
			got[i] = u.Path + " " + u.After
		}
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s:\ngot  %s\nwant %s", c.path, strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
		}
		if _, problems := process.Compile(changed, nil, 0); rules.HasErrors(problems) {
			t.Errorf("%s: %v", c.path, problems)
		}
	}
}

const linkedSample = `{"spec": "pipewright/1", "key": "shop", "name": "Shop", "languages": ["en"],
 "options": [{"key": "land", "items": [{"key": "cn", "name": "CN"}, {"key": "tw", "name": "TW"}]},
  {"key": "city", "items": [{"key": "tp", "name": "TP", "under": ["tw"]}, {"key": "sh", "name": "SH", "under": ["cn"]}]},
  {"key": "area", "items": [{"key": "east", "name": "E", "items": [{"key": "near", "name": "N"}]}]}],
 "forms": [
  {"key": "account", "name": "Account", "fields": [
   {"key": "land", "type": "select", "options": "land"}, {"key": "city", "type": "select", "options": "city", "optionsBy": "land"},
   {"key": "area", "type": "cascade", "options": "area"},
   {"key": "paid", "type": "rollup", "form": "deal", "via": "account", "field": "amount", "agg": "sum", "where": "amount > 1"},
   {"key": "split", "type": "rollup", "form": "deal.shares", "via": "account", "field": "part", "agg": "sum", "where": "part > 1 and amount > 2"}]},
  {"key": "deal", "name": "Deal", "fields": [
   {"key": "account", "type": "reference", "form": "account"}, {"key": "amount", "type": "money"},
   {"key": "where1", "type": "lookup", "via": "account", "field": "land"},
   {"key": "home", "type": "bool", "calc": "where1 == 'tw' and 'near' in account.area"},
   {"key": "shares", "type": "table", "fields": [{"key": "account", "type": "reference", "form": "account", "index": true}, {"key": "part", "type": "money"}]}]}]}`

// TestRenameFollowsLinks holds lookups, rollups, options that depend on others, and options below others.
func TestRenameFollowsLinks(t *testing.T) {
	t.Parallel()
	def, problems := process.Parse([]byte(linkedSample))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if _, problems := process.Compile(def, nil, 0); rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	for _, c := range []struct{ path, want string }{
		{"/forms/account/fields/land", "/forms/account/fields/city/optionsBy x; /forms/deal/fields/where1/field x"},
		{"/forms/deal/fields/account", "/forms/account/fields/paid/via x; /forms/deal/fields/where1/via x; /forms/deal/fields/home/calc where1 == 'tw' and 'near' in x.area"},
		{"/forms/deal/fields/amount", "/forms/account/fields/paid/field x; /forms/account/fields/paid/where x > 1; /forms/account/fields/split/where part > 1 and x > 2"},
		{"/forms/deal", "/forms/account/fields/paid/form x; /forms/account/fields/split/form x.shares"},
		{"/forms/deal/fields/shares", "/forms/account/fields/split/form deal.x"},
		{"/forms/deal/fields/shares/fields/account", "/forms/account/fields/split/via x"},
		{"/forms/deal/fields/shares/fields/part", "/forms/account/fields/split/field x; /forms/account/fields/split/where x > 1 and amount > 2"},
		{"/options/land/items/tw", "/options/city/items/tp/under/0 x; /forms/deal/fields/home/calc where1 == 'x' and 'near' in account.area"},
		{"/options/area/items/east/items/near", "/forms/deal/fields/home/calc where1 == 'tw' and 'x' in account.area"},
	} {
		changed, uses, problems := process.Rename(def, c.path, "x")
		if len(problems) > 0 {
			t.Errorf("%s: %s", c.path, problems[0].Message.In("en"))
			continue
		}
		var got []string
		for _, u := range uses {
			got = append(got, u.Path+" "+u.After)
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s:\ngot  %s\nwant %s", c.path, strings.Join(got, "; "), c.want)
		}
		if _, problems := process.Compile(changed, nil, 0); rules.HasErrors(problems) {
			t.Errorf("%s: %v", c.path, problems)
		}
	}
}

// TestRenameFollowsCurrency holds the currency of a form, and amounts inside base().
func TestRenameFollowsCurrency(t *testing.T) {
	t.Parallel()
	def, problems := process.Parse([]byte(`{"spec": "pipewright/1", "key": "shop", "name": "Shop", "languages": ["en"],
 "options": [{"key": "cash", "items": [{"key": "CNY", "name": "CNY"}, {"key": "USD", "name": "USD"}]}],
 "forms": [{"key": "deal", "name": "Deal", "currency": "cur", "fields": [{"key": "cur", "type": "select", "options": "cash"}, {"key": "amount", "type": "money"},
  {"key": "big", "type": "bool", "calc": "base(amount) > 1"}, {"key": "twice", "type": "money", "calc": "convert(amount * 2, cur, today())"}]}]}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for path, want := range map[string]string{
		"/forms/deal/fields/cur":    "/forms/deal/currency x; /forms/deal/fields/twice/calc convert(amount * 2, x, today())",
		"/forms/deal/fields/amount": "/forms/deal/fields/big/calc base(x) > 1; /forms/deal/fields/twice/calc convert(x * 2, cur, today())",
	} {
		changed, uses, problems := process.Rename(def, path, "x")
		var got []string
		for _, u := range uses {
			got = append(got, u.Path+" "+u.After)
		}
		if len(problems) > 0 || strings.Join(got, "; ") != want {
			t.Errorf("%s: %v\ngot  %s\nwant %s", path, problems, strings.Join(got, "; "), want)
		}
		if _, problems := process.Compile(changed, nil, 0); rules.HasErrors(problems) {
			t.Errorf("%s: %v", path, problems)
		}
	}
}

// TestRenameOfAPayload holds that what another system sends is read from where it stood, and that a key given back is written as before.
func TestRenameOfAPayload(t *testing.T) {
	t.Parallel()
	def, problems := process.Parse([]byte(`{"spec": "pipewright/1", "key": "shop", "name": "Shop", "languages": ["en"],
 "forms": [{"key": "deal", "name": "Deal", "fields": [{"key": "paid", "type": "text"}]}],
 "automations": [{"key": "pay", "name": "Pay", "on": {"webhook": "pay", "payload": [{"key": "ref", "type": "text"}, {"key": "sum", "type": "number", "from": "data.sum"}], "form": "deal", "where": "paid == payload.ref"},
  "do": [{"set": {"paid": "payload.ref"}}]}]}`))
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	for _, c := range []struct{ key, to, from string }{{"ref", "bankRef", "ref"}, {"bankRef", "other", "ref"}, {"other", "ref", ""}, {"sum", "total", "data.sum"}, {"total", "sum", "data.sum"}} {
		changed, _, problems := process.Rename(def, "/automations/pay/on/payload/"+c.key, c.to)
		if len(problems) > 0 {
			t.Fatalf("%s: %v", c.key, problems)
		}
		def = changed
		for _, m := range def.Automations[0].On.Payload {
			if m.Key == c.to && m.From != c.from {
				t.Errorf("%s to %s: from %q, want %q", c.key, c.to, m.From, c.from)
			}
		}
	}
}

func TestRenameRefuses(t *testing.T) {
	t.Parallel()
	def, _ := process.Parse([]byte(renameSample))
	for _, c := range []struct{ path, to, code string }{
		{"/forms/deal/fields/nothing", "x", "ref.unknown"},
		{"/name", "x", "ref.unknown"},
		{"", "x", "ref.unknown"},
		{"/forms/deal/fields/amount", "Total", "key.invalid"},
		{"/options/grade/items/a", "-a", "key.invalid"},
		{"/forms/deal/fields/amount", "account", "key.duplicate"},
		{"/forms/deal/fields/amount", "stage", "key.reserved"},
		{"/forms/deal/fields/amount", "sum", "key.reserved"},
		{"/forms/deal/fields/amount", "score", "key.reserved"},
		{"/rules/score", "amount", "key.reserved"},
		{"/rules/tier/in/amount", "x", "ref.kind"},
		{"/forms/deal/fields/grade", "off", "key.clash"}, // the column would hide it in its own condition
	} {
		if _, _, problems := process.Rename(def, c.path, c.to); len(problems) != 1 || problems[0].Code != c.code {
			t.Errorf("%s to %s: %v, want %s", c.path, c.to, problems, c.code)
		}
	}
	if _, _, problems := process.Rename(def, "/forms/deal/fields/lines/fields/amount", "net"); len(problems) != 0 {
		t.Errorf("nothing is copied: %v", problems)
	}
	same, _, problems := process.Rename(def, "/forms/deal/fields/amount", "amount")
	if same != def || problems != nil {
		t.Errorf("to its own key: %v", problems)
	}
	changed, _, _ := process.Rename(def, "/roles/rep", "seller")
	changed, _, _ = process.Rename(changed, "/roles/seller", "agent")
	if got := changed.Roles[0].Was; !reflect.DeepEqual(got, []string{"rep", "seller"}) {
		t.Errorf("was %v", got)
	}
	process.ForgetWas(changed, "/roles/agent", def)
	if got := changed.Roles[0].Was; !reflect.DeepEqual(got, []string{"rep"}) {
		t.Errorf("was, of what was published: %v", got)
	}
	changed.Roles[0].Was = []string{"rep", "seller"}
	if changed, _, _ = process.Rename(changed, "/roles/agent", "rep"); !reflect.DeepEqual(changed.Roles[0].Was, []string{"seller", "agent"}) {
		t.Errorf("was %v", changed.Roles[0].Was)
	}
}

// A band kept in a field whose options have the bands' keys: renaming one alone would leave a value that is no option.
func TestRenameTellsOfAKeptKey(t *testing.T) {
	t.Parallel()
	def, problems := process.Parse([]byte(`{"spec": "pipewright/1", "key": "shop", "name": "Shop", "languages": ["en"],
 "options": [{"key": "band", "items": [{"key": "hot", "name": "Hot"}, {"key": "cold", "name": "Cold"}]}],
 "forms": [{"key": "lead", "name": "Lead", "fields": [{"key": "size", "type": "number"},
  {"key": "band", "type": "select", "options": "band", "calc": "decide('score').band"}, {"key": "note", "type": "text", "calc": "decide('score').band"}]}],
 "rules": [{"key": "score", "form": "lead", "kind": "scorecard", "max": 10, "bands": [{"key": "hot", "from": 5}, {"key": "warm", "from": 3}],
  "items": [{"key": "big", "points": 8, "if": "size > 3"}]}]}`))
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	for path, want := range map[string]string{"/rules/score/bands/hot": "/forms/lead/fields/band/calc key.copied", "/rules/score/bands/warm": "", "/options/band/items/hot": ""} {
		_, _, problems := process.Rename(def, path, "x")
		var got []string
		for _, p := range problems {
			got = append(got, p.Path+" "+p.Code)
		}
		if strings.Join(got, "; ") != want {
			t.Errorf("%s: %v, want %q", path, got, want)
		}
	}
}
