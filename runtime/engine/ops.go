package engine

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"pipewright/runtime/process"
)

// opMemory holds the newest operations of a record in one text of fixed-width entries, oldest first: 22 characters that name
// the operation, 22 that stand for the request, 9 for the instant (ms, base 36) and 8 for the last event (base 36). A busy
// record carries 200 of them through every command, so they are neither objects nor allocated one by one.
type opMemory string

const (
	opHash  = 22
	opWidth = opHash + opHash + 9 + 8
	// maxOps is how many operations stay in the record at least, once there have been as many (semantics 4); beyond them a block of leaveOps
	// leaves at once.
	maxOps   = 200
	leaveOps = 40
	// opMemoryFor is how long an operation is remembered at all.
	opMemoryFor = 7 * 24 * time.Hour
)

// op is one remembered operation.
type op struct {
	ID, Request string
	At          time.Time
	Seq         int64
}

func (o op) String() string {
	return fmt.Sprintf("%s%s%9s%8s", o.ID, o.Request, strconv.FormatInt(o.At.UnixMilli(), 36), strconv.FormatInt(o.Seq, 36))
}

func parseOp(entry string) (op, error) {
	if len(entry) != opWidth {
		return op{}, fmt.Errorf("engine: damaged operation %q", entry)
	}
	at, err := strconv.ParseInt(strings.TrimLeft(entry[2*opHash:2*opHash+9], " "), 36, 64)
	if err != nil {
		return op{}, err
	}
	seq, err := strconv.ParseInt(strings.TrimLeft(entry[2*opHash+9:], " "), 36, 64)
	return op{ID: entry[:opHash], Request: entry[opHash : 2*opHash], At: time.UnixMilli(at).UTC(), Seq: seq}, err
}

// find looks an operation up, newest first.
func (m opMemory) find(id string) (op, bool) {
	for end := len(m); end >= opWidth; end -= opWidth {
		if entry := string(m[end-opWidth : end]); entry[:opHash] == id {
			o, err := parseOp(entry)
			return o, err == nil
		}
	}
	return op{}, false
}

// add remembers an operation; those that no longer fit are returned, unless they are too old to matter.
func (m opMemory) add(o op) (kept opMemory, left []string) {
	m += opMemory(o.String())
	if len(m) < (maxOps+leaveOps)*opWidth {
		return m, nil
	}
	for i := 0; i < leaveOps; i++ {
		entry := string(m[:opWidth])
		if old, err := parseOp(entry); err == nil && o.At.Sub(old.At) < opMemoryFor {
			left = append(left, entry)
		}
		m = m[opWidth:]
	}
	return m, left
}

// shortHash is 128 bits of SHA-256 in 22 characters.
func shortHash(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(strconv.Itoa(len(p)) + ":" + p)) // lengths, so that no two lists of parts read the same
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:16])
}

// askedFor tells requests apart that come under one key. A key stands for one request: with another it is op.reused.
func askedFor(request any) (string, error) {
	raw, err := marshal(request)
	return shortHash(string(raw)), err
}

// hashID makes 26 characters of Crockford's base 32 out of parts: an id that a repeated create finds again.
func hashID(parts ...string) string {
	h := sha256.Sum256([]byte(shortHash(parts...)))
	return crockford.EncodeToString(h[:])[:26]
}

// requestHash stands for what a command asks, so that one key cannot be used for two requests.
func requestHash(c *process.Command) string {
	ask := *c
	ask.Op, ask.At, ask.Actor, ask.Cause = "", time.Time{}, process.Actor{}, process.Cause{}
	b, err := json.Marshal(ask)
	if err != nil {
		return shortHash("unreadable", err.Error())
	}
	return shortHash(string(b))
}
