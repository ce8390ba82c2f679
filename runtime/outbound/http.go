package outbound

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"code.dny.dev/ssrf"
	"golang.org/x/net/http/httpguts"
)

// Limits of one request.
const (
	Timeout   = 10 * time.Second
	MaxReply  = 64 << 10
	MaxBody   = 1 << 20
	maxHeader = 8 << 10
)

// Secret signs messages to its own hosts and to no other (semantics 24).
type Secret struct {
	Key   []byte
	Hosts []string
}

// Config of an HTTP sender. The zero value sends to public https addresses only, unsigned.
type Config struct {
	// Hosts are exceptions that an admin listed, "name" or "name:port": they may be reached over plain http and at addresses
	// that are otherwise closed (loopback, private networks).
	Hosts []string
	// Secrets by name.
	Secrets map[string]Secret
}

// HTTP is the Sender over HTTP.
type HTTP struct {
	config        Config
	client        *http.Client
	guarded, open *net.Dialer
}

// New makes an HTTP sender. It follows no redirect, uses no proxy, keeps no cookies, and checks the address at connect time,
// after the name was resolved, so that a name cannot point into the inner network.
func New(c Config) *HTTP {
	guard := ssrf.New(ssrf.WithAnyPort())
	h := &HTTP{config: c, guarded: &net.Dialer{Timeout: 5 * time.Second, Control: guard.Safe}, open: &net.Dialer{Timeout: 5 * time.Second}}
	h.client = &http.Client{
		Timeout:       Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy:                  nil,
			DialContext:            h.Dial,
			TLSHandshakeTimeout:    5 * time.Second,
			ResponseHeaderTimeout:  Timeout,
			MaxResponseHeaderBytes: 64 << 10,
			MaxIdleConnsPerHost:    2,
			IdleConnTimeout:        30 * time.Second,
		},
	}
	return h
}

// ErrInside: an address is of the own network, and nobody has listed it.
var ErrInside = errors.New("the address is inside the own network, and not listed with --outbound-host")

// Dial connects to "host:port" as requests do. Errors: ErrInside.
func (h *HTTP) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	if h.listed(address) {
		return h.open.DialContext(ctx, network, address)
	}
	conn, err := h.guarded.DialContext(ctx, network, address)
	if errors.Is(err, ssrf.ErrProhibitedIP) {
		err = fmt.Errorf("%w: %w", ErrInside, err)
	}
	return conn, err
}

// Client asks other systems things on behalf of the installation itself, held as requests are.
func (h *HTTP) Client() *http.Client { return h.client }

// listed tells whether an admin listed this "host:port".
func (h *HTTP) listed(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(h.config.Hosts, func(e string) bool {
		return strings.EqualFold(e, address) || strings.EqualFold(e, host)
	})
}

// Send implements Sender.
func (h *HTTP) Send(ctx context.Context, m Message) (*Reply, error) {
	req, err := h.request(ctx, m)
	if err != nil {
		return nil, err
	}
	res, err := h.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("outbound: %w", err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, MaxReply+1))
	if res.StatusCode < 200 || res.StatusCode > 299 {
		return nil, &StatusError{Status: res.StatusCode, RetryAfter: retryAfter(res.Header.Get("Retry-After")), Body: body[:min(len(body), 2048)]}
	}
	if err != nil {
		return nil, fmt.Errorf("outbound: reading the answer: %w", err)
	}
	if len(body) > MaxReply {
		return nil, fmt.Errorf("%w: the answer is longer than %d bytes", ErrRefused, MaxReply)
	}
	return &Reply{Status: res.StatusCode, Body: body}, nil
}

func (h *HTTP) request(ctx context.Context, m Message) (*http.Request, error) {
	refuse := func(format string, args ...any) (*http.Request, error) {
		return nil, fmt.Errorf("%w: %s", ErrRefused, fmt.Sprintf(format, args...))
	}
	u, err := url.Parse(m.URL)
	switch {
	case err != nil || u.Host == "" || u.Opaque != "":
		return refuse("%q is no absolute address", clip(m.URL))
	case u.User != nil:
		return refuse("an address may not hold a user name or password")
	case u.Scheme != "https" && !(u.Scheme == "http" && h.listed(address(u))):
		return refuse("%s is not https", u.Scheme+"://"+u.Host)
	case len(m.Body) > MaxBody:
		return refuse("the body is longer than %d bytes", MaxBody)
	case m.ID == "" || !httpguts.ValidHeaderFieldValue(m.ID):
		return refuse("a message needs an id")
	}
	method := m.Method
	if method == "" {
		method = http.MethodPost
	}
	if !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, method) {
		return refuse("method %q", clip(method))
	}
	var body io.Reader
	if method != http.MethodGet && len(m.Body) > 0 {
		body = bytes.NewReader(m.Body)
	}
	req, err := http.NewRequestWithContext(ctx, method, m.URL, body)
	if err != nil {
		return refuse("%v", err)
	}
	size := 0
	for name, value := range m.Headers {
		size += len(name) + len(value)
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) || size > maxHeader {
			return refuse("header %q", clip(name))
		}
		if reserved(name) {
			return refuse("header %q is set by the engine", name)
		}
		req.Header.Set(name, value)
	}
	if body != nil && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	req.Header.Set("User-Agent", "pipewright")
	req.Header.Set("webhook-id", m.ID)
	req.Header.Set("webhook-timestamp", strconv.FormatInt(m.At.Unix(), 10))
	if m.Secret != "" {
		secret, ok := h.config.Secrets[m.Secret]
		if !ok || len(secret.Key) == 0 {
			return refuse("there is no secret %q in the settings", clip(m.Secret))
		}
		if !slices.ContainsFunc(secret.Hosts, func(e string) bool {
			return strings.EqualFold(e, u.Hostname()) || strings.EqualFold(e, u.Host)
		}) {
			return refuse("secret %q does not belong to %s", m.Secret, u.Host)
		}
		signed := m.Body
		if body == nil {
			signed = nil
		}
		req.Header.Set("webhook-signature", Sign(secret.Key, m.ID, m.At, signed))
	}
	if m.Secret == "" && len(m.Key) > 0 {
		req.Header.Set("webhook-signature", Sign(m.Key, m.ID, m.At, m.Body))
	}
	return req, nil
}

// address is the host:port an address connects to.
func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func reserved(name string) bool {
	n := strings.ToLower(name)
	return strings.HasPrefix(n, "webhook-") || strings.HasPrefix(n, "proxy-") ||
		slices.Contains([]string{"host", "content-length", "connection", "transfer-encoding", "upgrade", "te", "trailer", "cookie", "user-agent"}, n)
}

func retryAfter(v string) time.Duration {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > 86400 {
		return 0
	}
	return time.Duration(n) * time.Second
}

func clip(s string) string {
	if len(s) > 80 {
		return s[:80] + "…"
	}
	return s
}
