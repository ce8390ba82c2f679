package server

import (
	"encoding/json"
	"testing"

	"pipewright/rules"
)

// What a problem is about is told with it: the screen leads there.
func TestNotesNameTheOtherRecord(t *testing.T) {
	t.Parallel()
	p := rules.Errorf("/data/name", "unique.taken", rules.Plain("There is one"))
	other := p
	other.Record = "ACC-1"
	raw, err := json.Marshal(notes([]rules.Problem{p, other}))
	if want := `[{"path":"/data/name","code":"unique.taken","message":"There is one","severity":"error"},{"path":"/data/name","code":"unique.taken","message":"There is one","severity":"error","record":"ACC-1"}]`; err != nil || string(raw) != want {
		t.Errorf("%s %v", raw, err)
	}
}
