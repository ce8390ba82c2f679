package engine

import (
	"testing"

	"pipewright/runtime/process"
)

// Every way of finding people has words of its own.
func TestWhoText(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	v := &View{App: w.defs["b2b"][0], Form: w.defs["b2b"][0].Forms["deal"]}
	dir, err := w.e.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for want, who := range map[string]process.Who{
		"the person li":                             {User: "li"},
		"the manager of the owner, level 1":         {ManagerOf: "owner"},
		"the manager of whoever submitted, level 2": {ManagerOf: "initiator", Level: 2},
		"every manager of the owner up to level 3":  {ManagerOf: "owner", UpTo: 3},
		"whom the one who submitted picked":         {Pick: "initiator"},
		"whom the approver before picked":           {Pick: "previous", From: process.Whos{{Role: "finance"}}},
		"the rule tier":                             {Decide: "tier"},
		"the formula me":                            {Expr: "me"},
	} {
		if got := whoText(v, who, called(dir)).In("en"); got != want {
			t.Errorf("%+v: %q, want %q", who, got, want)
		}
	}
}
