package main

import (
	"os"

	"github.com/spf13/cobra"

	"pipewright/runtime/process"
)

// exportCommand is `export APP`: the canonical definition on standard output or in a file.
func exportCommand() *cobra.Command {
	var o storeOptions
	var release, file, folder string
	cmd := &cobra.Command{
		Use:   "export APP",
		Short: "Write an app's canonical definition",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := tool(cmd.Context(), o)
			if err != nil {
				return err
			}
			defer p.store.Close()
			text, err := p.designer.Definition(cmd.Context(), args[0], release)
			if err != nil {
				return sayError(err)
			}
			// A draft that has not the right shape is written as it is.
			if def, _ := process.Parse([]byte(text)); def != nil && release != "draft" {
				if canonical, err := process.Format(def); err == nil {
					text = string(canonical)
				}
			}
			if folder != "" {
				return writeFolder(folder, []byte(text), sameKeys)
			}
			if file != "" {
				return os.WriteFile(file, []byte(text), 0o644)
			}
			_, err = cmd.OutOrStdout().Write([]byte(text))
			return err
		},
	}
	cmd.Flags().StringVar(&release, "release", "draft", "a release number, or draft")
	cmd.Flags().StringVarP(&file, "output", "o", "", "file to write; standard output if not given")
	cmd.Flags().StringVar(&folder, "folder", "", "folder to write, as files to keep in git: app.json and a file for each process; what is there stays in the file it is in")
	cmd.MarkFlagsMutuallyExclusive("output", "folder")
	storeFlags(cmd.Flags(), &o)
	return cmd
}
