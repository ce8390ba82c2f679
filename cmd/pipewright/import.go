package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"pipewright/designer"
	"pipewright/runtime/process"
)

// importCommand is `import FILE|DIR [--publish]`: definitions become drafts of their apps; apps that are not there are made. The embedded
// store must not be in use by a server.
func importCommand() *cobra.Command {
	var o storeOptions
	var publish bool
	var user string
	cmd := &cobra.Command{
		Use:   "import FILE|DIR",
		Short: "Put definitions into the stored data",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			files, err := definitionFiles(args[0])
			if err != nil {
				return err
			}
			p, err := tool(cmd.Context(), o)
			if err != nil {
				return err
			}
			defer p.store.Close()
			for _, file := range files {
				raw, err := readFile(file, cmd.InOrStdin())
				if err != nil {
					return err
				}
				def, problems := process.Parse(raw)
				if def == nil || def.Key == "" {
					printProblems(cmd.OutOrStdout(), file, problems, language())
					return exitError(1)
				}
				ctx := cmd.Context()
				draft, err := p.designer.Draft(ctx, def.Key)
				var missing *process.Rejection
				switch {
				case errors.As(err, &missing) && missing.Code == "not.found":
					_, err = p.designer.CreateApp(ctx, user, raw)
				case err == nil:
					_, _, err = p.designer.Save(ctx, def.Key, user, draft.Rev, raw)
				}
				if err != nil {
					return fmt.Errorf("%s: %w", file, sayError(err))
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: draft of %s\n", file, def.Key)
				if !publish {
					continue
				}
				done, err := p.designer.Publish(ctx, designer.PublishInput{App: def.Key, User: user, AcceptWarnings: true})
				var refused *process.Rejection
				if errors.As(err, &refused) && refused.Code == "check.failed" {
					printProblems(cmd.OutOrStdout(), file, refused.Details, language())
					return exitError(1)
				}
				if err != nil {
					return fmt.Errorf("%s: %w", file, sayError(err))
				}
				fmt.Fprintf(cmd.OutOrStdout(), "%s: release %d of %s\n", file, done.Release, def.Key)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&publish, "publish", false, "publish each app after importing it, warnings accepted")
	cmd.Flags().StringVar(&user, "user", "admin", "in whose name")
	storeFlags(cmd.Flags(), &o)
	return cmd
}

// definitionFiles is the file, or the folder of one app, or else the *.json and */app.json in it.
func definitionFiles(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return []string{path}, err
	}
	// A folder with an app.json is one app; what else is in it (sample.json) is no definition.
	if len(partFiles(path)) > 0 {
		return []string{path}, nil
	}
	var out []string
	for _, pattern := range []string{"*.json", "*/app.json"} {
		found, err := filepath.Glob(filepath.Join(path, pattern))
		if err != nil {
			return nil, err
		}
		for _, name := range found {
			if filepath.Base(name) == "app.json" {
				name = filepath.Dir(name) // an app's folder, in parts or not
			}
			out = append(out, name)
		}
	}
	slices.Sort(out)
	out = slices.Compact(out)
	if len(out) == 0 {
		return nil, fmt.Errorf("%s holds no definitions (app.json, *.json or */app.json)", path)
	}
	return out, nil
}

func fileExists(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// sayError puts a refusal into the words of the console's language.
func sayError(err error) error {
	var r *process.Rejection
	if errors.As(err, &r) {
		return errors.New(r.Message.In(language()))
	}
	return err
}
