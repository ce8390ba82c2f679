package engine

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

const (
	// MaxFile is the largest file, in bytes.
	MaxFile = 20 << 20
	// fileChunk is how much of a file one document holds.
	fileChunk = 256 << 10
	// uploadQuota is how much one person may upload in uploadWindow, in bytes.
	uploadQuota  = 500 << 20
	uploadWindow = 24 * time.Hour
)

// File is an uploaded file without its content.
type File struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Type   string    `json:"type"`
	Size   int64     `json:"size"`
	SHA256 string    `json:"sha256"`
	By     string    `json:"by"`
	At     time.Time `json:"at"`
	// Thumb is the size of the small picture, 0 when there is none.
	Thumb int64 `json:"thumb,omitempty"`
}

// chunk is one part of a file's content.
type chunk struct {
	Bytes []byte `json:"b"`
}

// SaveFile keeps a file: first its content, then what it is, so that a file that is known is whole. The id is random: it cannot be
// guessed. thumb may be empty. Errors: *process.Rejection too.many beyond the quota of a day.
func (e *Engine) SaveFile(ctx context.Context, user, name, kind string, content, thumb []byte) (*File, error) {
	now := e.instant()
	used, err := e.uploaded(ctx, user)
	if err != nil {
		return nil, err
	}
	if used+int64(len(content)) > uploadQuota {
		return nil, reject("too.many", rules.Say("一天最多上传 {mb} MB，请明天再传", "一天最多上傳 {mb} MB，請明天再傳", "One may upload at most {mb} MB a day; go on tomorrow", "mb", uploadQuota>>20))
	}
	var id [16]byte
	if _, err := rand.Read(id[:]); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(content)
	f := &File{ID: hex.EncodeToString(id[:]), Name: name, Type: kind, Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:]), By: user, At: now.UTC(), Thumb: int64(len(thumb))}
	if err := e.saveChunks(ctx, f.ID, content); err != nil {
		return nil, err
	}
	if err := e.saveChunks(ctx, f.ID+"-thumb", thumb); err != nil {
		return nil, err
	}
	body, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	return f, e.store.Insert(ctx, collFiles, store.Doc{ID: f.ID, Ver: 1, Body: body, Cols: map[string]any{"by": user, "at": now.UnixMilli(), "size": f.Size}})
}

func (e *Engine) saveChunks(ctx context.Context, id string, content []byte) error {
	for n := 0; len(content) > 0; n++ {
		part := content[:min(fileChunk, len(content))]
		content = content[len(part):]
		body, err := json.Marshal(chunk{part})
		if err != nil {
			return err
		}
		if err := e.store.Insert(ctx, collChunks, store.Doc{ID: chunkID(id, n), Ver: 1, Body: body}); err != nil {
			return err
		}
	}
	return nil
}

func chunkID(id string, n int) string { return id + "|" + strconv.Itoa(n) }

// FileOf is what is known of a file. Errors: store.ErrNotFound.
func (e *Engine) FileOf(ctx context.Context, id string) (*File, error) {
	if store.CheckID(id) != nil {
		return nil, store.ErrNotFound
	}
	d, err := e.store.Get(ctx, collFiles, id)
	if err != nil {
		return nil, err
	}
	var f File
	return &f, json.Unmarshal(d.Body, &f)
}

// FileContent gives a file's content, or its small picture, part by part.
func (e *Engine) FileContent(ctx context.Context, f *File, thumb bool, write func([]byte) error) error {
	id, left := f.ID, f.Size
	if thumb {
		id, left = f.ID+"-thumb", f.Thumb
	}
	for n := 0; left > 0; n++ {
		d, err := e.store.Get(ctx, collChunks, chunkID(id, n))
		if err != nil {
			return fmt.Errorf("engine: part %d of file %s: %w", n, id, err)
		}
		var c chunk
		if err := json.Unmarshal(d.Body, &c); err != nil || len(c.Bytes) == 0 {
			return fmt.Errorf("engine: part %d of file %s is damaged", n, id)
		}
		if err := write(c.Bytes); err != nil {
			return err
		}
		left -= int64(len(c.Bytes))
	}
	return nil
}

// MayOpen says whether a person may open a file: his own upload, or one that stands in a field he sees of a record he sees.
func (e *Engine) MayOpen(ctx context.Context, user string, f *File, record string) (bool, error) {
	if record == "" {
		return f.By == user, nil
	}
	v, _, err := e.load(ctx, user, record)
	if _, refused := asRejection(err); refused {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for _, use := range v.Form.Schema.Files(v.Form.Schema.Decode(v.State.Data)) {
		if use.Ref["id"] == f.ID && v.Sees(use.Field) {
			return true, nil
		}
	}
	return false, nil
}

// file answers what a record's file is.
func (f *fetcher) file(ctx context.Context, n process.Need) error {
	if f.facts.Files == nil {
		f.facts.Files = map[string]process.FileFact{}
	}
	got, err := f.e.FileOf(ctx, n.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		f.facts.Files[n.Key] = process.FileFact{Missing: true}
		return nil
	case err != nil:
		return err
	}
	f.facts.Files[n.Key] = process.FileFact{Name: got.Name, Type: got.Type, Size: got.Size, SHA256: got.SHA256, By: got.By}
	return nil
}
