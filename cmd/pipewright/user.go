package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"pipewright/runtime/org"
	"pipewright/runtime/server"
)

// userCommand is `user add NAME` and `user reset NAME`: the way in when nobody can sign in. The password is read from standard input, so that
// it is in no list of processes and no shell history.
func userCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "user", Short: "Add a user or give one a new password"}
	cmd.AddCommand(userAddCommand(), userResetCommand())
	return cmd
}

func userAddCommand() *cobra.Command {
	var o storeOptions
	var name, lang, team, company string
	var admin, design, operate bool
	cmd := &cobra.Command{
		Use:   "add USERNAME",
		Short: "Add a user; the password is read from standard input",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := readPassword(cmd)
			if err != nil {
				return err
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
			if _, taken := dir.User(args[0]); taken {
				return fmt.Errorf("there is a user %q already; `pipewright user reset` gives a new password", args[0])
			}
			u := org.User{ID: args[0], Name: name, Language: lang, Team: team, Active: true}
			var rights []org.Right
			if admin || design {
				rights = append(rights, org.Design)
			}
			if admin || operate {
				rights = append(rights, org.Operate)
			}
			u.Give(rights...)
			if u.Name == "" {
				u.Name = u.ID
			}
			if u.Admin && p.server.SetupCode() != "" {
				return sayError(p.server.SetUp(cmd.Context(), server.Setup{User: u, Password: password, Company: company}))
			}
			if err := server.CheckPassword(password); err != nil {
				return err
			}
			if err := p.engine.AddUser(cmd.Context(), u); err != nil {
				return sayError(err)
			}
			return setPassword(cmd, p, u.ID, password)
		},
	}
	cmd.Flags().StringVar(&name, "name", "", "name to show; the user name if not given")
	cmd.Flags().StringVar(&lang, "language", "zh-CN", "zh-CN, zh-TW or en")
	cmd.Flags().StringVar(&team, "team", "", "key of the team")
	cmd.Flags().BoolVar(&admin, "admin", false, "may design and operate; sets the product up if nobody has")
	cmd.Flags().BoolVar(&design, "design", false, "may edit, try out and publish apps")
	cmd.Flags().BoolVar(&operate, "operate", false, "may look after people, settings, jobs, secrets, the audit and backups")
	cmd.Flags().StringVar(&company, "company", "Pipewright", "name of the company, when this sets the product up")
	storeFlags(cmd.Flags(), &o)
	return cmd
}

func userResetCommand() *cobra.Command {
	var o storeOptions
	var dropFactor bool
	cmd := &cobra.Command{
		Use:   "reset USERNAME",
		Short: "Give a user a new password, read from standard input",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			password, err := readPassword(cmd)
			if err != nil {
				return err
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
			if _, ok := dir.User(args[0]); !ok {
				return fmt.Errorf("there is no user %q", args[0])
			}
			if err := setPassword(cmd, p, args[0], password); err != nil {
				return err
			}
			accounts, err := server.NewAccounts(cmd.Context(), p.store)
			if err != nil {
				return err
			}
			if dropFactor {
				if err := accounts.DropFactor(cmd.Context(), args[0]); err != nil {
					return err
				}
			}
			return accounts.SignOut(cmd.Context(), args[0]) // whoever knew the old password is out
		},
	}
	cmd.Flags().BoolVar(&dropFactor, "drop-second-factor", false, "also let the user sign in without the code of an authenticator app, e.g. after the phone was lost")
	storeFlags(cmd.Flags(), &o)
	return cmd
}

func setPassword(cmd *cobra.Command, p *product, user, password string) error {
	accounts, err := server.NewAccounts(cmd.Context(), p.store)
	if err != nil {
		return err
	}
	return accounts.SetPassword(cmd.Context(), user, password)
}

func readPassword(cmd *cobra.Command) (string, error) {
	line, err := bufio.NewReader(cmd.InOrStdin()).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	password := strings.TrimRight(line, "\r\n")
	if password == "" {
		return "", errors.New("give the password on standard input, for example: printf '%s\\n' \"$PASSWORD\" | pipewright user add …")
	}
	return password, nil
}
