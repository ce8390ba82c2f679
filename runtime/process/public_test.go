package process

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// publicApp is testdata/public/app.json, compiled.
func publicApp(t *testing.T) *App {
	t.Helper()
	raw, err := os.ReadFile("testdata/public/app.json")
	if err != nil {
		t.Fatal(err)
	}
	def, problems := Parse(raw)
	app, more := Compile(def, nil, 0)
	for _, p := range append(problems, more...) {
		if p.Severity == rules.Error {
			t.Fatalf("%s %s", p.Path, p.Message.In("en"))
		}
	}
	return app
}

func TestPublicScenarios(t *testing.T) {
	t.Parallel()
	results, cov := RunTests(publicApp(t), smallCompany{})
	for _, r := range results {
		for _, p := range r.Problems {
			t.Errorf("%s: %s %s", r.Name, p.Path, p.Message.In("en"))
		}
	}
	if cov.Automations["hello"] == 0 {
		t.Error("sending the public form set nothing off")
	}
}

// Who calls the core with the name of a public form and is not the app itself gets nothing by it.
func TestPublicFormIsTheServiceActorsOnly(t *testing.T) {
	t.Parallel()
	app := publicApp(t)
	c := &Command{Kind: Create, ID: "r", App: "shop", Form: "lead", Public: "enquiry", At: startOfTests, Actor: Actor{User: "rep.li", Rights: Rights{Create: true}},
		Data: Wire{"company": json.RawMessage(`"x"`), "phone": json.RawMessage(`"13800138000"`)}}
	if d := Decide(app, nil, c, &Facts{}); d.Reject == nil || d.Reject.Code != "not.found" {
		t.Errorf("a person: %+v", d)
	}
	c.Actor, c.Form = Service("shop"), "order"
	if d := Decide(app, nil, c, &Facts{}); d.Reject == nil || d.Reject.Code != "not.found" {
		t.Errorf("another form: %+v", d)
	}
}

// A visitor may use files that came by this form, and nobody else's.
func TestVisitorUsesOwnFilesOnly(t *testing.T) {
	t.Parallel()
	app := publicApp(t)
	id := strings.Repeat("ab", 16)
	c := &Command{Kind: Create, ID: "r", App: "shop", Form: "lead", Public: "enquiry", At: startOfTests, Actor: Service("shop"),
		Data: Wire{"company": json.RawMessage(`"x"`), "phone": json.RawMessage(`"13800138000"`), "paper": json.RawMessage(`[{"id":"` + id + `"}]`)}}
	for by, want := range map[string]bool{"rep.li": false, Visitor("shop", "other"): false, Visitor("shop", "enquiry"): true} {
		f := &Facts{Files: map[string]FileFact{"file:" + id: {Name: "a.pdf", Type: "application/pdf", Size: 3, SHA256: strings.Repeat("0", 64), By: by}}, Unique: map[string]string{}}
		d := Decide(app, nil, c, f)
		for ; len(d.Needs) > 0; d = Decide(app, nil, c, f) {
			for _, n := range d.Needs {
				if n.Kind != NeedUnique {
					t.Fatalf("%+v", n)
				}
				f.Unique[n.Key] = ""
			}
		}
		if got := d.Reject == nil; got != want {
			t.Errorf("a file of %s is taken: %v %v", by, got, d.Reject)
		}
	}
}

// orderState is an order as imported, with an account.
func orderState(t *testing.T, app *App, stage string, data string) (*State, *Facts) {
	t.Helper()
	s := newScenario(app, smallCompany{}, &Coverage{Stages: map[string]int{}, Transitions: map[string]int{}, Steps: map[string]int{}, Automations: map[string]int{}}, &Test{}, "")
	var wire Wire
	if err := json.Unmarshal([]byte(data), &wire); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*Command{
		{Kind: Import, ID: "acc", App: "shop", Form: "account", Data: Wire{"name": json.RawMessage(`"甲<b>公司"`), "address": json.RawMessage(`{"province":"上海市","city":"市辖区","district":"浦东新区","detail":"1 号"}`)}},
		{Kind: Import, ID: "ord", App: "shop", Form: "order", Stage: stage, Data: wire},
	} {
		if r := s.do(c, Service("shop")); r != nil {
			t.Fatal(r)
		}
	}
	f := s.facts()
	s.fetch(f, Need{Kind: NeedRecord, Key: "account/acc", Form: "account", ID: "acc"})
	return s.records["ord"], f
}

const orderData = `{"name":"甲<i>","account":"acc","eta":"2026-03-09","channel":"seo","note":"<p>好<script>x</script></p>","sign":{"id":"0123456789abcdef0123456789abcdef"},
	"lines":[{"what":"泵","qty":"2","price":{"amount":"600.00"},"cost":{"amount":"700"}},{"what":"阀","qty":"1","price":{"amount":"34.5"},"cost":{"amount":"1"}}]}`

func cells(lang string) *forms.Cells {
	zone, _ := time.LoadLocation("Asia/Shanghai")
	return &forms.Cells{Language: lang, Zone: zone, Title: func(_, id string) string { return map[string]string{"acc": "甲<b>公司"}[id] }}
}

func TestPrintIsFilledForItsReader(t *testing.T) {
	t.Parallel()
	app := publicApp(t)
	s, f := orderState(t, app, "make", orderData)
	p := app.Prints["note"]
	fill := func(hidden ...string) string {
		sees := func(key string) bool {
			for _, h := range hidden {
				if h == key || strings.HasPrefix(key, h+".") {
					return false
				}
			}
			return true
		}
		out, needs, problem := p.Fill(app, s, smallCompany{}.Actor(app, "order", "rep.li", s), f, startOfTests, &PaperReader{Cells: cells("zh-CN"), Sees: sees, Picture: func(id string) string { return "/f/" + id + "?a=1&b=2" }})
		if problem != nil || len(needs) > 0 {
			t.Fatal(problem, needs)
		}
		return out.Body
	}
	whole := fill()
	for _, want := range []string{
		`<h1 title="甲&lt;i&gt;">DD0001 生产</h1>`, `<p>甲&lt;b&gt;公司，上海市浦东新区1 号</p>`, `<tbody><tr><td>1</td><td>泵</td><td>2</td><td>600.00</td><td>700.00</td></tr>`, `<td>2</td><td>阀</td><td>1</td><td>34.50</td><td>1.00</td>`,
		`<td>1,234.50</td><td>壹仟贰佰叁拾肆元伍角整</td>`, `<p>大单 1,234.50</p>`, `<p>亏</p>`, `<p>-166.5/-166.50/搜索/2026-03-09</p>`, `<div class="rich"><p>好</p></div>`,
		`<img class="picture" src="/f/0123456789abcdef0123456789abcdef?a=1&amp;b=2"`,
	} {
		if !strings.Contains(whole, want) {
			t.Errorf("%s\nis not in\n%s", want, whole)
		}
	}
	masked := fill("lines.cost", "margin")
	for _, want := range []string{`<td>600.00</td><td>•••</td></tr>`, `<p>•••/•••/搜索/2026-03-09</p>`} {
		if !strings.Contains(masked, want) {
			t.Errorf("%s\nis not in\n%s", want, masked)
		}
	}
	for _, secret := range []string{"700", "-166", "亏"} {
		if strings.Contains(masked, secret) {
			t.Errorf("%s shows to who may not see it:\n%s", secret, masked)
		}
	}
	if none := fill("lines"); strings.Contains(none, "泵") || strings.Contains(none, "1,234.50</p>") {
		t.Errorf("rows show to who may not see the table:\n%s", none)
	}
}

func TestPrintIsOfferedByRoleAndCondition(t *testing.T) {
	t.Parallel()
	app := publicApp(t)
	s, f := orderState(t, app, "make", orderData)
	empty, _ := orderState(t, app, "make", `{"name":"空"}`)
	for _, c := range []struct {
		user string
		s    *State
		want bool
	}{{"rep.li", s, true}, {"fin.zhao", s, false}, {"rep.li", empty, false}} {
		if got, _ := app.Prints["note"].Offered(app, c.s, smallCompany{}.Actor(app, "order", c.user, c.s), f, startOfTests); got != c.want {
			t.Errorf("%s: %v", c.user, got)
		}
	}
}

func TestTrackingShowsWhatIsListed(t *testing.T) {
	t.Parallel()
	app := publicApp(t)
	for _, c := range []struct{ stage, steps, message string }{
		{"make", "making now, ship ahead, done ahead", ""}, {"pack", "making now, ship ahead, done ahead", ""}, {"ship", "making done, ship now, done ahead", "预计 2026-03-09 到"},
		{"done", "making done, ship done, done done", ""}, {"off", "off now", ""},
	} {
		s, f := orderState(t, app, c.stage, orderData)
		got, needs, problem := app.Tracking["order"].Track(app, s, f, startOfTests, cells("zh-CN"))
		if problem != nil || len(needs) > 0 {
			t.Fatal(problem, needs)
		}
		var steps []string
		message := ""
		for _, step := range got.Steps {
			steps = append(steps, step.Key+" "+step.State)
			message += step.Message
		}
		if strings.Join(steps, ", ") != c.steps || message != c.message {
			t.Errorf("%s: %v, %q", c.stage, steps, message)
		}
		if got.Message != "甲<i>，您好" {
			t.Errorf("message: %q", got.Message)
		}
		raw, _ := json.Marshal(got)
		for _, secret := range []string{"600", "700", "1234", "gift", "客户跑单", "甲<b>", "acc"} {
			if strings.Contains(string(raw), secret) {
				t.Errorf("%s shows to the customer: %s", secret, raw)
			}
		}
		if want := `"Rows":[["泵","2"],["阀","1"]]`; !strings.Contains(string(raw), want) {
			t.Errorf("%s is not in %s", want, raw)
		}
	}
	s, f := orderState(t, app, "ship", orderData)
	if got, _, _ := app.Tracking["order"].Track(app, s, f, startOfTests, cells("en")); got.Name != "Your order" || got.Steps[1].Name != "On its way" || got.Fields[1].Name != "ETA" || got.Fields[2].Text != "Search" {
		t.Errorf("in English: %+v", got)
	}
}

// A page with a condition shows the way alone while it does not hold.
func TestTrackingKeepsBack(t *testing.T) {
	t.Parallel()
	def := publicApp(t).Def
	def.Tracking[0].If = "stage == 'ship'"
	app, problems := Compile(def, nil, 0)
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	for stage, shows := range map[string]bool{"pack": false, "ship": true, "done": false} {
		s, f := orderState(t, app, stage, orderData)
		got, _, problem := app.Tracking["order"].Track(app, s, f, startOfTests, cells("en"))
		if problem != nil || len(got.Steps) != 3 || (got.Message != "") != shows || (len(got.Fields)+len(got.Tables) > 0) != shows {
			t.Errorf("%s: %+v %v", stage, got, problem)
		}
	}
	def.Tracking[0].If = "stage + 1"
	if _, problems := Compile(def, nil, 0); !rules.HasErrors(problems) {
		t.Error("a condition that is none passes")
	}
}

// Whatever is renamed, the app means the same and its scenarios pass.
func TestRenameWhatIsSeenOutside(t *testing.T) {
	t.Parallel()
	for path, to := range map[string]string{
		"/forms/order/fields/total": "sumUp", "/forms/order/fields/lines/fields/qty": "pieces", "/forms/order/fields/lines": "items", "/forms/lead/fields/channel": "via",
		"/forms/lead/fields/phone": "mobile", "/processes/order/stages/ship": "under", "/public/enquiry": "ask", "/tracking/order": "way", "/forms/order": "purchase", "/rules/profit": "gain",
		"/forms/account/fields/address": "place", "/prints/note": "slip", "/processes/order": "flow", "/roles/rep": "sales",
	} {
		app := publicApp(t)
		def, _, problems := Rename(app.Def, path, to)
		if rules.HasErrors(problems) || def == nil {
			t.Fatalf("%s: %v", path, problems)
		}
		again, problems := Compile(def, nil, 0)
		if rules.HasErrors(problems) {
			t.Errorf("%s: %v", path, problems)
			continue
		}
		if path == "/roles/rep" || path == "/tracking/order" {
			continue // the small company has no people of that role; links are called by the page's key there
		}
		results, _ := RunTests(again, smallCompany{})
		for _, r := range results {
			for _, p := range r.Problems {
				t.Errorf("%s: %s: %s %s", path, r.Name, p.Path, p.Message.In("en"))
			}
		}
	}
}

// No HTML of any kind makes the checker panic, and nothing that runs comes out of it.
func FuzzPaper(f *testing.F) {
	for _, seed := range []string{`<p>{{ name }}</p>`, `<table><tr data-each="lines"><td>{{ what }}`, `<svg onload=x()>`, `{{ "}}" }}<scr{{name}}ipt>`, `<p style="background:url(x)">`, `<img src="data:image/svg+xml,<svg onload=alert(1)>">`, "\ue0000\ue001"} {
		f.Add(seed)
	}
	raw, err := os.ReadFile("testdata/public/app.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body string) {
		def, _ := Parse(raw)
		def.Prints[0].Body = rules.Text{"": body}
		def.Tests = nil
		app, _ := Compile(def, nil, 0)
		s := &State{ID: "ord", App: "shop", Form: "order", Process: "order", Stage: "make"}
		out, _, problem := app.Prints["note"].Fill(app, s, Service("shop"), &Facts{}, startOfTests, &PaperReader{Cells: cells("zh-CN")})
		if problem != nil {
			return
		}
		low := strings.ToLower(out.Body)
		for _, bad := range []string{"<script", "<iframe", "<svg", "<style", " onload=", " onerror=", "javascript:"} {
			if strings.Contains(low, bad) && !strings.Contains(strings.ReplaceAll(low, "&lt;", ""), bad) {
				t.Errorf("%s came out of %q", bad, body)
			}
		}
	})
}

// A field that a public form asks for takes along what automations say of it, also as what was sent.
func TestRenameFollowsWhatWasSent(t *testing.T) {
	t.Parallel()
	def := publicApp(t).Def
	next, _, problems := Rename(def, "/forms/lead/fields/company", "firm")
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for i := range next.Automations {
		if a := &next.Automations[i]; a.Key == "keep" && a.Do[1].Set["secret"] != "payload.firm + '/' + payload.phone" {
			t.Errorf("%+v", a.Do[1])
		}
	}
	if _, problems := Compile(next, nil, 0); rules.HasErrors(problems) {
		t.Errorf("%v", problems)
	}
}

const quoteBlocks = `[
	{"key":"every","kind":"text","on":"top","text":"{{ number }}","align":"right"},
	{"key":"head","kind":"heading","text":{"zh-CN":"报价单","zh-TW":"報價單","en":"Quotation"},"align":"center"},
	{"key":"to","kind":"fields","cells":[{"value":"account"},{"value":"eta","name":{"zh-CN":"交期","zh-TW":"交期","en":"Delivery"}},{"value":"stage"}]},
	{"key":"rows","kind":"table","rows":"lines","numbered":true,"cells":[{"value":"what","width":40},{"value":"qty","sum":true},{"value":"price"},{"value":"cost","sum":true}]},
	{"key":"none","kind":"table","rows":"filter(lines, .qty > 9)","cells":[{"value":"what"}]},
	{"key":"sum","kind":"amount","value":"total","words":"beside"},
	{"key":"big","kind":"text","text":"**大单** <b> {{ total }}\n第二行 ** 完","look":"note","if":"total > 1000"},
	{"key":"loss","kind":"text","text":"亏","if":"margin < 0"},
	{"key":"code","kind":"code","value":"number"},
	{"key":"bars","kind":"code","value":"number","look":"bars","width":50},
	{"key":"logo","kind":"image","source":"data:image/png;base64,AAAA","width":30},
	{"key":"end","kind":"break"},
	{"key":"sign","kind":"sign","cells":[{"name":"甲方（盖章）"},{"name":"乙方（盖章）","value":"name"}]},
	{"key":"own","kind":"html","html":"<ul><li data-each=\"lines\">{{ what }}</li></ul>"}]`

// blocksApp is the app of public forms with a paper of blocks in place of its print.
func blocksApp(t *testing.T) *App {
	t.Helper()
	def := publicApp(t).Def
	def.Prints[0] = Print{Key: "note", Form: "order", Name: rules.Plain("报价单")}
	if err := json.Unmarshal([]byte(quoteBlocks), &def.Prints[0].Blocks); err != nil {
		t.Fatal(err)
	}
	def.Tests = nil
	app, problems := Compile(def, nil, 0)
	for _, p := range problems {
		if strings.HasPrefix(p.Path, "/prints/note") {
			t.Errorf("%s %s %s", p.Path, p.Code, p.Message.In("en"))
		}
	}
	return app
}

func TestBlocksBecomeAPaper(t *testing.T) {
	t.Parallel()
	app := blocksApp(t)
	s, f := orderState(t, app, "make", orderData)
	fill := func(lang string, hidden ...string) *Printed {
		out, needs, problem := app.Prints["note"].Fill(app, s, smallCompany{}.Actor(app, "order", "rep.li", s), f, startOfTests,
			&PaperReader{Cells: cells(lang), Sees: func(key string) bool { return !slices.Contains(hidden, key) }})
		if problem != nil || len(needs) > 0 {
			t.Fatal(problem, needs)
		}
		return out
	}
	whole := fill("zh-CN")
	for _, want := range []string{
		`<h1 class="center">报价单</h1>`, `<span class="b-label">客户：</span>甲&lt;b&gt;公司</td>`, `<span class="b-label">交期：</span>2026-03-09`, `<span class="b-label">阶段：</span>生产`,
		`<thead><tr><th style="width:9mm">#</th><th style="width:40%">`, `<tr><td>1</td><td>泵</td><td class="right">2</td><td class="right">600.00</td><td class="right">700.00</td></tr>`,
		`<tr class="b-sums"><td colspan="2">合计</td><td class="right"><b>3</b></td><td class="right"></td>`, `<td class="right"><b>701.00</b></td></tr>`, `<td class="center" colspan="1">—</td>`,
		`<b>1,234.50</b><span>（壹仟贰佰叁拾肆元伍角整）</span>`, `<div><div class="b-note"><p><b>大单</b> &lt;b&gt; 1,234.50</p><p>第二行 ** 完</p></div></div>`, `<p>亏</p>`,
		`<svg class="square"`, `<svg class="bars"`, `</svg>DD0001`, `<img src="data:image/png;base64,AAAA" alt="" style="width:30mm">`, `<div class="b-break"></div>`, `乙方（盖章）：<div class="b-sign-line">甲&lt;i&gt;</div>`,
		`<ul><li>泵</li><li>阀</li></ul>`,
	} {
		if !strings.Contains(whole.Body, want) {
			t.Errorf("%s\nis not in\n%s", want, whole.Body)
		}
	}
	if whole.Header != `<p class="right">DD0001</p>` || whole.Footer != "" {
		t.Errorf("on every page stands %q, %q", whole.Header, whole.Footer)
	}
	if en := fill("en").Body; !strings.Contains(en, "Quotation") || !strings.Contains(en, `Delivery: </span>`) || !strings.Contains(en, ">Total</td>") {
		t.Errorf("in English:\n%s", en)
	}
	masked := fill("zh-CN", "lines.cost", "margin").Body
	for _, secret := range []string{"700.00", "701", "亏"} {
		if strings.Contains(masked, secret) {
			t.Errorf("%s shows to who may not see it:\n%s", secret, masked)
		}
	}
	if !strings.Contains(masked, `<b>•••</b>`) {
		t.Errorf("the hidden sum is not marked:\n%s", masked)
	}
}

// A renamed column, field or table is followed into all blocks.
func TestRenameFollowsIntoBlocks(t *testing.T) {
	t.Parallel()
	def := blocksApp(t).Def
	for from, to := range map[string]string{"/forms/order/fields/total": "sumTotal", "/forms/order/fields/lines": "items", "/forms/order/fields/lines/fields/qty": "pieces", "/forms/order/fields/lines/fields/what": "model"} {
		next, _, problems := Rename(def, from, to)
		if len(problems) > 0 {
			t.Fatal(problems)
		}
		_, found := Compile(next, nil, 0)
		for _, p := range found {
			if strings.HasPrefix(p.Path, "/prints/note") {
				t.Errorf("after %s → %s: %s %s", from, to, p.Path, p.Message.In("en"))
			}
		}
	}
}
