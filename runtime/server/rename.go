package server

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// useOut is a place of the definition that names a thing.
type useOut struct {
	Path   string `json:"path"`
	Before string `json:"before"`
	After  string `json:"after,omitempty"`
	Line   int    `json:"line,omitempty"`
	Col    int    `json:"col,omitempty"`
}

func wireUses(uses []process.Use) []useOut {
	out := make([]useOut, len(uses))
	for i, u := range uses {
		out[i] = useOut{u.Path, u.Before, u.After, u.Line, u.Col}
	}
	return out
}

func (s *Server) getUses(c *call) (any, error) {
	d, err := s.Designer.Draft(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	uses, err := designer.Uses([]byte(d.Definition), c.Query("path"))
	return page(wireUses(uses), ""), err
}

type renameIn struct {
	// Path of the thing, such as /forms/deal/fields/amount, and its new key.
	Path string `json:"path"`
	To   string `json:"to"`
	// DryRun only tells what would change. So does a definition of one's own, which an editor gives in place of the draft.
	DryRun     bool            `json:"dryRun"`
	Definition json.RawMessage `json:"definition"`
}

type renameOut struct {
	Uses     []useOut      `json:"uses"`
	Warnings []problemWire `json:"warnings"`
	// Definition is what it becomes, when nothing is saved.
	Definition json.RawMessage `json:"definition,omitempty"`
	// Saved is the draft after it.
	Saved *savedOut `json:"saved,omitempty"`
}

// postRename gives a thing of the draft another key, with every place that names it.
func (s *Server) postRename(c *call) (any, error) {
	var in renameIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if in.DryRun || len(strings.TrimSpace(string(in.Definition))) > 0 {
		text := []byte(in.Definition)
		if len(text) == 0 {
			d, err := s.Designer.Draft(c.ctx(), c.Param("app"))
			if err != nil {
				return nil, err
			}
			text = []byte(d.Definition)
		}
		r, err := s.Designer.Rename(c.ctx(), c.Param("app"), text, in.Path, in.To)
		if err != nil {
			return nil, err
		}
		return renameOut{Uses: wireUses(r.Uses), Warnings: wireProblems(r.Warnings), Definition: r.Definition}, nil
	}
	rev, err := c.rev(true)
	if err != nil {
		return nil, err
	}
	r, d, problems, err := s.Designer.RenameInDraft(c.ctx(), c.Param("app"), c.user.ID, rev, in.Path, in.To)
	if err != nil {
		return nil, err
	}
	return reply{etag: etag(d.Rev), body: renameOut{Uses: wireUses(r.Uses), Warnings: wireProblems(r.Warnings),
		Saved: &savedOut{d.Rev, instant(d.At), wireProblems(problems)}}}, nil
}

// carryRoles gives the people of a role that a release calls otherwise than the one before the new one too. They keep the old: records
// stay on the release they began in, whose approvals ask for it. A role that was there before is left as it is.
func (s *Server) carryRoles(c *call, prev, next *process.App) error {
	if prev == nil || prev.Release == next.Release {
		return nil
	}
	app := next.Def.Key
	renamed := map[string]string{}
	for _, r := range next.Def.Roles {
		if hasRole(prev, r.Key) {
			continue
		}
		for _, old := range prev.Def.Roles {
			if !hasRole(next, old.Key) && (slices.Contains(r.Was, old.Key) || slices.Contains(old.Was, r.Key)) {
				renamed[app+"/"+old.Key] = app + "/" + r.Key
			}
		}
	}
	if len(renamed) == 0 {
		return nil
	}
	dir, err := s.Engine.Directory(c.ctx())
	if err != nil {
		return err
	}
	for _, one := range dir.Users() {
		if !slices.ContainsFunc(one.Roles, func(role string) bool { return renamed[role] != "" }) {
			continue
		}
		if _, err := s.Engine.ChangeUser(c.ctx(), one.ID, func(u *org.User) error {
			for _, role := range slices.Clone(u.Roles) {
				if to, ok := renamed[role]; ok && !slices.Contains(u.Roles, to) {
					u.Roles = append(u.Roles, to)
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

func hasRole(app *process.App, key string) bool {
	return slices.ContainsFunc(app.Def.Roles, func(r process.Role) bool { return r.Key == key })
}

// released does what a release going live asks of the people; prev is the one before, nil for none.
func (s *Server) released(c *call, prev *process.App) error {
	next, err := s.Designer.Catalog().Current(c.ctx(), c.Param("app"))
	if err != nil {
		return err
	}
	return s.carryRoles(c, prev, next)
}

// before is the live release, nil when there is none yet.
func (s *Server) before(c *call) (*process.App, error) {
	app, err := s.Designer.Catalog().Current(c.ctx(), c.Param("app"))
	var none *process.Rejection
	if errors.As(err, &none) {
		return nil, nil
	}
	return app, err
}

// getFunctions is the help of the rule editor.
func (s *Server) getFunctions(*call) (any, error) {
	return items[rules.Function]{Items: rules.Functions()}, nil
}

// getFormSchema is the JSON Schema of the data of a form's records, by the live release.
func (s *Server) getFormSchema(c *call) (any, error) {
	app, err := s.live(c)
	if err != nil {
		return nil, err
	}
	f := app.Forms[c.Param("form")]
	if f == nil {
		return nil, errNotFound
	}
	out := f.Schema.JSONSchema()
	out["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	out["title"] = f.Def.Name.In(c.lang())
	return out, nil
}
