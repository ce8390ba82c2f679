package live

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// openRules opens a form of a number, a text, and a field for each expression, with named rules.
func openRules(t *testing.T, d *Desk, hidden []string, defs []object, calcs ...string) (int, Reach) {
	t.Helper()
	fields := []object{{"key": "n", "type": "number"}, {"key": "t", "type": "text"}}
	for i, calc := range calcs {
		fields = append(fields, object{"key": fmt.Sprintf("c%d", i), "type": "number", "scale": 6, "calc": calc})
	}
	return opened(t, d, must(object{"app": object{"key": "a", "rules": defs, "forms": []object{{"key": "f", "name": "f", "fields": fields}}}, "form": "f", "hidden": hidden}))
}

func expression(key, value string) object {
	return object{"key": key, "kind": "expression", "form": "f", "type": "number", "value": value}
}

func TestRulesBeyondReach(t *testing.T) {
	t.Parallel()
	defs := []object{expression("plain", "n * 2"), expression("onTop", "plain + 1"), expression("masked", "len(t)"), expression("onMasked", "masked + plain"), expression("staged", "idleDays"),
		expression("selfish", "selfish + 1"), expression("ping", "pong"), expression("pong", "ping"), expression("days", "workdays(today(), today())"), expression("broken", "n +"),
		{"key": "other", "kind": "expression", "form": "g", "type": "number", "value": "1"}, {"key": "odd", "kind": "oracle", "form": "f"}}
	names := []string{"plain", "onTop", "masked", "onMasked", "staged", "selfish", "ping", "days", "broken", "other", "odd"}
	_, reach := openRules(t, &Desk{}, []string{"t"}, defs, names...)
	if got := strings.Join(reach.Values, " "); got != "c0 c1" {
		t.Errorf("computed here: %s", got)
	}
	if got := strings.Join(reach.Server, " "); got != "c10 c2 c3 c4 c5 c6 c7 c8 c9 t" {
		t.Errorf("left to the server: %s", got)
	}
	// With nothing masked, what reads the text is computed here as well.
	if _, reach = openRules(t, &Desk{}, nil, defs, names...); !slices.Contains(reach.Values, "c3") {
		t.Errorf("computed here: %v", reach.Values)
	}
}

// Rules that each run the next twice double the work at every step; a chain of them ends in a problem after 20,000 runs, and one deeper than 64
// is not run here at all.
func TestRulesThatRunRules(t *testing.T) {
	t.Parallel()
	chain := func(n int, step string) []object {
		defs := []object{expression("r0", "n")}
		for i := range n {
			defs = append(defs, expression(fmt.Sprintf("r%d", i+1), strings.ReplaceAll(step, "r", fmt.Sprintf("r%d", i))))
		}
		return defs
	}
	for _, c := range []struct {
		deep       int
		step, want string
	}{{5, "r + r", `"96"`}, {50, "r + r", "expr.limit"}, {50, "r + 1 / (n - n)", "expr.divideByZero"}, {63, "r + 1", `"66"`}, {64, "r + 1", "server"}, {5000, "r + 1", "server"}} {
		d := &Desk{}
		id, reach := openRules(t, d, nil, chain(c.deep, c.step), fmt.Sprintf("r%d", c.deep))
		got := "server"
		if len(reach.Values) > 0 {
			var a Answer
			if err := json.Unmarshal([]byte(answer(t, d, id, must(object{"new": object{"n": "3"}, "now": "2026-11-22T16:00:00Z"}))), &a); err != nil {
				t.Fatal(err)
			}
			if got = string(a.Data["c0"]); len(a.Problems) > 0 {
				got = a.Problems[0].Code + " " + a.Problems[0].Message["en"]
			}
		}
		if !strings.Contains(got, c.want) && !(strings.HasPrefix(c.want, "expr.") && strings.HasPrefix(got, "expr.failed")) {
			t.Errorf("%d × %s: %s, want %s", c.deep, c.step, got, c.want)
		}
		if len(got) > 2000 {
			t.Errorf("%d × %s: a problem of %d characters", c.deep, c.step, len(got))
		}
	}
}
