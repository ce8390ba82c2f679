package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"pipewright/designer"
	"pipewright/rules"
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
			// All are read before one is put in: what cannot be read is told of all of them, and nothing is half done.
			texts, defs := make([][]byte, len(files)), make([]*process.Definition, len(files))
			var unread problemsError
			for i, file := range files {
				texts[i], err = readFile(file, cmd.InOrStdin())
				var lines problemsError
				if errors.As(err, &lines) {
					unread = append(unread, lines...)
					continue
				}
				if err != nil {
					return err
				}
				var problems []rules.Problem
				if defs[i], problems = process.Parse(texts[i]); defs[i] == nil || defs[i].Key == "" {
					for _, p := range located(texts[i], problems) {
						unread = append(unread, problemLine(fmt.Sprintf("%s:%d:%d", file, p.Line, p.Col), p, language()))
					}
				}
			}
			if len(unread) > 0 {
				return unread
			}
			p, err := tool(cmd.Context(), o)
			if err != nil {
				return err
			}
			defer p.store.Close()
			for i, file := range files {
				raw, def := texts[i], defs[i]
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
					// A draft may be unsound; what is wrong with it is told, as the editor does.
					problems, err := p.designer.CheckAmong(ctx, raw)
					if err != nil {
						return err
					}
					printProblems(cmd.OutOrStdout(), file, located(raw, problems), language())
					continue
				}
				done, err := p.designer.Publish(ctx, designer.PublishInput{App: def.Key, User: user, AcceptWarnings: true})
				var refused *process.Rejection
				if errors.As(err, &refused) && refused.Code == "check.failed" {
					printProblems(cmd.OutOrStdout(), file, located(raw, refused.Details), language())
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
