package process

import (
	"slices"
	"testing"
)

// What scenarios walk is counted one by one, rows of rules included, and what they leave out is named.
func TestCoverage(t *testing.T) {
	t.Parallel()
	app := loadApp(t, "testdata/scenario/pools.json")
	_, cov := RunTests(app, smallCompany{})
	for _, kind := range cov.Of(app) {
		// No deal here comes from a small lead.
		if missed := slices.DeleteFunc(kind.Missed(), func(name string) bool { return name == "weight.2" }); len(missed) > 0 {
			t.Errorf("%s: %v are said not to be walked", kind.Kind, missed)
		}
	}
	if cov.Transitions["lead.pass"] != 2 || cov.Automations["handOver"] != 2 || cov.Rows["grade.1"] == 0 || cov.Rows["grade.2"] == 0 {
		t.Errorf("counted %+v", cov)
	}
	app.Def.Tests = app.Def.Tests[:1]
	_, cov = RunTests(app, smallCompany{})
	var missed []string
	for _, kind := range cov.Of(app) {
		missed = append(missed, kind.Missed()...)
	}
	if want := []string{"lead.good", "deal.open", "deal.won", "lead.pass", "deal.win", "handOver", "weight.1", "weight.2", "grade.1"}; !slices.Equal(missed, want) {
		t.Errorf("missed %v, want %v", missed, want)
	}
}
