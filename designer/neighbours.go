package designer

import (
	"context"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// Neighbour is another live app, with forms of it or of the app that is asked about.
type Neighbour struct {
	Key   string
	Name  rules.Text
	Forms []NeighbourForm
}

// NeighbourForm is a form that one app uses, or may use, of another.
type NeighbourForm struct {
	Key    string
	Name   rules.Text
	Fields []NeighbourField
}

// NeighbourField is a field of it.
type NeighbourField struct {
	Key  string
	Name rules.Text
	Type string
}

// Neighbours are the live apps beside an app: usable with the forms and fields that its `uses` may name (semantics 21), and usedBy those that use
// it, with what they use.
func (d *Designer) Neighbours(ctx context.Context, app string) (usable, usedBy []Neighbour, err error) {
	live, err := d.catalog.Live(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, other := range live {
		if other.Def.Key == app {
			continue
		}
		usable = append(usable, neighbour(other, usableForms(other)))
		if used := usedForms(other, app); len(used) > 0 {
			usedBy = append(usedBy, neighbour(other, used))
		}
	}
	return usable, usedBy, nil
}

func neighbour(app *process.App, forms []NeighbourForm) Neighbour {
	return Neighbour{Key: app.Def.Key, Name: app.Def.Name, Forms: forms}
}

func usableForms(app *process.App) []NeighbourForm {
	var out []NeighbourForm
	for i := range app.Def.Forms {
		def := &app.Def.Forms[i]
		form := NeighbourForm{Key: def.Key, Name: def.Name}
		for j := range def.Fields {
			f := &def.Fields[j]
			if _, ok := app.Forms[def.Key].Schema.Shared(f.Key); ok {
				form.Fields = append(form.Fields, NeighbourField{f.Key, f.Name, f.Type})
			}
		}
		out = append(out, form)
	}
	return out
}

// usedForms are the forms of an app as another one's release holds them, in the order of that one's definition.
func usedForms(by *process.App, app string) []NeighbourForm {
	var out []NeighbourForm
	for _, key := range sortedKeys(by.Shared) {
		s := by.Shared[key]
		if s.App != app {
			continue
		}
		form := NeighbourForm{Key: s.Form, Name: s.Name}
		for i := range s.Fields {
			form.Fields = append(form.Fields, NeighbourField{s.Fields[i].Key, s.Fields[i].Name, s.Fields[i].Type})
		}
		out = append(out, form)
	}
	return out
}
