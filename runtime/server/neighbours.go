package server

import (
	"pipewright/designer"
	"pipewright/rules"
)

// neighboursOut are the live apps beside one.
type neighboursOut struct {
	// Usable are the apps, forms and fields that `uses` may name; UsedBy the apps that use this one, with what they use.
	Usable []neighbourOut `json:"usable"`
	UsedBy []neighbourOut `json:"usedBy"`
}

type neighbourOut struct {
	Key   string             `json:"key"`
	Name  rules.Text         `json:"name"`
	Forms []neighbourFormOut `json:"forms"`
}

type neighbourFormOut struct {
	Key    string              `json:"key"`
	Name   rules.Text          `json:"name"`
	Fields []neighbourFieldOut `json:"fields"`
}

type neighbourFieldOut struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	Type string     `json:"type"`
}

func (s *Server) getNeighbours(c *call) (any, error) {
	usable, usedBy, err := s.Designer.Neighbours(c.ctx(), c.Param("app"))
	return neighboursOut{wireNeighbours(usable), wireNeighbours(usedBy)}, err
}

func wireNeighbours(apps []designer.Neighbour) []neighbourOut {
	out := []neighbourOut{}
	for _, a := range apps {
		app := neighbourOut{Key: a.Key, Name: a.Name, Forms: []neighbourFormOut{}}
		for _, f := range a.Forms {
			form := neighbourFormOut{Key: f.Key, Name: f.Name, Fields: []neighbourFieldOut{}}
			for _, d := range f.Fields {
				form.Fields = append(form.Fields, neighbourFieldOut(d))
			}
			app.Forms = append(app.Forms, form)
		}
		out = append(out, app)
	}
	return out
}
