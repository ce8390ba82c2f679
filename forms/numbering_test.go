package forms

import (
	"strings"
	"testing"

	"pipewright/rules"
)

func TestNumbering(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ pattern, reset, want string }{
		{"SJ{yyyyMMdd}-{seq:4}", "daily", ""},
		{"{yyMM}{seq}", "monthly", ""},
		{"{yyyy-MM}/{seq:12}", "yearly", ""},
		{"A{seq:3}", "", ""},
		{"A{seq:3}", "daily", "The sequence begins anew (daily), so the pattern needs that date, such as {yyyyMMdd}, or numbers would repeat"},
		{"A{yyyyMM}{seq:3}", "daily", "The sequence begins anew (daily), so the pattern needs that date, such as {yyyyMMdd}, or numbers would repeat"},
		{"A{yyyy}", "", "A numbering pattern needs one sequence such as {seq:4}; this has 0"},
		{"{seq}{seq}", "", "A numbering pattern needs one sequence such as {seq:4}; this has 2"},
		{"{seq:99999999}", "", "“{seq:99999999}” cannot stand in a numbering pattern. Use dates such as {yyyyMMdd} or {yyMM}, and {seq:4} for a sequence of 4 digits"},
		{"{}{seq}", "", "“{}” cannot stand in a numbering pattern. Use dates such as {yyyyMMdd} or {yyMM}, and {seq:4} for a sequence of 4 digits"},
		{"{hh}{seq}", "", "“{hh}” cannot stand in a numbering pattern. Use dates such as {yyyyMMdd} or {yyMM}, and {seq:4} for a sequence of 4 digits"},
		{"{seq", "", "In the numbering pattern a “{” has no “}” after it"},
		{"A}{seq}", "", "In the numbering pattern a “}” has no “{” before it"},
		{strings.Repeat("A", 60) + "{seq}", "", "A numbering pattern has at most 60 characters"},
	} {
		w := testWorld([]Form{{Key: "f", Name: rules.Plain("F"), Number: &Numbering{Pattern: c.pattern, Reset: c.reset}}}, nil)
		_, ps := Compile(w.Forms["f"], w, nil, "/forms/f")
		got := ""
		for _, p := range ps {
			got += p.Message.In("en")
		}
		if got != c.want {
			t.Errorf("%s %s: got %q, want %q", c.pattern, c.reset, got, c.want)
		}
	}
}
