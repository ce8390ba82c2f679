package server

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	goruntime "runtime"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"pipewright/rules"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	credentialsColl = "credentials"
	sessionsColl    = "sessions"
	tokensColl      = "tokens"
	factorsColl     = "secondFactors"
	settingsColl    = "settings"
	deedsColl       = "deeds"
	presenceColl    = "presence"
	readingsColl    = "readings"
	guidesColl      = "guides"
)

// Accounts keeps passwords, apart from people, so that nothing that lists people can show them. Safe for concurrent use.
type Accounts struct {
	store store.Store
	// slots bound how many hashes are computed at once: each takes 19 MiB and a core.
	slots chan struct{}
}

// The cost of a hash (OWASP: argon2id, m=19 MiB, t=2, p=1).
const (
	argonMemory  = 19 * 1024
	argonTime    = 2
	argonThreads = 1
	argonKey     = 32
)

// NewAccounts declares the collections of passwords, second factors, identities elsewhere, sessions, tokens, settings, what admins did and on which days who came, who has read what is new, and how far each is with his first steps.
func NewAccounts(ctx context.Context, s store.Store) (*Accounts, error) {
	columns := []store.Column{{Name: "user", Type: query.Text}, {Name: "ends", Type: query.Time}}
	byUser, byEnd := store.Index{Name: "byUser", Cols: []string{"user"}}, store.Index{Name: "byEnd", Cols: []string{"ends"}}
	err := s.Ensure(ctx, store.Collection{Name: credentialsColl}, store.Collection{Name: factorsColl}, store.Collection{Name: identitiesColl}, store.Collection{Name: settingsColl}, store.Collection{Name: guidesColl},
		store.Collection{Name: sessionsColl, Columns: columns, Indexes: []store.Index{byUser, byEnd}},
		store.Collection{Name: tokensColl, Columns: columns, Indexes: []store.Index{byUser}},
		store.Collection{Name: deedsColl, Columns: []store.Column{{Name: "by", Type: query.Text}, {Name: "at", Type: query.Time}},
			Indexes: []store.Index{{Name: "all", Cols: []string{"-at"}}, {Name: "byPerson", Cols: []string{"by", "-at"}}}},
		store.Collection{Name: readingsColl, Columns: []store.Column{{Name: "app", Type: query.Text}, {Name: "waiting", Type: query.Texts}, {Name: "at", Type: query.Time}},
			Indexes: []store.Index{{Name: "byPerson", Cols: []string{"waiting", "at"}}}},
		store.Collection{Name: presenceColl, Columns: []store.Column{{Name: "user", Type: query.Text}, {Name: "at", Type: query.Time}},
			Indexes: []store.Index{{Name: "byUser", Cols: []string{"user", "-at"}}, {Name: "byAge", Cols: []string{"at"}}}})
	if err != nil {
		return nil, fmt.Errorf("server: %w", err)
	}
	return &Accounts{store: s, slots: make(chan struct{}, max(1, goruntime.GOMAXPROCS(0)))}, nil
}

type credential struct {
	Hash string `json:"hash"`
}

// CheckPassword says what is wrong with a new password, or nil.
func CheckPassword(password string) error {
	if n := utf8.RuneCountInString(password); n < 10 || n > 128 || !utf8.ValidString(password) {
		return badRequest(rules.Say("密码要有 10 到 128 个字符", "密碼要有 10 到 128 個字元", "A password has 10 to 128 characters"),
			rules.Errorf("/password", "password.weak", rules.Say("密码要有 10 到 128 个字符", "密碼要有 10 到 128 個字元", "A password has 10 to 128 characters")))
	}
	return nil
}

// SetPassword gives a user a password. Errors: a refusal when it is too short or too long.
func (a *Accounts) SetPassword(ctx context.Context, user, password string) error {
	return a.sharePassword(ctx, password, user)
}

// sharePassword gives users one password, and computes what is stored for it once: sample people have the same, and everybody may know it.
func (a *Accounts) sharePassword(ctx context.Context, password string, users ...string) error {
	if err := CheckPassword(password); err != nil {
		return err
	}
	salt := make([]byte, 16)
	if _, err := rand.Read(salt); err != nil {
		return err
	}
	hash, err := a.hash(ctx, password, salt)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(credential{Hash: fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonTime, argonThreads,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash))})
	if err != nil {
		return err
	}
	for _, user := range users {
		if err := upsert(ctx, a.store, credentialsColl, user, raw); err != nil {
			return err
		}
	}
	return nil
}

// SignOut ends every session of a user.
func (a *Accounts) SignOut(ctx context.Context, user string) error {
	return (&sessions{store: a.store, now: time.Now}).endAll(ctx, user, "")
}

// Verify says whether the password is the user's. It takes as long for a user who does not exist.
func (a *Accounts) Verify(ctx context.Context, user, password string) (bool, error) {
	salt, want := make([]byte, 16), make([]byte, argonKey)
	known := false
	if store.CheckID(user) == nil {
		doc, err := a.store.Get(ctx, credentialsColl, user)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return false, err
		}
		if err == nil {
			var c credential
			if err := json.Unmarshal(doc.Body, &c); err != nil {
				return false, fmt.Errorf("server: credential of %s: %w", user, err)
			}
			parts := strings.Split(c.Hash, "$")
			if len(parts) == 6 {
				s, err1 := base64.RawStdEncoding.DecodeString(parts[4])
				w, err2 := base64.RawStdEncoding.DecodeString(parts[5])
				if err1 == nil && err2 == nil && len(w) == argonKey {
					salt, want, known = s, w, true
				}
			}
		}
	}
	if len(password) > 512 {
		password = password[:512]
		known = false
	}
	got, err := a.hash(ctx, password, salt)
	if err != nil {
		return false, err
	}
	return subtle.ConstantTimeCompare(got, want) == 1 && known, nil
}

func (a *Accounts) hash(ctx context.Context, password string, salt []byte) ([]byte, error) {
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return argon2.IDKey([]byte(password), salt, argonTime, argonMemory, argonThreads, argonKey), nil
}

// upsert writes a small document whatever was there: the last one wins.
func upsert(ctx context.Context, s store.Store, coll, id string, body json.RawMessage) error {
	for range 5 {
		doc, err := s.Get(ctx, coll, id)
		switch {
		case errors.Is(err, store.ErrNotFound):
			err = s.Insert(ctx, coll, store.Doc{ID: id, Ver: 1, Body: body})
		case err == nil:
			err = s.Replace(ctx, coll, store.Doc{ID: id, Ver: doc.Ver + 1, Body: body}, doc.Ver)
		}
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	return store.ErrConflict
}
