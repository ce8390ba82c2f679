package main

import (
	"fmt"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
)

// testCommand is `test FILE [--json]`: the app's own scenarios on the pure core with a virtual clock and the sample company.
// Exit 0 all passed, 1 some failed, 2 usage.
func testCommand() *cobra.Command {
	var asJSON bool
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
				err = printJSON(cmd.OutOrStdout(), testReport(app, results, cov, failed))
			} else {
				printTests(cmd, args[0], app, results, cov, failed)
			}
			if err == nil && failed > 0 {
				return exitError(1)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the results as JSON")
	return cmd
}

// covered is how much of one kind of thing the scenarios have walked.
type covered struct {
	Of     int      `json:"of"`
	Walked int      `json:"walked"`
	Missed []string `json:"missed"`
}

func coverageOf(app *process.App, cov *process.Coverage) map[string]covered {
	return map[string]covered{
		"stages":      count(app.StageNames(), cov.Stages),
		"transitions": count(app.TransitionNames(), cov.Transitions),
		"steps":       count(app.StepNames(), cov.Steps),
		"automations": count(slices.Sorted(maps.Keys(app.Automations)), cov.Automations),
	}
}

func count(all []string, walked map[string]int) covered {
	c := covered{Of: len(all), Missed: []string{}}
	for _, name := range all {
		if walked[name] > 0 {
			c.Walked++
		} else {
			c.Missed = append(c.Missed, name)
		}
	}
	return c
}

func testReport(app *process.App, results []process.TestResult, cov *process.Coverage, failed int) map[string]any {
	type result struct {
		Name     string          `json:"name"`
		Passed   bool            `json:"passed"`
		Problems []rules.Problem `json:"problems,omitempty"`
	}
	out := make([]result, len(results))
	for i, r := range results {
		out[i] = result{r.Name, len(r.Problems) == 0, r.Problems}
	}
	return map[string]any{"passed": len(results) - failed, "failed": failed, "tests": out, "coverage": coverageOf(app, cov)}
}

func printTests(cmd *cobra.Command, file string, app *process.App, results []process.TestResult, cov *process.Coverage, failed int) {
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
	c := coverageOf(app, cov)
	for _, kind := range []string{"stages", "transitions", "steps", "automations"} {
		fmt.Fprintf(out, "%s: %d of %d", kind, c[kind].Walked, c[kind].Of)
		if len(c[kind].Missed) > 0 {
			fmt.Fprintf(out, ", not walked: %v", c[kind].Missed)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintf(out, "%s: %d passed, %d failed\n", file, len(results)-failed, failed)
}
