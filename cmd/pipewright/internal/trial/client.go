// Package trial runs real Pipewright servers in processes of their own and talks to them, for the kill test, the benchmark and the tests of
// the binary. It uses loopback addresses only.
package trial

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"time"
)

// The admin of a server under trial.
const (
	User     = "trial"
	Password = "trial-password-1"
)

// API is a client of the HTTP API with a session. It is used by one goroutine at a time.
type API struct {
	bases []string
	at    int
	http  *http.Client
}

// New makes a client that keeps its session. Several bases are nodes of one installation: it talks to the first, and Persist
// turns to the next when that one does not answer.
func New(bases ...string) *API {
	jar, _ := cookiejar.New(nil)
	return &API{bases: bases, http: &http.Client{Jar: jar, Timeout: 10 * time.Second}}
}

// Patience is how long an answer is waited for; 10 seconds before it is set.
func (a *API) Patience(d time.Duration) { a.http.Timeout = d }

// Upload sends a file as it is and wants success.
func (a *API) Upload(ctx context.Context, path, kind string, content []byte, into any) error {
	req, err := http.NewRequestWithContext(ctx, "POST", a.bases[a.at]+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", kind)
	res, err := a.http.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("POST %s: %d %s", path, res.StatusCode, answer)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}

// Do sends one request; err is only of the transport.
func (a *API) Do(ctx context.Context, method, path string, body any, key string) (status int, answer []byte, err error) {
	return a.send(ctx, method, path, body, map[string]string{"Idempotency-Key": key})
}

// Put writes over what stands at a rev.
func (a *API) Put(ctx context.Context, path string, body any, rev int64) (status int, answer []byte, err error) {
	return a.send(ctx, "PUT", path, body, map[string]string{"If-Match": fmt.Sprintf("%q", fmt.Sprint(rev))})
}

func (a *API) send(ctx context.Context, method, path string, body any, headers map[string]string) (status int, answer []byte, err error) {
	var in io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return 0, nil, err
		}
		in = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(ctx, method, a.bases[a.at]+path, in)
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range headers {
		if value != "" {
			req.Header.Set(name, value)
		}
	}
	res, err := a.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// Must sends one request and wants success.
func (a *API) Must(ctx context.Context, method, path string, body any, key string, into any) error {
	status, answer, err := a.Do(ctx, method, path, body, key)
	if err != nil {
		return err
	}
	if status >= 300 {
		return fmt.Errorf("%s %s: %d %s", method, path, status, answer)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer, into)
}

// Persist repeats the request with the same key until the server answers; a server that is down or starting is waited for.
func (a *API) Persist(ctx context.Context, path string, body any, key string, into any) error {
	return a.keepOn(ctx, "POST", path, body, key, into)
}

// Look reads until the server answers.
func (a *API) Look(ctx context.Context, path string, into any) error {
	return a.keepOn(ctx, "GET", path, nil, "", into)
}

func (a *API) keepOn(ctx context.Context, method, path string, body any, key string, into any) error {
	for ctx.Err() == nil {
		status, answer, err := a.Do(ctx, method, path, body, key)
		switch {
		case err != nil || status >= 500 || status == 429:
			a.at = (a.at + 1) % len(a.bases)
			Wait(ctx, 20*time.Millisecond)
		case status == 401:
			if err := a.SignIn(ctx); err != nil {
				Wait(ctx, 20*time.Millisecond)
			}
		case status >= 300:
			return fmt.Errorf("%s %s: %d %s", method, path, status, answer)
		case into != nil:
			return json.Unmarshal(answer, into)
		default:
			return nil
		}
	}
	return ctx.Err()
}

// SignIn opens a session for the trial's admin.
func (a *API) SignIn(ctx context.Context) error {
	return a.Must(ctx, "POST", "/api/login", map[string]string{"username": User, "password": Password}, "", nil)
}
