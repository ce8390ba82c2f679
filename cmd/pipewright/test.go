package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
)

// testCommand is `test FILE [--coverage] [--json]`: the app's own scenarios on the pure core with a virtual clock and the sample company.
// Exit 0 all passed, 1 some failed, 2 usage.
func testCommand() *cobra.Command {
	var asJSON, whole bool
	cmd := &cobra.Command{
		Use:   "test FILE",
		Short: "Run the scenarios inside a definition",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			app, err := loadFile(args[0], cmd.InOrStdin(), cmd.OutOrStdout(), language())
			if err != nil {
				return err
			}
			results, cov := process.RunTests(app, access.SampleWorld(app))
			failed := 0
			for _, r := range results {
				if len(r.Problems) > 0 {
					failed++
				}
			}
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), testReport(app, results, cov, failed, whole))
			} else {
				printTests(cmd, args[0], app, results, cov, failed, whole)
			}
			if err == nil && failed > 0 {
				return exitError(1)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&whole, "coverage", false, "list every stage, transition, approval step, automation and row of a rule with how often it was walked")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the results as JSON")
	return cmd
}

// covered is how much of one kind of thing the scenarios have walked.
type covered struct {
	Of     int            `json:"of"`
	Walked int            `json:"walked"`
	Missed []string       `json:"missed"`
	Walks  []process.Walk `json:"walks,omitempty"`
}

// coverageOf sums up each kind; whole lists how often each single thing was walked.
func coverageOf(app *process.App, cov *process.Coverage, whole bool) map[string]covered {
	out := map[string]covered{}
	for _, kind := range cov.Of(app) {
		c := covered{Of: len(kind.Walks), Missed: kind.Missed()}
		c.Walked = c.Of - len(c.Missed)
		if whole {
			c.Walks = kind.Walks
		}
		out[kind.Kind] = c
	}
	return out
}

func testReport(app *process.App, results []process.TestResult, cov *process.Coverage, failed int, whole bool) map[string]any {
	type result struct {
		Name     string          `json:"name"`
		Passed   bool            `json:"passed"`
		Problems []rules.Problem `json:"problems,omitempty"`
	}
	out := make([]result, len(results))
	for i, r := range results {
		out[i] = result{r.Name, len(r.Problems) == 0, r.Problems}
	}
	return map[string]any{"passed": len(results) - failed, "failed": failed, "tests": out, "coverage": coverageOf(app, cov, whole)}
}

func printTests(cmd *cobra.Command, file string, app *process.App, results []process.TestResult, cov *process.Coverage, failed int, whole bool) {
	out := cmd.OutOrStdout()
	for _, r := range results {
		word := "ok  "
		if len(r.Problems) > 0 {
			word = "FAIL"
		}
		fmt.Fprintf(out, "%s %s\n", word, r.Name)
		for _, p := range r.Problems {
			fmt.Fprintf(out, "     %s: %s\n", p.Path, p.Message.In(language()))
		}
	}
	for _, kind := range cov.Of(app) {
		missed := kind.Missed()
		fmt.Fprintf(out, "%s: %d of %d", kind.Kind, len(kind.Walks)-len(missed), len(kind.Walks))
		if len(missed) > 0 && !whole {
			fmt.Fprintf(out, ", not walked: %v", missed)
		}
		fmt.Fprintln(out)
		for _, walk := range kind.Walks {
			if whole {
				fmt.Fprintf(out, "%8d %s\n", walk.Times, walk.Name)
			}
		}
	}
	fmt.Fprintf(out, "%s: %d passed, %d failed\n", file, len(results)-failed, failed)
}
