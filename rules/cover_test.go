package rules

import (
	"strings"
	"testing"
)

func TestUncovered(t *testing.T) {
	t.Parallel()
	env := &Env{Names: map[string]Type{"amount": Number, "discount": Number, "signed": Day, "agreed": Bool, "kind": OneOf("new", "old"), "name": Str}}
	for conditions, want := range map[string]string{
		"amount <= 10|amount > 10":                                         "covered",
		"amount < 10|amount > 10":                                          "amount = 10",
		"amount <= 10|amount > 10 and amount <= 50|amount > 60":            "amount 50 … 60",
		"10 >= amount|not (amount <= 10)":                                  "covered",
		"discount <= 0.1|discount <= 0.2 and amount < 5|discount > 0.2":    "discount 0.1 … 0.2; amount = 5",
		"kind == 'new'|kind in ['old']":                                    "covered",
		"kind == 'new'|agreed and kind == 'old'":                           "kind 'old'; agreed false",
		"signed < date('2026-01-01')|signed >= date('2026-01-02')":         "signed = 2026-01-01",
		"signed < date('2026-01-01')|signed > date('2025-12-31') or false": "covered",
		"name == 'x'|name != 'x'":                                          "covered",
		"name == 'x'":                                                      "name …",
		"round(amount) > 1":                                                "untold",
		"amount > discount":                                                "untold",
		"nope > 1":                                                         "untold",
		"true":                                                             "covered",
	} {
		example, found, told := Uncovered(strings.Split(conditions, "|"), env)
		got := "covered"
		switch {
		case !told:
			got = "untold"
		case found:
			got = example
		}
		if got != want {
			t.Errorf("%s: %s, want %s", conditions, got, want)
		}
	}
}
