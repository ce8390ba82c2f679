package server

import (
	"context"
	"net/http"
	"slices"

	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

func (s *Server) getTemplates(c *call) (any, error) {
	out, err := s.Designer.Gallery(c.ctx())
	return page(out, ""), err
}

type installIn struct {
	Sample bool   `json:"sample"`
	App    string `json:"app"`
}

func (s *Server) installTemplate(c *call) (any, error) {
	var in installIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	app, err := s.Install(c.ctx(), c.Param("key"), in.App, c.user.ID, in.Sample)
	if err != nil {
		return nil, err
	}
	if c.dir, err = s.Engine.Directory(c.ctx()); err != nil {
		return nil, err
	}
	info, err := s.Designer.App(c.ctx(), app.Def.Key)
	if err != nil {
		return nil, err
	}
	return reply{status: http.StatusCreated, body: c.app(info)}, nil
}

// Install makes an app of a template, gives out its roles and, if asked, adds the sample people and records. Who installs
// plays every role, so that he can try all of it; the sample people play those of their jobs.
func (s *Server) Install(ctx context.Context, template, as, user string, sample bool) (*process.App, error) {
	t, err := s.Designer.Template(template)
	if err != nil {
		return nil, err
	}
	app, err := s.Designer.Install(ctx, user, template, as)
	if err != nil {
		return nil, err
	}
	roles := make([]string, len(app.Def.Roles))
	for i := range app.Def.Roles {
		roles[i] = app.Def.Roles[i].Key
	}
	dir, err := s.Engine.Directory(ctx)
	if err != nil {
		return nil, err
	}
	if sample {
		users, teams := org.Sample()
		users = slices.DeleteFunc(users, func(u org.User) bool { return u.Admin })
		if err := s.addSample(ctx, dir, users, teams); err != nil {
			return nil, err
		}
		if dir, err = s.Engine.Directory(ctx); err != nil {
			return nil, err
		}
	}
	given := org.SampleRoles(app.Def.Key, roles)
	var save []org.User
	for _, u := range dir.Users() {
		before := len(u.Roles)
		if u.ID == user {
			for _, r := range roles {
				u.Roles = append(u.Roles, app.Def.Key+"/"+r)
			}
		}
		if _, isSample := org.SampleUser(u.ID); isSample {
			u.Roles = append(u.Roles, given[u.ID]...)
		}
		if len(u.Roles) != before {
			save = append(save, u)
		}
	}
	if err := s.Engine.SaveUsers(ctx, save...); err != nil {
		return nil, err
	}
	if sample && len(t.Sample) > 0 {
		if err := s.importSample(ctx, app, user, t.Sample); err != nil {
			return nil, err
		}
	}
	return app, nil
}

// importSample loads the template's sample records.
func (s *Server) importSample(ctx context.Context, app *process.App, user string, sample []byte) error {
	_, err := s.Engine.ImportSample(ctx, user, app.Def.Key, sample)
	return err
}
