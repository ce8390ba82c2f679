package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	templates "pipewright/builtin-templates"
	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/process"
)

// benchRule is a rule as a deal has one: a sum over its ten lines under a condition.
const benchRule = "sum(lines, .qty * .price * (1 - share)) > 500 and agreed and region == 'east'"

// rules measures an expression against the machine alone (P4), in this process: turn by turn, so that both see the same weather.
func (b *bench) rules(ctx context.Context) error {
	def, problems := process.Parse(benchApp)
	if rules.HasErrors(problems) {
		return fmt.Errorf("the app under measurement: %v", problems)
	}
	app, problems := process.Compile(def, nil, 1)
	if rules.HasErrors(problems) {
		return fmt.Errorf("the app under measurement: %v", problems)
	}
	schema := app.Forms["item"].Schema
	p, problems := rules.Compile(benchRule, schema.Env(), rules.Bool)
	if rules.HasErrors(problems) {
		return fmt.Errorf("%s: %v", benchRule, problems)
	}
	raw, err := json.Marshal(benchData(0))
	if err != nil {
		return err
	}
	var wire process.Wire
	if err := json.Unmarshal(raw, &wire); err != nil {
		return err
	}
	values, problems := schema.Parse(wire, "/data")
	if rules.HasErrors(problems) {
		return fmt.Errorf("the record under measurement: %v", problems)
	}
	scope := schema.Scope(values, &rules.Scope{Now: time.Now(), Zone: app.Zone}, nil)
	bare := p.Bare(scope)
	const turn = 500
	var own, limit []float64
	for end := time.Now().Add(b.seconds() / 4); len(own) == 0 || time.Now().Before(end) && ctx.Err() == nil; {
		for _, m := range []struct {
			took *[]float64
			run  func() error
		}{{&limit, bare}, {&own, func() error { scope.Budget = nil; _, err := p.Eval(scope); return err }}} {
			began := time.Now()
			for range turn {
				if err := m.run(); err != nil {
					return err
				}
			}
			*m.took = append(*m.took, float64(time.Since(began).Nanoseconds())/turn/1000)
		}
	}
	// A microsecond is short beside what else runs here: the quietest turns tell.
	slices.Sort(own)
	slices.Sort(limit)
	b.add("P4", "evaluate a rule, the quietest tenth", "µs", own[len(own)/10], limit[len(limit)/10], "≤ 1.5", "≤ 1.2")
	return nil
}

// check measures compile and check of the largest template, and what a keystroke in the editor asks of the server: to keep the draft and
// check it again (P9).
func (b *bench) check(ctx context.Context) error {
	largest := slices.MaxFunc(templates.All(), func(x, y templates.Template) int { return len(x.Definition) - len(y.Definition) })
	s, err := openStore(ctx, storeOptions{})
	if err != nil {
		return err
	}
	defer s.Close()
	d, err := designer.New(ctx, designer.Config{Store: s, Check: checkOptions()})
	if err != nil {
		return err
	}
	draft, err := d.CreateApp(ctx, "bench", largest.Definition)
	if err != nil {
		return err
	}
	var whole, key []float64
	for i := 0; i < 5 || i < 20*b.size.Seconds/10; i++ {
		began := time.Now()
		d.Check(largest.Definition)
		whole = append(whole, ms(time.Since(began)))
		typed, err := typeName(largest.Definition, i+1)
		if err != nil {
			return err
		}
		began = time.Now()
		if draft, _, err = d.Save(ctx, draft.App, "bench", draft.Rev, typed); err != nil {
			return err
		}
		key = append(key, ms(time.Since(began)))
	}
	b.add("P9", "check the largest template ("+largest.Key+"), median", "ms", median(whole), 0, "150", "50")
	b.add("P9", "keep and check again after a keystroke, median", "ms", median(key), 0, "100", "30")
	return nil
}

// typeName is the definition after n letters have been typed into its name.
func typeName(definition []byte, n int) ([]byte, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(definition, &members); err != nil {
		return nil, err
	}
	name := strings.Repeat("x", n)
	members["name"] = fmt.Appendf(nil, `{"zh-CN": %q, "zh-TW": %q, "en": %q}`, name, name, name)
	return json.Marshal(members)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

func median(of []float64) float64 {
	if len(of) == 0 {
		return 0
	}
	of = slices.Sorted(slices.Values(of))
	return of[len(of)/2]
}
