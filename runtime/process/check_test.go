package process

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pipewright/rules"
)

var update = flag.Bool("update", false, "write the golden files anew")

// standInCron stands in for the engine's parser: "never" never fires, four fields are wrong, anything else fires.
func standInCron(spec, zone string) ([]time.Time, error) {
	switch {
	case strings.Contains(spec, "30 2"):
		return nil, nil
	case len(strings.Fields(spec)) != 5:
		return nil, errors.New("five fields")
	}
	return []time.Time{time.Unix(0, 0)}, nil
}

func checkAll(data []byte) []rules.Problem {
	def, problems := Parse(data)
	if def == nil {
		return problems
	}
	_, more := Compile(def, nil, 0, Options{Cron: standInCron})
	return append(problems, more...)
}

func render(problems []rules.Problem) string {
	var b strings.Builder
	for _, p := range problems {
		fmt.Fprintf(&b, "%s %s %s", p.Severity, p.Code, p.Path)
		if p.Line > 0 {
			fmt.Fprintf(&b, " %d:%d", p.Line, p.Col)
		}
		fmt.Fprintf(&b, "\n  %s\n  %s\n", p.Message["zh-CN"], p.Message["en"])
		if p.Fix != nil {
			fmt.Fprintf(&b, "  fix: %s", p.Fix.Title["en"])
			for _, c := range p.Fix.Changes {
				fmt.Fprintf(&b, "; %s = %s", c.Path, c.Value)
				if c.Remove {
					b.WriteString("(removed)")
				}
			}
			b.WriteByte('\n')
		}
	}
	if b.Len() == 0 {
		return "no problems\n"
	}
	return b.String()
}

// differing lists the lines that only one of two texts has.
func differing(got, want string) string {
	var b strings.Builder
	for _, side := range []struct{ mark, in, other string }{{"+ ", got, want}, {"- ", want, got}} {
		for _, line := range strings.Split(side.in, "\n") {
			if !strings.Contains("\n"+side.other, "\n"+line+"\n") {
				b.WriteString(side.mark + line + "\n")
			}
		}
	}
	return b.String()
}

// unfilled is a place in a message that no value was given for.
var unfilled = regexp.MustCompile(`(^|[^{])\{[a-z]+\}`)

// TestCheckGolden compiles each definition in testdata/check and compares its problems, in order, with the file beside it.
func TestCheckGolden(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/check/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no definitions to check", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			problems := checkAll(data)
			for _, p := range problems {
				for _, lang := range rules.Languages {
					if p.Message[lang] == "" || unfilled.MatchString(p.Message[lang]) {
						t.Errorf("%s: message not whole in %s: %q", p.Path, lang, p.Message[lang])
					}
				}
			}
			got := render(problems)
			golden := strings.TrimSuffix(file, ".json") + ".txt"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("problems differ from %s:\n%s", golden, differing(got, string(want)))
			}
		})
	}
}
