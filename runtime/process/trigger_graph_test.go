package process_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// TestTriggerGraph: what sets off what, by which action, at once or later, and which of it goes round in a circle.
func TestTriggerGraph(t *testing.T) {
	t.Parallel()
	def, problems := process.Parse([]byte(`{"spec": "pipewright/1", "key": "x", "name": "X",
		"forms": [{"key": "f", "name": "F", "fields": [{"key": "n", "type": "number"}, {"key": "twice", "type": "number", "calc": "n * 2"}, {"key": "m", "type": "number"}, {"key": "day", "type": "date"}]},
			{"key": "g", "name": "G", "fields": [{"key": "n", "type": "number"}]}],
		"processes": [{"key": "p", "form": "f", "name": "P", "start": "a", "stages": [{"key": "a", "name": "A"}, {"key": "b", "name": "B", "due": "P3D"}, {"key": "c", "name": "C", "end": "done"}],
			"transitions": [{"key": "go", "name": "Go", "from": ["a"], "to": "b"}, {"key": "end", "name": "End", "from": ["b"], "to": "c"}]}],
		"automations": [
			{"key": "begin", "name": "", "on": {"created": "f"}, "do": [{"if": "n > 1", "then": [{"move": "go"}]}, {"start": {"form": "g"}}]},
			{"key": "moved", "name": "", "on": {"transition": "p.go"}, "do": [{"set": {"n": "n + 1"}}]},
			{"key": "left", "name": "", "on": {"stage": "p.a", "when": "left"}, "do": [{"stop": true}]},
			{"key": "late", "name": "", "on": {"due": "p.b"}, "do": [{"set": {"day": "today()"}}]},
			{"key": "day", "name": "", "on": {"date": "f.day"}, "do": [{"stop": true}]},
			{"key": "ping", "name": "", "on": {"updated": "f", "fields": ["twice"]}, "do": [{"http": {"url": "https://example.com/m", "into": {"m": "m"}}}]},
			{"key": "pong", "name": "", "on": {"updated": "f", "fields": ["m"]}, "do": [{"set": {"n": "m"}}]},
			{"key": "slow", "name": "", "on": {"created": "g"}, "do": [{"if": "n > 1", "then": [{"wait": "P1D"}]}, {"set": {"n": "1"}}]},
			{"key": "slower", "name": "", "on": {"updated": "g"}, "do": [{"wait": "P1D"}, {"set": {"n": "2"}}]},
			{"key": "off", "name": "", "off": true, "on": {"created": "g"}, "do": [{"stop": true}]}]}`))
	if rules.HasErrors(problems) {
		t.Fatal(problems)
	}
	app, _ := process.Compile(def, nil, 0)
	var got []string
	for _, e := range app.TriggerGraph() {
		line := fmt.Sprintf("%s → %s %s %s", e.From, e.To, e.What, strings.TrimPrefix(e.Path, "/automations/"+e.From))
		if e.Later {
			line += " later"
		}
		if e.Loop {
			line += " loop"
		}
		got = append(got, line)
	}
	want := []string{
		"begin → slow created /do/1",
		"begin → moved transition /do/0/then/0",
		"begin → late due /do/0/then/0 later",
		"begin → left left /do/0/then/0",
		"moved → ping updated /do/0",
		"late → day date /do/0 later",
		"ping → pong updated /do/0 loop",
		"pong → ping updated /do/0 loop",
		"slow → slower updated /do/1",
		"slower → slower updated /do/1 later",
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
