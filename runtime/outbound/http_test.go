package outbound

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

var at = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func TestGuard(t *testing.T) {
	t.Parallel()
	hits := 0
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits++ }))
	defer srv.Close()
	port := srv.URL[strings.LastIndex(srv.URL, ":"):]
	plain := New(Config{})
	for name, m := range map[string]Message{
		"plain http":    {ID: "1", URL: srv.URL},
		"loopback":      {ID: "1", URL: "https://127.0.0.1" + port},
		"loopback v6":   {ID: "1", URL: "https://[::1]" + port},
		"mapped v4":     {ID: "1", URL: "https://[::ffff:127.0.0.1]" + port},
		"private":       {ID: "1", URL: "https://10.0.0.1/"},
		"link local":    {ID: "1", URL: "https://169.254.169.254/latest"},
		"a name for it": {ID: "1", URL: "https://localhost" + port},
		"file":          {ID: "1", URL: "file:///etc/passwd"},
		"password":      {ID: "1", URL: "https://a:b@example.com/"},
		"relative":      {ID: "1", URL: "/x"},
		"method":        {ID: "1", URL: "https://example.com", Method: "CONNECT"},
		"own header":    {ID: "1", URL: "https://example.com", Headers: map[string]string{"Webhook-Id": "2"}},
		"line break":    {ID: "1", URL: "https://example.com", Headers: map[string]string{"X": "a\r\nb: c"}},
		"no secret":     {ID: "1", URL: "https://example.com", Secret: "none"},
		"no id":         {URL: "https://example.com"},
		"big body":      {ID: "1", URL: "https://example.com", Body: make([]byte, MaxBody+1)},
	} {
		if _, err := plain.Send(t.Context(), m); err == nil {
			t.Errorf("%s: was sent", name)
		}
	}
	if hits != 0 {
		t.Errorf("the guarded server was reached %d times", hits)
	}
}

func TestSigned(t *testing.T) {
	t.Parallel()
	key := []byte("k")
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sec, _ := strconv.ParseInt(r.Header.Get("webhook-timestamp"), 10, 64)
		if !Verify(key, r.Header.Get("webhook-id"), time.Unix(sec, 0), body, r.Header.Get("webhook-signature")) {
			w.WriteHeader(401)
			return
		}
		w.Write([]byte(`{"ok":true}`))
	}))
	defer srv.Close()
	host := strings.TrimPrefix(srv.URL, "http://")
	h := New(Config{Hosts: []string{host}, Secrets: map[string]Secret{"erp": {key, []string{host}}, "other": {key, []string{"example.com"}}}})
	m := Message{ID: "m1", URL: srv.URL + "/hook", Body: []byte(`{"a":1}`), Secret: "erp", At: at}
	r, err := h.Send(t.Context(), m)
	if err != nil || string(r.Body) != `{"ok":true}` {
		t.Fatalf("%v, %+v", err, r)
	}
	m.Secret = "other"
	if _, err := h.Send(t.Context(), m); !errors.Is(err, ErrRefused) {
		t.Errorf("a secret of another host was used: %v", err)
	}
	m.Secret = ""
	var status *StatusError
	if _, err := h.Send(t.Context(), m); !errors.As(err, &status) || status.Status != 401 || !status.Permanent() {
		t.Errorf("unsigned: %v", err)
	}
}

func TestReplies(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "/ok", http.StatusFound)
		case "/big":
			w.Write(make([]byte, MaxReply+1))
		case "/busy":
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(429)
		}
	}))
	defer srv.Close()
	h := New(Config{Hosts: []string{"127.0.0.1"}})
	send := func(path string) error {
		_, err := h.Send(t.Context(), Message{ID: "1", URL: srv.URL + path, At: at})
		return err
	}
	var status *StatusError
	if err := send("/redirect"); !errors.As(err, &status) || status.Status != 302 {
		t.Errorf("redirect: %v", err)
	}
	if err := send("/big"); !errors.Is(err, ErrRefused) {
		t.Errorf("big: %v", err)
	}
	if err := send("/busy"); !errors.As(err, &status) || status.Permanent() || status.RetryAfter != 7*time.Second {
		t.Errorf("busy: %v", err)
	}
	if err := send("/ok"); err != nil {
		t.Error(err)
	}
}
