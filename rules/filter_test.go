package rules

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestParseFilter(t *testing.T) {
	t.Parallel()
	env := &Env{Names: map[string]Type{"amount": Number, "name": Str, "open": Bool, "me": Str, "owner": Str, "due": Day, "tags": ListOf(Str),
		"stage": OneOf("a", "b"), "account": RecordOf(map[string]Type{"name": Str}), "other": Number,
		"lines": TableOf(map[string]Type{"qty": Number, "product": Str, "client": RecordOf(map[string]Type{"id": Str}), "parts": Str})},
		Rules: map[string]Type{"bantYes": Number}}
	scope := &Scope{Names: map[string]any{"me": "u1"}, Now: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)}
	for _, c := range []struct{ src, want string }{
		{"amount > 1000", "cmp amount > 1000"},
		{"1000 <= amount", "cmp amount >= 1000"},
		{"amount > 0.1 + 0.2", "cmp amount > 0.3"},
		{"amount == 12345678901234.1234", "cmp amount == 12345678901234.1234"},
		{"amount > -5", "cmp amount > -5"},
		{"open", "name open"},
		{"not open", "not(name open)"},
		{"owner == me", "cmp owner == u1"},
		{"stage in ['a', 'b']", "in stage [a b]"},
		{"stage not in ['a']", "not(in stage [a])"},
		{"'x' in tags", "has tags x"},
		{"name contains '华' and name startsWith 'A'", "and(contains name 华, startsWith name A)"},
		{"name contains 'x' or open", "or(contains name x, name open)"},
		{"due == nil", "null due"},
		{"due != nil", "not(null due)"},
		{"due < today()", "cmp due < 2026-11-22"},
		{"account.name == 'Acme'", "cmp account.name == Acme"},
		{"true", "const true"},
		{"1 > 2", "const false"},
		{"bantYes > 3", "cmp bantYes > 3"},
		{"any(lines, .qty > 3)", "any(cmp #.qty > 3)"},
		{"open and any(lines, .product == 'x' and not (3 <= .qty) or open)", "and(name open, any(or(and(cmp #.product == x, not(cmp #.qty >= 3)), name open)))"},
		{"any(lines, .product in ['x', 'y'] and .client.id == me)", "any(and(in #.product [x y], cmp #.client.id == u1))"},
		{"not any(lines, .qty == nil)", "not(any(null #.qty))"},
		{"all(lines, .qty > 3)", "not(any(not(cmp #.qty > 3)))"},
		{"any(lines, true)", "any(const true)"},
		{"any(lines, .qty > amount)", "! query.unsupported 1:17"},
		{"any(lines, .qty > .qty)", "! query.unsupported 1:17"},
		{"any(lines, any(lines, .qty > 3))", "! query.unsupported 1:12"},
		{"any(filter(lines, .qty > 1), .qty > 3)", "! query.unsupported 1:1"},
		{"any(tags, # == 'x')", "! query.unsupported 1:1"},
		{"count(lines, .qty > 3) > 1", "! query.unsupported 1:24"},
		{"any(lines, .nope > 3)", "! expr.unknownName 1:13"},
		{"amount > other", "! query.unsupported 1:8"},
		{"amount * 2 > 5", "! query.unsupported 1:12"},
		{"upper(name) == 'X'", "! query.unsupported 1:13"},
		{"nope > 1", "! expr.unknownName 1:1"},
		{"amount", "! expr.type 1:1"},
		{"amount >", "! expr.syntax 1:9"},
		{strings.Repeat("(", 1_000_000), "! expr.limit 0:0"},
		{"", "! expr.syntax 1:1"},
	} {
		n, ps := ParseFilter(c.src, env, "me")
		got := ""
		if len(ps) > 0 {
			got = fmt.Sprintf("! %s %d:%d", ps[0].Code, ps[0].Line, ps[0].Col)
			if strings.HasPrefix(c.want, "! expr.limit") {
				got = "! " + ps[0].Code + " 0:0"
			}
		} else {
			got = showFilter(t, n, scope)
		}
		if got != c.want {
			t.Errorf("%.60q: %s, want %s", c.src, got, c.want)
		}
	}
}

func showFilter(t *testing.T, n *FilterNode, s *Scope) string {
	t.Helper()
	var out []string
	for _, p := range n.Parts {
		out = append(out, showFilter(t, p, s))
	}
	if out != nil {
		return n.Kind + "(" + strings.Join(out, ", ") + ")"
	}
	parts := []string{n.Kind}
	if len(n.Path) > 0 {
		parts = append(parts, strings.Join(n.Path, "."))
	}
	if n.Op != "" {
		parts = append(parts, n.Op)
	}
	if n.Value != nil {
		v, err := n.Value.Eval(s)
		if err != nil {
			t.Fatal(err)
		}
		parts = append(parts, fmt.Sprint(v))
	}
	return strings.Join(parts, " ")
}
