// Command pipewright is the whole product: the server with the web app inside, and the tools for definitions kept in files.
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

// version is set when a release is built.
var version = "dev"

// exitError ends the program with a code and no further word: 1 for problems found, 2 for wrong usage.
type exitError int

func (e exitError) Error() string { return fmt.Sprintf("exit %d", int(e)) }

func main() {
	err := root().Execute()
	if err == nil {
		return
	}
	var code exitError
	if errors.As(err, &code) {
		os.Exit(int(code))
	}
	var problems problemsError
	if errors.As(err, &problems) {
		fmt.Fprintln(os.Stderr, problems)
		os.Exit(1)
	}
	fmt.Fprintln(os.Stderr, "pipewright: "+err.Error())
	os.Exit(2)
}

func root() *cobra.Command {
	cmd := &cobra.Command{
		Use:           "pipewright",
		Short:         "A low-code process platform for sales",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	cmd.CompletionOptions.HiddenDefaultCmd = true
	for _, add := range commands {
		cmd.AddCommand(add())
	}
	return cmd
}

// commands has a line for each command; each is a file of its own.
var commands = []func() *cobra.Command{serveCommand, importCommand, exportCommand, userCommand, calendarCommand, checkCommand, fmtCommand, renameCommand, usesCommand, mergeCommand, upgradeCommand, testCommand, schemaCommand, evalCommand, nextCommand, verifyCommand, backupCommand, restoreCommand, benchCommand, benchLimitCommand, versionCommand}
