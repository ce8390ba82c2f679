package engine

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// head is the end of a record's chain of events: the number and the digest of the last one.
type head struct {
	Seq    int64  `json:"seq"`
	Digest string `json:"digest,omitempty"`
}

// chained is an event with its place in the chain. The digest covers the digest before it, the event's header and the salted
// hash of its payload; so payload and salt can be erased and the chain still verifies (semantics 20).
type chained struct {
	Event json.RawMessage `json:"event"`
	Salt  string          `json:"salt,omitempty"`
	// Erased: payload and salt have been taken out.
	Erased bool   `json:"erased,omitempty"`
	Hash   string `json:"hash"`
	Digest string `json:"digest"`
	// mark is what Event says of itself, while this process still knows.
	mark *eventMark
}

// eventMark is what an event is found by.
type eventMark struct {
	Seq  int64     `json:"seq"`
	Rev  int64     `json:"rev"`
	Type string    `json:"type"`
	At   time.Time `json:"at"`
}

// marked is the mark of an event, read out of it where it must be.
func (c *chained) marked() (*eventMark, error) {
	if c.mark != nil {
		return c.mark, nil
	}
	var m eventMark
	err := json.Unmarshal(c.Event, &m)
	return &m, err
}

// header is what the digest covers of an event beside its payload.
type header struct {
	Record string    `json:"record"`
	Seq    int64     `json:"seq"`
	Type   string    `json:"type"`
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Op     string    `json:"op"`
}

// extend chains events onto a head.
func extend(h head, record string, events []process.Event) ([]chained, head, error) {
	out := make([]chained, len(events))
	for i := range events {
		e := &events[i]
		payload, err := marshal(e.Payload)
		if err != nil {
			return nil, h, err
		}
		raw, err := marshal(e.Stored(payload))
		if err != nil {
			return nil, h, err
		}
		var salt [16]byte
		if _, err := rand.Read(salt[:]); err != nil {
			return nil, h, err
		}
		c := chained{Event: raw, Salt: hex.EncodeToString(salt[:]), mark: &eventMark{e.Seq, e.Rev, e.Payload.Type(), e.At}}
		if c.Hash, err = payloadHash(c.Salt, payload); err != nil {
			return nil, h, err
		}
		if c.Digest, err = link(h.Digest, header{record, e.Seq, e.Payload.Type(), e.At.UTC(), e.By, e.Op}, c.Hash); err != nil {
			return nil, h, err
		}
		h = head{e.Seq, c.Digest}
		out[i] = c
	}
	return out, h, nil
}

// payloadHash is SHA-256 over the salt and the payload with its members sorted, since a store keeps JSON by meaning and not by
// byte.
func payloadHash(salt string, payload json.RawMessage) (string, error) {
	dec := json.NewDecoder(bytes.NewReader(payload))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return "", err
	}
	sorted, err := marshal(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(append([]byte(salt+"\n"), sorted...))
	return hex.EncodeToString(sum[:]), nil
}

func link(before string, h header, payload string) (string, error) {
	b, err := json.Marshal(h)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(before + "\n" + string(b) + "\n" + payload))
	return hex.EncodeToString(sum[:]), nil
}

// Verify recomputes the chain of a record from its events. It returns how many events stand, and an error that names the first
// place where an event is missing, changed, or where the chain ends before the record's own head.
func (e *Engine) Verify(ctx context.Context, id string) (int, error) {
	return e.verify(ctx, id, func(head) error { return nil })
}

// verify is Verify; seen hears of every event of the chain that stands, and may refuse it.
func (e *Engine) verify(ctx context.Context, id string, seen func(head) error) (int, error) {
	form, err := e.form(ctx, id)
	if err != nil {
		return 0, err
	}
	doc, err := e.store.Get(ctx, RecordCollection(form), id)
	if err != nil {
		return 0, err
	}
	r, err := decodeRecord(doc)
	if err != nil {
		return 0, err
	}
	var at head
	check := func(c chained) error {
		var stored struct {
			Seq     int64           `json:"seq"`
			Type    string          `json:"type"`
			At      time.Time       `json:"at"`
			By      string          `json:"by"`
			Op      string          `json:"op"`
			Payload json.RawMessage `json:"payload"`
		}
		if err := json.Unmarshal(c.Event, &stored); err != nil {
			return err
		}
		if stored.Seq <= at.Seq {
			return nil // pending still holds what the events hold already
		}
		if stored.Seq != at.Seq+1 {
			return fmt.Errorf("engine: record %s: event %d is missing", id, at.Seq+1)
		}
		if c.Salt != "" {
			if hash, err := payloadHash(c.Salt, stored.Payload); err != nil || hash != c.Hash {
				return fmt.Errorf("engine: record %s: the payload of event %d is not what was committed", id, stored.Seq)
			}
		}
		digest, err := link(at.Digest, header{id, stored.Seq, stored.Type, stored.At.UTC(), stored.By, stored.Op}, c.Hash)
		if err != nil || digest != c.Digest {
			return fmt.Errorf("engine: record %s: event %d is not what was committed", id, stored.Seq)
		}
		at = head{stored.Seq, digest}
		return seen(at)
	}
	q := query.Query{Filter: query.Cmp{Col: "record", Op: query.Eq, Value: id}, Sort: []query.Sort{{Col: "seq"}}, Limit: 500}
	for {
		page, err := e.store.Query(ctx, collEvents, q)
		if err != nil {
			return int(at.Seq), err
		}
		for _, d := range page.Docs {
			var c chained
			if err := json.Unmarshal(d.Body, &c); err != nil {
				return int(at.Seq), err
			}
			if err := check(c); err != nil {
				return int(at.Seq), err
			}
		}
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	for _, b := range r.Pending {
		for _, c := range b.Events {
			if err := check(c); err != nil {
				return int(at.Seq), err
			}
		}
	}
	if at != r.Chain {
		return int(at.Seq), fmt.Errorf("engine: record %s: the chain ends at event %d, the record at %d", id, at.Seq, r.Chain.Seq)
	}
	return int(at.Seq), nil
}
