package designer

import (
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
	return d.check(def, problems)
}

// check is Check of a definition already read.
func (d *Designer) check(def *process.Definition, problems []rules.Problem) []rules.Problem {
	app, more := process.Compile(def, nil, 0, d.Config.Check)
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
