package templates

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/rules/strict"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
)

var update = flag.Bool("update", false, "write the files of definitions in canonical form")

func fiveFields(spec, zone string) ([]time.Time, error) {
	if len(strings.Fields(spec)) != 5 {
		return nil, errors.New("five fields")
	}
	return []time.Time{time.Unix(0, 0)}, nil
}

func compiled(t *testing.T, tpl Template) *process.App {
	t.Helper()
	def, problems := process.Parse(tpl.Definition)
	if def == nil {
		t.Fatal(problems)
	}
	app, more := process.Compile(def, nil, 1, process.Options{Cron: fiveFields})
	problems = append(problems, more...)
	problems = append(problems, access.Check(app)...)
	for _, p := range problems {
		t.Errorf("%s %s %s %d:%d: %s", p.Severity, p.Code, p.Path, p.Line, p.Col, p.Message["en"])
	}
	return app
}

func each(t *testing.T, check func(*testing.T, Template)) {
	t.Parallel()
	for _, tpl := range All() {
		t.Run(tpl.Key, func(t *testing.T) {
			t.Parallel()
			check(t, tpl)
		})
	}
}

// TestNoWarning: a template passes the checker without a single problem, and is written in the canonical form.
func TestNoWarning(t *testing.T) {
	each(t, func(t *testing.T, tpl Template) {
		app := compiled(t, tpl)
		if app.Def.Key != tpl.Key {
			t.Errorf("the app's key is %q", app.Def.Key)
		}
		names, _ := filepath.Glob(tpl.Key + "/processes/*.json")
		for _, name := range append(names, tpl.Key+"/app.json") {
			canonicalFile(t, name)
		}
	})
}

// TestFolders: every template goes into the files of a folder and comes back without a difference, and the files come back as they were.
func TestFolders(t *testing.T) {
	each(t, func(t *testing.T, tpl Template) {
		def, _ := process.Parse(tpl.Definition)
		files, err := process.Split(def, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(def.Processes) > 1 && len(files) < 2 {
			t.Error("an app of several processes is one file")
		}
		back, wrong := process.ParseFolder(files)
		if len(wrong) > 0 {
			t.Fatal(wrong)
		}
		if text, err := process.Format(back); err != nil || !bytes.Equal(text, tpl.Definition) {
			t.Errorf("the app came back otherwise: %v", err)
		}
		again, err := process.Split(back, nil)
		if err != nil || len(again) != len(files) {
			t.Fatal(len(again), err)
		}
		for i := range files {
			if again[i].Name != files[i].Name || !bytes.Equal(again[i].Text, files[i].Text) {
				t.Errorf("%s came back otherwise", files[i].Name)
			}
		}
	})
}

// canonicalFile holds one file of a template, app.json or a part, to the canonical form. No problem of its shape goes unseen here.
func canonicalFile(t *testing.T, name string) {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var canonical []byte
	var problems []rules.Problem
	if filepath.Base(name) == "app.json" {
		var def *process.Definition
		def, problems = process.Parse(raw)
		canonical, err = process.Format(def)
	} else {
		var part *process.Part
		part, problems = process.ParsePart(raw)
		canonical, err = process.FormatPart(part)
	}
	for _, p := range problems {
		t.Errorf("%s: %s %s: %s", name, p.Code, p.Path, p.Message["en"])
	}
	switch {
	case err != nil:
		t.Error(err)
	case *update && len(problems) == 0:
		if err := os.WriteFile(name, canonical, 0o644); err != nil {
			t.Error(err)
		}
	case !bytes.Equal(canonical, raw):
		t.Errorf("%s is not in the canonical form; run this test with -update", name)
	}
}

// TestLanguages: every text is there in all three languages.
func TestLanguages(t *testing.T) {
	each(t, func(t *testing.T, tpl Template) {
		def, _ := process.Parse(tpl.Definition)
		if strings.Join(def.Languages, " ") != strings.Join(rules.Languages, " ") {
			t.Errorf("languages are %v", def.Languages)
		}
		var whole map[string]any
		if err := json.Unmarshal(tpl.Definition, &whole); err != nil {
			t.Fatal(err)
		}
		delete(whole, "tests")
		plainTexts(t, "", whole)
	})
}

// plainTexts reports texts that people read and that are written in one language only.
func plainTexts(t *testing.T, path string, v any) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for i, x := range v {
			plainTexts(t, fmt.Sprintf("%s/%d", path, i), x)
		}
	case map[string]any:
		for k, x := range v {
			if s, plain := x.(string); plain && slices.Contains([]string{"name", "help", "goal", "script", "message", "text", "confirm", "group", "subject", "body"}, k) && !strings.HasSuffix(path, "/with") &&
				!strings.HasSuffix(path, "/mail") {
				t.Errorf("%s/%s is written in one language only: %s", path, k, s)
			}
			plainTexts(t, path+"/"+k, x)
		}
	}
}

// TestScenarios runs a template's own scenarios, which walk every transition, approval step and automation.
func TestScenarios(t *testing.T) {
	each(t, func(t *testing.T, tpl Template) {
		app := compiled(t, tpl)
		results, cov := process.RunTests(app, access.SampleWorld(app))
		for _, r := range results {
			for _, p := range r.Problems {
				t.Errorf("%s: %s: %s", r.Name, p.Path, p.Message["en"])
			}
		}
		for _, kind := range cov.Of(app) {
			if kind.Kind == "rows" {
				continue
			}
			for _, name := range kind.Missed() {
				t.Errorf("no scenario walks %s %s", kind.Kind, name)
			}
		}
	})
}

type sampleFile struct {
	Records []sampleRecord `json:"records"`
	Plans   []samplePlan   `json:"plans"`
	Rates   []sampleRate   `json:"rates"`
}

type sampleRate struct {
	From string          `json:"from"`
	To   string          `json:"to"`
	Rate decimal.Decimal `json:"rate"`
}

type samplePlan struct {
	Process string   `json:"process"`
	What    string   `json:"what"`
	Subject string   `json:"subject"`
	From    int      `json:"from"`
	Values  []string `json:"values"`
	Reason  string   `json:"reason"`
	By      string   `json:"by"`
}

type sampleRecord struct {
	Ref     string                     `json:"ref"`
	Form    string                     `json:"form"`
	Data    map[string]json.RawMessage `json:"data"`
	Stage   string                     `json:"stage,omitempty"`
	Since   string                     `json:"since,omitempty"`
	Owner   string                     `json:"owner,omitempty"`
	Created string                     `json:"created,omitempty"`
	Closed  string                     `json:"closed,omitempty"`
	Do      string                     `json:"do,omitempty"`
}

// TestSamples: the sample data fits the forms, refers only to records before, and stands in stages there are.
func TestSamples(t *testing.T) {
	each(t, func(t *testing.T, tpl Template) {
		app := compiled(t, tpl)
		var file sampleFile
		if problems := strict.Decode(tpl.Sample, &file); len(problems) > 0 {
			t.Fatal(problems)
		}
		seen := map[string]string{}
		for _, r := range file.Records {
			form := app.Forms[r.Form]
			if form == nil {
				t.Errorf("%s: no form %q", r.Ref, r.Form)
				continue
			}
			values, problems := form.Schema.Parse(process.Dated(app, r.Form, r.Data, time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC), nil), "/data")
			for _, p := range problems {
				t.Errorf("%s: %s: %s", r.Ref, p.Path, p.Message["en"])
			}
			for _, f := range form.Schema.Fields() {
				refer(t, r.Ref, f, values[f.ID], seen)
			}
			if p := form.Process; p != nil && p.ByKey[r.Stage] == nil {
				t.Errorf("%s: no stage %q", r.Ref, r.Stage)
			}
			for _, at := range []string{r.Since, r.Created, r.Closed} {
				if d, err := rules.ParseDuration(at); at != "" && (err != nil || !d.Negative) {
					t.Errorf("%s: %q is not a duration back from now", r.Ref, at)
				}
			}
			if seen[r.Ref] != "" || r.Ref == "" {
				t.Errorf("ref %q is empty or used twice", r.Ref)
			}
			seen[r.Ref] = r.Form
		}
		world := access.SampleWorld(app)
		for _, p := range file.Plans {
			if app.Processes[p.Process] == nil || !slices.Contains([]string{"amount", "count", "call"}, p.What) || (p.What == "call") != (p.Reason != "") {
				t.Errorf("a plan of %q for %q: %q", p.What, p.Process, p.Reason)
			}
			kind, id, _ := strings.Cut(p.Subject, ":")
			if kind != "user" || len(world.Actor(app, app.Processes[p.Process].Form.Def.Key, id, nil).Roles) == 0 {
				t.Errorf("a plan for %q, who has no role", p.Subject)
			}
			for _, v := range p.Values {
				if d, err := decimal.NewFromString(v); v != "" && (err != nil || d.IsNegative() || d.Exponent() < -2) {
					t.Errorf("%s: %q is no figure", p.Subject, v)
				}
			}
		}
		if len(file.Records) == 0 {
			t.Error("no sample data")
		}
	})
}

// refer checks the references of one value, those in table rows included.
func refer(t *testing.T, at string, f forms.FieldInfo, value any, known map[string]string) {
	t.Helper()
	switch v := value.(type) {
	case forms.Ref:
		if known[v.ID] != f.Def.Form {
			t.Errorf("%s: %s points to %q, which is no %s before it", at, f.ID, v.ID, f.Def.Form)
		}
	case []map[string]any:
		for _, row := range v {
			for _, c := range f.Columns {
				refer(t, at, c, row[c.Def.Key], known)
			}
		}
	}
}
