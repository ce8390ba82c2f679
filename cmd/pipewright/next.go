package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"pipewright/runtime/engine"
)

// nextCommand is `next "CRON" --timezone Z --from T -n N`: the coming fires by the engine's own rules, an RFC 3339 instant a line.
func nextCommand() *cobra.Command {
	var zone, from string
	var n int
	cmd := &cobra.Command{
		Use:   `next "CRON"`,
		Short: "Print when a schedule fires next",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			at := time.Now()
			if from != "" {
				var err error
				if at, err = time.Parse(time.RFC3339, from); err != nil {
					return fmt.Errorf("--from must be an instant like 2026-03-02T09:00:00+08:00")
				}
			}
			if n < 1 || n > 1000 {
				return fmt.Errorf("-n is 1 to 1000")
			}
			location, err := time.LoadLocation(zone)
			if err != nil {
				return fmt.Errorf("there is no time zone %q", zone)
			}
			fires, err := engine.Next(args[0], zone, at, n)
			if err != nil {
				fmt.Fprintln(cmd.ErrOrStderr(), err)
				return exitError(1)
			}
			for _, t := range fires {
				fmt.Fprintln(cmd.OutOrStdout(), t.In(location).Format(time.RFC3339))
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&zone, "timezone", "Asia/Shanghai", "IANA time zone of the schedule")
	cmd.Flags().StringVar(&from, "from", "", "instant to start from (default now)")
	cmd.Flags().IntVarP(&n, "count", "n", 10, "how many")
	return cmd
}
