package server

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/process"
)

type draftOut struct {
	Definition json.RawMessage `json:"definition"`
	Rev        int64           `json:"rev"`
	Base       int             `json:"base"`
	SavedAt    instant         `json:"savedAt"`
	SavedBy    *mini           `json:"savedBy"`
	Problems   []problemWire   `json:"problems"`
}

func etag(rev int64) string { return `"` + strconv.FormatInt(rev, 10) + `"` }

func (s *Server) getDraft(c *call) (any, error) {
	d, err := s.Designer.Draft(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	problems, err := s.Designer.CheckAmong(c.ctx(), []byte(d.Definition))
	if err != nil {
		return nil, err
	}
	return reply{etag: etag(d.Rev), body: draftOut{json.RawMessage(d.Definition), d.Rev, d.Base, instant(d.At), c.mini(d.By), wireProblems(problems)}}, nil
}

type savedOut struct {
	Rev      int64         `json:"rev"`
	SavedAt  instant       `json:"savedAt"`
	Problems []problemWire `json:"problems"`
}

func (s *Server) putDraft(c *call) (any, error) {
	rev, err := c.rev(true)
	if err != nil {
		return nil, err
	}
	raw, err := c.definition(true)
	if err != nil {
		return nil, err
	}
	d, problems, err := s.Designer.Save(c.ctx(), c.Param("app"), c.user.ID, rev, raw)
	if err != nil {
		return nil, err
	}
	return reply{etag: etag(d.Rev), body: savedOut{d.Rev, instant(d.At), wireProblems(problems)}}, nil
}

type clashesIn struct {
	// Base and Theirs are revs of the draft: the one both began from, and the one somebody else saved.
	Base       int64           `json:"base"`
	Theirs     int64           `json:"theirs"`
	Definition json.RawMessage `json:"definition"`
}

// postClashes tells an editor whose save came second where the two changed the same, in the words of the admin. Nothing is saved.
func (s *Server) postClashes(c *call) (any, error) {
	var in clashesIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	base, err := s.Designer.Past(c.ctx(), c.Param("app"), in.Base)
	if err != nil {
		return nil, err
	}
	theirs, err := s.Designer.Past(c.ctx(), c.Param("app"), in.Theirs)
	if err != nil {
		return nil, err
	}
	merged, err := designer.Merge(base.Definition, string(in.Definition), theirs.Definition, nil)
	if err != nil {
		return nil, err
	}
	return page(list(merged.Conflicts), ""), nil
}

type pointOut struct {
	Rev     int64   `json:"rev"`
	SavedAt instant `json:"savedAt"`
	SavedBy *mini   `json:"savedBy"`
	Digest  string  `json:"digest"`
}

func (s *Server) getDraftHistory(c *call) (any, error) {
	var before int64
	if text := c.Query("before"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 1 {
			return nil, badRequest(rules.Say("before 应是正整数", "before 應是正整數", "before is a positive number"))
		}
		before = n
	}
	points, more, err := s.Designer.History(c.ctx(), c.Param("app"), before)
	if err != nil {
		return nil, err
	}
	out := items[pointOut]{Items: []pointOut{}}
	for _, p := range points {
		out.Items = append(out.Items, pointOut{p.Rev, instant(p.At), c.mini(p.By), p.Digest})
	}
	if more {
		out.Next = strconv.FormatInt(points[len(points)-1].Rev, 10)
	}
	return out, nil
}

type pastOut struct {
	pointOut
	Definition json.RawMessage `json:"definition"`
}

func (s *Server) getPastDraft(c *call) (any, error) {
	rev, err := strconv.ParseInt(c.Param("rev"), 10, 64)
	if err != nil {
		return nil, errNotFound
	}
	d, err := s.Designer.Past(c.ctx(), c.Param("app"), rev)
	if err != nil {
		return nil, err
	}
	return pastOut{pointOut{d.Rev, instant(d.At), c.mini(d.By), d.Digest}, json.RawMessage(d.Definition)}, nil
}

type hereIn struct {
	Place string `json:"place"`
	Gone  bool   `json:"gone"`
}

type editorOut struct {
	User  *mini   `json:"user"`
	Place string  `json:"place"`
	At    instant `json:"at"`
}

type hereOut struct {
	Items []editorOut `json:"items"`
	// Rev is the draft's, so that an open editor hears of what others saved.
	Rev int64 `json:"rev"`
}

func (s *Server) postHere(c *call) (any, error) {
	var in hereIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	others, err := s.Designer.Here(c.ctx(), c.Param("app"), c.user.ID, in.Place, in.Gone)
	if err != nil {
		return nil, err
	}
	d, err := s.Designer.Draft(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	out := hereOut{Items: []editorOut{}, Rev: d.Rev}
	for _, e := range others {
		out.Items = append(out.Items, editorOut{c.mini(e.User), e.Place, instant(e.At)})
	}
	return out, nil
}

type checkOut struct {
	Problems []problemWire `json:"problems"`
	Errors   int           `json:"errors"`
	Warnings int           `json:"warnings"`
}

func (s *Server) postCheck(c *call) (any, error) {
	raw, err := c.definitionOrDraft()
	if err != nil {
		return nil, err
	}
	problems, err := s.Designer.CheckAgainst(c.ctx(), raw)
	if err != nil {
		return nil, err
	}
	out := checkOut{Problems: wireProblems(problems)}
	for _, p := range problems {
		if p.Severity == rules.Error {
			out.Errors++
		} else {
			out.Warnings++
		}
	}
	return out, nil
}

// definitionOrDraft is the definition in the body, else the app's draft.
func (c *call) definitionOrDraft() ([]byte, error) {
	raw, err := c.definition(false)
	if err != nil || raw != nil {
		return raw, err
	}
	d, err := c.s.Designer.Draft(c.ctx(), c.Param("app"))
	return []byte(d.Definition), err
}

type publishIn struct {
	Note           string   `json:"note"`
	Accept         []string `json:"accept"`
	AcceptWarnings bool     `json:"acceptWarnings"`
	Rev            int64    `json:"rev"`
}

type publishOut struct {
	Release int    `json:"release"`
	Digest  string `json:"digest"`
	Same    bool   `json:"same"`
}

func (s *Server) postPublish(c *call) (any, error) {
	var in publishIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	prev, err := s.before(c)
	if err != nil {
		return nil, err
	}
	by := c.publisher()
	p, err := s.Designer.Publish(c.ctx(), designer.PublishInput{App: c.Param("app"), User: c.user.ID, By: &by, Note: in.Note, Rev: in.Rev,
		Accept: in.Accept, AcceptWarnings: in.AcceptWarnings})
	if err != nil {
		return nil, err
	}
	if err := s.released(c, prev); err != nil {
		return nil, err
	}
	return publishOut{p.Release, p.Digest, p.Same}, nil
}

type releaseOut struct {
	N          int             `json:"n"`
	Digest     string          `json:"digest"`
	Note       string          `json:"note"`
	At         instant         `json:"at"`
	By         *mini           `json:"by"`
	Live       bool            `json:"live"`
	State      string          `json:"state"`
	Definition json.RawMessage `json:"definition,omitempty"`
}

func (c *call) release(r designer.Release) releaseOut {
	return releaseOut{N: r.N, Digest: r.Digest, Note: r.Note, At: instant(r.At), By: c.mini(r.By), Live: r.State == "live", State: r.State}
}

func (s *Server) getReleases(c *call) (any, error) {
	all, err := s.Designer.Releases(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	out := make([]releaseOut, len(all))
	for i, r := range all {
		out[i] = c.release(r)
	}
	return page(out, ""), nil
}

func (c *call) number(name string) (int, error) {
	n, err := strconv.Atoi(c.Param(name))
	if err != nil || n < 1 {
		return 0, errNotFound
	}
	return n, nil
}

func (s *Server) getRelease(c *call) (any, error) {
	n, err := c.number("n")
	if err != nil {
		return nil, err
	}
	r, err := s.Designer.Release(c.ctx(), c.Param("app"), n)
	if err != nil {
		return nil, err
	}
	out := c.release(r)
	out.Definition = json.RawMessage(r.Definition)
	return out, nil
}

func (s *Server) restoreRelease(c *call) (any, error) {
	n, err := c.number("n")
	if err != nil {
		return nil, err
	}
	prev, err := s.before(c)
	if err != nil {
		return nil, err
	}
	p, err := s.Designer.Restore(c.ctx(), c.Param("app"), c.publisher(), n)
	if err != nil {
		return nil, err
	}
	if err := s.released(c, prev); err != nil {
		return nil, err
	}
	return publishOut{p.Release, p.Digest, p.Same}, nil
}

func (s *Server) getDiff(c *call) (any, error) {
	sides := [2]string{}
	for i, name := range []string{"from", "to"} {
		which := c.Query(name)
		switch {
		case which == "" && name == "to":
			which = "draft"
		case which == "":
			info, err := s.Designer.App(c.ctx(), c.Param("app"))
			if err != nil {
				return nil, err
			}
			which = strconv.Itoa(info.Release)
		}
		if which == "0" {
			continue // before the first release there was nothing
		}
		text, err := s.Designer.Definition(c.ctx(), c.Param("app"), which)
		if err != nil {
			return nil, err
		}
		sides[i] = text
	}
	out, err := designer.Diff(sides[0], sides[1])
	return page(out, ""), err
}

type previewIn struct {
	Chain      string                     `json:"chain"`
	Data       map[string]json.RawMessage `json:"data"`
	Initiator  string                     `json:"initiator"`
	Owner      string                     `json:"owner"`
	Definition json.RawMessage            `json:"definition"`
}

// postPreviewChain answers "who would decide this?" for values that belong to no record, by the draft.
func (s *Server) postPreviewChain(c *call) (any, error) {
	var in previewIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	text := []byte(in.Definition)
	if len(text) == 0 {
		d, err := s.Designer.Draft(c.ctx(), c.Param("app"))
		if err != nil {
			return nil, err
		}
		text = []byte(d.Definition)
	}
	def, problems := process.Parse(text)
	if def == nil || rules.HasErrors(problems) {
		return nil, refuse(422, "check.failed", rules.Say("请先修好定义里的错误，再预览", "請先修好定義裡的錯誤，再預覽", "Mend the errors of the definition first, then preview"), problems...)
	}
	opts, err := s.Designer.Among(c.ctx())
	if err != nil {
		return nil, err
	}
	app, problems := process.Compile(def, nil, 0, opts)
	chain := app.Chains[in.Chain]
	at := "/approvals/" + in.Chain
	wrong := slices.ContainsFunc(problems, func(p rules.Problem) bool {
		return p.Severity == rules.Error && (p.Path == at || strings.HasPrefix(p.Path, at+"/"))
	})
	known := slices.ContainsFunc(def.Approvals, func(x process.Chain) bool { return x.Key == in.Chain })
	if known && !wrong && (chain == nil || chain.Form == nil) {
		return nil, refuse(422, "check.failed", rules.Say("还没有流转或阶段用到这条审批链：先在流程里选上它，再预览", "還沒有流轉或階段用到這條簽核鏈：先在流程裡選上它，再預覽",
			"No transition and no stage uses this approval chain yet: choose it in the flow first, then preview"))
	}
	if chain == nil || chain.Form == nil {
		return nil, refuse(422, "check.failed", rules.Say("请先修好审批链里的错误，再预览", "請先修好簽核鏈裡的錯誤，再預覽", "Mend the errors of the approval chain first, then preview"), problems...)
	}
	initiator := in.Initiator
	if initiator == "" {
		initiator = c.user.ID
	}
	owner := in.Owner
	if owner == "" {
		owner = initiator
	}
	path, err := s.Engine.PreviewChain(c.ctx(), app, in.Chain, in.Data, owner, initiator)
	if err != nil {
		return nil, err
	}
	return c.path(path), nil
}
