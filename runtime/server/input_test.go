package server

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Whatever is sent, the answer is a clear error, and the server goes on.
func TestBadInput(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	rep := w.as("rep.li")
	admin := w.as("admin")
	account := rep.must("POST", "/api/apps/b2b/forms/account/records", object{"data": object{"name": "Acme"}}).str("id")
	records := "/api/apps/b2b/forms/account/records"
	one := "/api/records/" + account
	nested := strings.Repeat(`{"a":`, 100) + "1" + strings.Repeat("}", 100)
	brackets := strings.Repeat("(", 1_000_000)
	for _, c := range []struct {
		who          *client
		status       int
		code         string
		method, path string
		body         any
		headers      []string
	}{
		{rep, 400, "bad.request", "POST", records, `{"data": {"name": `, nil},
		{rep, 400, "bad.request", "POST", records, `[]`, nil},
		{rep, 400, "bad.request", "POST", records, `{"data": {"name": "a"}, "datum": 1}`, nil},
		{rep, 400, "bad.request", "POST", records, `{"data": {"name": "a"}, "data": {}}`, nil},
		{rep, 400, "bad.request", "POST", records, `{"data": {"name": "a", "name": "b"}}`, nil},
		{rep, 400, "bad.request", "POST", records, `{"data": "x"}`, nil},
		{rep, 400, "bad.request", "POST", records, `{"data": ` + nested + `}`, nil},
		{rep, 400, "bad.request", "POST", records, `{"data": {"name": "a"}}`, []string{"Idempotency-Key", ""}},
		{rep, 400, "bad.request", "POST", records, `{"data": {"name": "a"}}`, []string{"Idempotency-Key", strings.Repeat("x", 65)}},
		{rep, 413, "body.tooLarge", "POST", records, `{"data": {"name": "` + strings.Repeat("x", 2<<20) + `"}}`, nil},
		{rep, 400, "field.unknown", "POST", records, `{"data": {"name": "a", "nope": 1}}`, nil},
		{rep, 400, "field.unknown", "PATCH", one, `{"data": {"$set": 1}}`, nil},
		{rep, 400, "field.invalid", "PATCH", one, `{"data": {"name": 5}}`, nil},
		{rep, 422, "field.invalid", "PATCH", one, `{"data": {"name": "` + strings.Repeat("x", 500) + `"}}`, nil},
		{rep, 400, "bad.request", "PATCH", one, `{"data": {}}`, []string{"If-Match", "x"}},
		{rep, 404, "not.found", "GET", "/api/records/DEAL-01ARZ3NDEKTSV4RRFFQ69G5FAV", nil, nil},
		{rep, 404, "not.found", "GET", "/api/records/..%2f..%2fetc", nil, nil},
		{rep, 404, "not.found", "GET", "/api/records/%00", nil, nil},
		{rep, 404, "not.found", "GET", "/api/apps/nope/forms/deal/records", nil, nil},
		{rep, 404, "not.found", "GET", "/api/apps/b2b/forms/$where/records", nil, nil},
		{rep, 404, "not.found", "GET", "/api/tasks/x%7Cy%7C1%7C0", nil, nil},
		{rep, 404, "not.found", "GET", "/api/nothing/here", nil, nil},
		{rep, 405, "method.notAllowed", "PUT", "/api/home", `{}`, nil},
		{rep, 400, "expr.syntax", "GET", records + `?where={"$gt":""}`, nil, nil},
		{rep, 400, "expr.unknownName", "GET", records + "?where=$where", nil, nil},
		{rep, 400, "expr.unknownName", "GET", records + "?where=nope==1", nil, nil},
		{rep, 400, "bad.request", "GET", records + "?after=xxxx", nil, nil},
		{rep, 400, "bad.request", "GET", records + "?limit=0", nil, nil},
		{rep, 400, "field.unknown", "GET", records + "?sort=nope", nil, nil},
		{rep, 400, "bad.request", "GET", "/api/search?q=a%00b", nil, nil},
		{rep, 400, "bad.request", "GET", records + "?where=name%3D%3D%27%ff%27", nil, nil},
		{admin, 400, "bad.request", "GET", "/api/rates?from=%00", nil, nil},
		{admin, 404, "not.found", "POST", "/api/jobs//retry", object{}, nil},
		{admin, 404, "not.found", "POST", "/api/jobs/%00/discard", object{}, nil},
		{rep, 403, "forbidden", "POST", "/api/apps", `{"key": "x", "name": "X"}`, nil},
		{rep, 403, "forbidden", "GET", "/api/apps/b2b/draft", nil, nil},
		{rep, 403, "forbidden", "POST", "/api/users", `{}`, nil},
		{admin, 400, "bad.request", "POST", "/api/apps", `{"key": "../x", "name": "X"}`, nil},
		{admin, 409, "conflict", "POST", "/api/apps", `{"key": "b2b", "name": "X"}`, nil},
		{admin, 400, "bad.request", "PUT", "/api/apps/b2b/draft", `{"spec": "pipewright/1"}`, nil},
		{admin, 400, "bad.request", "PUT", "/api/apps/b2b/draft", `[1]`, []string{"If-Match", "1"}},
		{admin, 413, "body.tooLarge", "PUT", "/api/apps/b2b/draft", `{"spec": "` + strings.Repeat("x", 11<<20) + `"}`, []string{"If-Match", "1"}},
		{admin, 404, "not.found", "GET", "/api/apps/b2b/releases/99", nil, nil},
		{admin, 404, "not.found", "POST", "/api/templates/nope/install", `{}`, nil},
	} {
		switch c.path {
		case records + `?where={"$gt":""}`:
			c.path = records + "?where=%7B%22%24gt%22%3A%22%22%7D"
		}
		a := c.who.send(c.method, c.path, c.body, c.headers...)
		if a.status != c.status || a.str("error.code") != c.code {
			body, _ := c.body.(string)
			t.Errorf("%s %.80s %.60s: %d %s, want %d %s: %.300s", c.method, c.path, body, a.status, a.str("error.code"), c.status, c.code, a.raw)
		}
		if strings.Contains(string(a.raw), "goroutine") || strings.Contains(string(a.raw), "sqlite") {
			t.Errorf("the answer tells what is inside: %.300s", a.raw)
		}
	}
	a := admin.must("POST", "/api/apps/b2b/check", object{"definition": json.RawMessage(`{"spec": "pipewright/1", "key": "b2b", "name": "x", "forms": [{"key": "f", "name": "F", "fields": [{"key": "n", "type": "number", "name": "N", "calc": "` + brackets[:900_000] + `"}]}]}`)})
	if !strings.Contains(string(a.raw), "expr.limit") {
		t.Errorf("a million brackets: %.300s", a.raw)
	}
	rep.must("GET", one, nil)
}

func TestForeignRecordsAreNotThere(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	li := w.as("rep.li")
	chen := w.as("rep.chen")
	account := li.must("POST", "/api/apps/b2b/forms/account/records", object{"data": object{"name": "Acme"}}).str("id")
	id := li.must("POST", "/api/apps/b2b/forms/deal/records", object{"data": object{"name": "Mine", "account": account}}).str("id")
	record := "/api/records/" + id
	for _, r := range []struct{ method, path string }{{"GET", record}, {"PATCH", record}, {"DELETE", record}, {"GET", record + "/events"}, {"POST", record + "/notes"},
		{"POST", record + "/transitions/identify"}, {"POST", record + "/checklist/fit"}, {"GET", record + "/why?path=/data/name"}, {"POST", record + "/assign"}} {
		var body any
		if r.method == "POST" || r.method == "PATCH" {
			body = object{}
		}
		chen.refused(404, "not.found", r.method, r.path, body)
	}
	if a := chen.must("GET", "/api/apps/b2b/forms/deal/records?where=name=='Mine'", nil); a.len("items") != 0 {
		t.Errorf("the list shows it: %s", a.raw)
	}
	if a := w.as("mgr.wang").must("GET", "/api/apps/b2b/forms/deal/records?sort=-name&q=Mine&owner=rep.li&limit=1", nil); a.str("items.0.id") != id {
		t.Errorf("the manager's list does not: %s", a.raw)
	}
	w.as("mgr.wang").must("POST", record+"/assign", object{"owner": "rep.chen"})
	chen.must("POST", record+"/notes", object{"text": "mine now, @rep.li"})
	li.must("GET", record, nil) // the former owner takes part
	li.refused(403, "forbidden", "PATCH", record, object{"data": object{"name": "x"}})
}

func TestConflictsListBothValues(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	rep := w.as("rep.li")
	a := rep.must("POST", "/api/apps/b2b/forms/account/records", object{"data": object{"name": "Acme"}})
	record, rev := "/api/records/"+a.str("id"), `"`+a.str("rev")+`"`
	rep.must("PATCH", record, object{"data": object{"name": "Acme 2"}}, "If-Match", rev)
	a = rep.refused(412, "rev.changed", "PATCH", record, object{"data": object{"name": "Acme 3"}}, "If-Match", rev)
	if a.str("error.current.name.mine") != "Acme 3" || a.str("error.current.name.theirs") != "Acme 2" || a.str("error.details.0.path") != "/data/name" {
		t.Errorf("conflict %s", a.raw)
	}
	manager := w.as("mgr.wang")
	rep.refused(403, "forbidden", "DELETE", record, nil)
	manager.must("DELETE", record, nil)
	rep.refused(422, "record.deleted", "PATCH", record, object{"data": object{"name": "x"}})
	if list := manager.must("GET", "/api/apps/b2b/forms/account/records?deleted=true", nil); list.len("items") != 1 {
		t.Errorf("recycle bin %s", list.raw)
	}
	for _, how := range []string{"/purge", "/erase"} { // neither without being an admin, nor by an admin who may not delete it
		manager.refused(403, "forbidden", "POST", record+how, object{})
		w.as("admin").refused(403, "forbidden", "POST", record+how, object{})
	}
	manager.must("POST", record+"/restore", object{})
	rep.must("PATCH", record, object{"data": object{"name": "back"}})
}

func TestLiveFormIsComputed(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	rep := w.as("rep.li")
	a := rep.must("POST", "/api/apps/b2b/forms/deal/evaluate", object{"data": object{"lines": []object{{"qty": 2, "price": money("100.10"), "off": "0.2"}}}})
	if a.str("data.amount.amount") != "160.16" || a.str("fields.discountReason.visible") != "true" || a.str("fields.discountReason.required") != "true" ||
		!strings.Contains(string(a.raw), `"/data/name"`) {
		t.Errorf("evaluate %s", a.raw)
	}
}

func TestOpenAPIDescribesTheInstalledForms(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	for _, c := range []struct {
		who  *client
		want bool
	}{{w.client(), false}, {w.as("rep.li"), true}} {
		a := c.who.must("GET", "/api/openapi.json", nil)
		if a.str("openapi") != "3.1.0" {
			t.Errorf("openapi %.200s", a.raw)
		}
		if got := strings.Contains(string(a.raw), `"b2b.deal"`); got != c.want {
			t.Errorf("the forms of b2b are described: %v, want %v", got, c.want)
		}
		var doc struct {
			Paths      map[string]map[string]json.RawMessage
			Components struct{ Schemas map[string]json.RawMessage }
		}
		if err := json.Unmarshal(a.raw, &doc); err != nil {
			t.Fatal(err)
		}
		if len(doc.Paths) < 60 || doc.Paths["/api/records/{id}"]["patch"] == nil {
			t.Errorf("%d paths", len(doc.Paths))
		}
		for _, ref := range strings.Split(string(a.raw), `"$ref":"#/components/schemas/`)[1:] {
			name, _, _ := strings.Cut(ref, `"`)
			if doc.Components.Schemas[name] == nil {
				t.Errorf("%s is referred to and not there", name)
			}
		}
	}
}

func TestStreamTellsWhoMayRead(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	li, chen := w.as("rep.li"), w.as("rep.chen")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	listen := func(c *client) *bufio.Scanner {
		req, err := http.NewRequestWithContext(ctx, "GET", w.http.URL+"/api/stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := c.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = res.Body.Close() })
		lines := bufio.NewScanner(res.Body)
		if !lines.Scan() || lines.Text() != "event: hello" {
			t.Fatalf("no hello: %q", lines.Text())
		}
		return lines
	}
	mine, theirs := listen(li), listen(chen)
	account := li.must("POST", "/api/apps/b2b/forms/account/records", object{"data": object{"name": "Acme"}}).str("id")
	deal := li.must("POST", "/api/apps/b2b/forms/deal/records", object{"data": object{"name": "Secret", "account": account}}).str("id")
	other := chen.must("POST", "/api/apps/b2b/forms/deal/records", object{"data": object{"name": "Other", "account": account}}).str("id")
	until := func(lines *bufio.Scanner, id string) (all string) {
		for lines.Scan() {
			if all += lines.Text() + "\n"; strings.Contains(lines.Text(), id) {
				return all
			}
		}
		t.Fatalf("never heard of %s: %s", id, all)
		return all
	}
	until(mine, deal)
	if heard := until(theirs, other); strings.Contains(heard, deal) || strings.Contains(heard, "Other") {
		t.Errorf("heard too much: %s", heard)
	}
}
