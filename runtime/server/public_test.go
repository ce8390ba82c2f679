package server

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"pipewright/runtime/query"
)

// openShop is a server with the app of public forms, tracking pages and prints.
func openShop(t *testing.T) (w *world, admin *client) {
	t.Helper()
	raw, err := os.ReadFile("../process/testdata/public/app.json")
	if err != nil {
		t.Fatal(err)
	}
	w = open(t, true)
	admin = w.as("admin")
	admin.must("POST", "/api/apps/import", object{"definition": json.RawMessage(raw)})
	admin.must("POST", "/api/apps/shop/publish", object{"acceptWarnings": true})
	for _, user := range []string{"rep.li", "rep.chen"} {
		admin.must("PATCH", "/api/users/"+user, object{"roles": []string{"shop/rep"}})
	}
	return w, admin
}

func (w *world) link(admin *client, action string) string {
	w.t.Helper()
	return strings.TrimPrefix(admin.must("POST", "/api/apps/shop/public/enquiry/link", object{"action": action}).str("path"), "/p/")
}

func TestPublicForm(t *testing.T) {
	t.Parallel()
	w, admin := openShop(t)
	rep, visitor := w.as("rep.li"), w.client()
	rep.refused(403, "forbidden", "GET", "/api/apps/shop/public", nil)
	rep.refused(403, "forbidden", "POST", "/api/apps/shop/public/enquiry/link", object{"action": "make"})
	admin.refused(404, "not.found", "POST", "/api/apps/shop/public/nope/link", object{"action": "make"})
	admin.refused(404, "not.found", "POST", "/api/apps/shop/public/enquiry/link", object{"action": "off"})
	if l := admin.must("GET", "/api/apps/shop/public", nil); l.len("items") != 1 || l.str("items.0.path") != "" {
		t.Errorf("%s", l.raw)
	}
	visitor.refused(404, "not.found", "GET", "/api/public/nonsense", nil)
	token := w.link(admin, "make")
	if again := w.link(admin, "make"); again != token {
		t.Error("making the link again gave another")
	}
	path := "/api/public/" + token

	form := visitor.must("GET", path, nil)
	for _, secret := range []string{"secret", "unique", "grants", "automations", `"campaign"`, `"order"`, `"profit"`, "phone\"], \"normalize"} {
		if strings.Contains(string(form.raw), secret) {
			t.Errorf("%s is told to visitors: %s", secret, form.raw)
		}
	}
	if form.len("definition.forms.0.fields") != 4 || form.str("thanks") != "" || form.str("source.0") != "utm_source" {
		t.Errorf("%s", form.raw)
	}
	if e := visitor.must("POST", path+"/evaluate", object{"data": object{"company": "甲"}}); !strings.Contains(string(e.raw), `"/data/phone"`) || strings.Contains(string(e.raw), "secret") || strings.Contains(string(e.raw), "campaign") {
		t.Errorf("%s", e.raw)
	}

	seal := form.str("seal")
	send := func(data object, more ...any) object {
		body := object{"data": data, "seal": seal, "source": object{"utm_source": "ad", "utm_campaign": "双十一"}}
		for i := 0; i+1 < len(more); i += 2 {
			body[more[i].(string)] = more[i+1]
		}
		return body
	}
	li := object{"company": "甲公司", "phone": "13800138000", "need": "急"}
	visitor.refused(429, "public.early", "POST", path, send(li))
	w.clock.add(5 * time.Second)
	visitor.refused(409, "public.stale", "POST", path, send(li, "seal", "x.y"))
	visitor.refused(400, "bad.request", "POST", path, object{"nope": 1})
	visitor.refused(400, "field.unknown", "POST", path, send(object{"company": "甲", "phone": "13800138000", "secret": "x"}))
	w.clock.add(time.Minute * 3)
	visitor.refused(422, "stage.incomplete", "POST", path, send(object{"company": "甲"}))
	// A program fills in what people do not see; it is thanked, and nothing comes of it.
	visitor.must("POST", path, send(li, "website", "https://spam.example"))
	if n := rep.must("GET", "/api/apps/shop/forms/lead/records", nil); n.len("items") != 0 {
		t.Errorf("%s", n.raw)
	}
	first := visitor.must("POST", path, send(li), "Idempotency-Key", "one")
	repeated := visitor.must("POST", path, send(li), "Idempotency-Key", "one")
	w.clock.add(time.Minute * 3)
	second := visitor.must("POST", path, send(object{"company": "甲公司（又来）", "phone": "138-0013-8000", "need": "@admin 请回电"}))
	if string(first.raw) != string(second.raw) || string(first.raw) != string(repeated.raw) || first.status != second.status || !strings.Contains(string(first.raw), "谢谢") {
		t.Errorf("the visitor can tell a duplicate:\n%s\n%s", first.raw, second.raw)
	}
	leads := rep.must("GET", "/api/apps/shop/forms/lead/records", nil)
	if leads.len("items") != 1 || leads.str("items.0.data.channel") != "ad" || leads.str("items.0.data.campaign") != "双十一" || leads.str("items.0.data.urgent") != "true" {
		t.Fatalf("%s", leads.raw)
	}
	id := leads.str("items.0.id")
	if notes := rep.must("GET", "/api/records/"+id+"/notes", nil); notes.len("items") != 1 || !strings.Contains(string(notes.raw), "甲公司（又来）") || strings.Contains(string(notes.raw), `"mentions":["admin"]`) {
		t.Errorf("%s", notes.raw)
	}
	if told := admin.must("GET", "/api/notices", nil); strings.Contains(string(told.raw), "请回电") {
		t.Errorf("a visitor called somebody: %s", told.raw)
	}
	if ev := rep.must("GET", "/api/records/"+id+"/events", nil); !strings.Contains(string(ev.raw), "app:shop") {
		t.Errorf("%s", ev.raw)
	}

	// Files: kept for this form only, told by their content.
	file := visitor.must("POST", path+"/files?name=a.txt", "hello", "Content-Type", "text/plain")
	visitor.refused(422, "file.type", "POST", path+"/files?name=a.exe", "MZhello", "Content-Type", "text/plain")
	visitor.refused(401, "unauthenticated", "GET", "/api/files/"+file.str("id"), nil)
	w.clock.add(time.Minute * 3)
	visitor.must("POST", path, send(object{"company": "乙", "phone": "13800138001", "paper": []object{{"id": file.str("id")}}}))
	mine := rep.must("POST", "/api/files?name=a.txt", "hello", "Content-Type", "text/plain")
	visitor.refused(422, "field.invalid", "POST", path, send(object{"company": "丙", "phone": "13800138002", "paper": []object{{"id": mine.str("id")}}}))

	// Made anew, the old link is over; switched off, so is the new one.
	other := w.link(admin, "rotate")
	visitor.refused(404, "not.found", "GET", path, nil)
	visitor.must("GET", "/api/public/"+other, nil)
	w.link(admin, "off")
	visitor.refused(404, "not.found", "GET", "/api/public/"+other, nil)
	visitor.refused(404, "not.found", "POST", "/api/public/"+other, send(li))
	if w.link(admin, "make") != other {
		t.Error("switching on gave another link")
	}
}

func TestPublicFormIsPaced(t *testing.T) {
	t.Parallel()
	w, admin := openShop(t)
	path := "/api/public/" + w.link(admin, "make")
	visitor := w.client()
	var last answer
	for range 9 {
		last = visitor.send("POST", path, object{"data": object{}})
	}
	if last.status != 429 || last.str("error.code") != "too.many" || last.header.Get("Retry-After") == "" {
		t.Errorf("%d %s %v", last.status, last.raw, last.header)
	}
	w.clock.add(21 * time.Second)
	if a := visitor.send("POST", path, object{"data": object{}}); a.status == 429 {
		t.Errorf("%s", a.raw)
	}
}

func TestPublicPageMayStandInAFrame(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	for path, framed := range map[string]bool{"/p/x": true, "/t/x": false, "/api/setup": false} {
		h := w.client().send("GET", path, nil).header
		if got := h.Get("X-Frame-Options") == "" && strings.Contains(h.Get("Content-Security-Policy"), "frame-ancestors *"); got != framed {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestTrackingAndPrints(t *testing.T) {
	t.Parallel()
	w, admin := openShop(t)
	rep, zhao, customer := w.as("rep.li"), w.as("fin.zhao"), w.client()
	acc := rep.must("POST", "/api/apps/shop/forms/account/records", object{"data": object{"name": "客户甲"}}).str("id")
	rec := rep.must("POST", "/api/apps/shop/forms/order/records", object{"data": object{"name": "甲", "account": acc, "eta": "2026-12-01", "channel": "seo",
		"lines": []object{{"what": "泵", "qty": "2", "price": object{"amount": "600"}}}}})
	id := rec.str("id")
	if rec.str("prints.0.key") != "note" || rec.str("tracking.0.key") != "order" {
		t.Errorf("%s", rec.raw)
	}
	zhao.refused(404, "not.found", "POST", "/api/records/"+id+"/tracking/order", nil)
	zhao.refused(404, "not.found", "GET", "/api/records/"+id+"/prints/note", nil)
	rep.refused(404, "not.found", "POST", "/api/records/"+id+"/tracking/nope", nil)
	admin.refused(404, "not.found", "POST", "/api/records/"+id+"/tracking/order", nil)

	l := rep.must("POST", "/api/records/"+id+"/tracking/order", nil)
	token := strings.TrimPrefix(l.str("path"), "/t/")
	if again := rep.must("POST", "/api/records/"+id+"/tracking/order", nil); again.str("path") != l.str("path") {
		t.Error("handing out again gave another link")
	}
	page := customer.must("GET", "/api/tracking/"+token, nil)
	if page.str("name") != "Your order" || page.str("steps.0.state") != "now" || page.str("steps.0.name") != "Preparing" || page.str("tables.0.rows.0.0") != "泵" || strings.Contains(string(page.raw), "600") || strings.Contains(string(page.raw), "客户甲") {
		t.Errorf("%s", page.raw)
	}
	if zh := customer.must("GET", "/api/tracking/"+token, nil, "Accept-Language", "zh-CN"); zh.str("steps.0.name") != "准备中" {
		t.Errorf("%s", zh.raw)
	}
	if l := rep.must("POST", "/api/records/"+id+"/tracking/order", nil); l.str("opened") != "2" || l.str("openings.0.from") != "127.0.0.0/24" {
		t.Errorf("%s", l.raw)
	}
	customer.refused(404, "not.found", "GET", "/api/tracking/"+token+"x", nil)

	print := rep.must("GET", "/api/records/"+id+"/prints/note?lang=zh-CN", nil)
	if body := print.str("body"); !strings.Contains(body, "<td>泵</td><td>2</td><td>600.00</td><td>•••</td>") || !strings.Contains(body, "客户甲") || !strings.Contains(body, "壹仟贰佰元整") {
		t.Errorf("%s", body)
	}
	if en := rep.must("GET", "/api/records/"+id+"/prints/note", nil); en.str("body") != "<p>DD0001</p>" || en.str("page") != "A4" {
		t.Errorf("%s", en.raw)
	}
	// A draft is previewed by its own words, with what the admin may see; rep.li may not design.
	draft := admin.must("GET", "/api/apps/shop/draft", nil)
	whole, err := json.Marshal(draft.get("definition"))
	if err != nil {
		t.Fatal(err)
	}
	def := strings.Replace(string(whole), `"Delivery note"`, `"Packing slip"`, 1)
	admin.must("PATCH", "/api/users/admin", object{"roles": []string{"shop/rep"}})
	if p := admin.must("POST", "/api/apps/shop/preview-paper", object{"definition": json.RawMessage(def), "print": "note", "record": id}); !strings.HasPrefix(p.str("title"), "Packing slip") {
		t.Errorf("%s", p.raw)
	}
	if p := admin.must("POST", "/api/apps/shop/preview-paper", object{"tracking": "order", "record": id}); p.str("name") != "Your order" {
		t.Errorf("%s", p.raw)
	}
	// A mail is shown as it would be sent: what people typed makes no markup, what the reader may not see makes the whole of it dashes, and no link comes to be.
	other := rep.must("POST", "/api/apps/shop/forms/order/records", object{"data": object{"name": "*乙* <b>", "account": acc}}).str("id")
	links := func() int {
		t.Helper()
		page, err := w.store.Query(t.Context(), "links", query.Query{Limit: 9})
		if err != nil {
			t.Fatal(err)
		}
		return len(page.Docs)
	}
	before := links()
	mail := func(body string) answer {
		t.Helper()
		message := `"messages":[{"key": "hi", "form": "order", "subject": "To {{ name }}", "body": ` + strconv.Quote(body) + `},`
		return admin.must("POST", "/api/apps/shop/preview-paper", object{"definition": json.RawMessage(strings.Replace(def, `"messages":[`, message, 1)), "message": "hi", "record": other})
	}
	if m := mail("**Dear** {{ name }}, {{ trackingLink('order') }}"); m.str("title") != "To *乙* <b>" || !strings.Contains(m.str("body"), "<strong>Dear</strong> *乙* &lt;b&gt;, ") || !strings.Contains(m.str("body"), "/t/…") {
		t.Errorf("mail %s", m.raw)
	}
	if m := mail("{{ name }} {{ margin }}"); m.str("title") != "To •••" || strings.Contains(m.str("body"), "乙") {
		t.Errorf("mail of what is hidden %s", m.raw)
	}
	if got := links(); got != before {
		t.Errorf("%d links, %d before", got, before)
	}
	rep.refused(403, "forbidden", "POST", "/api/apps/shop/preview-paper", object{"print": "note", "record": id})

	// Revoked, it is over; the next is another; it ends by itself, and with its record.
	rep.must("DELETE", "/api/records/"+id+"/tracking/order", nil)
	customer.refused(404, "not.found", "GET", "/api/tracking/"+token, nil)
	next := strings.TrimPrefix(rep.must("POST", "/api/records/"+id+"/tracking/order", nil).str("path"), "/t/")
	if next == token {
		t.Error("a revoked link lives again")
	}
	customer.must("GET", "/api/tracking/"+next, nil)
	w.clock.add(91 * 24 * time.Hour)
	customer.refused(404, "not.found", "GET", "/api/tracking/"+next, nil)
	rep = w.as("rep.li")
	last := strings.TrimPrefix(rep.must("POST", "/api/records/"+id+"/tracking/order", nil).str("path"), "/t/")
	customer.must("GET", "/api/tracking/"+last, nil)
	moved := rep.must("POST", "/api/records/"+id+"/transitions/stop", object{})
	if moved.str("stage") != "off" {
		t.Errorf("%s", moved.raw)
	}
	if p := customer.must("GET", "/api/tracking/"+last, nil); p.len("steps") != 2 || p.str("steps.1.name") != "Cancelled" {
		t.Errorf("%s", p.raw)
	}
}
