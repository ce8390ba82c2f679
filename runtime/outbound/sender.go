package outbound

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Message is one request to another system.
type Message struct {
	// ID is the same for every attempt of one delivery; it is sent as webhook-id.
	ID string
	// URL is absolute, https (http only to a host the admin listed).
	URL string
	// Method is POST by default; GET, PUT, PATCH and DELETE are allowed.
	Method string
	// Headers beside the engine's own. Host, Content-Length, webhook-* and connection headers are refused.
	Headers map[string]string
	// Body is sent as JSON; at most 1 MiB.
	Body []byte
	// Secret names a secret of the settings; when given, the message is signed with it. It must belong to the URL's host.
	Secret string
	// Key signs in place of Secret: it belongs to this address alone.
	Key []byte
	// At is the instant of this attempt; it is signed too.
	At time.Time
}

// Reply is what the other system answered with a 2xx status.
type Reply struct {
	Status int
	// Body is at most 64 KiB; a longer answer is an error.
	Body []byte
}

// Sender sends one message once. Errors: ErrRefused when this installation will not send it at all (repeating is useless),
// *StatusError when the other side answered with another status than 2xx, any other error when it could not be reached.
type Sender interface {
	Send(ctx context.Context, m Message) (*Reply, error)
}

// ErrRefused: the address, the method, a header or the secret is not allowed. Sending again will not help.
var ErrRefused = errors.New("outbound: refused")

// StatusError is an answer that is not a success.
type StatusError struct {
	Status int
	// RetryAfter is what the other side asked to wait; 0 when it did not.
	RetryAfter time.Duration
	// Body is the beginning of the answer.
	Body []byte
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("outbound: the other system answered %d", e.Status)
}

// Permanent says whether repeating the message can not help: a client error other than time-out, conflict and too many.
func (e *StatusError) Permanent() bool {
	return e.Status >= 400 && e.Status < 500 && e.Status != 408 && e.Status != 409 && e.Status != 425 && e.Status != 429
}
