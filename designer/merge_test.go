package designer

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// canon is a definition in its canonical form.
func canon(t interface {
	Helper()
	Fatal(...any)
}, text string) string {
	t.Helper()
	def, problems := process.Parse([]byte(text))
	if def == nil || rules.HasErrors(problems) {
		t.Fatal("not a definition: ", firstError(problems))
	}
	out, err := process.Format(def)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// keyedLists are the lists of things with keys in a decoded definition, with whatever of a list may be changed.
func keyedLists(v any, out *[]func(*rapid.T)) {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if list, ok := v[k].([]any); ok && len(list) > 0 {
				if first, ok := list[0].(map[string]any); ok && first["key"] != nil {
					*out = append(*out, func(t *rapid.T) { v[k] = changeList(t, v[k].([]any)) })
				}
			}
			keyedLists(v[k], out)
		}
	case []any:
		for _, x := range v {
			keyedLists(x, out)
		}
	}
}

// changeList adds, takes out, moves or renames (by name, not by key) something of a list.
func changeList(t *rapid.T, list []any) []any {
	if len(list) == 0 {
		return list
	}
	i := rapid.IntRange(0, len(list)-1).Draw(t, "item")
	switch rapid.SampledFrom([]string{"add", "remove", "move", "name", "name"}).Draw(t, "op") {
	case "add":
		raw, _ := json.Marshal(list[i])
		var twin map[string]any
		_ = json.Unmarshal(raw, &twin)
		key := "added" + rapid.SampledFrom([]string{"A", "B", "C", "D"}).Draw(t, "key")
		for _, x := range list {
			if x.(map[string]any)["key"] == key {
				return list
			}
		}
		twin["key"] = key
		return slices.Insert(slices.Clone(list), i, any(twin))
	case "remove":
		return slices.Delete(slices.Clone(list), i, i+1)
	case "move":
		out := slices.Clone(list)
		x := out[i]
		out = slices.Delete(out, i, i+1)
		return slices.Insert(out, rapid.IntRange(0, len(out)).Draw(t, "to"), x)
	}
	if x := list[i].(map[string]any); x["name"] != nil {
		x["name"] = map[string]any{"en": rapid.SampledFrom([]string{"One", "Two", "Three"}).Draw(t, "name")}
	}
	return list
}

// changed is a definition after some random changes, only in members that want keeps.
func changed(t *rapid.T, text string, want func(string) bool) string {
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	var whole map[string]any
	if err := dec.Decode(&whole); err != nil {
		t.Fatal(err)
	}
	for range rapid.IntRange(0, 4).Draw(t, "changes") {
		part := map[string]any{}
		for k, v := range whole {
			if want(k) {
				part[k] = v
			}
		}
		var changes []func(*rapid.T)
		keyedLists(part, &changes)
		if len(changes) == 0 {
			break // everything has been taken out
		}
		rapid.SampledFrom(changes).Draw(t, "list")(t)
		maps.Copy(whole, part)
	}
	raw, err := json.Marshal(whole)
	if err != nil {
		t.Fatal(err)
	}
	return canon(t, string(raw))
}

func mustMerge(t *rapid.T, base, mine, theirs string, choose map[string]Side) Merged {
	t.Helper()
	m, err := Merge(base, mine, theirs, choose)
	if err != nil {
		t.Fatal(err)
	}
	if canon(t, m.Definition) != m.Definition {
		t.Fatal("what was merged is not canonical")
	}
	return m
}

// near says whether one path is the other, or a place above or below it.
func near(a, b string) bool {
	return a == b || strings.HasPrefix(a, b+"/") || strings.HasPrefix(b, a+"/")
}

// lostChanges are places where the merged definition is not what a side made of them, though the other side left them alone.
func lostChanges(t *rapid.T, base, side, other, merged string) []string {
	left, err1 := Diff(side, merged)
	theirs, err2 := Diff(base, other)
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	var out []string
	for _, d := range left {
		if !slices.ContainsFunc(theirs, func(o Difference) bool { return near(d.Path, o.Path) }) {
			out = append(out, d.Path)
		}
	}
	return out
}

func TestMergeLaws(t *testing.T) {
	t.Parallel()
	base := canon(t, mergeBase)
	every := func(string) bool { return true }
	rapid.Check(t, func(t *rapid.T) {
		x, y := changed(t, base, every), changed(t, base, every)
		for _, law := range []struct{ mine, theirs, want string }{{x, base, x}, {base, y, y}, {x, x, x}} {
			if m := mustMerge(t, base, law.mine, law.theirs, nil); len(m.Conflicts) > 0 || m.Definition != law.want {
				t.Fatalf("one side's changes alone: %+v\n%s\nwant\n%s", m.Conflicts, m.Definition, law.want)
			}
		}
		m := mustMerge(t, base, x, y, nil)
		back := mustMerge(t, base, y, x, nil)
		if len(m.Conflicts) != len(back.Conflicts) {
			t.Fatalf("conflicts depend on whose changes are mine: %+v, %+v", m.Conflicts, back.Conflicts)
		}
		if len(m.Conflicts) == 0 && m.Definition != back.Definition {
			t.Fatal("without a conflict the sides are not told apart")
		}
		pick := map[string]Side{}
		for _, c := range m.Conflicts {
			if c.Place.IsZero() || c.MineText.IsZero() || c.TheirsText.IsZero() {
				t.Fatalf("a conflict without words: %+v", c)
			}
			pick[c.Path] = rapid.SampledFrom([]Side{Mine, Theirs}).Draw(t, "side")
		}
		chosen := mustMerge(t, base, x, y, pick)
		if chosen.Open() != 0 {
			t.Fatalf("a choice was not taken: %+v", chosen.Conflicts)
		}
		for _, lost := range [][]string{lostChanges(t, base, x, y, chosen.Definition), lostChanges(t, base, y, x, chosen.Definition)} {
			if len(lost) > 0 {
				t.Fatalf("lost what only one side changed: %v", lost)
			}
		}
	})
}

func TestMergeOfDisjointChangesCommutes(t *testing.T) {
	t.Parallel()
	base := canon(t, mergeBase)
	rapid.Check(t, func(t *rapid.T) {
		x := changed(t, base, func(k string) bool { return k == "forms" })
		y := changed(t, base, func(k string) bool { return k != "forms" })
		m, back := mustMerge(t, base, x, y, nil), mustMerge(t, base, y, x, nil)
		if len(m.Conflicts) > 0 || m.Definition != back.Definition {
			t.Fatalf("%+v", m.Conflicts)
		}
	})
}

var updateMerges = flag.Bool("update-merges", false, "write testdata/merge.json anew")

// mergeCorpus is what the browser's merge of two editors of a draft is held to as well.
type mergeCorpus struct {
	Base  json.RawMessage `json:"base"`
	Cases []mergeCase     `json:"cases"`
}

type mergeCase struct {
	Mine      json.RawMessage `json:"mine"`
	Theirs    json.RawMessage `json:"theirs"`
	Take      Side            `json:"take"`
	Merged    json.RawMessage `json:"merged"`
	Conflicts []string        `json:"conflicts"`
}

// merged fills in what a case comes to.
func (c *mergeCase) merged(t *testing.T, base string) {
	t.Helper()
	m, err := Merge(base, string(c.Mine), string(c.Theirs), nil)
	if err != nil {
		t.Fatal(err)
	}
	choose := map[string]Side{}
	c.Conflicts = []string{}
	for _, x := range m.Conflicts {
		choose[x.Path] = c.Take
		c.Conflicts = append(c.Conflicts, x.Path)
	}
	slices.Sort(c.Conflicts)
	if m, err = Merge(base, string(c.Mine), string(c.Theirs), choose); err != nil {
		t.Fatal(err)
	}
	c.Merged = compact(t, m.Definition)
}

func compact(t *testing.T, text string) json.RawMessage {
	t.Helper()
	var out bytes.Buffer
	if err := json.Compact(&out, []byte(text)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestMergeCorpus(t *testing.T) {
	t.Parallel()
	const file = "testdata/merge.json"
	base := canon(t, mergeBase)
	if *updateMerges {
		corpus := mergeCorpus{Base: compact(t, base)}
		every := func(string) bool { return true }
		some := rapid.Custom(func(t *rapid.T) string { return changed(t, base, every) })
		for i := range 60 {
			c := mergeCase{Mine: compact(t, some.Example(2*i)), Theirs: compact(t, some.Example(2*i+1)), Take: []Side{Mine, Theirs}[i%2]}
			c.merged(t, base)
			corpus.Cases = append(corpus.Cases, c)
		}
		for _, m := range meaningCases {
			if strings.Contains(m.name, "followed") {
				continue // the browser knows no former keys: both of its editors have the same draft before them
			}
			c := mergeCase{Mine: compact(t, canon(t, with(t, mergeBase, m.mine...))), Theirs: compact(t, canon(t, with(t, mergeBase, m.theirs...))), Take: Theirs}
			c.merged(t, base)
			corpus.Cases = append(corpus.Cases, c)
		}
		var raw bytes.Buffer
		enc := json.NewEncoder(&raw)
		enc.SetEscapeHTML(false) // papers are HTML
		if err := enc.Encode(corpus); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, bytes.ReplaceAll(raw.Bytes(), []byte(`,{"mine"`), []byte(",\n{\"mine\"")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var corpus mergeCorpus
	if err := json.Unmarshal(raw, &corpus); err != nil {
		t.Fatal(err)
	}
	for i, want := range corpus.Cases {
		got := want
		if got.merged(t, string(corpus.Base)); !slices.Equal(got.Conflicts, want.Conflicts) || !bytes.Equal(got.Merged, want.Merged) {
			t.Errorf("case %d: conflicts %v, want %v; the definition is the same: %v", i, got.Conflicts, want.Conflicts, bytes.Equal(got.Merged, want.Merged))
		}
	}
}

const mergeBase = `{"spec": "pipewright/1", "key": "shop", "name": {"zh-CN": "店", "en": "Shop"}, "languages": ["zh-CN", "en"],
 "roles": [{"key": "rep", "name": "Rep"}],
 "forms": [{"key": "deal", "name": "Deal", "sections": [{"key": "main", "name": "Main", "fields": ["name", "amount"]}], "fields": [
   {"key": "name", "type": "text", "name": "Name", "required": true},
   {"key": "amount", "type": "money", "name": "Amount"},
   {"key": "twice", "type": "money", "name": "Twice", "calc": "amount * 2"}],
   "grants": [{"role": "rep", "records": "own", "do": ["create", "read", "edit"]}]},
  {"key": "note", "name": "Note", "fields": [{"key": "text", "type": "text", "name": "Text"}, {"key": "at", "type": "date", "name": "At"}]}],
 "processes": [{"key": "sale", "form": "deal", "name": "Sale", "start": "open", "stages": [
   {"key": "open", "name": "Open", "owner": {"role": "rep"}}, {"key": "won", "name": "Won", "end": "won"}],
   "transitions": [{"key": "win", "name": "Win", "from": ["open"], "to": "won"}]}],
 "approvals": [{"key": "big", "name": "Big", "steps": [{"key": "boss", "name": "Boss", "who": [{"role": "rep"}], "mode": "all"}]}],
 "prints": [{"key": "slip", "form": "deal", "name": "Slip", "body": "<p>{{ name }}</p>", "header": "<p>Top</p>"}],
 "layout": {"sale": {"open": {"x": 1, "y": 1}}}}`

// The print of mergeBase, and the same put together from blocks.
const (
	slipHTML   = `"name": "Slip", "body": "<p>{{ name }}</p>", "header": "<p>Top</p>"`
	slipBlocks = `"name": "Delivery note", "blocks": [{"key": "b1", "kind": "heading", "text": "Delivery"}, {"key": "b2", "kind": "text", "text": "{{ name }}"}]`
)

func with(t *testing.T, text string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("no %s", pairs[i])
		}
		text = strings.Replace(text, pairs[i], pairs[i+1], 1)
	}
	return text
}

var meaningCases = []struct {
	name         string
	mine, theirs []string
	// want and not are in what is merged, and are not; conflicts are by kind and path.
	want, not, conflicts []string
}{
	{name: "names of two languages", mine: []string{`"店"`, `"铺"`}, theirs: []string{`"en": "Shop"`, `"en": "Store"`}, want: []string{`"铺"`, `"Store"`}},
	{name: "the same language", mine: []string{`"en": "Shop"`, `"en": "Mart"`}, theirs: []string{`"en": "Shop"`, `"en": "Store"`}, want: []string{`"Mart"`}, conflicts: []string{"changed /name/en"}},
	{name: "words of a list", mine: []string{`["name", "amount"]`, `["name", "amount", "twice"]`}, theirs: []string{`["name", "amount"]`, `["name"]`}, want: []string{"\"name\",\n            \"twice\""}},
	{name: "the same word replaced", mine: []string{`["name", "amount"]`, `["name", "twice"]`}, theirs: []string{`["name", "amount"]`, `["name", "createdAt"]`}, conflicts: []string{"changed /forms/deal/sections/main/fields"}},
	{name: "taken out and changed", mine: []string{`,
   {"key": "twice", "type": "money", "name": "Twice", "calc": "amount * 2"}`, ``}, theirs: []string{`"Twice"`, `"Double"`}, not: []string{"twice"}, conflicts: []string{"removed /forms/deal/fields/twice"}},
	{name: "people are one value", mine: []string{`"owner": {"role": "rep"}`, `"owner": {"who": [{"user": "ann"}]}`}, theirs: []string{`"owner": {"role": "rep"}`, `"owner": {"who": [{"role": "rep"}], "assign": "roundRobin"}`},
		not: []string{"roundRobin"}, conflicts: []string{"changed /processes/sale/stages/open/owner"}},
	{name: "a paper is one value: HTML changed here, blocks there", mine: []string{`<p>{{ name }}</p>`, `<p>To {{ name }}</p>`}, theirs: []string{slipHTML, slipBlocks},
		want: []string{`<p>To {{ name }}</p>`, `<p>Top</p>`, `"Delivery note"`}, not: []string{`"blocks"`}, conflicts: []string{"changed /prints/slip/blocks"}},
	{name: "a paper is one value: blocks here, HTML changed there", mine: []string{slipHTML, slipBlocks}, theirs: []string{`<p>Top</p>`, `<p>New top</p>`},
		want: []string{`"blocks"`, `"Delivery note"`}, not: []string{`"body"`, `"header"`}, conflicts: []string{"changed /prints/slip/blocks"}},
	{name: "a paper made of blocks by one side alone", mine: []string{`"key": "slip", "form"`, `"key": "slip", "if": "amount > 1", "form"`}, theirs: []string{slipHTML, slipBlocks},
		want: []string{`"blocks"`, `"amount > 1"`}, not: []string{`"body"`, `"header"`}},
	{name: "two steps after the same", mine: []string{`"mode": "all"}`, `"mode": "all"}, {"key": "cfo", "name": "CFO", "who": [{"role": "rep"}], "mode": "all"}`},
		theirs:    []string{`"mode": "all"}`, `"mode": "all"}, {"key": "ceo", "name": "CEO", "who": [{"role": "rep"}], "mode": "all"}`},
		conflicts: []string{"order /approvals/big/steps"}, want: []string{"cfo", "ceo"}},
	{name: "a place on the canvas is one value", mine: []string{`"x": 1`, `"x": 2`}, theirs: []string{`"y": 1`, `"y": 3`}, conflicts: []string{"changed /layout/sale/open"}},
	{name: "a rename is followed", mine: []string{`"amount * 2"`, `"amount * 3"`, `"name": "Amount"`, `"name": "Sum"`},
		theirs: []string{`{"key": "amount", "type"`, `{"key": "total", "was": ["amount"], "type"`, `"amount * 2"`, `"total * 2"`, `["name", "amount"]`, `["name", "total"]`},
		want:   []string{`"total * 3"`, `"Sum"`, `"total"`}, not: []string{`"key": "amount"`}},
	{name: "mine is followed, too", mine: []string{`{"key": "amount", "type"`, `{"key": "total", "was": ["amount"], "type"`, `"amount * 2"`, `"total * 2"`, `["name", "amount"]`, `["name", "total"]`},
		theirs: []string{`"amount * 2"`, `"amount * 4"`}, want: []string{`"total * 4"`}, not: []string{`"key": "amount"`}},
	{name: "renamed by both, followed everywhere", mine: []string{`{"key": "amount", "type"`, `{"key": "total", "was": ["amount"], "type"`, `"amount * 2"`, `"total * 2"`, `["name", "amount"]`, `["name", "total"]`},
		theirs: []string{`{"key": "amount", "type"`, `{"key": "sum", "was": ["amount"], "type"`, `"amount * 2"`, `"sum * 3"`, `["name", "amount"]`, `["name", "sum"]`, `"name": "Amount"`, `"name": "Sum"`},
		want:   []string{`"total * 3"`, `"key": "total"`, `"Sum"`}, not: []string{`"key": "sum"`, `"key": "amount"`}, conflicts: []string{"changed /forms/deal/fields/total/key"}},
	{name: "renamed by both", mine: []string{`{"key": "text", "type"`, `{"key": "body", "was": ["text"], "type"`}, theirs: []string{`{"key": "text", "type": "text", "name": "Text"`, `{"key": "content", "was": ["text"], "type": "text", "name": "Content"`},
		want: []string{`"key": "body"`, `"Content"`}, not: []string{`"key": "content"`}, conflicts: []string{"changed /forms/note/fields/body/key"}},
	{name: "a role's grants", mine: []string{`"records": "own"`, `"records": "team"`}, theirs: []string{`"edit"]}]`, `"edit"]}, {"role": "boss", "records": "all", "do": ["read"]}]`},
		want: []string{`"team"`, `"boss"`}},
}

func TestMergeByMeaning(t *testing.T) {
	t.Parallel()
	for _, c := range meaningCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			m, err := Merge(mergeBase, with(t, mergeBase, c.mine...), with(t, mergeBase, c.theirs...), nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, x := range m.Conflicts {
				got = append(got, x.Kind+" "+x.Path)
			}
			if !slices.Equal(got, c.conflicts) || m.Open() != len(c.conflicts) {
				t.Errorf("conflicts %v, want %v", got, c.conflicts)
			}
			for _, w := range c.want {
				if !strings.Contains(m.Definition, w) {
					t.Errorf("no %s in\n%s", w, m.Definition)
				}
			}
			for _, w := range c.not {
				if strings.Contains(m.Definition, w) {
					t.Errorf("%s in\n%s", w, m.Definition)
				}
			}
		})
	}
}

func TestMergeConflictsInWords(t *testing.T) {
	t.Parallel()
	m, err := Merge(mergeBase, with(t, mergeBase, `"name": "Amount"`, `"name": "Sum"`), with(t, mergeBase, `"name": "Amount"`, `"name": "Value"`), nil)
	if err != nil || len(m.Conflicts) != 1 {
		t.Fatalf("%v %+v", err, m)
	}
	c := m.Conflicts[0]
	got := fmt.Sprint(c.Place.In("zh-CN"), " | ", c.MineText.In("zh-CN"), " | ", c.TheirsText.In("en"))
	if got != "表单“Deal”的字段“Sum”：名称 | 名称由 “Amount” 改为 “Sum” | name changed from “Amount” to “Value”" {
		t.Error(got)
	}
	m, err = Merge(mergeBase, with(t, mergeBase, `"店"`, `"铺"`), with(t, mergeBase, `"店"`, `"商店"`), nil)
	if err != nil || len(m.Conflicts) != 1 || m.Conflicts[0].Place.In("en") != "name (Simplified Chinese)" || m.Conflicts[0].TheirsText.In("zh-CN") != "改为“商店”" {
		t.Errorf("a text in one language: %v %+v", err, m.Conflicts)
	}
	m, err = Merge(mergeBase, with(t, mergeBase, `{"key": "text", "type"`, `{"key": "body", "was": ["text"], "type"`), with(t, mergeBase, `{"key": "text", "type"`, `{"key": "content", "was": ["text"], "type"`),
		map[string]Side{"/forms/note/fields/body/key": Theirs})
	if err != nil || len(m.Conflicts) != 1 || m.Open() != 0 || m.Conflicts[0].Place.In("zh-CN") != "表单“Note”的字段“Text”：标识" || m.Conflicts[0].MineText.In("en") != "now “body”" || m.Conflicts[0].TheirsText.In("zh-CN") != "改为“content”" {
		t.Errorf("a thing renamed by both: %v %+v", err, m.Conflicts)
	}
	if !strings.Contains(m.Definition, `"key": "content"`) || !strings.Contains(m.Definition, "\"was\": [\n            \"text\",\n            \"body\"") {
		t.Errorf("theirs was chosen: %s", m.Definition)
	}
	m, err = Merge(mergeBase, with(t, mergeBase, `<p>{{ name }}</p>`, `<p>To {{ name }}</p>`), with(t, mergeBase, slipHTML, slipBlocks), nil)
	if err != nil || len(m.Conflicts) != 1 || m.Conflicts[0].Area != "prints" || m.Conflicts[0].MineText.In("zh-CN") != "写成 HTML，有改动" ||
		m.Conflicts[0].TheirsText.In("en") != "made of blocks: heading: Delivery, text: {{ name }}" || m.Conflicts[0].Lines[0].Base.In("en") != "written as HTML" {
		t.Errorf("a paper made of blocks by one: %v %+v", err, m.Conflicts)
	} else if got := m.Conflicts[0].Place.In("zh-CN"); got != "打印模板“Slip”：纸上的内容" {
		t.Error(got)
	}
	versions, err := Diff(`{"template": {"key": "shop", "digest": "a"}}`, `{"template": {"key": "shop", "digest": "b"}}`)
	if err != nil || len(versions) != 1 || versions[0].Text.In("en") != "holds another version of its template" {
		t.Errorf("another version in words: %v %+v", err, versions)
	}
	if _, err := Merge(mergeBase, "[]", mergeBase, nil); code(err) != "bad.request" {
		t.Errorf("no definition: %v", err)
	}
}

// One adds a block to a paper while another changes one and moves it: the merged paper has all of it.
func TestMergeOfBlocks(t *testing.T) {
	t.Parallel()
	const app = `{"spec": "pipewright/1", "key": "a", "name": "A", "forms": [{"key": "deal", "name": "Deal", "fields": [{"key": "what", "type": "text", "name": "What"}]}],
		"prints": [{"key": "q", "form": "deal", "name": "Quote", "blocks": [%s]}]}`
	paper := func(blocks ...string) string { return fmt.Sprintf(app, strings.Join(blocks, ",")) }
	const head, what, line, end = `{"key": "b1", "kind": "heading", "text": "Quote"}`, `{"key": "b2", "kind": "text", "text": "{{ what }}"}`, `{"key": "b3", "kind": "line"}`, `{"key": "b4", "kind": "break"}`
	const bold = `{"key": "b2", "kind": "text", "text": "**{{ what }}**"}`
	m, err := Merge(paper(head, what, line), paper(head, what, line, end), paper(bold, head, line), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := canon(t, m.Definition), canon(t, paper(bold, head, line, end)); got != want || len(m.Conflicts) > 0 {
		t.Errorf("merged to %s with %+v", got, m.Conflicts)
	}
}
