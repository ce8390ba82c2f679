package main

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/rules/strict"
	"pipewright/runtime/org"
)

// evalCommand is `eval APP FORM DATA.json EXPR`: the value of an expression on a record, or the problem (exit 1). DATA "-" is
// standard input. Computed fields of the data are computed first.
func evalCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "eval APP.json FORM DATA.json EXPR",
		Short: "Evaluate an expression on a record's data",
		Args:  cobra.ExactArgs(4),
		RunE: func(cmd *cobra.Command, args []string) error {
			app, err := loadFile(args[0], cmd.InOrStdin(), cmd.ErrOrStderr(), language())
			if err != nil {
				return err
			}
			form := app.Forms[args[1]]
			if form == nil {
				return fmt.Errorf("there is no form %q in %s", args[1], args[0])
			}
			raw, err := readFile(args[2], cmd.InOrStdin())
			if err != nil {
				return err
			}
			var data map[string]json.RawMessage
			problems := strict.Decode(raw, &data)
			var given forms.Values
			if !rules.HasErrors(problems) {
				given, problems = form.Schema.Parse(data, "/data")
			}
			if rules.HasErrors(problems) {
				printProblems(cmd.ErrOrStderr(), args[2], problems, language())
				return exitError(1)
			}
			program, problems := rules.Compile(args[3], form.Schema.Env(), rules.Anything)
			if rules.HasErrors(problems) {
				printProblems(cmd.ErrOrStderr(), "EXPR", problems, language())
				return exitError(1)
			}
			scope := &rules.Scope{Now: time.Now(), Zone: app.Zone, Budget: rules.NewBudget(), Names: map[string]any{"me": "admin"}}
			if calendar, ok := org.NamedCalendar(app.Def.Calendar); ok {
				scope.Calendar = calendar
			}
			result := form.Schema.Evaluate(&forms.Input{New: given, Scope: scope})
			value, err := program.Eval(form.Schema.Scope(result.Values, scope, nil))
			if e, ok := err.(*rules.EvalError); ok {
				fmt.Fprintf(cmd.ErrOrStderr(), "EXPR:%d:%d: error: %s (%s)\n", e.Line, e.Col, e.Message.In(language()), e.Code)
				return exitError(1)
			}
			if err != nil {
				return err
			}
			return printJSON(cmd.OutOrStdout(), value)
		},
	}
}
