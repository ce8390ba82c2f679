package sandbox

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pipewright/runtime/engine"
	"pipewright/runtime/outbound"
	"pipewright/runtime/process"
)

func TestTimersAreNamedByTheirIDs(t *testing.T) {
	t.Parallel()
	for id, want := range map[string][2]string{
		"": {"", ""}, "3|due": {"due", ""}, "3|due|17": {"due", ""}, "3|idle|9": {"idle", ""}, "3|activity|call|1|20": {"activity", "call"}, "3|point|warn|20": {"point", "warn"},
		"date|renewal|4": {"date", "renewal"}, "r2|boss|12|0": {"step", "boss"}, "odd": {"", ""},
	} {
		if kind, key := timerOf(id); kind != want[0] || key != want[1] {
			t.Errorf("%q: %q %q, want %q", id, kind, key, want)
		}
	}
}

func TestTimeIsWrittenExactly(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[int]string{1: "PT1S", 60: "PT1M", 3600: "PT1H", 86400: "PT24H", 90*86400 + 61: "PT2160H1M1S"} {
		if got := inHours(seconds); got != want {
			t.Errorf("%d s: %s, want %s", seconds, got, want)
		}
	}
}

func TestTheClockNeverGoesBack(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)
	c := &clock{at: at}
	if c.to(at.Add(-time.Hour)); !c.now().Equal(at) {
		t.Errorf("it went back to %s", c.now())
	}
	if c.to(at.Add(time.Hour)); !c.now().Equal(at.Add(time.Hour)) {
		t.Errorf("it stands at %s", c.now())
	}
}

// A tray keeps the newest, counts the rest, cuts long texts between characters, and answers what it caught as done.
func TestTheTrayIsBounded(t *testing.T) {
	t.Parallel()
	tr := &tray{now: time.Now}
	long := strings.Repeat("长", maxText)
	for range maxCaught + 3 {
		if reply, err := tr.SendMail(t.Context(), outbound.Mail{To: []string{"a@example.com"}, Subject: "s", Text: long}); err != nil || reply == nil {
			t.Fatal(reply, err)
		}
	}
	if reply, err := tr.Send(t.Context(), outbound.Message{URL: "https://" + robotHost + "/?name=%E9%94%80%E5%94%AE+A%26B", Body: []byte(`{"text": "hi"}`)}); err != nil || reply.Status != 200 {
		t.Fatal(reply, err)
	}
	for range maxFired + 2 {
		tr.ran(engine.Ran{Kind: "tick"})
		tr.ran(engine.Ran{Kind: "show"}) // keeps the house in order, and does not show
	}
	caught, fired, sent, ran := tr.look()
	if len(caught) != maxCaught || sent != maxCaught+4 || len(fired) != maxFired || ran != maxFired+2 {
		t.Errorf("%d of %d caught, %d of %d fired", len(caught), sent, len(fired), ran)
	}
	if c := caught[0]; c.Kind != "robot" || c.To[0] != "销售 A&B" || c.Text != "hi" {
		t.Errorf("the newest is %+v", c)
	}
	if c := caught[1]; len(c.Text) > maxText+len("…") || !utf8.ValidString(c.Text) {
		t.Errorf("a long text is kept as %d bytes", len(c.Text))
	}
}

// What a scenario has no words for is refused, and what leaves nothing behind is passed over.
func TestCommandsAsSteps(t *testing.T) {
	t.Parallel()
	for _, c := range []process.Command{{Kind: process.Assign, Owner: "x"}, {Kind: process.Delete}, {Kind: process.Tick, Item: "a"}, {Kind: process.Move, Override: true},
		{Kind: process.Move, Owner: "x"}, {Kind: process.DecideSlot, Decision: "guess"}} {
		if _, ok := stepOf(&c); ok {
			t.Errorf("%s %+v is a step", c.Kind, c)
		}
	}
	if step, ok := stepOf(&process.Command{Kind: process.Note}); step != nil || !ok {
		t.Error("a note is a step")
	}
	step, ok := stepOf(&process.Command{Kind: process.DecideSlot, Decision: "addSign", Step: "boss", People: []string{"x"}, Position: "after"})
	if !ok || step.AddSign != "boss" || step.People[0] != "x" || step.Position != "after" {
		t.Errorf("adding somebody: %+v", step)
	}
}
