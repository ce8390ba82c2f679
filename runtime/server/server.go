package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/org"
	"pipewright/runtime/outbound"
	"pipewright/runtime/sandbox"
	"pipewright/runtime/store"
)

// Config is what a server is made of. Store, Engine and Designer are required.
type Config struct {
	Store    store.Store
	Engine   *engine.Engine
	Designer *designer.Designer
	// Now is the clock of sessions; nil is the machine's.
	Now func() time.Time
	Log *slog.Logger
	// Web answers everything outside /api; nil answers 404.
	Web http.Handler
	// Demo offers to sign in as any of the sample people without a password. Only for a loopback address.
	Demo bool
	// OIDC signs people in through a provider, whatever admins set in the product.
	OIDC *OIDC
	// Outside asks a provider that an admin set; nil: within the address guard, with no exception.
	Outside *http.Client
	// Version of the program, for the OpenAPI document.
	Version string
	// Sandboxes lets admins try drafts out; nil: there are none.
	Sandboxes *sandbox.Yard
	// Backups makes copies of the store; nil: that is done elsewhere.
	Backups Backups
	// Player says who asks, in place of sessions and tokens: the server of a sandbox is told by whoever lets the request in.
	Player func(*http.Request) string
}

// Server answers the HTTP API. It is safe for concurrent use.
type Server struct {
	Config
	accounts *Accounts
	sessions *sessions
	tokens   *tokens
	deeds    *deeds
	guides   *guides
	throttle *throttle
	// callers slows other systems that call too often.
	callers *callers
	metrics *metrics
	turns   *turns
	paces   *paces
	// federation is nil without a provider named at the start; lastProvider is the one that admins set, as it was asked for last.
	federation   *federation
	lastProvider atomic.Pointer[federation]
	code         string
	started      time.Time
	routes       []route
	handler      http.Handler
	// closing ends live streams when the server stops.
	closing context.Context
	close   context.CancelFunc
}

// New declares the server's collections and builds its routes. When nobody has set the product up yet it makes the one-time code that
// set-up asks for, see SetupCode.
func New(ctx context.Context, c Config) (*Server, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Outside == nil {
		c.Outside = outbound.New(outbound.Config{}).Client()
	}
	accounts, err := NewAccounts(ctx, c.Store)
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, accounts: accounts, sessions: &sessions{store: c.Store, now: c.Now}, tokens: &tokens{store: c.Store, now: c.Now}, deeds: &deeds{store: c.Store, now: c.Now}, guides: &guides{store: c.Store, now: c.Now},
		throttle: newThrottle(c.Now), metrics: newMetrics(), turns: defaultTurns(), callers: &callers{now: c.Now, of: map[string]*visitor{}}, paces: newPaces(c.Now)}
	if c.OIDC != nil {
		s.federation = &federation{OIDC: *c.OIDC}
	}
	s.started = c.Now()
	s.closing, s.close = context.WithCancel(context.Background())
	needed, err := s.setupNeeded(ctx)
	if err != nil {
		return nil, err
	}
	if needed {
		s.code = newCode()
	}
	if err := s.tellZone(ctx); err != nil {
		return nil, err
	}
	s.handler = s.build()
	return s, nil
}

// SetupCode is the one-time code of the set-up page; empty when the product is set up.
func (s *Server) SetupCode() string { return s.code }

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

// Close ends live streams, so that a graceful stop need not wait for them, and the sandboxes.
func (s *Server) Close() {
	s.close()
	if s.Sandboxes != nil {
		s.Sandboxes.Close()
	}
}

// audience says who may use a route.
type audience int

const (
	anyone audience = iota
	signedIn
	// designers may design, operators may operate, admins both; staff has one of the two.
	designers
	operators
	admins
	staff
	// inPerson is signedIn with a session: a program with a token is not enough.
	inPerson
	// nobody is asked who he is: the answer does not need the store.
	nobody
)

// ofStaff says that a route is for who has a right beside those over records.
func (a audience) ofStaff() bool {
	return a == designers || a == operators || a == admins || a == staff
}

// check refuses who lacks the right that a route is for.
func (a audience) check(user *org.User) error {
	design, operate := user.May(org.Design), user.May(org.Operate)
	switch {
	case a == designers && !design:
		return refuse(http.StatusForbidden, "forbidden", msgDesign)
	case a == operators && !operate:
		return refuse(http.StatusForbidden, "forbidden", msgOperate)
	case a == admins && !(design && operate):
		return refuse(http.StatusForbidden, "forbidden", msgAdmins)
	case a == staff && !design && !operate:
		return refuse(http.StatusForbidden, "forbidden", msgForbidden)
	}
	return nil
}

// route is one line of the API. In and Out are zero values of what it reads and answers, for the OpenAPI document.
type route struct {
	method, path string
	who          audience
	summary      string
	in, out      any
	handle       func(*call) (any, error)
	// limit of the body in bytes; 0 is the usual one.
	limit int64
	// raw handlers write the answer themselves.
	raw bool
	// ownPace is for what goes on at the pace of the other side, and for what must be answered however busy the server is: it
	// waits for no turn. So do raw handlers.
	ownPace bool
}

func (s *Server) build() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	g := gin.New()
	g.HandleMethodNotAllowed = true
	g.RedirectTrailingSlash = false
	g.Use(s.recover, s.measure, headers, s.sameOrigin)
	s.routes = s.table()
	for _, r := range s.routes {
		g.Handle(r.method, r.path, s.endpoint(r))
	}
	g.NoMethod(func(c *gin.Context) {
		s.fail(c, nil, refuse(http.StatusMethodNotAllowed, "method.notAllowed", msgMethod))
	})
	g.NoRoute(func(c *gin.Context) {
		if s.inSandbox(c) {
			return
		}
		if s.Web == nil || isAPI(c.Request.URL.Path) {
			s.fail(c, nil, errNoRoute)
			return
		}
		s.Web.ServeHTTP(c.Writer, c.Request)
	})
	return g
}

// crossOrigin refuses changes that a page of another site makes a browser send (CSRF).
var crossOrigin = http.NewCrossOriginProtection()

func (s *Server) sameOrigin(c *gin.Context) {
	if crossOrigin.Check(c.Request) != nil {
		s.fail(c, nil, refuse(http.StatusForbidden, "cross.origin", msgOrigin))
		return
	}
	c.Next()
}

func isAPI(path string) bool {
	return len(path) > 7 && path[:7] == "/hooks/" || path == "/api" || len(path) > 4 && path[:5] == "/api/"
}

// call is one request being answered.
type call struct {
	*gin.Context
	s *Server
	// user is who asks; the zero User on routes for anyone.
	user    org.User
	session session
	// seeing: user is somebody else than whose session it is.
	seeing *seeing
	dir    *org.Directory
	limit  int64
	// content is the body once it has been read, see body.
	content *readContent
}

func (c *call) ctx() context.Context { return c.Request.Context() }

// lang is the language to answer in: the person's own, else what the browser asks for.
func (c *call) lang() string {
	if c != nil && c.user.Language != "" && c.GetHeader("Accept-Language") == "" {
		return c.user.Language
	}
	if c == nil {
		return "zh-CN"
	}
	return acceptLanguage(c.GetHeader("Accept-Language"))
}

// reply is an answer with a status or headers of its own.
type reply struct {
	status int
	etag   string
	body   any
}

func (s *Server) endpoint(r route) gin.HandlerFunc {
	step := guideOf[r.method+" "+r.path]
	return func(g *gin.Context) {
		c := &call{Context: g, s: s, limit: r.limit}
		if err := c.readable(); err != nil {
			s.fail(g, c, err)
			return
		}
		ownPace := r.raw || r.ownPace
		if !ownPace {
			leave, err := s.turns.enter()
			if err != nil {
				s.fail(g, c, err)
				return
			}
			defer leave()
		}
		if err := s.admit(c, r.who); err != nil {
			s.fail(g, c, err)
			return
		}
		if err := c.whileSeeing(r); err != nil {
			s.fail(g, c, err)
			return
		}
		var out any
		var err error
		if ownPace {
			out, err = r.handle(c)
		} else {
			out, err = s.inTurn(c, r.handle)
		}
		if err == nil {
			s.note(c, r)
			s.learn(c, step)
		}
		switch {
		case err != nil:
			s.fail(g, c, err)
		case r.raw:
		default:
			s.answer(g, out)
		}
	}
}

// readable refuses parameters of the address that are no text: they can be neither kept nor looked for. There is nothing under a part of the path
// that is empty or no text.
func (c *call) readable() error {
	for _, p := range c.Params {
		if p.Value == "" || !utf8.ValidString(p.Value) || strings.ContainsRune(p.Value, 0) {
			return errNotFound
		}
	}
	if !strings.ContainsRune(c.Request.URL.RawQuery, '%') && utf8.ValidString(c.Request.URL.RawQuery) {
		return nil // nothing is hidden in it
	}
	for name, values := range c.Request.URL.Query() {
		for _, v := range append(values, name) {
			if !utf8.ValidString(v) || strings.ContainsRune(v, 0) {
				return badRequest(rules.Say("地址里的参数“{name}”不是正常的文字（UTF-8，不含空字符）", "位址裡的參數「{name}」不是正常的文字（UTF-8，不含空字元）",
					"The parameter “{name}” of the address is no proper text (UTF-8 without the NUL character)", "name", strings.ToValidUTF8(strings.ReplaceAll(name, "\x00", "�"), "�")))
			}
		}
	}
	return nil
}

// admit finds out who asks and whether the route is for him.
func (s *Server) admit(c *call, who audience) error {
	if who == nobody {
		return nil
	}
	dir, err := s.Engine.Directory(c.ctx())
	if err != nil {
		return err
	}
	c.dir = dir
	if s.Player != nil {
		if user, ok := dir.User(s.Player(c.Request)); ok && user.Active {
			c.user = user
		}
	} else if secret := bearer(c.Request); secret != "" {
		return s.admitToken(c, secret, who)
	} else if err := s.admitSession(c); err != nil {
		return err
	}
	switch {
	case who == anyone:
		return nil
	case c.user.ID == "":
		return refuse(http.StatusUnauthorized, "unauthenticated", msgSignIn)
	case who.ofStaff() && c.seeing != nil:
		return c.seeing.refusal(c.user)
	}
	return who.check(&c.user)
}

// admitSession finds out whose session a request comes with, if any.
func (s *Server) admitSession(c *call) error {
	sess, err := s.sessions.find(c.ctx(), c.Request)
	if errors.Is(err, errNoSession) {
		return nil
	}
	if err != nil {
		return err
	}
	if user, ok := c.dir.User(sess.User); ok && user.Active {
		c.user, c.session = user, sess
		s.seeAs(c)
	}
	return nil
}

func (s *Server) recover(c *gin.Context) {
	defer func() {
		if r := recover(); r != nil {
			if err, ok := r.(error); ok && errors.Is(err, http.ErrAbortHandler) {
				panic(r)
			}
			s.Log.Error("a request made the server panic", "method", c.Request.Method, "path", c.FullPath(), "panic", fmt.Sprint(r), "stack", stack())
			if !c.Writer.Written() {
				s.fail(c, nil, errors.New("panic"))
			}
		}
	}()
	c.Next()
}
