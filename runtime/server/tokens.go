package server

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

const (
	// tokenMark begins every token, so that one that got into a log or a repository is recognised.
	tokenMark = "pw_"
	// maxTokens is how many a person has at once; maxTokenDays how long one is good for.
	maxTokens, maxTokenDays = 20, 366
	// tokenTouchEvery is how often a token notes that it was used.
	tokenTouchEvery = time.Hour
)

// Scopes of a token, each holding the ones before it.
const (
	scopeRead   = "read"   // GET, within the person's rights
	scopeWrite  = "write"  // whatever the person may do with records
	scopeDesign = "design" // also what he may do with apps
	scopeAdmin  = "admin"  // all but what wants the person himself: password, sessions, tokens
)

var scopes = []string{scopeRead, scopeWrite, scopeDesign, scopeAdmin}

// mayScope says whether a person may have a token of a scope: one that goes no further than he does.
func mayScope(user *org.User, scope string) bool {
	switch scope {
	case scopeDesign:
		return user.May(org.Design)
	case scopeAdmin:
		return user.May(org.Operate)
	}
	return slices.Contains(scopes, scope)
}

// token lets a program act as a person. Its id is the hash of the secret, so that the store holds nothing one could sign in with.
type token struct {
	ID        string    `json:"id"`
	User      string    `json:"user"`
	Name      string    `json:"name"`
	Scope     string    `json:"scope"`
	CreatedAt time.Time `json:"createdAt"`
	Ends      time.Time `json:"ends"`
	LastUsed  time.Time `json:"lastUsed,omitzero"`
}

type tokens struct {
	store store.Store
	now   func() time.Time
}

func (t *tokens) doc(one token, ver int64) store.Doc {
	body, err := json.Marshal(one)
	if err != nil {
		panic("server: " + err.Error()) // a plain struct
	}
	return store.Doc{ID: one.ID, Ver: ver, Cols: map[string]any{"user": one.User, "ends": one.Ends.UnixMilli()}, Body: body}
}

// bearer is the token a request brings; empty when it brings none.
func bearer(r *http.Request) string {
	kind, value, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Bearer") {
		return ""
	}
	return strings.TrimSpace(value)
}

// find reads the token of a request. Errors: errNoSession for one that is unknown, revoked or over.
func (t *tokens) find(ctx context.Context, secret string) (token, error) {
	if len(secret) != len(tokenMark)+43 || !strings.HasPrefix(secret, tokenMark) {
		return token{}, errNoSession
	}
	doc, err := t.store.Get(ctx, tokensColl, tokenID(secret))
	if errors.Is(err, store.ErrNotFound) {
		return token{}, errNoSession
	}
	if err != nil {
		return token{}, fmt.Errorf("server: token: %w", err)
	}
	var one token
	if err := json.Unmarshal(doc.Body, &one); err != nil {
		return token{}, fmt.Errorf("server: token: %w", err)
	}
	now := t.now().UTC().Truncate(time.Millisecond)
	if !now.Before(one.Ends) {
		return token{}, errNoSession
	}
	if now.Sub(one.LastUsed) >= tokenTouchEvery {
		one.LastUsed = now
		// Another request may have noted it first, which is as good.
		if err := t.store.Replace(ctx, tokensColl, t.doc(one, doc.Ver+1), doc.Ver); err != nil && !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
			return token{}, fmt.Errorf("server: token: %w", err)
		}
	}
	return one, nil
}

// of lists a person's tokens, the newest first; those that are over stay listed until they are taken out.
func (t *tokens) of(ctx context.Context, user string) ([]token, error) {
	page, err := t.store.Query(ctx, tokensColl, query.Query{Filter: query.Cmp{Col: "user", Op: query.Eq, Value: user}, Limit: 200})
	if err != nil {
		return nil, err
	}
	out := make([]token, 0, len(page.Docs))
	for _, doc := range page.Docs {
		var one token
		if err := json.Unmarshal(doc.Body, &one); err != nil {
			return nil, fmt.Errorf("server: token: %w", err)
		}
		out = append(out, one)
	}
	slices.SortFunc(out, func(a, b token) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return out, nil
}

// dropAll revokes all tokens of a person.
func (t *tokens) dropAll(ctx context.Context, user string) error {
	for {
		page, err := t.store.Query(ctx, tokensColl, query.Query{Filter: query.Cmp{Col: "user", Op: query.Eq, Value: user}, Limit: 200})
		if err != nil || len(page.Docs) == 0 {
			return err
		}
		for _, doc := range page.Docs {
			// One that has just noted that it was used is found again.
			if err := t.store.Delete(ctx, tokensColl, doc.ID, doc.Ver); err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrConflict) {
				return err
			}
		}
	}
}

type tokenWire struct {
	ID        string  `json:"id"`
	Name      string  `json:"name"`
	Scope     string  `json:"scope"`
	CreatedAt instant `json:"createdAt"`
	Ends      instant `json:"ends"`
	LastUsed  instant `json:"lastUsed"`
	// Token is the secret, in the answer to its making and never again.
	Token string `json:"token,omitempty"`
}

func wireToken(one token) tokenWire {
	return tokenWire{ID: one.ID, Name: one.Name, Scope: one.Scope, CreatedAt: instant(one.CreatedAt), Ends: instant(one.Ends), LastUsed: instant(one.LastUsed)}
}

// getTokens lists one's own tokens, or those of ?user for who operates.
func (s *Server) getTokens(c *call) (any, error) {
	user := c.user.ID
	if want := c.Query("user"); want != "" && want != user {
		if err := operators.check(&c.user); err != nil {
			return nil, err
		}
		user = want
	}
	all, err := s.tokens.of(c.ctx(), user)
	if err != nil {
		return nil, err
	}
	out := make([]tokenWire, len(all))
	for i, one := range all {
		out[i] = wireToken(one)
	}
	return page(out, ""), nil
}

type tokenIn struct {
	Name  string `json:"name"`
	Scope string `json:"scope"`
	// Days the token is good for, 1 to 366.
	Days int `json:"days"`
}

func (s *Server) postToken(c *call) (any, error) {
	var in tokenIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	in.Name = strings.TrimSpace(in.Name)
	var wrong []rules.Problem
	if n := utf8.RuneCountInString(in.Name); n == 0 || n > 80 {
		wrong = append(wrong, rules.Errorf("/name", "required", rules.Say("请写明用途，最多 80 个字", "請寫明用途，最多 80 個字", "Say what it is for, in at most 80 characters")))
	}
	if !mayScope(&c.user, in.Scope) {
		wrong = append(wrong, rules.Errorf("/scope", "field.invalid", rules.Say("范围可选 read、write；能设计应用的人还可选 design，能管理系统的人还可选 admin", "範圍可選 read、write；能設計應用的人還可選 design，能管理系統的人還可選 admin",
			"The scope is read or write, also design for who may design, and admin for who may operate")))
	}
	if in.Days < 1 || in.Days > maxTokenDays {
		wrong = append(wrong, rules.Errorf("/days", "field.invalid", rules.Say("有效期为 1 到 {n} 天", "有效期為 1 到 {n} 天", "It is good for 1 to {n} days", "n", maxTokenDays)))
	}
	if len(wrong) > 0 {
		return nil, badRequest(wrong[0].Message, wrong...)
	}
	all, err := s.tokens.of(c.ctx(), c.user.ID)
	if err != nil {
		return nil, err
	}
	if len(all) >= maxTokens {
		return nil, refuse(http.StatusUnprocessableEntity, "token.limit", rules.Say("最多 {n} 个令牌，请先删除不用的", "最多 {n} 個權杖，請先刪除不用的",
			"You have {n} tokens already; take out those you do not use", "n", maxTokens))
	}
	raw := make([]byte, 32)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	secret := tokenMark + base64.RawURLEncoding.EncodeToString(raw)
	now := s.Now().UTC().Truncate(time.Millisecond)
	one := token{ID: tokenID(secret), User: c.user.ID, Name: in.Name, Scope: in.Scope, CreatedAt: now, Ends: now.AddDate(0, 0, in.Days)}
	if err := s.Store.Insert(c.ctx(), tokensColl, s.tokens.doc(one, 1)); err != nil {
		return nil, err
	}
	s.Log.Info("a token was made", "user", c.user.ID, "name", one.Name, "scope", one.Scope, "ends", one.Ends)
	out := wireToken(one)
	out.Token = secret
	return reply{status: http.StatusCreated, body: out}, nil
}

// deleteToken revokes a token: one's own, or anybody's for who operates.
func (s *Server) deleteToken(c *call) (any, error) {
	for range 5 {
		doc, err := s.Store.Get(c.ctx(), tokensColl, c.Param("id"))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return nil, err
		}
		if err != nil || doc.Cols["user"] != c.user.ID && !c.user.May(org.Operate) {
			return nil, errNotFound
		}
		err = s.Store.Delete(c.ctx(), tokensColl, doc.ID, doc.Ver)
		if err == nil || errors.Is(err, store.ErrNotFound) {
			s.Log.Info("a token was revoked", "user", doc.Cols["user"], "by", c.user.ID)
			return nil, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return nil, err
		}
	}
	return nil, store.ErrConflict
}

// admitToken finds out for whom a program acts and whether its token reaches as far as the route. Errors: 401 for a token that is not good, 403
// scope.small for one that is not enough.
func (s *Server) admitToken(c *call, secret string, who audience) error {
	one, err := s.tokens.find(c.ctx(), secret)
	if err != nil && !errors.Is(err, errNoSession) {
		return err
	}
	user, ok := c.dir.User(one.User)
	if err != nil || !ok || !user.Active {
		return refuse(http.StatusUnauthorized, "unauthenticated", msgToken)
	}
	need := scopeWrite
	switch {
	case who == inPerson:
		return refuse(http.StatusForbidden, "scope.small", msgInPerson)
	case who == operators || who == admins:
		need = scopeAdmin
	case who == designers || who == staff:
		need = scopeDesign
	case who == anyone || c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead:
		need = scopeRead
	}
	if slices.Index(scopes, one.Scope) < slices.Index(scopes, need) {
		return refuse(http.StatusForbidden, "scope.small", rules.Say("令牌的范围是 {has}，这里要 {need}", "權杖的範圍是 {has}，這裡要 {need}",
			"The token's scope is {has}; this needs {need}", "has", one.Scope, "need", need))
	}
	if err := who.check(&user); err != nil {
		return err
	}
	if one.Scope != scopeAdmin { // nor what one may beside work on records on other routes
		designs := one.Scope == scopeDesign && user.May(org.Design)
		if user.Give(); designs {
			user.Give(org.Design)
		}
		c.Request = c.Request.WithContext(engine.Plainly(c.Request.Context()))
	}
	c.user = user
	return nil
}
