package main

import (
	"crypto/ed25519"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"pipewright/runtime/engine"
)

// verifyCommand is `verify`: every record's chain of events, its state, and the signed anchors, held against each other. It exits with 1 when
// anything is not as it was committed.
func verifyCommand() *cobra.Command {
	var o storeOptions
	var anchors anchorOptions
	var trusted []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "verify",
		Short: "Verify that nothing recorded was changed or removed",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			anchors := anchors.inside(o)
			if _, err := os.Stat(anchors.Key); err == nil && len(trusted) == 0 {
				key, err := loadKey(anchors.Key)
				if err != nil {
					return err
				}
				trusted = []string{hex.EncodeToString(key.Public().(ed25519.PublicKey))}
			}
			var witnesses []engine.Witness
			if anchors.Dir != "" {
				var err error
				if witnesses, err = readAnchors(anchors.Dir); err != nil {
					return err
				}
			}
			p, err := tool(cmd.Context(), o)
			if err != nil {
				return err
			}
			defer p.store.Close()
			report, err := p.engine.Audit(cmd.Context(), trusted, witnesses)
			if err != nil {
				return err
			}
			out := cmd.OutOrStdout()
			if asJSON {
				enc := json.NewEncoder(out)
				enc.SetIndent("", "  ")
				if err := enc.Encode(report); err != nil {
					return err
				}
			} else {
				for _, finding := range report.Findings {
					fmt.Fprintln(out, finding)
				}
				if more := report.Wrong - len(report.Findings); more > 0 {
					fmt.Fprintf(out, "and %d more\n", more)
				}
				fmt.Fprintf(out, "%d records with %d events, %d anchors with %d heads, %d files of anchors: %d wrong\n",
					report.Records, report.Events, report.Anchors, report.Heads, len(witnesses), report.Wrong)
			}
			if report.Wrong > 0 {
				return exitError(1)
			}
			return nil
		},
	}
	storeFlags(cmd.Flags(), &o)
	anchorFlags(cmd.Flags(), &anchors)
	cmd.Flags().StringSliceVar(&trusted, "trust", nil, "public keys (hex) that anchors may be signed with; default that of --audit-key, else any")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the report as JSON")
	return cmd
}
