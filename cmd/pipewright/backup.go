package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"pipewright/runtime/store/sqlitestore"
)

// A backup is a directory that is a data directory: the database as one consistent copy, the key of the audit and the anchors handed out.

// backupCommand is `backup DIR`: a copy of the embedded store, taken while a server may be at work on it.
func backupCommand() *cobra.Command {
	var o storeOptions
	var anchors anchorOptions
	cmd := &cobra.Command{
		Use:   "backup DIR",
		Short: "Write a backup of the embedded store into a new directory; the server may go on running",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.MongoURI != "" {
				return errors.New("backup is for the embedded store; for MongoDB use mongodump --oplog or your snapshots")
			}
			if err := backup(cmd.Context(), o.Data, args[0], anchors.inside(o)); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s is written to %s\n", o.Data, args[0])
			return nil
		},
	}
	storeFlags(cmd.Flags(), &o)
	anchorFlags(cmd.Flags(), &anchors)
	return cmd
}

func backup(ctx context.Context, data, to string, anchors anchorOptions) error {
	return whole(to, func(dir string) error {
		// The anchors first: what is written while the database is being copied is then in the database alone, never a file that no anchor answers to.
		err := errors.Join(
			copyAll(anchors.Dir, filepath.Join(dir, "anchors")),
			copyFile(anchors.Key, filepath.Join(dir, "audit.key")))
		if err != nil {
			return err
		}
		return sqlitestore.Backup(ctx, data, filepath.Join(dir, sqlitestore.FileName))
	})
}

// restoreCommand is `restore DIR`: a backup becomes a data directory, after it was read whole and every chain verified.
func restoreCommand() *cobra.Command {
	var o storeOptions
	cmd := &cobra.Command{
		Use:   "restore DIR",
		Short: "Make a data directory of a backup, after verifying it",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.MongoURI != "" {
				return errors.New("restore is for the embedded store; for MongoDB use mongorestore --oplogReplay")
			}
			return restore(cmd.Context(), args[0], o.Data, cmd.OutOrStdout())
		},
	}
	storeFlags(cmd.Flags(), &o)
	return cmd
}

func restore(ctx context.Context, from, data string, out io.Writer) error {
	if _, err := os.Stat(filepath.Join(from, sqlitestore.FileName)); err != nil {
		return fmt.Errorf("%s holds no backup: %w", from, err)
	}
	return whole(data, func(dir string) error {
		if err := copyAll(from, dir); err != nil {
			return err
		}
		s, err := sqlitestore.Open(ctx, sqlitestore.Options{Dir: dir})
		if err != nil {
			return err
		}
		if err := errors.Join(s.Check(ctx), s.Close()); err != nil {
			return fmt.Errorf("the backup is damaged: %w", err)
		}
		p, err := tool(ctx, storeOptions{Data: dir})
		if err != nil {
			return err
		}
		report, err := p.engine.Audit(ctx, nil, nil)
		if err = errors.Join(err, p.store.Close()); err != nil {
			return err
		}
		if report.Wrong > 0 {
			return fmt.Errorf("the backup does not verify: %d wrong, first: %v", report.Wrong, report.Findings[0])
		}
		fmt.Fprintf(out, "%s is restored: %d records with %d events, all verified\n", data, report.Records, report.Events)
		return nil
	})
}

// whole makes a directory that is either there with all that fill puts into it or not there at all: filled under another name, then renamed. What is
// in the way is left alone and refused, but for an empty directory.
func whole(dir string, fill func(dir string) error) error {
	if entries, err := os.ReadDir(dir); len(entries) > 0 || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(fmt.Errorf("%s is already there; name a new directory, or move it away", dir), err)
	}
	if err := os.MkdirAll(filepath.Dir(filepath.Clean(dir)), 0o700); err != nil {
		return err
	}
	partial, err := os.MkdirTemp(filepath.Dir(filepath.Clean(dir)), filepath.Base(dir)+".partial-")
	if err != nil {
		return err
	}
	if err = fill(partial); err == nil {
		if err = os.Remove(dir); errors.Is(err, fs.ErrNotExist) {
			err = nil
		}
		if err == nil {
			err = os.Rename(partial, dir)
		}
	}
	if err != nil {
		return errors.Join(err, os.RemoveAll(partial))
	}
	return nil
}

// copyAll copies the files of a directory and of those in it; one that is not there is nothing to copy. The lock of a store is its process's own.
func copyAll(from, to string) error {
	err := filepath.WalkDir(from, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || d.Name() == "store.lock" {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		return copyFile(path, filepath.Join(to, rel))
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// copyFile copies a file, private and durable; one that is not there is nothing to copy.
func copyFile(from, to string) error {
	in, err := os.Open(from)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Sync(), out.Close())
}
