package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	goruntime "runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// benchCommand is `bench [--quick] [--only workspace [--data DIR]] [--records N] [--due N] [--json] [--mongodb-uri URI]`: speed and memory, each figure beside a limit measured in the same run on
// the same machine. It starts servers of its own on loopback addresses and ends them.
func benchCommand() *cobra.Command {
	var quick, asJSON bool
	var mongo, only, data string
	var records, due int
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure speed and memory beside their limits",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			size := benchSize{Seconds: 10, Records: 100_000, Starts: 5, Due: 10_000}
			if quick {
				size = benchSize{Seconds: 2, Records: 5_000, Starts: 3}
			}
			if records > 0 {
				size.Records = max(records, 2*few)
			}
			if due >= 0 {
				size.Due = min(due, 10_000)
			}
			workspace := only == "workspace"
			if only != "" && !workspace {
				return fmt.Errorf("--only takes workspace, not %q", only)
			}
			if data != "" && (!workspace || mongo != "") {
				return errors.New("--data is for --only workspace on the embedded store")
			}
			ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM) // its servers end with it
			defer stop()
			ctx, cancel := context.WithTimeout(ctx, time.Hour)
			defer cancel()
			figures, err := runBench(ctx, size, mongo, workspace, data, cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), map[string]any{"cores": goruntime.NumCPU(), "go": goruntime.Version(), "records": size.Records, "seconds": size.Seconds, "figures": figures})
			}
			printFigures(cmd.OutOrStdout(), figures)
			return nil
		},
	}
	cmd.Flags().BoolVar(&quick, "quick", false, "a short run over fewer records, to see that it works")
	cmd.Flags().IntVar(&records, "records", 0, "records in the lists instead of 100,000 (quick: 5,000); a million takes a quarter of an hour more")
	cmd.Flags().IntVar(&due, "due", -1, "records due at one tick instead of 10,000 (quick: none, as a tick is up to two minutes away)")
	cmd.Flags().StringVar(&only, "only", "", "workspace: import deals into the B2B template and measure lists, boards, reports, dashboards, search and export as people with different rights")
	cmd.Flags().StringVar(&data, "data", "", "keep the workspace in this folder; it is measured again without being loaded again")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the figures as JSON")
	cmd.Flags().StringVar(&mongo, "mongodb-uri", os.Getenv("PIPEWRIGHT_MONGODB_URI"), "measure on this MongoDB instead of the embedded store")
	return cmd
}

// benchSize says how much is measured.
type benchSize struct {
	// Seconds each load runs; Records in the lists; Starts of the cold-start figure; Due at one tick, 0 for none.
	Seconds, Records, Starts, Due int
}

// Figure is one line of the result.
type Figure struct {
	ID    string  `json:"id"`
	What  string  `json:"what"`
	Unit  string  `json:"unit"`
	Value float64 `json:"value"`
	// Limit was measured in the same run; 0 when the figure stands alone. Ratio is value / limit.
	Limit float64 `json:"limit,omitempty"`
	Ratio float64 `json:"ratio,omitempty"`
	// CPU is what the server spent on one, in ms; in the figures of a workspace.
	CPU   float64 `json:"cpu,omitempty"`
	Floor string  `json:"floor"`
	Goal  string  `json:"goal"`
}

func printFigures(out io.Writer, figures []Figure) {
	fmt.Fprintf(out, "%-4s %-62s %12s %12s %8s  %-9s %s\n", "", "", "value", "limit", "ratio", "floor", "goal")
	for _, f := range figures {
		limit, ratio, cpu := "", "", ""
		if f.Limit > 0 {
			limit, ratio = fmt.Sprintf("%.2f", f.Limit), fmt.Sprintf("%.2f", f.Ratio)
		}
		if f.CPU > 0 {
			cpu = fmt.Sprintf("   %.0f ms of CPU", f.CPU)
		}
		fmt.Fprintf(out, "%-4s %-62s %12.2f %12s %8s  %-9s %s%s\n", f.ID, f.What+" ("+f.Unit+")", f.Value, limit, ratio, f.Floor, f.Goal, cpu)
	}
}
