package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"pipewright/runtime/server"
)

// keptBackups is how many of the backups that the server makes itself stay on its disk.
const keptBackups = 5

// keeper makes backups of the embedded store for the server that works on it: the same directories that `backup` writes, in DATA/backups.
type keeper struct {
	data    string
	anchors anchorOptions
	busy    sync.Mutex
}

const (
	backupsDir   = "backups"
	backupPrefix = "backup-"
	backupLayout = "20060102T150405.000Z"
)

// Make writes a backup and then takes away those that are older than the newest few.
func (k *keeper) Make(ctx context.Context, at time.Time) (server.Backup, error) {
	if !k.busy.TryLock() {
		return server.Backup{}, server.ErrBackupRunning
	}
	defer k.busy.Unlock()
	name := backupPrefix + at.UTC().Format(backupLayout)
	if err := backup(ctx, k.data, filepath.Join(k.data, backupsDir, name), k.anchors); err != nil {
		return server.Backup{}, err
	}
	all, dir, err := k.List()
	if err != nil {
		return server.Backup{}, err
	}
	for _, old := range all[min(keptBackups, len(all)):] {
		if err := os.RemoveAll(filepath.Join(dir, old.Name)); err != nil {
			return server.Backup{}, err
		}
	}
	if i := slices.IndexFunc(all, func(b server.Backup) bool { return b.Name == name }); i >= 0 {
		return all[i], nil
	}
	return server.Backup{}, errors.New("the backup that was made is not there")
}

// List tells the whole backups in the directory; one that is being written has another name.
func (k *keeper) List() (all []server.Backup, dir string, err error) {
	dir = filepath.Join(k.data, backupsDir)
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, dir, err
	}
	for _, e := range entries {
		at, err := time.Parse(backupLayout, strings.TrimPrefix(e.Name(), backupPrefix))
		if err != nil || !strings.HasPrefix(e.Name(), backupPrefix) || !e.IsDir() {
			continue
		}
		b := server.Backup{Name: e.Name(), At: at}
		err = filepath.WalkDir(filepath.Join(dir, e.Name()), func(_ string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			info, err := d.Info()
			if err == nil {
				b.Size += info.Size()
			}
			return err
		})
		if err != nil {
			return nil, dir, err
		}
		all = append(all, b)
	}
	slices.SortFunc(all, func(a, b server.Backup) int { return cmp.Compare(b.Name, a.Name) })
	return all, dir, nil
}
