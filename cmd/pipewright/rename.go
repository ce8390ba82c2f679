package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"pipewright/designer"
	"pipewright/runtime/process"
)

// renameCommand is `rename FILE PATH NEWKEY [-w]`: another key for the thing at a key path, with every place that names it.
func renameCommand() *cobra.Command {
	var write, asJSON bool
	cmd := &cobra.Command{
		Use:   "rename FILE PATH NEWKEY",
		Short: "Give a thing of a definition another key, with every place that names it",
		Long: "Lists every place that names the thing at a key path, such as /forms/deal/fields/amount, and what it becomes.\n" +
			"With -w the file is written in its canonical form.",
		Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := readFile(args[0], cmd.InOrStdin())
			if err != nil {
				return err
			}
			r, err := designer.Rename(raw, args[1], args[2])
			if err != nil {
				return told(cmd.ErrOrStderr(), args[0], err)
			}
			printProblems(cmd.ErrOrStderr(), args[0], r.Warnings, language())
			if asJSON {
				err = printJSON(cmd.OutOrStdout(), map[string]any{"uses": usesJSON(r.Uses), "warnings": r.Warnings})
			} else {
				printUses(cmd.OutOrStdout(), r.Uses)
			}
			if err != nil || !write || args[0] == "-" {
				return err
			}
			if len(partFiles(args[0])) > 0 {
				return writeFolder(args[0], r.Definition, func(list, key string) string {
					if i := strings.LastIndexByte(args[1], '/'); key == args[2] && args[1][:i] == "/"+list {
						return args[1][i+1:]
					}
					return ""
				})
			}
			return os.WriteFile(args[0], r.Definition, 0o644)
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the uses as JSON")
	return cmd
}

// usesCommand is `uses FILE PATH`: where a thing is named.
func usesCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "uses FILE PATH",
		Short: "List every place of a definition that names a thing",
		Args:  cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := readFile(args[0], cmd.InOrStdin())
			if err != nil {
				return err
			}
			uses, err := designer.Uses(raw, args[1])
			if err != nil {
				return told(cmd.ErrOrStderr(), args[0], err)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), map[string]any{"uses": usesJSON(uses)})
			}
			printUses(cmd.OutOrStdout(), uses)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the uses as JSON")
	return cmd
}

// told prints a refusal and ends the command with 1; any other error is the caller's.
func told(out io.Writer, file string, err error) error {
	var r *process.Rejection
	if !errors.As(err, &r) {
		return err
	}
	if len(r.Details) == 0 {
		fmt.Fprintf(out, "%s: %s\n", file, r.Message.In(language()))
	}
	printProblems(out, file, r.Details, language())
	return exitError(1)
}

// printUses writes a use a line: its path, what stands there, what it becomes.
func printUses(out io.Writer, uses []process.Use) {
	for _, u := range uses {
		fmt.Fprintf(out, "%s: %s", u.Path, u.Before)
		if u.After != "" {
			fmt.Fprintf(out, " → %s", u.After)
		}
		fmt.Fprintln(out)
	}
}

func usesJSON(uses []process.Use) []map[string]any {
	out := make([]map[string]any, len(uses))
	for i, u := range uses {
		out[i] = map[string]any{"path": u.Path, "before": u.Before}
		if u.After != "" {
			out[i]["after"] = u.After
		}
		if u.Line > 0 {
			out[i]["line"], out[i]["col"] = u.Line, u.Col
		}
	}
	return out
}
