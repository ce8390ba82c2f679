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
			files := []string{args[0]}
			if parts := partFiles(args[0]); write && len(parts) > 0 {
				files = parts
			}
			for i, name := range files {
				raw, err := readFile(name, cmd.InOrStdin())
				if err != nil {
					return err
				}
				out, problems, err := canonical(raw, i > 0)
				if rules.HasErrors(problems) {
					printProblems(cmd.ErrOrStderr(), name, problems, language())
					return exitError(1)
				}
				if err != nil {
					return err
				}
				if !write || name == "-" {
					_, err = cmd.OutOrStdout().Write(out)
					return err
				}
				if bytes.Equal(raw, out) {
					continue
				}
				if err := os.WriteFile(name, out, 0o644); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the file instead of printing")
	return cmd
}

// canonical is the canonical form of a definition, or of a part of one.
func canonical(raw []byte, part bool) ([]byte, []rules.Problem, error) {
	if part {
		p, problems := process.ParsePart(raw)
		if p == nil || rules.HasErrors(problems) {
			return nil, problems, nil
		}
		out, err := process.FormatPart(p)
		return out, problems, err
	}
	def, problems := process.Parse(raw)
	if def == nil || rules.HasErrors(problems) {
		return nil, problems, nil
	}
	out, err := process.Format(def)
	return out, problems, err
}
