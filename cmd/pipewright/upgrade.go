package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"pipewright/designer"
	"pipewright/rules"
)

// upgradeCommand is `upgrade APP [-w]`: what a newer version of the app's template would bring, and with -w into the draft. Exit 0 done or nothing to
// do, 1 conflicts without a side, 2 usage.
func upgradeCommand() *cobra.Command {
	var o storeOptions
	var sides sideFlags
	var write, asJSON bool
	var user string
	cmd := &cobra.Command{
		Use:   "upgrade APP",
		Short: "Put a newer version of an app's template together with what was changed since",
		Long: "Lists what is new in the template, and where the app has been changed otherwise at the same place.\n" +
			"With -w the result becomes the draft; it is published like any other change.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			choose, err := sides.picks()
			if err != nil {
				return err
			}
			p, err := tool(cmd.Context(), o)
			if err != nil {
				return err
			}
			defer p.store.Close()
			up, err := p.designer.Upgrade(cmd.Context(), args[0], choose)
			if err == nil && sides.take != "" {
				up, err = p.designer.Upgrade(cmd.Context(), args[0], sides.all(choose, up.Conflicts))
			}
			if err != nil {
				return sayError(err)
			}
			out := cmd.OutOrStdout()
			switch {
			case asJSON:
				if err := printJSON(out, map[string]any{"available": up.Available, "changes": up.Changes, "conflicts": up.Conflicts, "problems": up.Problems}); err != nil {
					return err
				}
			case !up.Available:
				fmt.Fprintln(out, rules.Say("{app} 已是模板的最新版本", "{app} 已是範本的最新版本", "{app} holds its template as it is now", "app", args[0]).In(language()))
			default:
				for _, c := range up.Changes {
					fmt.Fprintf(out, "%s: %s\n", c.Path, c.Text.In(language()))
				}
				printConflicts(out, up.Conflicts)
				printProblems(out, args[0], up.Problems, language())
			}
			if up.Open() > 0 {
				return exitError(1)
			}
			if !up.Available || !write {
				return nil
			}
			draft, _, err := p.designer.TakeUpgrade(cmd.Context(), args[0], user, up.Rev, up.To, sides.all(choose, up.Conflicts))
			if err != nil {
				return sayError(err)
			}
			fmt.Fprintf(cmd.ErrOrStderr(), "%s: draft %d\n", args[0], draft.Rev)
			return nil
		},
	}
	cmd.Flags().BoolVarP(&write, "write", "w", false, "put the result in the draft")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	cmd.Flags().StringVar(&user, "user", "admin", "in whose name")
	sides.add(cmd)
	storeFlags(cmd.Flags(), &o)
	return cmd
}

// sideFlags say whose changes count where both sides changed the same.
type sideFlags struct {
	take string
	pick []string
}

func (s *sideFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.take, "take", "", "whose counts at every conflict without a --pick: mine or theirs")
	cmd.Flags().StringArrayVar(&s.pick, "pick", nil, "whose counts at one conflict: `PATH=mine` or PATH=theirs; may be given more than once")
}

// picks are the sides chosen one by one.
func (s *sideFlags) picks() (map[string]designer.Side, error) {
	if s.take != "" && s.take != string(designer.Mine) && s.take != string(designer.Theirs) {
		return nil, fmt.Errorf("--take is mine or theirs, not %s", s.take)
	}
	out := map[string]designer.Side{}
	for _, p := range s.pick {
		i := strings.LastIndexByte(p, '=')
		if i < 0 || p[i+1:] != string(designer.Mine) && p[i+1:] != string(designer.Theirs) {
			return nil, fmt.Errorf("--pick is PATH=mine or PATH=theirs, not %s", p)
		}
		out[p[:i]] = designer.Side(p[i+1:])
	}
	return out, nil
}

// all adds the side of --take for every conflict that has none of its own.
func (s *sideFlags) all(picked map[string]designer.Side, conflicts []designer.MergeConflict) map[string]designer.Side {
	for _, c := range conflicts {
		if picked[c.Path] == "" && s.take != "" {
			picked[c.Path] = designer.Side(s.take)
		}
	}
	return picked
}

// printConflicts writes each conflict in words: where, what mine made of it, what theirs did, and whose counts.
func printConflicts(out io.Writer, list []designer.MergeConflict) {
	say := func(zhCN, zhTW, en string) string { return rules.Say(zhCN, zhTW, en).In(language()) }
	for _, c := range list {
		fmt.Fprintf(out, "%s: %s: %s\n", c.Path, say("冲突", "衝突", "conflict"), c.Place.In(language()))
		for _, side := range []struct {
			is   designer.Side
			name string
			text rules.Text
		}{{designer.Mine, say("我的", "我的", "mine"), c.MineText}, {designer.Theirs, say("对方", "對方", "theirs"), c.TheirsText}} {
			mark := " "
			if c.Chosen == side.is {
				mark = "*"
			}
			fmt.Fprintf(out, "  %s %s: %s\n", mark, side.name, side.text.In(language()))
		}
	}
}
