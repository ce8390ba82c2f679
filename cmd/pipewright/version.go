package main

import (
	"fmt"
	goruntime "runtime"
	_ "time/tzdata" // the zones go with the binary

	"github.com/spf13/cobra"

	"pipewright/runtime/process"
)

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  cobra.NoArgs,
		Run: func(cmd *cobra.Command, args []string) {
			fmt.Fprintf(cmd.OutOrStdout(), "pipewright %s (%s, %s)\n", version, process.Spec, goruntime.Version())
		},
	}
}
