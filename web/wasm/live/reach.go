package live

import (
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// Reach says what is decided here. Everything else of the form is the server's.
type Reach struct {
	// Values are the fields and columns ("lines.net") computed here.
	Values []string `json:"values"`
	// Visible, Required and ReadOnly are the fields and columns of which the condition is evaluated here; a field of a section
	// that hides is among Visible.
	Visible  []string `json:"visible"`
	Required []string `json:"required"`
	ReadOnly []string `json:"readOnly"`
	// Sections are those that show or hide here.
	Sections []string `json:"sections"`
	// Server are the fields and columns of which something is left to the server.
	Server []string `json:"server"`
}

// cutter takes out of a form what only the server can decide.
type cutter struct {
	form   *forms.Form
	rules  *forms.LocalRules
	server map[string]bool
}

// cut makes the part of a form that can be decided here, and compiles it. ok is false when nothing remains that compiles.
func cut(form *forms.Form, w *forms.World, defs []rules.Rule, hidden []string) (s *forms.Schema, reach Reach, ok bool) {
	c := &cutter{form: form, server: map[string]bool{}}
	form.Title, form.Number, form.Unique, form.Grants, form.Related = "", nil, nil, nil, nil
	for _, key := range hidden {
		c.remove(strings.Split(key, "."))
	}
	c.cutRichText()
	c.cutReferences()
	c.rules = w.LocalRules(defs, form)
	// Each round takes out at least one thing, and what rested on it fails in the next.
	for range 200 {
		s, problems := forms.Compile(form, w, nil, "")
		var path string
		for _, p := range problems {
			if p.Severity == rules.Error {
				path = p.Path
				break
			}
		}
		if path == "" {
			return s, c.reach(), true
		}
		if !c.cutAt(path) {
			break
		}
	}
	return nil, Reach{}, false
}

// fieldsOf finds a field or column.
func (c *cutter) find(path []string) *forms.Field {
	list := c.form.Fields
	var f *forms.Field
	for _, key := range path {
		i := slices.IndexFunc(list, func(f forms.Field) bool { return f.Key == key })
		if i < 0 {
			return nil
		}
		f = &list[i]
		list = f.Fields
	}
	return f
}

// remove takes out a whole field or column.
func (c *cutter) remove(path []string) bool {
	key := path[len(path)-1]
	list := &c.form.Fields
	if len(path) > 1 {
		table := c.find(path[:len(path)-1])
		if table == nil {
			return false
		}
		list = &table.Fields
	}
	before := len(*list)
	*list = slices.DeleteFunc(*list, func(f forms.Field) bool { return f.Key == key })
	if len(*list) == before {
		return false
	}
	c.server[strings.Join(path, ".")] = true
	if c.rules != nil {
		c.rules.Without(path)
	}
	if len(path) > 1 && len(*list) == 0 {
		c.remove(path[:len(path)-1])
	}
	for i := range c.form.Sections {
		s := &c.form.Sections[i]
		if len(path) == 1 {
			s.Fields = slices.DeleteFunc(s.Fields, func(k string) bool { return k == key })
		}
	}
	return true
}

// cutAt takes out what a problem of Compile is about.
func (c *cutter) cutAt(path string) bool {
	words := strings.Split(strings.TrimPrefix(path, "/"), "/")
	switch {
	case len(words) >= 2 && words[0] == "sections":
		return c.cutSection(words[1])
	case len(words) >= 2 && words[0] == "checks":
		return cutCheck(&c.form.Checks, words[1])
	case len(words) < 2 || words[0] != "fields":
		return false
	}
	at := []string{words[1]}
	words = words[2:]
	if len(words) >= 2 && words[0] == "fields" {
		at, words = append(at, words[1]), words[2:]
	}
	f := c.find(at)
	if f == nil {
		return false
	}
	if len(words) == 0 {
		return c.remove(at)
	}
	c.server[strings.Join(at, ".")] = true
	return c.cutSlot(f, at, words)
}

func (c *cutter) cutSlot(f *forms.Field, at, words []string) bool {
	text := func(slot *string) bool {
		had := *slot != ""
		*slot = ""
		return had
	}
	switch words[0] {
	case "value":
		return text(&f.Value)
	case "visibleIf":
		if f.WhenHidden == "clear" || f.WhenHidden == "exclude" {
			return c.remove(at)
		}
		return text(&f.VisibleIf)
	case "requiredIf":
		return text(&f.RequiredIf)
	case "readIf":
		return text(&f.ReadIf)
	case "min":
		had := !f.Min.IsZero()
		f.Min = rules.NumberSlot{}
		return had
	case "max":
		had := !f.Max.IsZero()
		f.Max = rules.NumberSlot{}
		return had
	case "checks":
		return len(words) > 1 && cutCheck(&f.Checks, words[1])
	}
	return c.remove(at)
}

// cutSection leaves it to the server whether a section shows; fields that this empties go with it.
func (c *cutter) cutSection(key string) bool {
	for i := range c.form.Sections {
		s := &c.form.Sections[i]
		if s.Key != key || s.VisibleIf == "" {
			continue
		}
		s.VisibleIf = ""
		for _, k := range slices.Clone(s.Fields) {
			c.server[k] = true
			if f := c.find([]string{k}); f != nil && (f.WhenHidden == "clear" || f.WhenHidden == "exclude") {
				c.remove([]string{k})
			}
		}
		return true
	}
	return false
}

// cutRichText takes out rich text: only the server cleans HTML.
func (c *cutter) cutRichText() {
	var rich [][]string
	for _, f := range c.form.Fields {
		if f.Type == "richtext" {
			rich = append(rich, []string{f.Key})
		}
		for _, col := range f.Fields {
			if col.Type == "richtext" {
				rich = append(rich, []string{f.Key, col.Key})
			}
		}
	}
	for _, at := range rich {
		c.remove(at)
	}
}

func cutCheck(checks *[]forms.Check, key string) bool {
	before := len(*checks)
	*checks = slices.DeleteFunc(*checks, func(c forms.Check) bool { return c.Key == key })
	return len(*checks) < before
}

// cutReferences takes out what references do: fill other fields, and limit the choice.
func (c *cutter) cutReferences() {
	var walk func(list []forms.Field, in string)
	walk = func(list []forms.Field, in string) {
		for i := range list {
			f := &list[i]
			if len(f.Fill) > 0 || f.Where != "" {
				f.Fill, f.Where = nil, ""
				c.server[in+f.Key] = true
			}
			walk(f.Fields, in+f.Key+".")
		}
	}
	walk(c.form.Fields, "")
}

func (c *cutter) reach() Reach {
	r := Reach{Values: []string{}, Visible: []string{}, Required: []string{}, ReadOnly: []string{}, Sections: []string{}, Server: []string{}}
	hiding := map[string]bool{}
	for _, s := range c.form.Sections {
		if s.VisibleIf == "" {
			continue
		}
		r.Sections = append(r.Sections, s.Key)
		for _, k := range s.Fields {
			hiding[k] = true
		}
	}
	var walk func(list []forms.Field, in string)
	walk = func(list []forms.Field, in string) {
		for i := range list {
			f := &list[i]
			id := in + f.Key
			shows := f.VisibleIf != "" || hiding[id]
			add := func(to *[]string, yes bool) {
				if yes {
					*to = append(*to, id)
				}
			}
			add(&r.Values, f.Calc != "" || shows && f.WhenHidden == "clear")
			add(&r.Visible, shows)
			add(&r.Required, f.RequiredIf != "" || shows)
			add(&r.ReadOnly, f.ReadIf != "")
			walk(f.Fields, id+".")
		}
	}
	walk(c.form.Fields, "")
	for k := range c.server {
		r.Server = append(r.Server, k)
	}
	slices.Sort(r.Server)
	return r
}
