package server

import (
	"net/http"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

// poolOut is a pool as the caller stands to it.
type poolOut struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	Help rules.Text `json:"help,omitzero"`
	Form string     `json:"form"`
	// Member may claim. Cap and ClaimPerDay are 0 where there is no limit; Held and Today are how much of them is used.
	Member      bool   `json:"member"`
	Records     int    `json:"records"`
	Held        int    `json:"held"`
	Cap         int    `json:"cap"`
	Today       int    `json:"today"`
	ClaimPerDay int    `json:"claimPerDay"`
	Protect     string `json:"protect"`
	Cooldown    string `json:"cooldown"`
}

type pooledOut struct {
	recordOut
	// CooldownUntil is when the caller may claim the record; null is now.
	CooldownUntil instant `json:"cooldownUntil"`
}

type poolPageOut struct {
	Pool  poolOut     `json:"pool"`
	Items []pooledOut `json:"items"`
	Next  string      `json:"next"`
}

// inPoolOut says of a record that it waits in a pool.
type inPoolOut struct {
	Key    string     `json:"key"`
	Name   rules.Text `json:"name"`
	Since  instant    `json:"since"`
	Former string     `json:"former"`
}

func wirePool(v engine.PoolView) poolOut {
	d := v.Pool.Def
	name := d.Name
	if name.IsZero() {
		name = rules.Plain(d.Key)
	}
	return poolOut{d.Key, name, d.Help, d.Form, v.Member, v.Records, v.Held, d.Cap, v.Today, d.ClaimPerDay, d.Protect, d.Cooldown}
}

func inPool(v *engine.View) *inPoolOut {
	at := v.State.Pool
	if at == nil {
		return nil
	}
	out := &inPoolOut{Key: at.Key, Name: rules.Plain(at.Key), Since: instant(at.Since), Former: at.Former}
	if p := v.App.Pools[at.Key]; p != nil && !p.Def.Name.IsZero() {
		out.Name = p.Def.Name
	}
	return out
}

func (s *Server) getPools(c *call) (any, error) {
	vs, err := s.Engine.Pools(c.ctx(), c.user.ID, c.Param("app"))
	if err != nil {
		return nil, err
	}
	out := make([]poolOut, len(vs))
	for i, v := range vs {
		out[i] = wirePool(v)
	}
	return page(out, ""), nil
}

func (s *Server) getPool(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	q := engine.ListQuery{Where: c.Query("where"), Text: c.Query("q"), Limit: n, After: c.Query("after")}
	for key := range strings.SplitSeq(c.Query("sort"), ",") {
		if key = strings.TrimSpace(key); key != "" {
			q.Sort = append(q.Sort, key)
		}
	}
	v, records, next, err := s.Engine.Pool(c.ctx(), c.user.ID, c.Param("app"), c.Param("key"), q)
	if err != nil {
		return nil, err
	}
	out := poolPageOut{Pool: wirePool(v), Items: []pooledOut{}, Next: next}
	for _, r := range records {
		out.Items = append(out.Items, pooledOut{wireRecord(r), instant(s.Engine.MayClaim(c.dir, v, c.user.ID, r.State))})
	}
	return out, nil
}

func (s *Server) postClaim(c *call) (any, error) {
	key, err := c.operation(true)
	if err != nil {
		return nil, err
	}
	return s.command(c, http.StatusOK, process.Command{Kind: process.Claim, ID: c.Param("id"), Op: key})
}

type releaseRecordIn struct {
	// Pool is left out where it follows: the one the record came from, or the only one.
	Pool   string `json:"pool"`
	Reason string `json:"reason"`
}

func (s *Server) postRelease(c *call) (any, error) {
	var in releaseRecordIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(true)
	if err != nil {
		return nil, err
	}
	return s.command(c, http.StatusOK, process.Command{Kind: process.Release, ID: c.Param("id"), Op: key, Pool: in.Pool, Comment: in.Reason})
}
