package server

import (
	"context"
	"net/http"
	"slices"

	"pipewright/rules"
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

type sampleOut struct {
	Records int `json:"records"`
}

// sampleOf is the sample data of the template that an app was made of.
func (s *Server) sampleOf(c *call) ([]byte, error) {
	info, err := s.Designer.App(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	t, err := s.Designer.Template(info.Template)
	if err != nil || len(t.Sample) == 0 {
		return nil, refuse(http.StatusNotFound, "not.found", rules.Say("这个应用没有示例数据", "這個應用沒有範例資料", "This app has no sample data"))
	}
	return t.Sample, nil
}

// loadSample loads the sample records; those that are there are left as they are.
func (s *Server) loadSample(c *call) (any, error) {
	sample, err := s.sampleOf(c)
	if err != nil {
		return nil, err
	}
	n, err := s.Engine.ImportSample(c.ctx(), c.user.ID, c.Param("app"), sample)
	return sampleOut{n}, err
}

// removeSample moves the sample records to the recycle bin.
func (s *Server) removeSample(c *call) (any, error) {
	sample, err := s.sampleOf(c)
	if err != nil {
		return nil, err
	}
	n, err := s.Engine.RemoveSample(c.ctx(), c.user.ID, c.Param("app"), sample)
	return sampleOut{n}, err
}

// Install makes an app of a template, gives out its roles and, if asked, adds the sample people and records. The sample people play the
// roles of their jobs, as far as they are there; who installs plays what installerRoles says, so that he lands in an app he can use.
func (s *Server) Install(ctx context.Context, template, as, user string, sample bool) (*process.App, error) {
	t, err := s.Designer.Template(template)
	if err != nil {
		return nil, err
	}
	app, err := s.Designer.Install(ctx, user, template, as)
	if err != nil {
		return nil, err
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
	if err := s.giveRoles(ctx, dir, app, user); err != nil {
		return nil, err
	}
	if sample && len(t.Sample) > 0 {
		if _, err := s.Engine.ImportSample(ctx, user, app.Def.Key, t.Sample); err != nil {
			return nil, err
		}
	}
	return app, nil
}

// giveRoles gives out the roles of an app that was just installed.
func (s *Server) giveRoles(ctx context.Context, dir *org.Directory, app *process.App, installer string) error {
	roles := make([]string, len(app.Def.Roles))
	for i := range app.Def.Roles {
		roles[i] = app.Def.Roles[i].Key
	}
	given := org.SampleRoles(app.Def.Key, roles)
	others := false
	for _, u := range dir.Users() {
		if _, isSample := org.SampleUser(u.ID); !isSample || !u.Active {
			delete(given, u.ID)
		} else if u.ID != installer {
			others = true
		}
	}
	for _, role := range s.installerRoles(app, roles, others) {
		given[installer] = append(given[installer], app.Def.Key+"/"+role)
	}
	for _, u := range dir.Users() {
		if len(given[u.ID]) == 0 {
			continue
		}
		if _, err := s.Engine.ChangeUser(ctx, u.ID, func(u *org.User) error {
			u.Roles = append(u.Roles, given[u.ID]...)
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// installerRoles are the roles of who installs: all of them when he is alone; with the sample people about, those in which he does
// not change how a vote comes out; in a demo, where everybody is one click away, the one that sees the most.
func (s *Server) installerRoles(app *process.App, roles []string, others bool) []string {
	if !others {
		return roles
	}
	votes := map[string]bool{}
	for i := range app.Def.Approvals {
		app.Def.Approvals[i].EachStep(func(_ string, st *process.Step) {
			for _, who := range st.Who {
				if st.Mode.Kind != "any" {
					votes[who.Role] = true
				}
			}
		})
	}
	free := slices.DeleteFunc(slices.Clone(roles), func(r string) bool { return votes[r] })
	if !s.Demo || len(free) == 0 {
		return free
	}
	return []string{slices.MaxFunc(free, func(a, b string) int { return reach(app, a) - reach(app, b) })}
}

// reach tells how much a role sees: the wider the scopes of its reading, the more.
func reach(app *process.App, role string) int {
	width := map[string]int{"own": 1, "participant": 2, "pool": 3, "team": 4, "teamTree": 8, "all": 16}
	sum := 0
	for i := range app.Def.Forms {
		best := 0
		for _, g := range app.Def.Forms[i].Grants {
			if g.Role == role && slices.Contains(g.Do, "read") {
				best = max(best, width[g.Records.Scope])
			}
		}
		sum += best
	}
	return sum
}
