package main

import (
	"github.com/spf13/cobra"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// schemaCommand is `schema [--functions]`: the JSON Schema of the definition language, or its functions with examples.
func schemaCommand() *cobra.Command {
	var functions bool
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the definition language",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			if functions {
				return printJSON(cmd.OutOrStdout(), rules.Functions())
			}
			return printJSON(cmd.OutOrStdout(), process.JSONSchema())
		},
	}
	cmd.Flags().BoolVar(&functions, "functions", false, "print the functions of the expression language instead")
	return cmd
}
