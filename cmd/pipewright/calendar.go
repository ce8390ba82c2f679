package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"pipewright/runtime/engine"
	"pipewright/runtime/org"
)

// calendarCommand is `calendar import FILE`: the days off of a year, as they are published, for the company or a team. The embedded store
// must not be in use by a server; where one runs, the People page or the API does it.
func calendarCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "calendar", Short: "Working calendars of the company and its teams"}
	cmd.AddCommand(calendarImportCommand())
	return cmd
}

func calendarImportCommand() *cobra.Command {
	var o storeOptions
	var team, user string
	var dry bool
	cmd := &cobra.Command{
		Use:   "import FILE",
		Short: `Enter a year: a file {"year", "days": [{"name", "date", "isOffDay"}]} as it is published`,
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			raw, err := readFile(args[0], cmd.InOrStdin())
			if err != nil {
				return err
			}
			year, problems := org.ReadCalendarYear(raw)
			if len(problems) > 0 {
				printProblems(cmd.ErrOrStderr(), args[0], problems, language())
				return exitError(1)
			}
			p, err := tool(cmd.Context(), o)
			if err != nil {
				return err
			}
			defer p.store.Close()
			dir, err := p.engine.Directory(cmd.Context())
			if err != nil {
				return err
			}
			change := engine.CalendarChange{Team: team, Ver: dir.OwnCalendar(team).Ver, Become: func(c org.TeamCalendar) org.TeamCalendar { return c.WithYear(year) }}
			moves, err := p.engine.PreviewCalendar(cmd.Context(), user, change)
			if err != nil {
				return sayError(err)
			}
			more := ""
			if moves.More {
				more = "at least "
			}
			if dry {
				fmt.Fprintf(cmd.OutOrStdout(), "%d: %d days; would move %s%d times of %d records\n", year.Year, len(year.Days), more, moves.Timers, moves.Records)
				return nil
			}
			if err := p.engine.SaveCalendar(cmd.Context(), user, change); err != nil {
				return sayError(err)
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%d: %d days; the server will move %s%d times of %d records\n", year.Year, len(year.Days), more, moves.Timers, moves.Records)
			return nil
		},
	}
	cmd.Flags().StringVar(&team, "team", "", "key of the team; the company if not given")
	cmd.Flags().StringVar(&user, "user", "", "in whose name")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "only say what would move")
	storeFlags(cmd.Flags(), &o)
	return cmd
}
