package server

import (
	"encoding/json"
	"net/http"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

func (s *Server) getRecords(c *call) (any, error) {
	n, err := c.limitParam(50)
	if err != nil {
		return nil, err
	}
	q := engine.ListQuery{App: c.Param("app"), Form: c.Param("form"), View: c.Query("view"), Where: c.Query("where"), Text: c.Query("q"),
		Stage: c.Query("stage"), Owner: c.Query("owner"), Deleted: c.Query("deleted") == "true", Limit: n, After: c.Query("after")}
	for key := range strings.SplitSeq(c.Query("sort"), ",") {
		if key = strings.TrimSpace(key); key != "" {
			q.Sort = append(q.Sort, key)
		}
	}
	vs, next, err := s.Engine.List(c.ctx(), c.user.ID, q)
	if err != nil {
		return nil, err
	}
	return page(wireRecords(vs), next), nil
}

type createIn struct {
	Data  map[string]json.RawMessage `json:"data"`
	Owner string                     `json:"owner"`
	Start string                     `json:"start"`
}

func (s *Server) postRecord(c *call) (any, error) {
	var in createIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(true)
	if err != nil {
		return nil, err
	}
	if in.Start != "" {
		app, err := s.Designer.Catalog().Current(c.ctx(), c.Param("app"))
		if err != nil {
			return nil, err
		}
		f := app.Forms[c.Param("form")]
		if f == nil || f.Process == nil || f.Process.Def.Start != in.Start {
			return nil, badRequest(rules.Say("新记录只能从流程的起始阶段开始", "新記錄只能從流程的起始階段開始", "A new record begins in the first stage of its process"))
		}
	}
	return s.command(c, http.StatusCreated, process.Command{Kind: process.Create, App: c.Param("app"), Form: c.Param("form"), Op: key, Data: in.Data, Owner: in.Owner})
}

// command carries out a command and answers with the record as it then is.
func (s *Server) command(c *call, status int, cmd process.Command) (any, error) {
	res, err := s.Engine.Do(c.ctx(), engine.Request{User: c.user.ID, Command: cmd})
	if err != nil {
		return nil, err
	}
	v, err := s.Engine.RecordAfter(c.ctx(), c.user.ID, res)
	if err != nil {
		return nil, err
	}
	out := c.full(v)
	out.Warnings = notes(res.Warnings)
	return reply{status: status, etag: etag(out.Rev), body: out}, nil
}

func (s *Server) fullOf(c *call, id string) (recordFullOut, error) {
	v, err := s.Engine.Record(c.ctx(), c.user.ID, id)
	if err != nil {
		return recordFullOut{}, err
	}
	return c.full(v), nil
}

func (s *Server) getRecord(c *call) (any, error) {
	out, err := s.fullOf(c, c.Param("id"))
	if err != nil {
		return nil, err
	}
	return reply{etag: etag(out.Rev), body: out}, nil
}

type patchIn struct {
	Data map[string]json.RawMessage `json:"data"`
}

func (s *Server) patchRecord(c *call) (any, error) {
	var in patchIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	rev, err := c.rev(false)
	if err != nil {
		return nil, err
	}
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	return s.command(c, http.StatusOK, process.Command{Kind: process.Edit, ID: c.Param("id"), Op: key, Base: rev, Data: in.Data})
}

// postButton presses a button of an automation.
func (s *Server) postButton(c *call) (any, error) {
	var in struct{}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(true)
	if err != nil {
		return nil, err
	}
	return s.command(c, http.StatusOK, process.Command{Kind: process.Press, ID: c.Param("id"), Item: c.Param("key"), Op: key})
}

// simple carries out a command that has nothing in its body.
func (s *Server) simple(kind process.CommandKind) func(*call) (any, error) {
	return func(c *call) (any, error) {
		var in struct{}
		if err := c.bind(&in); err != nil {
			return nil, err
		}
		key, err := c.operation(false)
		if err != nil {
			return nil, err
		}
		return s.command(c, http.StatusOK, process.Command{Kind: kind, ID: c.Param("id"), Op: key})
	}
}

// deleteRecord puts a record into the recycle bin, from where it can be restored.
func (s *Server) deleteRecord(c *call) (any, error) {
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	_, err = s.Engine.Do(c.ctx(), engine.Request{User: c.user.ID, Command: process.Command{Kind: process.Delete, ID: c.Param("id"), Op: key}})
	return nil, err
}

// postPurge takes a record out of the recycle bin for good; its history stays.
func (s *Server) postPurge(c *call) (any, error) {
	var in struct{}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	return nil, s.Engine.PurgeRecord(c.ctx(), c.user.ID, c.Param("id"))
}

// postErase takes a record away, and what its events, tasks, notices, rounds and files say of it.
func (s *Server) postErase(c *call) (any, error) {
	var in struct{}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	return nil, s.Engine.Erase(c.ctx(), c.user.ID, c.Param("id"), key)
}

type moveIn struct {
	Data     map[string]json.RawMessage `json:"data"`
	Comment  string                     `json:"comment"`
	Override bool                       `json:"override"`
	// Owner is who takes over, where the stage leaves it to whoever moves the record.
	Owner string `json:"owner"`
	// Pick names the people of approval steps that leave them to the initiator, by step.
	Pick map[string][]string `json:"pick"`
}

func (s *Server) postTransition(c *call) (any, error) {
	var in moveIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(true)
	if err != nil {
		return nil, err
	}
	return s.command(c, http.StatusOK, process.Command{Kind: process.Move, ID: c.Param("id"), Op: key, Transition: c.Param("key"), Data: in.Data,
		Comment: in.Comment, Override: in.Override, Owner: in.Owner, Pick: in.Pick})
}

// getPreview shows who would approve; ?data is a JSON object of the values about to be given.
func (s *Server) getPreview(c *call) (any, error) {
	var in moveIn
	if text := c.Query("data"); text != "" {
		if err := decode([]byte(text), &in.Data); err != nil {
			return nil, err
		}
	}
	p, err := s.Engine.PreviewPath(c.ctx(), c.user.ID, c.Param("id"), c.Param("key"), in.Data)
	if err != nil {
		return nil, err
	}
	return c.path(p), nil
}

type doneIn struct {
	Done *bool `json:"done"`
}

func (s *Server) postMark(kind process.CommandKind) func(*call) (any, error) {
	return func(c *call) (any, error) {
		var in doneIn
		if err := c.bind(&in); err != nil {
			return nil, err
		}
		key, err := c.operation(false)
		if err != nil {
			return nil, err
		}
		return s.command(c, http.StatusOK, process.Command{Kind: kind, ID: c.Param("id"), Op: key, Item: c.Param("key"), Done: in.Done == nil || *in.Done})
	}
}

type assignIn struct {
	Owner string `json:"owner"`
}

func (s *Server) postAssign(c *call) (any, error) {
	var in assignIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	res, err := s.Engine.Do(c.ctx(), engine.Request{User: c.user.ID, Command: process.Command{Kind: process.Assign, ID: c.Param("id"), Op: key, Owner: in.Owner}})
	if err != nil {
		return nil, err
	}
	out, err := s.fullOf(c, res.State.ID)
	if statusOfError(err) == http.StatusNotFound {
		return nil, nil // given away to where he may not look
	}
	return out, err
}

type noteIn struct {
	Text string `json:"text"`
	// Mentions are people the text names who are not known by it alone, as one of two of the same name.
	Mentions []string `json:"mentions"`
}

func (s *Server) postNote(c *call) (any, error) {
	var in noteIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	return s.command(c, http.StatusOK, process.Command{Kind: process.Note, ID: c.Param("id"), Op: key, Comment: in.Text, People: append(in.Mentions, called(in.Text, c.dir.Users())...)})
}

type revealIn struct {
	Field string `json:"field"`
}

type revealOut struct {
	Value string `json:"value"`
}

// postReveal answers a masked number whole, once the record has it that he looked.
func (s *Server) postReveal(c *call) (any, error) {
	var in revealIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(false)
	if err != nil {
		return nil, err
	}
	value, err := s.Engine.Reveal(c.ctx(), c.user.ID, c.Param("id"), in.Field, key)
	return revealOut{value}, err
}

type evaluateIn struct {
	ID         string                     `json:"id"`
	Data       map[string]json.RawMessage `json:"data"`
	Transition string                     `json:"transition"`
}

type evaluateOut struct {
	Data     map[string]json.RawMessage `json:"data"`
	Fields   map[string]fieldOut        `json:"fields"`
	Sections map[string]sectionOut      `json:"sections"`
	Problems []noteOut                  `json:"problems"`
}

func (s *Server) postEvaluate(c *call) (any, error) {
	var in evaluateIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	e, err := s.Engine.Evaluate(c.ctx(), c.user.ID, engine.EvaluateRequest{App: c.Param("app"), Form: c.Param("form"), ID: in.ID, Data: in.Data, Transition: in.Transition})
	if err != nil {
		return nil, err
	}
	return evaluated(e), nil
}

func evaluated(e *engine.Evaluation) evaluateOut {
	out := evaluateOut{Data: map[string]json.RawMessage{}, Fields: map[string]fieldOut{}, Sections: map[string]sectionOut{}, Problems: notes(e.Problems)}
	if e.Result != nil {
		out.Data = e.Wire(e.Result.Values)
		out.Fields, out.Sections = wireFields(e.Result.Fields), wireSections(e.Result.Sections)
		out.Problems = append(out.Problems, notes(e.Result.Problems)...)
	}
	return out
}
