package main

import (
	"bytes"
	"os"

	"github.com/spf13/cobra"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// fmtCommand is `fmt FILE [-w]`: the canonical form, whose SHA-256 is a release's digest.
func fmtCommand() *cobra.Command {
	var write bool
	cmd := &cobra.Command{
		Use:   "fmt FILE",
		Short: "Print the canonical form of a definition",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := readFile(args[0], cmd.InOrStdin())
			if err != nil {
				return err
			}
			def, problems := process.Parse(raw)
			if def == nil || rules.HasErrors(problems) {
				printProblems(cmd.ErrOrStderr(), args[0], problems, language())
				return exitError(1)
			}
			out, err := process.Format(def)
			if err != nil {
				return err
			}
			if !write || args[0] == "-" {
				_, err = cmd.OutOrStdout().Write(out)
				return err
			}
			if bytes.Equal(raw, out) {
				return nil
			}
			return os.WriteFile(args[0], out, 0o644)
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the file instead of printing")
	return cmd
}
