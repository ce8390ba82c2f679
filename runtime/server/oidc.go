package server

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"pipewright/runtime/org"
	"pipewright/runtime/store"
)

// OIDC says by whom people may be signed in besides the password (OpenID Connect Core 1.0, authorization code with PKCE).
type OIDC struct {
	// Issuer is the provider's address; its discovery document is read at the first sign-in.
	Issuer, ClientID, ClientSecret string
	// Name is what the sign-in page calls the provider.
	Name string
	// ByUsername finds a person who comes for the first time by preferred_username; else it is by a verified e-mail address.
	ByUsername bool
	// PublicURL is the address by which browsers reach the product; the provider must allow PublicURL + "/api/oidc/callback".
	PublicURL string
	// client asks it; nil is oidcClient.
	client *http.Client
}

const (
	identitiesColl = "identities"
	// oidcFor is how long a sign-in may take at the provider.
	oidcFor = 10 * time.Minute
)

// federation signs people in through the provider.
type federation struct {
	OIDC
	mu       sync.Mutex
	config   *oauth2.Config
	verifier *oidc.IDTokenVerifier
}

// discover reads the provider's document once it can be had. A provider that is down stops nothing but this way in.
func (f *federation) discover(ctx context.Context, now func() time.Time) (*oauth2.Config, *oidc.IDTokenVerifier, error) {
	ctx = f.asking(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.config != nil {
		return f.config, f.verifier, nil
	}
	// The provider keeps this context for fetching keys later.
	provider, err := oidc.NewProvider(context.WithoutCancel(ctx), f.Issuer)
	if err != nil {
		return nil, nil, err
	}
	f.config = &oauth2.Config{ClientID: f.ClientID, ClientSecret: f.ClientSecret, Endpoint: provider.Endpoint(),
		RedirectURL: callbackAt(f.PublicURL), Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}
	f.verifier = provider.Verifier(&oidc.Config{ClientID: f.ClientID, Now: now})
	return f.config, f.verifier, nil
}

// oidcClient bounds what a provider may make a request wait and read.
var oidcClient = &http.Client{Timeout: 10 * time.Second}

// asking is for requests to the provider.
func (f *federation) asking(ctx context.Context) context.Context {
	if f.client != nil {
		return oidc.ClientContext(ctx, f.client)
	}
	return oidc.ClientContext(ctx, oidcClient)
}

// callbackAt is the address that the provider must allow.
func callbackAt(publicURL string) string {
	return strings.TrimSuffix(publicURL, "/") + "/api/oidc/callback"
}

// journey is what a browser carries to the provider and back, in a cookie that only this server reads.
type journey struct {
	State    string `json:"state"`
	Nonce    string `json:"nonce"`
	Verifier string `json:"verifier"`
	Next     string `json:"next"`
	// Try: nobody is signed in by it; an admin hears what would have come of it.
	Try bool `json:"try,omitempty"`
}

func journeyCookie(r *http.Request) string { return cookieName(r) + "-oidc" }

func setJourney(w http.ResponseWriter, r *http.Request, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{Name: journeyCookie(r), Value: value, Path: "/", HttpOnly: true, Secure: isSecure(r), SameSite: http.SameSiteLaxMode, MaxAge: seconds})
}

func nonce() (string, error) {
	raw := make([]byte, 16)
	_, err := rand.Read(raw)
	return base64.RawURLEncoding.EncodeToString(raw), err
}

// ownPlace keeps to places of this app, never an address somebody put into the link.
func ownPlace(next string) string {
	if u, err := url.Parse(next); err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, "\\") {
		return "/"
	}
	return next
}

// startOIDC sends the browser to the provider. An admin may try it before others are offered it.
func (s *Server) startOIDC(c *call) (any, error) {
	try := c.Query("try") != "" && c.user.Admin && c.seeing == nil
	f, err := s.provider(c.ctx(), try)
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, errNotFound
	}
	if err := s.throttle.admit("oidc", address(c.Request)); err != nil {
		return nil, err
	}
	config, _, err := f.discover(c.ctx(), s.Now)
	if err != nil {
		s.Log.Error("the provider of sign-ins does not answer", "issuer", f.Issuer, "error", err)
		if try {
			return s.tried(c, trial{Text: whyNoProvider(err), Said: err.Error()})
		}
		return s.backToLogin(c, "unavailable")
	}
	j := journey{Verifier: oauth2.GenerateVerifier(), Next: ownPlace(c.Query("next")), Try: try}
	if j.State, err = nonce(); err != nil {
		return nil, err
	}
	if j.Nonce, err = nonce(); err != nil {
		return nil, err
	}
	raw, err := json.Marshal(j)
	if err != nil {
		return nil, err
	}
	setJourney(c.Writer, c.Request, base64.RawURLEncoding.EncodeToString(raw), int(oidcFor/time.Second))
	c.Redirect(http.StatusFound, config.AuthCodeURL(j.State, oidc.Nonce(j.Nonce), oauth2.S256ChallengeOption(j.Verifier)))
	return nil, nil
}

// backToLogin answers a sign-in that came to nothing; the page says why.
func (s *Server) backToLogin(c *call, why string) (any, error) {
	c.Redirect(http.StatusFound, "/login?oidc="+why)
	return nil, nil
}

// finishOIDC takes the browser back from the provider, finds the person, and signs him in.
func (s *Server) finishOIDC(c *call) (any, error) {
	var j journey
	cookie, err := c.Request.Cookie(journeyCookie(c.Request))
	if err == nil {
		if raw, err := base64.RawURLEncoding.DecodeString(cookie.Value); err == nil {
			_ = json.Unmarshal(raw, &j) // nonsense has no state
		}
	}
	j.Try = j.Try && c.user.Admin
	f, err := s.provider(c.ctx(), j.Try)
	if err != nil {
		return nil, err
	}
	if f == nil && j.State == "" {
		return nil, errNotFound
	}
	setJourney(c.Writer, c.Request, "", -1)
	if f == nil || j.State == "" || subtle.ConstantTimeCompare([]byte(j.State), []byte(c.Query("state"))) != 1 {
		return s.backToLogin(c, "failed")
	}
	claims, err := s.identify(f.asking(c.ctx()), f, c.Query("code"), j)
	if err != nil {
		s.Log.Warn("a sign-in through the provider failed", "error", err, "said", c.Query("error"))
		if j.Try {
			said := strings.TrimSpace(c.Query("error") + " " + c.Query("error_description"))
			if said == "" {
				said = err.Error()
			}
			return s.tried(c, trial{Text: whyNotIdentified(err), Said: said})
		}
		var late *oidc.TokenExpiredError
		if errors.As(err, &late) || strings.Contains(err.Error(), "before the nbf") {
			return s.backToLogin(c, "clock")
		}
		return s.backToLogin(c, "failed")
	}
	if j.Try {
		return s.tried(c, s.trialOf(c, f, claims))
	}
	user, err := s.personOf(c, f, claims)
	if err != nil {
		return nil, err
	}
	if user == "" {
		s.Log.Warn("nobody here is whom the provider names", "subject", claims.Subject, "email", claims.Email, "verified", claims.Verified, "username", claims.Username)
		return s.backToLogin(c, "unknown")
	}
	if err := s.sessions.start(c.ctx(), c.Writer, c.Request, user); err != nil {
		return nil, err
	}
	c.Redirect(http.StatusFound, ownPlace(j.Next))
	return nil, nil
}

// claims are what the provider says of a person.
type claims struct {
	Subject  string `json:"sub"`
	Email    string `json:"email"`
	Verified bool   `json:"email_verified"`
	Username string `json:"preferred_username"`
}

// identify exchanges the code and verifies the ID token: signature, issuer, audience, expiry, nonce.
func (s *Server) identify(ctx context.Context, f *federation, code string, j journey) (claims, error) {
	if code == "" {
		return claims{}, errors.New("no code")
	}
	config, verifier, err := f.discover(ctx, s.Now)
	if err != nil {
		return claims{}, err
	}
	answer, err := config.Exchange(ctx, code, oauth2.VerifierOption(j.Verifier))
	if err != nil {
		return claims{}, err
	}
	raw, _ := answer.Extra("id_token").(string)
	idToken, err := verifier.Verify(ctx, raw)
	if err != nil {
		return claims{}, err
	}
	if subtle.ConstantTimeCompare([]byte(idToken.Nonce), []byte(j.Nonce)) != 1 {
		return claims{}, errors.New("the nonce is another's")
	}
	var out claims
	err = idToken.Claims(&out)
	return out, err
}

type identity struct {
	User string `json:"user"`
}

// personOf finds the person of a subject: as before, else by e-mail or user name, which ties the two from then on. Empty: nobody, or not active.
func (s *Server) personOf(c *call, f *federation, is claims) (string, error) {
	if is.Subject == "" {
		return "", nil
	}
	id := f.subjectID(is)
	doc, err := s.Store.Get(c.ctx(), identitiesColl, id)
	if err == nil {
		var known identity
		if err := json.Unmarshal(doc.Body, &known); err != nil {
			return "", fmt.Errorf("server: identity: %w", err)
		}
		if !c.dir.Active(known.User) {
			return "", nil
		}
		return known.User, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return "", err
	}
	found := f.fitting(c.dir, is)
	if len(found) != 1 { // an address that two have says nothing
		return "", nil
	}
	body, err := json.Marshal(identity{found[0]})
	if err != nil {
		return "", err
	}
	err = s.Store.Insert(c.ctx(), identitiesColl, store.Doc{ID: id, Ver: 1, Body: body})
	if err != nil && !errors.Is(err, store.ErrExists) {
		return "", err
	}
	s.Log.Info("a person was tied to the provider of sign-ins", "user", found[0], "subject", is.Subject)
	return found[0], nil
}

func (f *federation) subjectID(is claims) string { return tokenID(f.Issuer + "\n" + is.Subject) }

// fitting are the active people whom the claims may mean.
func (f *federation) fitting(dir *org.Directory, is claims) (out []string) {
	for _, u := range dir.Users() {
		if u.Active && f.fits(u, is) {
			out = append(out, u.ID)
		}
	}
	return out
}

func (f *federation) fits(u org.User, is claims) bool {
	if f.ByUsername {
		return is.Username != "" && strings.EqualFold(u.ID, is.Username)
	}
	return is.Verified && is.Email != "" && strings.EqualFold(u.Email, is.Email)
}
