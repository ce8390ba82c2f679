package server

import (
	"fmt"
	"testing"

	"pipewright/runtime/org"
)

// People are called by the names they go by.
func TestCalled(t *testing.T) {
	t.Parallel()
	users := []org.User{{ID: "wang", Name: "王敏", Active: true}, {ID: "wang2", Name: "王敏君", Active: true}, {ID: "li", Name: "Li", Active: true}, {ID: "lily", Name: "Lily Chen", Active: true},
		{ID: "gone", Name: "李雷"}, {ID: "a", Name: "张伟", Active: true}, {ID: "b", Name: "张伟", Active: true}, {ID: "none", Active: true}}
	for text, want := range map[string]string{
		"请@王敏看一下，@王敏君也看": "[wang wang2]", "@王敏，@王敏": "[wang]", "@Li: call @Lily Chen": "[li lily]", "@Liam, @Li3": "[]", "@李雷": "[]", "@张伟": "[]", "a@b.c @": "[]", "@Li看": "[li]",
	} {
		if got := fmt.Sprint(called(text, users)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// A note tells whom it calls by name, and whom it was told to call; a name that several have calls nobody by itself.
func TestNoteCallsByName(t *testing.T) {
	t.Parallel()
	w := open(t, true)
	admin := w.as("admin")
	admin.must("POST", "/api/apps/import", listsApp)
	admin.must("POST", "/api/apps/lists/publish", object{"acceptWarnings": true})
	admin.must("PATCH", "/api/users/rep.li", object{"roles": []string{"lists/member"}})
	rep := w.as("rep.li")
	id := rep.must("POST", "/api/apps/lists/forms/item/records", object{"data": object{"name": "x"}}).str("id")
	for i, body := range []object{{"text": "请@赵宁看一下"}, {"text": "hello", "mentions": []string{"fin.zhao", "nobody"}}} {
		rep.must("POST", "/api/records/"+id+"/notes", body)
		if n := w.as("fin.zhao").must("GET", "/api/notices", nil).len("items"); n != i+1 {
			t.Errorf("%v: %d notices", body, n)
		}
	}
	if n := w.as("rep.chen").must("GET", "/api/notices", nil).len("items"); n != 0 {
		t.Errorf("%d notices of one who was not called", n)
	}
}
