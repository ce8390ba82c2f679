package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	idleEnd     = 30 * time.Minute
	absoluteEnd = 12 * time.Hour
	// touchEvery is how often a session notes that it was used; not at every request, which would be a write each.
	touchEvery = time.Minute
)

var errNoSession = errors.New("server: no session")

// session is a person signed in on one device. Its id is the hash of the token, so that the store holds nothing one could
// sign in with.
type session struct {
	ID        string    `json:"id"`
	User      string    `json:"user"`
	CreatedAt time.Time `json:"createdAt"`
	LastSeen  time.Time `json:"lastSeen"`
	Address   string    `json:"address"`
	Agent     string    `json:"agent"`
	// Seeing is whom an admin sees as, until SeeingUntil (seeing.go).
	Seeing      string    `json:"seeing,omitempty"`
	SeeingUntil time.Time `json:"seeingUntil,omitzero"`
}

type sessions struct {
	store store.Store
	now   func() time.Time
	// watched are what waits here for the end of a session, by session.
	mu      sync.Mutex
	watched map[string]map[chan struct{}]bool
}

// watch answers a channel that is closed when the session is ended by this process; one that another process ends is found out by asking. stop ends the watch.
func (s *sessions) watch(id string) (ended <-chan struct{}, stop func()) {
	c := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.watched == nil {
		s.watched = map[string]map[chan struct{}]bool{}
	}
	if s.watched[id] == nil {
		s.watched[id] = map[chan struct{}]bool{}
	}
	s.watched[id][c] = true
	return c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if delete(s.watched[id], c); len(s.watched[id]) == 0 {
			delete(s.watched, id)
		}
	}
}

// over tells those who watch a session that it has ended.
func (s *sessions) over(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.watched[id] {
		close(c)
	}
	delete(s.watched, id)
}

// cookieName begins with __Host- over TLS, which pins the cookie to this host; browsers refuse that name without TLS.
func cookieName(r *http.Request) string {
	if isSecure(r) {
		return "__Host-pipewright"
	}
	return "pipewright"
}

func tokenID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// start signs a user in and sets the cookie. The session is always a new one, and the one the request came with ends.
func (s *sessions) start(ctx context.Context, w http.ResponseWriter, r *http.Request, user string) error {
	if old, err := s.find(ctx, r); err == nil {
		if err := s.end(ctx, old.ID); err != nil {
			return err
		}
	}
	if err := s.sweep(ctx); err != nil {
		return err
	}
	raw := make([]byte, 16)
	if _, err := rand.Read(raw); err != nil {
		return err
	}
	token := base64.RawURLEncoding.EncodeToString(raw)
	now := s.now().UTC().Truncate(time.Millisecond)
	agent := r.UserAgent()
	if len(agent) > 200 {
		agent = agent[:200]
	}
	one := session{ID: tokenID(token), User: user, CreatedAt: now, LastSeen: now, Address: address(r), Agent: agent}
	if err := s.store.Insert(ctx, sessionsColl, s.doc(one, 1)); err != nil {
		return err
	}
	if err := s.present(ctx, user, now); err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName(r), Value: token, Path: "/", HttpOnly: true, Secure: isSecure(r),
		SameSite: http.SameSiteLaxMode, MaxAge: int(absoluteEnd / time.Second)})
	return nil
}

// sweep removes some of the sessions whose time is over. Every sign-in removes more than it adds, so they cannot pile up.
func (s *sessions) sweep(ctx context.Context) error {
	page, err := s.store.Query(ctx, sessionsColl, query.Query{Filter: query.Cmp{Col: "ends", Op: query.Lt, Value: s.now().UnixMilli()},
		Sort: []query.Sort{{Col: "ends"}}, Limit: 10, Cols: []string{"ends"}})
	if err != nil {
		return err
	}
	for _, doc := range page.Docs {
		if err := s.end(ctx, doc.ID); err != nil {
			return err
		}
	}
	return nil
}

func (s *sessions) doc(one session, ver int64) store.Doc {
	body, err := json.Marshal(one)
	if err != nil {
		panic("server: " + err.Error()) // a plain struct
	}
	return store.Doc{ID: one.ID, Ver: ver, Cols: map[string]any{"user": one.User, "ends": one.CreatedAt.Add(absoluteEnd).UnixMilli()}, Body: body}
}

// find reads the session of a request. Errors: errNoSession.
func (s *sessions) find(ctx context.Context, r *http.Request) (session, error) {
	cookie, err := r.Cookie(cookieName(r))
	if err != nil || len(cookie.Value) != 22 {
		return session{}, errNoSession
	}
	return s.get(ctx, tokenID(cookie.Value), true)
}

func (s *sessions) get(ctx context.Context, id string, touch bool) (session, error) {
	doc, err := s.store.Get(ctx, sessionsColl, id)
	if errors.Is(err, store.ErrNotFound) {
		return session{}, errNoSession
	}
	if err != nil {
		return session{}, fmt.Errorf("server: session: %w", err)
	}
	var one session
	if err := json.Unmarshal(doc.Body, &one); err != nil {
		return session{}, fmt.Errorf("server: session: %w", err)
	}
	now := s.now().UTC().Truncate(time.Millisecond)
	if now.Sub(one.LastSeen) > idleEnd || now.Sub(one.CreatedAt) > absoluteEnd {
		if touch {
			_ = s.end(ctx, id)
		}
		return session{}, errNoSession
	}
	if touch && now.Sub(one.LastSeen) >= touchEvery {
		one.LastSeen = now
		// Another request of the same session may have noted it first, which is as good.
		if err := s.store.Replace(ctx, sessionsColl, s.doc(one, doc.Ver+1), doc.Ver); err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
			return session{}, fmt.Errorf("server: session: %w", err)
		}
	}
	return one, nil
}

// end removes a session; one that is gone already is fine.
func (s *sessions) end(ctx context.Context, id string) error {
	for range 5 {
		doc, err := s.store.Get(ctx, sessionsColl, id)
		if errors.Is(err, store.ErrNotFound) {
			s.over(id)
			return nil
		}
		if err != nil {
			return err
		}
		err = s.store.Delete(ctx, sessionsColl, id, doc.Ver)
		if err == nil || errors.Is(err, store.ErrNotFound) {
			s.over(id)
			return nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return store.ErrConflict
}

// change puts something else into a session that is there. Errors: errNoSession.
func (s *sessions) change(ctx context.Context, id string, what func(*session)) error {
	for range 5 {
		doc, err := s.store.Get(ctx, sessionsColl, id)
		if errors.Is(err, store.ErrNotFound) {
			return errNoSession
		}
		if err != nil {
			return err
		}
		var one session
		if err := json.Unmarshal(doc.Body, &one); err != nil {
			return fmt.Errorf("server: session: %w", err)
		}
		what(&one)
		if err := s.store.Replace(ctx, sessionsColl, s.doc(one, doc.Ver+1), doc.Ver); !errors.Is(err, store.ErrConflict) {
			return err
		}
	}
	return store.ErrConflict
}

// of lists the sessions of a user that have not ended.
func (s *sessions) of(ctx context.Context, user string) ([]session, error) {
	var out []session
	q := query.Query{Filter: query.Cmp{Col: "user", Op: query.Eq, Value: user}, Limit: 200}
	for {
		page, err := s.store.Query(ctx, sessionsColl, q)
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Docs {
			one, err := s.get(ctx, doc.ID, false)
			if err != nil && !errors.Is(err, errNoSession) {
				return nil, err
			}
			if err == nil {
				out = append(out, one)
			}
		}
		if q.After = page.Next; q.After == "" {
			return out, nil
		}
	}
}

// endAll signs a user out everywhere but in one session.
func (s *sessions) endAll(ctx context.Context, user, but string) error {
	list, err := s.of(ctx, user)
	if err != nil {
		return err
	}
	for _, one := range list {
		if one.ID != but {
			if err := s.end(ctx, one.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func clearCookie(w http.ResponseWriter, r *http.Request) {
	http.SetCookie(w, &http.Cookie{Name: cookieName(r), Path: "/", HttpOnly: true, Secure: isSecure(r), SameSite: http.SameSiteLaxMode, MaxAge: -1})
}

// address is where a request comes from: the peer, or what a reverse proxy on this machine says it forwards for. Nobody else is
// believed.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return host
	}
	last := r.Header.Get("X-Forwarded-For")
	if i := strings.LastIndexByte(last, ','); i >= 0 {
		last = last[i+1:]
	}
	if ip := net.ParseIP(strings.TrimSpace(last)); ip != nil {
		return ip.String()
	}
	return host
}
