package process_test

import (
	"testing"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// Whom the rungs of a stage name is renamed with what it names.
func TestRenameFollowsStageLadders(t *testing.T) {
	t.Parallel()
	def, problems := process.Parse([]byte(`{"spec": "pipewright/1", "key": "shop", "name": "Shop", "languages": ["en"], "roles": [{"key": "rep", "name": "Rep"}, {"key": "boss", "name": "Boss"}],
		"forms": [{"key": "deal", "name": "Deal", "fields": [{"key": "helper", "type": "user"}]}],
		"processes": [{"key": "deal", "form": "deal", "name": "Deals", "start": "open", "stages": [
			{"key": "open", "name": "Open", "due": "P1D", "ladder": [{"after": "P2D", "do": "escalate", "to": [{"role": "boss"}]}, {"after": "P3D", "do": "transfer", "to": [{"field": "helper"}]}],
			 "idle": "P1D", "idleLadder": [{"after": "P2D", "do": "escalate", "to": [{"role": "boss"}, {"managerOf": "helper"}]}]},
			{"key": "done", "name": "Done", "end": "done"}], "transitions": [{"key": "end", "from": ["open"], "to": "done", "name": "End"}]}]}`))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for path, want := range map[string]int{"/roles/boss": 2, "/forms/deal/fields/helper": 2} {
		changed, uses, problems := process.Rename(def, path, "other")
		if len(problems) > 0 || len(uses) != want {
			t.Errorf("%s: %+v %v", path, uses, problems)
			continue
		}
		if _, problems := process.Compile(changed, nil, 0); rules.HasErrors(problems) {
			t.Errorf("%s: %v", path, problems)
		}
	}
}
