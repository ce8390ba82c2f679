package process

import (
	"maps"
	"path/filepath"
	"slices"
	"testing"
)

// Nodes look for tasks and notices when an event of TellsPeople has come in: whatever brings one is among them.
func TestTellsPeople(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/scenario/*.json")
	if err != nil {
		t.Fatal(err)
	}
	told := map[string]bool{}
	for _, file := range files {
		app := loadApp(t, file)
		for i := range app.Def.Tests {
			s := newScenario(app, smallCompany{}, NewCoverage(), &app.Def.Tests[i], "")
			s.watch = func(events []Event, effects []Effect) {
				for _, x := range effects {
					if x.Kind == "task" || x.Kind == "notice" {
						told[events[x.Seq-events[0].Seq].Payload.Type()] = true
					}
				}
			}
			s.run()
		}
	}
	if len(told) < 10 {
		t.Errorf("few events told anybody: %v", told)
	}
	for _, kind := range slices.Sorted(maps.Keys(told)) {
		if !TellsPeople[kind] {
			t.Errorf("nobody on another node looks after %q", kind)
		}
	}
	for kind := range TellsPeople {
		if payloads[kind] == nil {
			t.Errorf("there is no event %q", kind)
		}
	}
}
