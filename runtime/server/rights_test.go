package server

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"pipewright/runtime/org"
	"pipewright/runtime/store"
)

// TestNobodyPointsToWhatHeMayNotRead: who knows the id of a record that he may not read learns nothing of it by choosing it in a reference, and
// does not get a record of his own to hang on it: as if there were none.
func TestNobodyPointsToWhatHeMayNotRead(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	li, chen := w.as("rep.li"), w.as("rep.chen")
	account := li.must("POST", "/api/apps/b2b/forms/account/records", object{"data": object{"name": "Acme"}}).str("id")
	deal := func(c *client, name string) string {
		return c.must("POST", "/api/apps/b2b/forms/deal/records", object{"data": object{"name": name, "account": account}}).str("id")
	}
	theirs, mine := deal(li, "Secret"), deal(chen, "Mine")
	quotes := "/api/apps/b2b/forms/quote/records"
	a := chen.refused(422, "stage.incomplete", "POST", quotes, object{"data": object{"name": "Offer", "deal": theirs, "account": account}})
	if !strings.Contains(string(a.raw), `"/data/deal"`) || !strings.Contains(string(a.raw), "reference.missing") || strings.Contains(string(a.raw), "Secret") {
		t.Errorf("a record that may not be read: %s", a.raw)
	}
	nowhere := chen.refused(422, "stage.incomplete", "POST", quotes, object{"data": object{"name": "Offer", "deal": "dea01ARZ3NDEKTSV4RRFFQ69G5FAV", "account": account}})
	if nowhere.str("error.details.0.code") != a.str("error.details.0.code") {
		t.Errorf("one that is not there: %s, one that is: %s", nowhere.raw, a.raw)
	}
	if a := chen.must("POST", "/api/apps/b2b/forms/quote/evaluate", object{"data": object{"name": "Offer", "deal": theirs, "account": account}}); strings.Contains(string(a.raw), "Secret") ||
		!strings.Contains(string(a.raw), "reference.missing") {
		t.Errorf("typing it tells what it is: %s", a.raw)
	}
	quote := chen.must("POST", quotes, object{"data": object{"name": "Offer", "deal": mine, "account": account}}).str("id")
	chen.refused(422, "field.invalid", "PATCH", "/api/records/"+quote, object{"data": object{"deal": theirs}})
	for _, how := range []object{{"data": object{"deal": theirs}, "comment": "x"}, {"data": object{"deal": theirs}, "comment": "x", "override": true}} {
		if a := chen.send("POST", "/api/records/"+quote+"/transitions/submit", how); a.status < 400 || strings.Contains(string(a.raw), "Secret") {
			t.Errorf("moved with it: %s", a.raw)
		}
	}
	if got := chen.must("GET", "/api/records/"+quote, nil).str("data.deal.id"); got != mine {
		t.Errorf("the quote hangs on %s", got)
	}
	// Where a reference stands already, what it points to may pass to somebody else: the rest of the record goes on being written.
	w.as("mgr.wang").must("PATCH", "/api/records/"+quote, object{"data": object{"deal": theirs}})
	chen.must("PATCH", "/api/records/"+quote, object{"data": object{"deal": theirs, "name": "Offer 2"}})
}

// TestNobodyGivesHimselfBackWhatWasTaken: roles that were taken away, and an account that was closed, on another node a moment ago stay so when the
// person changes something of his own here; and so does what another admin has just changed.
func TestNobodyGivesHimselfBackWhatWasTaken(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	li, admin := w.as("rep.li"), w.as("admin")
	li.must("GET", "/api/me", nil) // this node has read who is there, and does not look again within the second
	elsewhere := func(change func(u *org.User)) {
		t.Helper()
		doc, err := w.store.Get(t.Context(), "users", "rep.li")
		if err != nil {
			t.Fatal(err)
		}
		var u org.User
		if err := json.Unmarshal(doc.Body, &u); err != nil {
			t.Fatal(err)
		}
		change(&u)
		doc.Body, _ = json.Marshal(u)
		doc.Ver++
		if err := w.store.Replace(t.Context(), "users", doc, doc.Ver-1); err != nil {
			t.Fatal(err)
		}
	}
	stored := func() (u org.User) {
		t.Helper()
		doc, err := w.store.Get(t.Context(), "users", "rep.li")
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(doc.Body, &u); err != nil {
			t.Fatal(err)
		}
		return u
	}
	elsewhere(func(u *org.User) { u.Roles = nil })
	li.must("PATCH", "/api/me", object{"theme": "dark"})
	if u := stored(); len(u.Roles) != 0 || u.Theme != "dark" {
		t.Errorf("roles %v, theme %q", u.Roles, u.Theme)
	}
	elsewhere(func(u *org.User) { u.Active = false })
	li.must("PUT", "/api/me/notify", object{"digestAt": "08:00"})
	if u := stored(); u.Active || u.Notify == nil {
		t.Errorf("active %v, notify %v", u.Active, u.Notify)
	}
	doc, err := w.store.Get(t.Context(), "teams", "east")
	if err != nil {
		t.Fatal(err)
	}
	doc.Ver, doc.Body = doc.Ver+1, json.RawMessage(strings.Replace(string(doc.Body), `"manager":"mgr.wang"`, `"manager":"dir.sun"`, 1))
	if err := w.store.Replace(t.Context(), "teams", doc, doc.Ver-1); err != nil {
		t.Fatal(err)
	}
	if a := admin.must("PATCH", "/api/teams/east", object{"name": "East"}); a.str("manager") != "dir.sun" || a.str("name") != "East" {
		t.Errorf("what another admin changed of the team is lost: %s", a.raw)
	}
	admin.refused(409, "conflict", "POST", "/api/teams", object{"key": "east", "name": "Another"})
	elsewhere(func(u *org.User) { u.Team = "" })
	admin.must("PATCH", "/api/users/rep.li", object{"name": "Li"})
	if u := stored(); u.Team != "" || u.Name != "Li" || u.Active {
		t.Errorf("what another admin changed is lost: %+v", u)
	}
}

// TestPeopleInFieldsExist: a field for a person or a team takes those that there are. One who is gone stays where he stands.
func TestPeopleInFieldsExist(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", object{"spec": "pipewright/1", "key": "who", "name": "Who", "languages": []string{"en"}, "currency": "CNY", "timezone": "Asia/Shanghai",
		"roles": []object{{"key": "rep", "name": "Rep"}}, "forms": []object{{"key": "thing", "name": "Thing", "title": "{{ name }}",
			"fields": []object{{"key": "name", "type": "text", "name": "Name"}, {"key": "guide", "type": "user", "name": "Guide"}, {"key": "from", "type": "team", "name": "From"},
				{"key": "rich", "type": "richtext", "name": "Rich"}, {"key": "crew", "type": "table", "name": "Crew", "fields": []object{{"key": "who", "type": "user", "name": "Who"}}}},
			"grants": []object{{"role": "rep", "records": "all", "do": []string{"create", "read", "edit"}}}}}})
	admin.must("POST", "/api/apps/who/publish", object{"acceptWarnings": true})
	admin.must("PATCH", "/api/users/rep.li", object{"roles": []string{"who/rep"}})
	rep := w.as("rep.li")
	record := "/api/records/" + rep.must("POST", "/api/apps/who/forms/thing/records", object{"data": object{"name": "A", "guide": "rep.chen", "from": "east", "crew": []object{{"who": "rep.chen"}}}}).str("id")
	for field, wrong := range map[string]any{"guide": "nobody", "from": "nowhere", "crew": []object{{"who": "rep.chen"}, {"who": "nobody"}}} {
		a := rep.refused(422, "field.invalid", "PATCH", record, object{"data": object{field: wrong}})
		if !strings.HasPrefix(a.str("error.details.0.path"), "/data/"+field) || !strings.HasSuffix(a.str("error.details.0.code"), ".unknown") {
			t.Errorf("%s: %s", field, a.raw)
		}
	}
	rep.refused(400, "field.invalid", "PATCH", record, object{"data": object{"rich": "a\x00b"}})
}

// TestTitlesOfReferencesAreMasked: what a role may not see of a record is not read off references to it either (blind interviews).
func TestTitlesOfReferencesAreMasked(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	all := []string{"create", "read", "edit", "export"}
	admin.must("POST", "/api/apps/import", object{"spec": "pipewright/1", "key": "hire", "name": "Hire", "languages": []string{"en"}, "currency": "CNY", "timezone": "Asia/Shanghai",
		"roles": []object{{"key": "hr", "name": "HR"}, {"key": "panel", "name": "Panel"}, {"key": "desk", "name": "Desk"}},
		"forms": []object{
			{"key": "candidate", "name": "Candidate", "title": "{{ name }}", "fields": []object{{"key": "name", "type": "text", "name": "Name"}, {"key": "score", "type": "number", "name": "Score"}},
				"grants": []object{{"role": "hr", "records": "all", "do": all}, {"role": "panel", "records": "all", "do": []string{"read"}, "hide": []string{"name"}}}},
			{"key": "interview", "name": "Interview", "title": "{{ room }}", "fields": []object{{"key": "room", "type": "text", "name": "Room"}, {"key": "of", "type": "reference", "form": "candidate", "name": "Of", "filter": true, "list": true},
				{"key": "others", "type": "table", "name": "Others", "fields": []object{{"key": "peer", "type": "reference", "form": "candidate", "name": "Peer"}}}},
				"grants": []object{{"role": "hr", "records": "all", "do": all}, {"role": "panel", "records": "all", "do": all}, {"role": "desk", "records": "all", "do": all}}}},
		"tracking": []object{{"key": "status", "form": "candidate", "name": "Status", "fields": []string{"score"}, "expiry": "P30D"}},
		"reports":  []object{{"key": "each", "name": "Each", "form": "interview", "group": []object{{"by": "of"}}, "measures": []object{{"key": "n", "count": true}}}}})
	admin.must("POST", "/api/apps/hire/publish", object{"acceptWarnings": true})
	for user, role := range map[string]string{"rep.li": "hr", "rep.chen": "panel", "ops.wu": "desk"} {
		admin.must("PATCH", "/api/users/"+user, object{"roles": []string{"hire/" + role}})
	}
	hr := w.as("rep.li")
	candidate := hr.must("POST", "/api/apps/hire/forms/candidate/records", object{"data": object{"name": "Veiled", "score": "1"}}).str("id")
	interview := hr.must("POST", "/api/apps/hire/forms/interview/records", object{"data": object{"room": "R1", "of": candidate, "others": []object{{"peer": candidate}}}}).str("id")
	hr.must("PATCH", "/api/records/"+interview, object{"data": object{"room": "R2"}})
	// Nor does who designs see in a page of his draft what his role hides.
	draft := admin.must("GET", "/api/apps/hire/draft", nil).get("definition").(map[string]any)
	page := draft["tracking"].([]any)[0].(map[string]any)
	page["fields"], page["message"] = []string{"name", "score"}, "For {{ name }}"
	for role, told := range map[string]bool{"hr": true, "panel": false} {
		admin.must("PATCH", "/api/users/admin", object{"roles": []string{"hire/" + role}})
		a := admin.must("POST", "/api/apps/hire/preview-paper", object{"tracking": "status", "record": candidate, "definition": draft})
		if strings.Contains(string(a.raw), "Veiled") != told || !strings.Contains(string(a.raw), `"1"`) {
			t.Errorf("as %s a page of a draft: %s", role, a.raw)
		}
	}
	for user, told := range map[string]bool{"rep.li": true, "rep.chen": false, "ops.wu": true} { // who has no right there at all is told what the field shows
		c := w.as(user)
		for what, a := range map[string]answer{
			"record":   c.must("GET", "/api/records/"+interview, nil),
			"list":     c.must("GET", "/api/apps/hire/forms/interview/records", nil),
			"report":   c.must("GET", "/api/apps/hire/reports/each", nil),
			"timeline": c.must("GET", "/api/records/"+interview+"/events", nil),
			"file":     c.must("POST", "/api/apps/hire/forms/interview/export", object{"format": "csv"}),
			"a moment": c.must("GET", "/api/records/"+interview+"/at?seq=1", nil),
		} {
			if strings.Contains(string(a.raw), "Veiled") != told {
				t.Errorf("%s: the %s tells the name: %v", user, what, !told)
			}
		}
		typed := c.must("POST", "/api/apps/hire/forms/interview/evaluate", object{"data": object{"room": "R3", "of": candidate}})
		if strings.Contains(string(typed.raw), "Veiled") != (user == "rep.li") {
			t.Errorf("%s: typing it: %s", user, typed.raw)
		}
	}
}

// TestAddressesOfOthersAreForAdmins: the list of people is for everybody, where to reach them privately is not; a lost race is no fault of the server.
func TestAddressesOfOthersAreForAdmins(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin, li := w.as("admin"), w.as("rep.li")
	for _, user := range []string{"rep.li", "rep.chen"} {
		admin.must("PATCH", "/api/users/"+user, object{"email": user + "@example.com", "phone": "13900000001"})
	}
	for c, want := range map[*client][]string{li: {"rep.li@example.com"}, admin: {"rep.li@example.com", "rep.chen@example.com"}} {
		a := c.must("GET", "/api/users", nil)
		if n := strings.Count(string(a.raw), "@example.com"); n != len(want) || strings.Count(string(a.raw), "13900000001") != n {
			t.Errorf("%d addresses, want %v: %s", n, want, a.raw)
		}
	}
	g, _ := gin.CreateTestContext(httptest.NewRecorder())
	g.Request = httptest.NewRequest("POST", "/api/me/totp", nil)
	if status, out := w.server.told(g, nil, fmt.Errorf("server: %w", store.ErrConflict)); status != 409 || out.Error.Code != "conflict" {
		t.Errorf("a lost race: %d %+v", status, out)
	}
}

// TestSmallTokensOfAdminsAreNoAdmins: an admin's token that is not for administration does not do an admin's things on routes that are for everybody.
func TestSmallTokensOfAdminsAreNoAdmins(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("b2b")
	admin, li, program := w.as("admin"), w.as("rep.li"), w.client()
	admin.must("PATCH", "/api/users/admin", object{"roles": []string{"b2b/vp"}})
	small, _ := admin.token("write", 1)
	whole, _ := admin.token("admin", 1)
	view := "/api/apps/b2b/forms/deal/views/" + li.must("POST", "/api/apps/b2b/forms/deal/views", object{"name": "Mine", "shared": true, "look": object{"q": "x"}}).str("id")
	target := object{"what": "amount", "items": []object{{"subject": "user:rep.li", "month": "2028-12", "value": "1000.00"}}}
	program.refused(403, "forbidden", "PUT", view, object{"name": "Theirs", "shared": true, "look": object{}}, small...)
	program.refused(403, "forbidden", "PUT", "/api/apps/b2b/forecast/deal", target, small...)
	program.refused(403, "forbidden", "GET", "/api/apps/b2b/forms/account/duplicates", nil, small...)
	program.must("PUT", view, object{"name": "Theirs", "shared": true, "look": object{}}, whole...)
	program.must("PUT", "/api/apps/b2b/forecast/deal", target, whole...)
	program.must("GET", "/api/apps/b2b/forms/account/duplicates", nil, whole...)
	program.must("PUT", "/api/me/notify", object{"digestAt": "08:00"}, small...)
	admin.must("GET", "/api/apps/b2b/draft", nil) // he is one still
}
