package web_test

import (
	"bytes"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/process"
)

// The editor's types are written by hand; each must have the members of the Go type it mirrors, and no others.
func TestDefinitionTypesHaveTheMembersOfTheGoTypes(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("src/model/definition/*.ts")
	if err != nil {
		t.Fatal(err)
	}
	written := map[string][]string{}
	for _, file := range append(files, "src/model/definition.ts") {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		maps.Copy(written, interfaces(string(source)))
	}
	pairs := map[string]any{
		"Definition": process.Definition{}, "Point": process.Point{}, "Use": process.AppUse{}, "Role": process.Role{}, "OptionList": forms.OptionList{},
		"Option": forms.Option{}, "Form": forms.Form{}, "Numbering": forms.Numbering{}, "Section": forms.Section{}, "Field": forms.Field{},
		"Check": forms.Check{}, "Unique": forms.Unique{}, "Grant": forms.Grant{}, "Related": forms.Related{},
		"Process": process.ProcessDef{}, "Stage": process.Stage{}, "OwnerParts": process.Owner{}, "StageApproval": process.StageApproval{}, "CheckItem": process.CheckItem{}, "CheckGroup": process.CheckGroup{},
		"Activity": process.ActivityDef{}, "FieldRights": process.FieldRights{}, "Condition": process.Condition{}, "Linked": process.Linked{},
		"Transition": process.Transition{}, "Who": process.Who{}, "Chain": process.Chain{}, "Step": process.Step{}, "DueStep": process.DueStep{},
		"Rule": rules.Rule{}, "RuleInput": rules.Input{}, "RuleOutput": rules.Output{}, "RuleRow": rules.Row{}, "ScoreItem": rules.Item{},
		"Automation": process.Automation{}, "Trigger": process.Trigger{}, "Action": process.Action{}, "Each": process.Each{}, "Shape": process.Shape{}, "Pool": process.Pool{}, "Message": process.Message{}, "ReclaimRule": process.ReclaimRule{},
		"PublicForm": process.PublicForm{}, "Tracking": process.Tracking{}, "TrackingStage": process.TrackingStage{}, "Print": process.Print{}, "Block": process.Block{}, "BlockCell": process.BlockCell{},
		"View": process.View{}, "Report": process.Report{}, "Measure": process.MeasureD{}, "Dashboard": process.Dashboard{}, "Test": process.Test{}, "TestStep": process.TestStep{}, "TestExpect": process.Expect{},
	}
	for name, value := range pairs {
		want := members(reflect.TypeOf(value))
		if got := written[name]; !slices.Equal(got, want) {
			t.Errorf("interface %s\n has  %v\n want %v", name, got, want)
		}
	}
	for name := range written {
		if _, ok := pairs[name]; !ok {
			t.Errorf("interface %s mirrors no Go type of this test", name)
		}
	}
}

var (
	interfacePattern = regexp.MustCompile(`(?ms)^export interface (\w+) \{\n(.*?)^\}`)
	memberPattern    = regexp.MustCompile(`(?m)^  (\w+)\??:`)
)

// interfaces are the sorted member names of every exported interface.
func interfaces(source string) map[string][]string {
	out := map[string][]string{}
	for _, m := range interfacePattern.FindAllStringSubmatch(source, -1) {
		names := []string{}
		for _, n := range memberPattern.FindAllStringSubmatch(m[2], -1) {
			names = append(names, n[1])
		}
		slices.Sort(names)
		out[m[1]] = names
	}
	return out
}

// members are the sorted JSON names of a struct.
func members(typ reflect.Type) []string {
	out := []string{}
	for i := range typ.NumField() {
		if name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ","); name != "" && name != "-" {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// Addresses are chosen from the very names the server holds them against.
func TestDivisionsAreThoseOfTheServer(t *testing.T) {
	t.Parallel()
	here, err := os.ReadFile("src/fields/divisions.txt")
	if err != nil {
		t.Fatal(err)
	}
	there, err := os.ReadFile("../forms/divisions.txt")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(here, there) {
		t.Error("src/fields/divisions.txt differs from forms/divisions.txt; copy it")
	}
}

// The editor offers no field type that the language does not have.
func TestEditorOffersFieldTypesThatThereAre(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("src/model/definition/forms.ts")
	if err != nil {
		t.Fatal(err)
	}
	block := regexp.MustCompile(`(?s)FIELD_TYPES = \[(.*?)\]`).FindSubmatch(source)
	if block == nil {
		t.Fatal("FIELD_TYPES is not in definition/forms.ts")
	}
	for _, m := range regexp.MustCompile(`'(\w+)'`).FindAllSubmatch(block[1], -1) {
		if !slices.Contains(forms.Types(), string(m[1])) {
			t.Errorf("FIELD_TYPES has %s, which is no field type", m[1])
		}
	}
}

// The editor must not make keys the checker refuses, and offers the functions there are.
func TestEditorKnowsTheWordsOfFormulas(t *testing.T) {
	t.Parallel()
	reserved := words(t, "src/model/keys.ts")
	for _, w := range rules.Reserved() {
		if !reserved[w] {
			t.Errorf("keys.ts does not know that %q is reserved", w)
		}
	}
	for w := range process.SystemNames {
		if !reserved[w] {
			t.Errorf("keys.ts does not know that %q is a system name", w)
		}
	}
	offered := words(t, "src/features/designer/controls/useLexica.ts")
	for _, f := range rules.Functions() {
		if !offered[f.Name] {
			t.Errorf("useLexica.ts does not offer %s", f.Name)
		}
	}
}

func words(t *testing.T, file string) map[string]bool {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]bool{}
	for _, w := range regexp.MustCompile(`\w+`).FindAllString(string(source), -1) {
		out[w] = true
	}
	return out
}
