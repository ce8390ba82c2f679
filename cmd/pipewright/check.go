package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"pipewright/rules"
)

// checkCommand is `check FILE [--json]`: every problem of a definition, without a server. Exit 0 clean, 1 problems, 2 usage.
func checkCommand() *cobra.Command {
	var asJSON bool
	var uses []string
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Check a definition and report every problem with its place",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := readFile(args[0], cmd.InOrStdin())
			if err != nil {
				return err
			}
			others, err := otherApps(uses, cmd.InOrStdin(), cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			problems := checkFile(raw, others...)
			errors := 0
			for _, p := range problems {
				if p.Severity == rules.Error {
					errors++
				}
			}
			if asJSON {
				if err := printJSON(cmd.OutOrStdout(), map[string]any{"problems": problems, "errors": errors, "warnings": len(problems) - errors}); err != nil {
					return err
				}
			} else {
				printProblems(cmd.OutOrStdout(), args[0], problems, language())
				fmt.Fprintf(cmd.OutOrStdout(), "%s: %d errors, %d warnings\n", args[0], errors, len(problems)-errors)
			}
			if len(problems) > 0 {
				return exitError(1)
			}
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&uses, "uses", nil, "definition `FILE` of another app that this one uses; may be given more than once")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the problems as JSON")
	return cmd
}
