package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// Copy is a real record as it comes into a box: what the administrator may see of it, with play people in place of real ones.
type Copy struct {
	// Ref is what copies know each other by, Title what people call the record.
	Ref, Title string
	Form       string
	Stage      string
	Owner      string
	// Since, Created and Closed are instants; empty is none.
	Since, Created, Closed string
	Data                   map[string]json.RawMessage
}

// NotCopied is a record, or one field of it, that the draft does not take, and why.
type NotCopied struct {
	Title string
	Field string
	Why   rules.Text
}

// MaxCopies is how many records come into a box, those that they point to among them.
const MaxCopies = 100

// copyIn puts copies of real records in. What the draft does not take is left out, a field before a whole record, and noted.
func (b *Box) copyIn(ctx context.Context, copies []Copy) error {
	for len(copies) > 0 {
		n, err := b.Engine.ImportSample(ctx, "admin", b.App.Def.Key, asSample(copies))
		var refused *process.Rejection
		if err == nil {
			b.Copied = n
			return nil
		}
		if !errors.As(err, &refused) || n >= len(copies) {
			return err
		}
		one := &copies[n]
		left := false
		for _, d := range refused.Details {
			field, _, _ := strings.Cut(strings.TrimPrefix(d.Path, "/records/"+strconv.Itoa(n)+"/data/"), "/")
			if _, there := one.Data[field]; there {
				delete(one.Data, field)
				left = true
				b.NotCopied = append(b.NotCopied, NotCopied{one.Title, field, d.Message})
			}
		}
		if !left {
			b.NotCopied = append(b.NotCopied, NotCopied{Title: one.Title, Why: refused.Message})
			copies = append(copies[:n:n], copies[n+1:]...)
		}
	}
	return nil
}

// asSample writes copies as a template writes its sample records.
func asSample(copies []Copy) []byte {
	type record struct {
		Ref     string                     `json:"ref"`
		Form    string                     `json:"form"`
		Data    map[string]json.RawMessage `json:"data"`
		Stage   string                     `json:"stage,omitempty"`
		Since   string                     `json:"since,omitempty"`
		Owner   string                     `json:"owner,omitempty"`
		Created string                     `json:"created,omitempty"`
		Closed  string                     `json:"closed,omitempty"`
	}
	list := make([]record, len(copies))
	for i, c := range copies {
		list[i] = record{c.Ref, c.Form, c.Data, c.Stage, c.Since, c.Owner, c.Created, c.Closed}
	}
	raw, err := json.Marshal(map[string]any{"records": list})
	if err != nil {
		panic("sandbox: copies cannot be written: " + err.Error()) // all of it came from JSON
	}
	return raw
}
