package main

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"

	"pipewright/runtime/engine"
)

// anchorOptions say with what the day's anchors are signed and where they are handed out.
type anchorOptions struct {
	// Key is a file with the seed of an Ed25519 key in hex; made when absent. Dir gets a file an anchor.
	Key, Dir string
}

func anchorFlags(f *pflag.FlagSet, o *anchorOptions) {
	f.StringVar(&o.Key, "audit-key", env("AUDIT_KEY", ""), "file of the key that signs the daily anchors, made when absent (default audit.key in the data directory of the embedded store)")
	f.StringVar(&o.Dir, "anchors", env("ANCHORS", ""), "directory the daily anchors are written to; keep it, or copies of it, on another machine (default anchors in the data directory)")
}

// inside fills in the places in the data directory of the embedded store.
func (o anchorOptions) inside(s storeOptions) anchorOptions {
	if s.MongoURI == "" && s.Data != "" {
		if o.Key == "" {
			o.Key = filepath.Join(s.Data, "audit.key")
		}
		if o.Dir == "" {
			o.Dir = filepath.Join(s.Data, "anchors")
		}
	}
	return o
}

// anchors makes the signer. Without a key file the key lives as long as the process: good for a throw-away store and nothing else.
func (o anchorOptions) anchors() (*engine.Anchors, error) {
	key, err := loadKey(o.Key)
	if err != nil {
		return nil, err
	}
	a := &engine.Anchors{Key: key}
	if o.Dir != "" {
		a.Export = func(_ context.Context, anchor *engine.Anchor, heads []engine.AnchoredHead) error {
			return writeAnchor(o.Dir, &engine.Witness{Anchor: *anchor, Heads: heads})
		}
	}
	return a, nil
}

func loadKey(file string) (ed25519.PrivateKey, error) {
	if file == "" {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	raw, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		_, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			return nil, err
		}
		return key, os.WriteFile(file, []byte(hex.EncodeToString(key.Seed())+"\n"), 0o600)
	}
	if err != nil {
		return nil, err
	}
	seed, err := hex.DecodeString(strings.TrimSpace(string(raw)))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, fmt.Errorf("%s holds no key: it must be the %d bytes of an Ed25519 seed in hex", file, ed25519.SeedSize)
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// writeAnchor writes an anchor whole or not at all.
func writeAnchor(dir string, w *engine.Witness) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	text, err := json.MarshalIndent(w, "", "  ")
	if err != nil {
		return err
	}
	name := filepath.Join(dir, "anchor-"+w.Anchor.Day+".json")
	f, err := os.CreateTemp(dir, ".anchor-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(text, '\n'))
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), name)
}

// readAnchors reads the anchors of a directory.
func readAnchors(dir string) ([]engine.Witness, error) {
	files, err := filepath.Glob(filepath.Join(dir, "anchor-*.json"))
	if err != nil {
		return nil, err
	}
	out := make([]engine.Witness, len(files))
	for i, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(raw, &out[i]); err != nil {
			return nil, fmt.Errorf("%s is no anchor: %w", file, err)
		}
	}
	return out, nil
}
