package server

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"pipewright/runtime/sandbox"
)

// A sandbox is reached under /sandbox/{id}/{person}/…: the pages of the workspace and the very API, answered by a server of the sandbox's own
// to that play person. Only the admin whose sandbox it is gets in, by his own session; the person in the address is whom he plays. So two windows
// can be two people, and a link shows who looks.

const sandboxRoot = "/sandbox/"

type playerKey struct{}

// player is whom a request let into a sandbox plays.
func player(r *http.Request) string {
	who, _ := r.Context().Value(playerKey{}).(string)
	return who
}

// inSandbox answers what is asked under /sandbox/; false when the path is another's.
func (s *Server) inSandbox(g *gin.Context) bool {
	rest, ok := strings.CutPrefix(g.Request.URL.Path, sandboxRoot)
	if !ok || s.Sandboxes == nil {
		return false
	}
	id, rest, _ := strings.Cut(rest, "/")
	who, rest, _ := strings.Cut(rest, "/")
	path := "/" + rest
	if !isAPI(path) {
		if s.Web == nil {
			return false
		}
		s.Web.ServeHTTP(g.Writer, within(g.Request, path, who))
		return true
	}
	c := &call{Context: g, s: s}
	if err := s.admit(c, designers); err != nil {
		s.fail(g, c, err)
		return true
	}
	box, err := s.Sandboxes.Get(c.user.ID, id)
	if err != nil {
		s.fail(g, c, err)
		return true
	}
	r := within(g.Request, path, who)
	if path == "/api/stream" { // it lasts as long as the page, and ends with the box
		g.Status(http.StatusOK)
		box.Handler.ServeHTTP(g.Writer, r)
		return true
	}
	leave, ok := box.Enter()
	if !ok {
		_, err := s.Sandboxes.Get(c.user.ID, id)
		s.fail(g, c, err)
		return true
	}
	defer leave()
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		g.Status(http.StatusOK)
		box.Handler.ServeHTTP(g.Writer, r)
		return true
	}
	err = box.Change(c.ctx(), func() {
		g.Status(http.StatusOK)
		box.Handler.ServeHTTP(g.Writer, r)
	})
	if err != nil && !g.Writer.Written() {
		s.fail(g, c, err)
	} else if err != nil {
		s.Log.Warn("what is due in a sandbox could not be done", "error", err)
	}
	return true
}

// within is a request as the inside of a sandbox sees it: from its root on, by whom it plays, without what proves who he is outside.
func within(r *http.Request, path, who string) *http.Request {
	in := r.Clone(context.WithValue(r.Context(), playerKey{}, who))
	in.URL.Path, in.URL.RawPath = path, ""
	in.RequestURI = path
	in.Header.Del("Cookie")
	in.Header.Del("Authorization")
	return in
}

// serveBox gives a box its server.
func (s *Server) serveBox(ctx context.Context, company company) func(*sandbox.Box) error {
	return func(b *sandbox.Box) error {
		raw, err := json.Marshal(company)
		if err != nil {
			return err
		}
		inner, err := New(ctx, Config{Store: b.Store, Engine: b.Engine, Designer: b.Designer, Now: b.Now, Log: s.Log, Version: s.Version, Player: player})
		if err != nil {
			return err
		}
		b.Handler, b.End = inner, inner.Close
		inner.code = ""
		return upsert(ctx, b.Store, settingsColl, companyID, raw)
	}
}
