package server

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// sampleCompany are the people of the sample company, who hold every role of the template among them.
var sampleCompany = []string{"admin", "rep.li", "rep.chen", "mgr.wang", "dir.sun", "fin.zhao", "legal.qian", "cfo.he", "ops.wu"}

// gate is a hard gate of the retail template: records stand right before it without what it asks for.
type gate struct {
	form, id string
	// at is the stage it stands in, behind those that the gate keeps shut, and doors the transitions that would go there.
	at     string
	behind []string
	doors  []string
	// evidence are fields that only the gate's own step may write, with a value that would open it.
	evidence object
	// again makes a record of the form as anybody could, for the paths that begin with one.
	again object
}

// TestRetailGates: delivery does not start before the cashier is done, and shelves are not filled before the receipt is accepted, by
// any path: screen, API, override, many at once, import, automation. The records were brought right before the gate by an
// installer's hand, which is nearer than any path of the product gets without passing it.
func TestRetailGates(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	w.install("retail")
	admin := w.as("admin")

	// An automation that goes through the gate is published, as an admin who does not know better might.
	shown := admin.must("GET", "/api/apps/retail/draft", nil)
	var draft struct{ Definition map[string]any }
	if err := json.Unmarshal(shown.raw, &draft); err != nil {
		t.Fatal(err)
	}
	def := draft.Definition
	for _, b := range []struct{ key, form, move string }{{"forceDelivery", "delivery", "dispatch"}, {"forceShelf", "receiving", "stored"}} {
		def["automations"] = append(def["automations"].([]any), map[string]any{"key": b.key, "name": b.key, "on": map[string]any{"button": "Force", "form": b.form},
			"do": []any{map[string]any{"move": b.move}}})
	}
	admin.must("PUT", "/api/apps/retail/draft", def, "If-Match", shown.header.Get("ETag"))
	admin.must("POST", "/api/apps/retail/publish", object{"acceptWarnings": true})

	lines := `[{"stock": "k11", "qty": "2", "price": {"amount": "14.50", "currency": "CNY"}, "picked": "2", "received": "2", "accepted": "2", "shelf": "A1"}]`
	strip := func(keep ...string) string {
		var rows []map[string]any
		if err := json.Unmarshal([]byte(lines), &rows); err != nil {
			t.Fatal(err)
		}
		for k := range rows[0] {
			if !strings.Contains(strings.Join(keep, " "), k) {
				delete(rows[0], k)
			}
		}
		out, _ := json.Marshal(rows)
		return string(out)
	}
	var whole struct {
		Records []json.RawMessage `json:"records"`
	}
	tpl, err := w.server.Designer.Template("retail")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(tpl.Sample, &whole); err != nil {
		t.Fatal(err)
	}
	whole.Records = append(whole.Records,
		json.RawMessage(`{"ref": "gateD", "form": "delivery", "stage": "pack", "owner": "rep.li", "data": {"store": "h1", "customer": "Gate", "phone": "13900009999",
			"address": "1 Gate St", "parcels": "1", "lines": `+strip("stock", "qty", "price", "picked")+`}}`),
		json.RawMessage(`{"ref": "gateR", "form": "receiving", "stage": "store", "owner": "rep.chen", "data": {"store": "h1", "purchase": "o2", "supplier": "sb",
			"receivedBy": "rep.chen", "lines": `+strip("stock", "qty", "price", "received", "accepted", "shelf")+`}}`))
	sample, _ := json.Marshal(whole)
	if _, err := w.server.Engine.ImportSample(t.Context(), "admin", "retail", sample); err != nil {
		t.Fatal(err)
	}
	find := func(user, form, where string) string {
		t.Helper()
		a := w.as(user).must("GET", "/api/apps/retail/forms/"+form+"/records?limit=200&where="+where, nil)
		if a.len("items") == 0 {
			t.Fatalf("%s sees no %s where %s", user, form, where)
		}
		return a.str("items.0.id")
	}
	gates := []gate{
		{form: "delivery", id: find("rep.li", "delivery", `customer%20==%20'Gate'`), at: "pack", behind: []string{"deliver", "signed", "done"}, doors: []string{"dispatch", "arrived", "rated"},
			evidence: object{"cashedAt": "2026-11-23T02:00:00Z", "cashedBy": "rep.li"}, again: object{"customer": "New", "phone": "13900009998", "address": "2 Gate St"}},
		{form: "receiving", id: find("mgr.wang", "receiving", `stage%20==%20'store'`), at: "store", behind: []string{"shelve", "match", "done"}, doors: []string{"stored", "shelved", "matched", "matchAnyway"},
			evidence: object{"acceptedAt": "2026-11-23T02:00:00Z", "acceptedBy": "mgr.wang"}, again: object{}},
	}
	for _, g := range gates {
		stage := func() string {
			t.Helper()
			return w.as("mgr.wang").must("GET", "/api/records/"+g.id, nil).str("stage")
		}
		held := func(path string) {
			t.Helper()
			if got := stage(); got != g.at {
				t.Fatalf("%s: by %s the record got to %q", g.form, path, got)
			}
		}
		for _, user := range sampleCompany {
			c := w.as(user)
			if g.form == "delivery" {
				c.send("POST", "/api/records/"+g.id+"/checklist/checked", object{"done": true})
			}
			// What the gate looks at is written by its own step alone.
			for field, value := range g.evidence {
				if a := c.send("PATCH", "/api/records/"+g.id, object{"data": object{field: value}}); a.status < 400 {
					t.Errorf("%s: %s may write %s: %.300s", g.form, user, field, a.raw)
				}
			}
			for _, door := range g.doors {
				path := "/api/records/" + g.id + "/transitions/" + door
				for name, body := range map[string]object{
					"screen": {}, "API with the evidence": {"data": g.evidence}, "override": {"override": true, "comment": "hurry"},
					"override with the evidence": {"override": true, "comment": "hurry", "data": g.evidence},
				} {
					if a := c.send("POST", path, body); a.status < 400 {
						t.Errorf("%s: %s took %s by %s: %.300s", g.form, user, door, name, a.raw)
					}
				}
			}
			held("transitions of " + user)

			// Nor do many at once: what is refused alone is refused among others, and so is the evidence.
			for name, body := range map[string]object{
				"the doors": {"do": "move", "transition": g.doors[0], "items": []object{{"id": g.id}}}, "the doors with the evidence": {"do": "move", "transition": g.doors[0], "data": g.evidence, "items": []object{{"id": g.id}}},
				"the evidence": {"do": "edit", "data": g.evidence, "items": []object{{"id": g.id}}},
			} {
				if a := c.send("POST", "/api/apps/retail/forms/"+g.form+"/bulk", body, "Idempotency-Key", g.form+user+name); a.status < 400 && a.get("items.0.ok") == true {
					t.Errorf("%s: %s passed %s, many at once: %.300s", g.form, user, name, a.raw)
				}
			}
			held("many at once of " + user)

			// A record cannot begin behind the gate, nor with its evidence.
			again := object{}
			for k, v := range g.again {
				again[k] = v
			}
			for k, v := range g.evidence {
				again[k] = v
			}
			for _, body := range []object{{"data": again}, {"data": g.again, "stage": g.behind[0]}} {
				if a := c.send("POST", "/api/apps/retail/forms/"+g.form+"/records", body); a.status < 400 {
					got := c.must("GET", "/api/records/"+a.str("id"), nil)
					for field := range g.evidence {
						if got.get("data."+field) != nil {
							t.Errorf("%s: %s made a record with %s", g.form, user, field)
						}
					}
					for _, b := range g.behind {
						if got.str("stage") == b {
							t.Errorf("%s: %s made a record in %s", g.form, user, b)
						}
					}
				}
			}
			// Nobody may import such records: an import runs no gates.
			for _, b := range g.behind {
				if a := c.send("POST", "/api/apps/retail/forms/"+g.form+"/import?name=gate.csv", fmt.Sprintf("number,stage\n1,%s\n", b), "Content-Type", "application/octet-stream"); a.status != 403 {
					t.Errorf("%s: %s may import: %d %.300s", g.form, user, a.status, a.raw)
				}
			}
		}
		// The automation meets the gate like everybody else.
		button := map[string]string{"delivery": "forceDelivery", "receiving": "forceShelf"}[g.form]
		w.as("mgr.wang").must("POST", "/api/records/"+g.id+"/buttons/"+button, nil)
		for n := 1; n > 0; {
			var err error
			if n, err = w.server.Engine.RunDue(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		held("an automation")
		runs := admin.must("GET", "/api/automations/retail/"+button+"/runs", nil)
		if !strings.Contains(string(runs.raw), "stage.incomplete") {
			t.Errorf("%s: the automation's log does not say why: %.600s", g.form, runs.raw)
		}
	}
}
