package rules

import (
	"strings"
	"testing"
)

// storyNames are the things of a small sales app: a deal with lines, a choice, an account, a table and a scorecard.
func storyNames() Names {
	option := func(text string) *Thing { return &Thing{Path: "option " + text} }
	status := &Thing{Path: "status", Of: option}
	fields := map[string]*Thing{"amount": {Path: "amount"}, "status": status}
	named := func(m map[string]*Thing) func(string) *Thing { return func(k string) *Thing { return m[k] } }
	fields["account"] = &Thing{Path: "account", Inside: named(map[string]*Thing{"lines": {Path: "quoted", Inside: named(map[string]*Thing{"qty": {Path: "quoted qty"}})}, "amount": {Path: "account amount"}, "status": status})}
	fields["lines"] = &Thing{Path: "lines", Inside: named(map[string]*Thing{"qty": {Path: "qty"}, "amount": {Path: "line amount"}, "status": status})}
	fields["old"] = &Thing{Inside: named(fields)}
	fields["tier"] = &Thing{Path: "tier", Inside: named(map[string]*Thing{"level": {Path: "level", Of: option}})}
	return Names{Bare: named(fields), Rule: named(map[string]*Thing{"tier": fields["tier"]})}
}

// shown writes what is found as key → path.
func shown(src string, ms []Mention) string {
	out := make([]string, len(ms))
	for i, m := range ms {
		out[i] = string([]rune(src)[m.From:m.To]) + "→" + m.Path
	}
	return strings.Join(out, "; ")
}

func TestMentions(t *testing.T) {
	t.Parallel()
	as := storyNames().Bare("status")
	for src, want := range map[string]string{
		"amount + 1":                               "amount→amount",
		"account.amount > amount":                  "account→account; amount→account amount; amount→amount",
		`account?.["amount"]`:                      "account→account; amount→account amount",
		"old.amount != amount":                     "amount→amount; amount→amount",
		"sum(lines, .qty * .amount)":               "lines→lines; qty→qty; amount→line amount",
		"max(lines, #.qty)":                        "lines→lines; qty→qty",
		"sum(filter(lines, .qty > 1), .qty)":       "lines→lines; qty→qty; qty→qty",
		"count(map(lines, .status), # == 'open')":  "lines→lines; status→status; open→option open",
		"lines[0].qty":                             "lines→lines; qty→qty",
		"status == 'open' or 'won' != status":      "status→status; open→option open; won→option won; status→status",
		"status in ['open', \"won\"]":              "status→status; open→option open; won→option won",
		"amount > 1 ? 'open' : 'won'":              "amount→amount; open→option open; won→option won",
		"status ?? 'open'":                         "status→status; open→option open",
		"upper('status') == 'open'":                "",
		"decide('tier').level == 'open'":           "tier→tier; level→level; open→option open",
		"same(lines, account.lines, ['qty', 'x'])": "lines→lines; account→account; lines→quoted; qty→qty; qty→quoted qty",
		"same(lines, lines, ['status'])":           "lines→lines; lines→lines; status→status",
		"tier.level in ['amount']":                 "tier→tier; level→level; amount→option amount",
		"1 < amount < 5":                           "amount→amount",
		"'中文' + status":                            "status→status",
		"(":                                        "",
	} {
		if got := shown(src, Mentions(src, storyNames(), as)); got != want {
			t.Errorf("%s: got %s, want %s", src, got, want)
		}
	}
}

func TestMentionsOfCellsAndTexts(t *testing.T) {
	t.Parallel()
	for src, want := range map[string]string{
		"== 'open' or == 'won'":                 "open→option open; won→option won",
		"'open'":                                "open→option open",
		"['open', 'won']":                       "open→option open; won→option won",
		"not in ['open']":                       "open→option open",
		"!= 'open' and amount > account.amount": "open→option open; amount→amount; account→account; amount→account amount",
		"":                                      "",
		"> 中":                                   "",
		"1..5":                                  "",
	} {
		if got := shown(src, CellMentions(src, "status", storyNames())); got != want {
			t.Errorf("%s: got %s, want %s", src, got, want)
		}
	}
	text := "总额 {{ amount }}，\n{{ sum(lines, .qty) }} }} {{ 'amount' }} {{ amount"
	ms := TemplateMentions(text, storyNames())
	if got, want := shown(text, ms), "amount→amount; lines→lines; qty→qty"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if ms[1].Line != 2 || ms[1].Col != 8 {
		t.Errorf("lines at %d:%d", ms[1].Line, ms[1].Col)
	}
	if got, want := Rewrite(text, ms, "amount", "总"), "总额 {{ 总 }}，\n{{ sum(lines, .qty) }} }} {{ 'amount' }} {{ amount"; got != want {
		t.Errorf("rewritten %q, want %q", got, want)
	}
}
