package designer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pipewright/rules"
	"pipewright/rules/strict"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
)

// Check reports every problem of a definition but those its scenarios find.
func (d *Designer) Check(definition []byte) []rules.Problem {
	def, problems := process.Parse(definition)
	if def == nil {
		return problems
	}
	return d.check(def, problems, d.Config.Check)
}

// CheckAmong is Check among the live apps, which the definition may use.
func (d *Designer) CheckAmong(ctx context.Context, definition []byte) ([]rules.Problem, error) {
	opts, err := d.Among(ctx)
	if err != nil {
		return nil, err
	}
	def, problems := process.Parse(definition)
	if def == nil {
		return problems, nil
	}
	return d.check(def, problems, opts), nil
}

// CheckAgainst is Check, and what depends on more than the definition: the people of the company, and what other apps use. It is
// what publishing asks, but for the scenarios.
func (d *Designer) CheckAgainst(ctx context.Context, definition []byte) ([]rules.Problem, error) {
	def, problems := process.Parse(definition)
	if def == nil {
		return problems, nil
	}
	return d.checkAgainst(ctx, def, problems)
}

func (d *Designer) checkAgainst(ctx context.Context, def *process.Definition, problems []rules.Problem) ([]rules.Problem, error) {
	others, err := d.catalog.Live(ctx)
	if err != nil {
		return nil, err
	}
	opts := usingThose(others)
	problems = d.check(def, problems, opts)
	used, err := d.usedBy(ctx, def, opts, others)
	if err != nil {
		return nil, err
	}
	problems = append(problems, used...)
	sortProblems(problems)
	if rules.HasErrors(problems) {
		return problems, nil // an app that cannot run has no approvals to try
	}
	if d.Org == nil {
		return problems, nil
	}
	company, err := d.Org(ctx)
	if err != nil {
		return nil, fmt.Errorf("designer: people: %w", err)
	}
	app, _ := process.Compile(def, nil, 0, opts)
	problems = append(problems, process.CheckOrg(app, company)...)
	sortProblems(problems)
	return problems, nil
}

// Among is how to compile a definition among the live apps, which it may use.
func (d *Designer) Among(ctx context.Context) (process.Options, error) {
	others, err := d.catalog.Live(ctx)
	return usingThose(others), err
}

// usingThose compiles a definition among other apps.
func usingThose(others []*process.App) process.Options {
	return process.Options{SkipTexts: true, Other: func(key string) *process.App {
		for _, a := range others {
			if a.Def.Key == key {
				return a
			}
		}
		return nil
	}}
}

// usedBy are the problems that the apps which use this one would have with it.
func (d *Designer) usedBy(ctx context.Context, def *process.Definition, opts process.Options, others []*process.App) ([]rules.Problem, error) {
	if !slices.ContainsFunc(others, func(a *process.App) bool { return uses(a, def.Key) }) {
		return nil, nil
	}
	newest, err := d.newest(ctx, def.Key)
	if err != nil {
		return nil, err
	}
	before, _ := process.Parse([]byte(newest.Definition))
	app, _ := process.Compile(def, process.AssignStorage(newest.Storage, before, def), 0, opts)
	return process.CheckUsedBy(app, others), nil
}

// uses says whether an app uses a form of another one.
func uses(a *process.App, other string) bool {
	for _, s := range a.Shared {
		if s.App == other && a.Def.Key != other {
			return true
		}
	}
	return false
}

// check is Check of a definition already read.
func (d *Designer) check(def *process.Definition, problems []rules.Problem, use process.Options) []rules.Problem {
	opts := d.Config.Check
	if use.Other != nil {
		opts.Other = use.Other
	}
	app, more := process.Compile(def, nil, 0, opts)
	problems = append(problems, more...)
	problems = append(problems, access.Check(app)...)
	if problems == nil {
		problems = []rules.Problem{}
	}
	sortProblems(problems)
	// A grant's condition is looked at as a rule and as a filter; what both find is said once.
	return slices.CompactFunc(problems, func(a, b rules.Problem) bool {
		return a.Path == b.Path && a.Code == b.Code && a.Line == b.Line && a.Col == b.Col
	})
}

// sortProblems puts errors first, each kind in the order of its path.
func sortProblems(ps []rules.Problem) {
	slices.SortStableFunc(ps, func(a, b rules.Problem) int {
		if a.Severity != b.Severity {
			if a.Severity == rules.Error {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Path, b.Path)
	})
}

// Locate finds the line and column of a problem's place in a definition text, both from 1.
func Locate(definition []byte, path string) (line, col int) { return strict.Locate(definition, path) }
