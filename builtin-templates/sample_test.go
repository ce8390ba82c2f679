package templates

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/rules/strict"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
)

// imported runs the sample data of a template through the core, as an installation does, and answers every record's state.
func imported(t *testing.T, tpl Template, app *process.App) map[string]*process.State {
	t.Helper()
	var file sampleFile
	if problems := strict.Decode(tpl.Sample, &file); len(problems) > 0 {
		t.Fatal(problems)
	}
	now := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
	ago := func(text string) time.Time {
		d, err := rules.ParseDuration(text)
		if err != nil {
			return time.Time{}
		}
		return d.From(now, app.Zone)
	}
	world := access.SampleWorld(app)
	states := map[string]*process.State{}
	for _, r := range file.Records {
		c := &process.Command{Kind: process.Import, At: now, Actor: process.Service(app.Def.Key), ID: r.Ref, App: app.Def.Key, Form: r.Form,
			Data: process.Dated(app, r.Form, r.Data, now, world.Calendar(app.Def.Calendar)), Stage: r.Stage, Since: ago(r.Since), Created: ago(r.Created), Closed: ago(r.Closed), Owner: r.Owner}
		c.Actor.Rights.Import = true
		facts := &process.Facts{Rates: map[string]process.RateFact{}, People: map[string][]string{}, Records: map[string]process.RecordFact{}, Numbers: map[string]string{}, Teams: map[string]string{},
			Unique: map[string]string{}, Slots: map[string]int{}, Rollups: map[string]*process.Roll{}, Loads: map[string]map[string]int{}, Linked: map[string]map[string]int{}, Calendar: world.Calendar(app.Def.Calendar)}
		for range 8 {
			d := process.Decide(app, nil, c, facts)
			if d.Reject != nil {
				details, _ := json.Marshal(d.Reject.Details)
				t.Fatalf("%s: %s %s", r.Ref, d.Reject.Error(), details)
			}
			for _, n := range d.Needs {
				switch n.Kind {
				case process.NeedPeople:
					facts.People[n.Key] = world.People(*n.People)
				case process.NeedTeam:
					facts.Teams[n.Users[0]] = world.Actor(app, r.Form, n.Users[0], nil).Team
				case process.NeedNumber:
					facts.Numbers[n.Key] = "1"
				case process.NeedSlot:
					facts.Slots[n.Key] = 1
				case process.NeedUnique:
					facts.Unique[n.Key] = ""
				case process.NeedRecord:
					s := states[n.ID]
					if s == nil {
						facts.Records[n.Key] = process.RecordFact{Missing: true}
						continue
					}
					facts.Records[n.Key] = process.RecordFact{Ver: s.Seq, Title: s.Title, Stage: s.Stage, Owner: s.Owner, Values: app.Forms[n.Form].Schema.Decode(s.Data)}
				case process.NeedRate:
					i := slices.IndexFunc(file.Rates, func(x sampleRate) bool { return x.From == n.Rate.From && x.To == n.Rate.To })
					if i < 0 {
						t.Fatalf("%s needs a rate from %s to %s", r.Ref, n.Rate.From, n.Rate.To)
					}
					facts.Rates[n.Key] = process.RateFact{Rate: rules.Rate{Num: file.Rates[i].Rate, Den: decimal.New(1, 0), On: n.Rate.On}}
				default:
					t.Fatalf("%s needs %s", r.Ref, n.Kind)
				}
			}
			if d.State != nil {
				states[r.Ref] = d.State
				break
			}
		}
		if states[r.Ref] == nil {
			t.Fatalf("%s was not imported", r.Ref)
		}
	}
	return states
}

// TestSampleImports: all sample data can be imported, with a title to show and an owner who may work on it.
func TestSampleImports(t *testing.T) {
	each(t, func(t *testing.T, tpl Template) {
		app := compiled(t, tpl)
		world := access.SampleWorld(app)
		for ref, s := range imported(t, tpl, app) {
			if s.Title == "" {
				t.Errorf("%s has no title", ref)
			}
			form := app.Forms[s.Form]
			if form.Process == nil || !form.Process.ByKey[s.Stage].Def.Open() {
				continue
			}
			if a := world.Actor(app, s.Form, s.Owner, s); !a.Rights.Edit {
				t.Errorf("%s: its owner %s may not edit it", ref, s.Owner)
			}
		}
	})
}

// TestGoldenCase is RPT-02: the six deals of the nine-stage template give these figures, exact to the cent.
func TestGoldenCase(t *testing.T) {
	t.Parallel()
	all := All()
	tpl := all[slices.IndexFunc(all, func(x Template) bool { return x.Key == "cycle9" })]
	app := compiled(t, tpl)
	form := app.Forms["deal9"]
	sums := map[string]int64{}
	for _, s := range imported(t, tpl, app) {
		if s.Form != "deal9" {
			continue
		}
		cols := form.Cols(s, nil)
		end, _ := cols["end"].(string)
		if end == "" {
			end = "open"
		}
		sums[end] += cols["value"].(int64)
		sums[end+".n"]++
		if end == "open" {
			sums["expected"] += cols["weighted"].(int64)
			sums[s.Stage+".expected"] += cols["weighted"].(int64)
			sums[s.Stage+".n"]++
		}
	}
	for name, want := range map[string]int64{
		"lost": 55_000_00, "lost.n": 1, "won": 125_000_00, "won.n": 1, "open": 2_358_000_00, "open.n": 4, "expected": 1_295_200_00,
		"value.n": 1, "value.expected": 500_000_00, "prospecting.expected": 44_000_00, "proposal.expected": 375_000_00, "negotiation.expected": 376_200_00,
	} {
		if sums[name] != want {
			t.Errorf("%s is %d, want %d (minor units)", name, sums[name], want)
		}
	}
}
