package process

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pipewright/forms"
)

var updateEvents = flag.Bool("update-events", false, "write a golden for event types that have none; existing ones never change")

// oneOfEach is a filled payload of every event type.
func oneOfEach() []Payload {
	at := time.Date(2026, 3, 2, 1, 2, 3, 4e6, time.UTC)
	stored := forms.Stored{"amount": map[string]any{"m": int64(123450), "c": "CNY"}, "n": int64(9007199254740993)}
	created := Created{App: "a", Form: "deal", Process: "deal", Owner: "u", Team: "t", Number: "N-1", Data: stored, Link: &Link{"R-1", "lead", "startedFrom"}}
	placed := Placed{Release: 4, Form: "deal", Process: "deal", Stage: "b", Entered: map[string]time.Time{"b": at}, DueAt: at, Checklist: map[string]Mark{"b.c": {"u", at}},
		Activities: map[string]Mark{"b.a": {"u", at}}, ActivityPeople: map[string]ActivityOpen{"b.a": {People: []string{"u"}, DueAt: at}}, Answers: map[string]map[string]Answer{"b.a": {"u": {At: at, Passed: true}}},
		Round:  &Round{N: 2, Chain: "c", Transition: "t", Initiator: "u", OpenedAt: at, Proposed: stored, Hash: "h", State: Running, Steps: []StepState{{Key: "s", State: Active, Slots: []Slot{{Person: "v", State: Open}}}}},
		Rounds: []RoundSummary{{N: 1, Chain: "c", State: Cancelled, OpenedAt: at, EndedAt: at, Hash: "h"}}, Timers: []Timer{{ID: "1|due", Kind: "due", At: at}}}
	return []Payload{
		created, Imported{Created: created, Stage: "won", Since: at, At: at, Closed: at}, Changed{Set: stored, Clear: []string{"x"}},
		Entered{From: "a", To: "b", Transition: "t", Entry: 2, Since: at, End: "won", Override: "why", Comment: "c"}, Ticked{"a.b", true},
		ActivityDone{"a.b", true}, ActivityOpened{Activity: "a.b", People: []string{"u"}, DueAt: at}, Assigned{"u", "t", "pick"}, Titled{"T"}, Numbered{"N-1"},
		RoundOpened{N: 1, Chain: "c", Transition: "t", Initiator: "u", Proposed: stored, Hash: "h", Guards: stored, Steps: []string{"s"}},
		StepEntered{Step: "s", Slots: []Slot{{Person: "u", State: Open}}}, StepEnded{"s", Passed, "r"}, SlotDecided{"s", 0, Approved, "h", "c", "r"},
		SlotsAdded{"s", []Slot{{Person: "v", State: Open, Reason: "due"}}}, SlotOpened{"s", 0}, Escalated{"s", []string{"m"}}, RoundBlocked{"r"},
		RoundVoided{"h", stored, []string{"amount"}}, RoundEnded{State: Passed, Reason: "r", Step: "s"}, TimersSet{Due: at, Add: []Timer{{ID: "1|due", Kind: "due", At: at}}, Remove: []string{"0|due"}},
		Reminded{Timer: "1|due", Kind: "due", To: []string{"u"}}, Urged{[]string{"u"}}, Noted{"text", []string{"u"}}, LinkAdded{Link{"R-2", "order", "started"}},
		Joined{[]Person{{"u", "cc"}}}, Picked{"s", []string{"u"}}, Copied{2, []string{"u"}}, ReadCopy{2}, Revealed{"phone1"}, PooledIn{"p", "release", "r"}, Claimed{"p", "u", "t"}, Held{"u", map[string]int{"p": 3}}, ReclaimNoticed{Pool: "p", Rule: 1, At: at}, Deleted{}, Restored{}, Purged{Erased: true}, Pressed{"call"},
		Left{[]Person{{"u", WhyCollaborator}}},
		ActivityAnswered{Activity: "a.b", Person: "u", Result: stored, Passed: true}, ActivityMoved{"a.b", "u", "v", "r"}, ActivityLate{"a.b", []string{"m"}}, StageLate{"due", []string{"m"}, true},
		Migrated{"m", 3, placed, stored, []string{"x"}}, Unmigrated{"m", 4, placed, stored, []string{"x"}},
		Rescheduled{Moved: []MovedTimer{{"1|due", at, Timer{ID: "1|due~7", Kind: "due", At: at, From: at}}}, Due: at, Activities: map[string]time.Time{"a.b": at}, Unknown: []int{2027}},
		Merged{"m", "R-2"}, Unmerged{"m"}, Absorbed{"m", "R-1", []string{"amount"}, stored, []Link{{"R-3", "order", "started"}}}, Unabsorbed{"m", "R-1", []Link{{"R-3", "order", "started"}}},
		Repointed{"m", "R-1", "R-2", []Cell{{Field: "f"}, {"lines", "lines.product", 3}}},
	}
}

// Old events are read for ever: each type has a golden that is written once and never edited.
func TestOldEventsAreReadForEver(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for i, p := range oneOfEach() {
		seen[p.Type()] = true
		e := Event{Seq: int64(i + 1), Rev: 1, At: time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), By: "u", Op: "op", Release: 3,
			Cause: Cause{Root: "op", Depth: 1, Automation: "a/b"}, Facts: []FactUsed{{"R-1", 7}}, Payload: p}
		now, err := json.MarshalIndent(e, "", "  ")
		if err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("testdata", "events", "v1", p.Type()+".json")
		golden, err := os.ReadFile(file)
		if os.IsNotExist(err) && *updateEvents {
			if err := os.WriteFile(file, append(now, '\n'), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		var back Event
		if err := json.Unmarshal(golden, &back); err != nil {
			t.Errorf("%s cannot be read any more: %v", p.Type(), err)
			continue
		}
		again, _ := json.MarshalIndent(back, "", "  ")
		if !bytes.Equal(bytes.TrimSpace(golden), again) {
			t.Errorf("%s reads differently now:\n%s\nwas\n%s", p.Type(), again, golden)
		}
	}
	for name := range payloads {
		if !seen[name] {
			t.Errorf("event type %s has no golden", name)
		}
	}
	var e Event
	if err := json.Unmarshal([]byte(`{"seq":1,"type":"nonsense","at":"2026-03-02T01:00:00Z","payload":{}}`), &e); err == nil {
		t.Error("an unknown event type was read")
	}
}
