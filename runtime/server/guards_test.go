package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// open to who has not signed in, each for a reason: what stands here is guarded by its handler, and tested by name.
var openToAll = []string{
	"GET /healthz", "GET /readyz", "GET /metrics", "GET /api/openapi.json",
	"GET /api/setup", "POST /api/setup", "POST /api/login", "POST /api/demo-login", "POST /api/logout", "GET /api/oidc/start", "GET /api/oidc/callback",
	"GET /api/public/:token", "POST /api/public/:token", "POST /api/public/:token/evaluate", "POST /api/public/:token/files", "GET /p/:token", "POST /p/:token",
	"GET /api/tracking/:token", "GET /api/shared/:token", "GET /share/:token", "POST /hooks/:app/:key",
}

// rightOf says, by what an address has in it, which right it takes to change what is there.
var rightOf = map[string]audience{
	"/draft": designers, "/publish": designers, "/check": designers, "/restore": designers, "/sandboxes": designers, "/migrations": designers, "/backtests": designers, "/preview-": designers,
	"/api/users": operators, "/api/teams": operators, "/company": operators, "/jobs": operators, "/deliveries": operators, "/secret": operators, "/robots": operators, "/audit": operators,
	"/backups": operators, "/pause": operators, "/resume": operators, "/erase": operators, "/purge": operators, "/seeing": operators, "/link": operators, "/shares": operators,
}

// knock asks without a connection: with the cookies of a client, if any, and headers.
func (w *world) knock(c *client, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	w.t.Helper()
	u, err := url.Parse(w.http.URL)
	if err != nil {
		w.t.Fatal(err)
	}
	req := httptest.NewRequestWithContext(w.t.Context(), method, w.http.URL+path, strings.NewReader(body))
	if c != nil {
		for _, cookie := range c.http.Jar.Cookies(u) {
			req.AddCookie(cookie)
		}
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept-Language", "en")
	req.Header.Set("Idempotency-Key", fmt.Sprintf("knock-%x", hash(method+path+body)))
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res := httptest.NewRecorder()
	w.server.ServeHTTP(res, req)
	return res
}

func hash(s string) (h uint64) {
	for _, b := range []byte(s) {
		h = h*1099511628211 ^ uint64(b)
	}
	return h
}

// addresses are those of a route, with what there is for each part of its path.
func addresses(path string, parts map[string][]string) []string {
	out := []string{""}
	for _, step := range strings.Split(path, "/")[1:] {
		values := []string{step}
		if name, is := strings.CutPrefix(step, ":"); is {
			if values = parts[name]; len(values) == 0 {
				values = []string{"x"}
			}
		}
		var next []string
		for _, before := range out {
			for _, v := range values {
				next = append(next, before+"/"+url.PathEscape(v))
			}
		}
		out = next
	}
	return out
}

func codeOf(res *httptest.ResponseRecorder) string {
	var e errorBody
	_ = json.Unmarshal(res.Body.Bytes(), &e)
	return fmt.Sprint(res.Code, " ", e.Error.Code)
}

// TestEveryRouteIsGuarded goes through the whole table: who has not signed in, who has no right or the other one, a program with too small a token, another site's page,
// an admin who sees as another are refused before anything is done. A new route that is open to all has to be named above.
func TestEveryRouteIsGuarded(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	rep, admin, looking := w.as("rep.li"), w.as("admin"), w.as("admin")
	designs, operates := w.as("mgr.wang"), w.as("ops.wu")
	admin.must("PATCH", "/api/users/mgr.wang", object{"rights": []string{"design"}})
	admin.must("PATCH", "/api/users/ops.wu", object{"rights": []string{"operate"}})
	read, _ := rep.token("read", 1)
	small, _ := admin.token("write", 1)
	designing, _ := admin.token("design", 1)
	looking.must("POST", "/api/seeing", object{"user": "rep.li"})
	for _, r := range w.server.routes {
		name, path := r.method+" "+r.path, addresses(r.path, nil)[0]
		if slices.Contains(openToAll, name) != (r.who == anyone || r.who == nobody) {
			t.Errorf("%s: is it open to all?", name)
		}
		changes := r.method != http.MethodGet
		want := func(who, code string, res *httptest.ResponseRecorder) {
			t.Helper()
			if got := codeOf(res); got != code {
				t.Errorf("%s: %s gets %s, want %s", name, who, got, code)
			}
		}
		if changes {
			want("another site", "403 cross.origin", w.knock(admin, r.method, path, "{}", "Origin", "https://elsewhere.example", "Sec-Fetch-Site", "cross-site"))
		}
		if r.who == anyone || r.who == nobody {
			continue
		}
		want("nobody", "401 unauthenticated", w.knock(nil, r.method, path, "{}"))
		if r.who.ofStaff() {
			want("no admin", "403 forbidden", w.knock(rep, r.method, path, "{}"))
			want("an admin's small token", "403 scope.small", w.knock(nil, r.method, path, "{}", small...))
		}
		if r.who == operators || r.who == admins {
			want("who designs", "403 forbidden", w.knock(designs, r.method, path, "{}"))
			want("an admin's token to design", "403 scope.small", w.knock(nil, r.method, path, "{}", designing...))
		}
		if r.who == designers || r.who == admins {
			want("who operates", "403 forbidden", w.knock(operates, r.method, path, "{}"))
		}
		for word, who := range rightOf {
			if strings.Contains(r.path, word) && r.who.ofStaff() && r.who != who && r.who != staff {
				t.Errorf("%s is for the wrong right", name)
			}
		}
		if r.who == inPerson || changes {
			want("a token to read", "403 scope.small", w.knock(nil, r.method, path, "{}", read...))
		}
		if changes && !slices.Contains(seenToo, name) && !slices.Contains(leaving, name) {
			want("an admin who sees as another", "403 seeing.readOnly", w.knock(looking, r.method, path, "{}"))
		}
	}
}

// TestNoRouteTellsWhatMayNotBeRead: a rep asks everything there is to ask, with every parameter that could tell, of records of another rep that he knows
// the ids of, and hears no word of what is in them; nor can he do anything with them.
func TestNoRouteTellsWhatMayNotBeRead(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	li, chen := w.as("rep.li"), w.as("rep.chen")
	const secret = "Zqxsecret"
	account := li.must("POST", "/api/apps/b2b/forms/account/records", object{"data": object{"name": "Acme"}}).str("id")
	deal := li.must("POST", "/api/apps/b2b/forms/deal/records", object{"data": object{"name": secret + " deal", "account": account}}).str("id")
	li.must("POST", "/api/records/"+deal+"/notes", object{"text": secret + " note for @rep.chen"})
	quote := li.must("POST", "/api/apps/b2b/forms/quote/records", object{"data": object{"name": secret + " quote", "deal": deal, "account": account,
		"lines": []object{{"qty": "1", "price": object{"amount": "123457.00"}, "off": "0.25", "cost": object{"amount": "30000.00"}}}}}).str("id")
	li.must("POST", "/api/records/"+quote+"/transitions/submit", object{"comment": secret + " comment"})
	for n := 1; n > 0; {
		var err error
		if n, err = w.server.Engine.RunDue(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	task := quote + "|manager|1|0"
	if a := w.as("mgr.wang").must("GET", "/api/tasks/"+url.PathEscape(task), nil); !strings.Contains(string(a.raw), secret) {
		t.Fatalf("the manager is not asked: %s", a.raw)
	}
	app, err := w.server.Designer.Catalog().Current(t.Context(), "b2b")
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string][]string{"app": {"b2b"}, "form": {"deal", "quote"}, "id": {deal, quote, task}, "process": {"deal", "quote"}, "user": {"rep.chen"}}
	var reports, dashboards []string
	for i := range app.Def.Reports {
		reports = append(reports, app.Def.Reports[i].Key)
	}
	for i := range app.Def.Dashboards {
		dashboards = append(dashboards, app.Def.Dashboards[i].Key)
	}
	for i := range app.Def.Views {
		parts["view"] = append(parts["view"], app.Def.Views[i].Key)
	}
	answered := 0
	heard := func(method, path, body string) {
		t.Helper()
		res := w.knock(chen, method, path, body)
		if res.Code == http.StatusOK {
			answered++
		}
		if text := res.Body.String(); strings.Contains(text, secret) || strings.Contains(text, "123457") || res.Code >= 500 {
			t.Errorf("%s %s %s tells: %d %.400s", method, path, body, res.Code, text)
		}
		if method != http.MethodGet && res.Code < 300 && strings.Contains(path, "/api/records/") {
			t.Errorf("%s %s %s was done: %.200s", method, path, body, res.Body.String())
		}
	}
	asked := map[string][]string{
		"records": {"?q=" + secret, "?where=name contains '" + secret + "'", "?sort=-name&limit=200", "?deleted=true", "?owner=rep.li"}, "search": {"?q=" + secret, "?q=note"}, "events": {"?limit=200"},
		"why": {"?seq=1", "?path=/data/name"}, "at": {"?seq=1", "?time=2027-01-01T00:00:00Z"}, "notes": {"?around=1"}, "tasks": {"?state=open", "?state=done", "?kind=cc"}, "reports": {"?where=open"},
		"agenda": {"?from=2026-11-01&to=2026-12-31"}, "forecast": {"?from=2026-11&months=3&what=amount"}, "compliance": {"?from=2026-01-01&to=2026-12-31"}, "precedents": {""}, "preview": {"?data={}"}, "bin": {"?q=" + secret},
		"files": {"?record=" + deal},
	}
	bodies := []string{"{}", `{"comment": "x", "text": "x", "done": true}`}
	for _, r := range w.server.routes {
		if r.who == admins || r.who == inPerson || slices.Contains(openToAll, r.method+" "+r.path) || strings.HasSuffix(r.path, "/stream") || strings.HasPrefix(r.path, "/api/templates") {
			continue
		}
		switch {
		case strings.Contains(r.path, "/reports/"):
			parts["key"] = reports
		case strings.Contains(r.path, "/dashboards/"):
			parts["key"] = dashboards
		default:
			parts["key"] = []string{"submit", "win"}
		}
		for _, path := range addresses(r.path, parts) {
			if r.method != http.MethodGet {
				if strings.Contains(path, "/api/records/") || strings.Contains(path, "/api/tasks/") {
					for _, body := range bodies {
						heard(r.method, path, body)
					}
				}
				continue
			}
			heard(r.method, path, "")
			for step, queries := range asked {
				if strings.Contains(path, "/"+step) {
					for _, q := range queries {
						heard(r.method, path+strings.ReplaceAll(q, " ", "%20"), "")
					}
				}
			}
		}
	}
	for _, form := range parts["form"] {
		at := "/api/apps/b2b/forms/" + form
		for _, id := range []string{deal, quote} {
			heard("POST", at+"/evaluate", `{"id": "`+id+`", "data": {}}`)
			heard("POST", at+"/bulk", `{"do": "edit", "data": {"name": "x"}, "items": [{"id": "`+id+`"}]}`)
			heard("POST", at+"/bulk/picks", `{"transition": "submit", "items": [{"id": "`+id+`"}]}`)
			heard("POST", "/api/records/"+id+"/assign", `{"owner": "rep.chen"}`)
			heard("POST", "/api/records/"+id+"/collaborators", `{"users": ["rep.chen"]}`)
		}
		heard("POST", at+"/evaluate", `{"data": {"deal": "`+deal+`", "account": "`+account+`"}}`)
		heard("POST", at+"/export", `{"format": "csv"}`)
	}
	heard("POST", "/api/tasks/batch", `{"ids": ["`+task+`"], "decision": "approve"}`)
	for _, id := range []string{deal, quote} {
		if a := li.must("GET", "/api/records/"+id, nil); a.str("owner") != "rep.li" || !strings.Contains(a.str("title"), secret) {
			t.Errorf("%s is another: %s", id, a.raw)
		}
	}
	if answered < 150 {
		t.Errorf("only %d questions were answered at all", answered)
	}
}
