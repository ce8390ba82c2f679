package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"pipewright/designer"
)

// mergeCommand is `merge BASE MINE THEIRS`: two changed copies of a definition put together. Exit 0 merged, 1 conflicts without a side, 2 usage.
func mergeCommand() *cobra.Command {
	var sides sideFlags
	var write, asJSON bool
	var file string
	cmd := &cobra.Command{
		Use:   "merge BASE MINE THEIRS",
		Short: "Put together what two sides made of one definition",
		Long: "What only one side changed is taken; where both changed the same otherwise, each place is told with what both made of it.\n" +
			"Each of the three is a file or an app's folder. With -w the result goes into MINE, but only when no conflict is left without a side.\n" +
			"As a merge driver of git: pipewright merge %O %A %B -w",
		Args: cobra.ExactArgs(3),
		RunE: func(cmd *cobra.Command, args []string) error {
			choose, err := sides.picks()
			if err != nil {
				return err
			}
			var texts [3]string
			for i, name := range args {
				raw, err := readFile(name, cmd.InOrStdin())
				if err != nil {
					return err
				}
				if _, err := designer.Merge(string(raw), string(raw), string(raw), nil); err != nil {
					return told(cmd.ErrOrStderr(), name, err)
				}
				texts[i] = string(raw)
			}
			merged, err := designer.Merge(texts[0], texts[1], texts[2], choose)
			if err == nil && sides.take != "" {
				merged, err = designer.Merge(texts[0], texts[1], texts[2], sides.all(choose, merged.Conflicts))
			}
			if err != nil {
				return err
			}
			if asJSON {
				if err := printJSON(cmd.OutOrStdout(), map[string]any{"conflicts": merged.Conflicts, "open": merged.Open()}); err != nil {
					return err
				}
			} else {
				printConflicts(cmd.ErrOrStderr(), merged.Conflicts)
			}
			switch {
			case merged.Open() > 0:
				return exitError(1)
			case write && len(partFiles(args[1])) > 0:
				return writeFolder(args[1], []byte(merged.Definition), sameKeys)
			case write && args[1] == "-":
				return fmt.Errorf("standard input cannot be written; use -o")
			case write:
				return os.WriteFile(args[1], []byte(merged.Definition), 0o644)
			case file != "":
				return os.WriteFile(file, []byte(merged.Definition), 0o644)
			case asJSON:
				return nil
			}
			_, err = cmd.OutOrStdout().Write([]byte(merged.Definition))
			return err
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "write the result into MINE")
	cmd.Flags().StringVarP(&file, "output", "o", "", "file to write; standard output if not given")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the conflicts as JSON, and no definition")
	cmd.MarkFlagsMutuallyExclusive("write", "output")
	sides.add(cmd)
	return cmd
}
