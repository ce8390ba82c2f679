package server

import (
	"encoding/json"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

// How often other systems may call: an address whatever it says, and a webhook whose calls are signed. A burst, then so many a second.
const (
	burstPerCaller = 200
	perCaller      = 50
	burstPerHook   = 100
	perHook        = 20
)

// callers limits how often something may happen, by name. It counts on this node only.
type callers struct {
	now func() time.Time
	mu  sync.Mutex
	of  map[string]*visitor
}

// admit counts one. Errors: too.many, with how long to wait.
func (p *callers) admit(name string, each rate.Limit, burst int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	v := p.of[name]
	if v == nil {
		prune(p.of, func(v *visitor) time.Time { return v.last })
		v = &visitor{limiter: rate.NewLimiter(each, burst)}
		p.of[name] = v
	}
	if v.last = p.now(); !v.limiter.AllowN(v.last, 1) {
		return tooMany(time.Second)
	}
	return nil
}

type hookOut struct {
	Key        string     `json:"key"`
	Automation string     `json:"automation"`
	Name       rules.Text `json:"name"`
	// Path is where it is called, below the address of the installation.
	Path string   `json:"path"`
	Off  bool     `json:"off,omitempty"`
	Open bool     `json:"open"`
	By   string   `json:"by,omitempty"`
	At   *instant `json:"at,omitempty"`
	// Before is until when the secret that was replaced still counts.
	Before *instant `json:"before,omitempty"`
}

type hookSecret struct {
	Secret string `json:"secret"`
}

// hookTaken answers a call: the first time accepted, and done for the same call again.
type hookTaken struct {
	State string `json:"state"`
}

func (s *Server) getHooks(c *call) (any, error) {
	list, err := s.Engine.Hooks(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	out := make([]hookOut, len(list))
	for i, h := range list {
		out[i] = hookOut{Key: h.Key, Automation: h.Automation, Name: h.Name, Path: "/hooks/" + c.Param("app") + "/" + h.Key, Off: h.Off, Open: h.Open, By: h.By}
		if !h.At.IsZero() {
			at := instant(h.At)
			out[i].At = &at
		}
		if !h.Before.IsZero() {
			until := instant(h.Before)
			out[i].Before = &until
		}
	}
	return page(out, ""), nil
}

func (s *Server) postHookSecret(c *call) (any, error) {
	secret, err := s.Engine.NewHookSecret(c.ctx(), &c.user, c.Param("app"), c.Param("key"))
	if err != nil {
		return nil, err
	}
	return hookSecret{secret}, nil
}

func (s *Server) deleteHookSecret(c *call) (any, error) {
	return nil, s.Engine.CloseHook(c.ctx(), &c.user, c.Param("app"), c.Param("key"))
}

// takeHook takes a call of another system. Whoever calls is known by the signature alone.
func (s *Server) takeHook(c *call) (any, error) {
	if err := s.callers.admit("from|"+address(c.Request), perCaller, burstPerCaller); err != nil {
		return nil, err
	}
	raw, err := c.body()
	if err != nil {
		return nil, err
	}
	var any json.RawMessage
	if err := decode(raw, &any); err != nil {
		return nil, err
	}
	name := c.Param("app") + "|" + c.Param("key")
	repeated, err := s.Engine.Receive(c.ctx(), engine.Call{App: c.Param("app"), Key: c.Param("key"), ID: c.GetHeader("webhook-id"),
		Timestamp: c.GetHeader("webhook-timestamp"), Signature: c.GetHeader("webhook-signature"), Body: raw,
		Admit: func() error { return s.callers.admit("hook|"+name, perHook, burstPerHook) }})
	if err != nil {
		return nil, err
	}
	if repeated {
		return hookTaken{"done"}, nil
	}
	return reply{status: http.StatusAccepted, body: hookTaken{"accepted"}}, nil
}
