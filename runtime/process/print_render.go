package process

import (
	"html"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/forms"
	"pipewright/rules"
)

// PaperReader is for whom a print is filled in.
type PaperReader struct {
	// Cells say how values are written, and who and what is called how.
	Cells *forms.Cells
	// Sees says whether the person sees a field or the column "lines.cost".
	Sees func(key string) bool
	// Picture is the address of an uploaded picture.
	Picture func(id string) string
}

// Printed is a filled-in print: HTML of its own making, every value escaped.
type Printed struct {
	Title, Body, Header, Footer, CSS, Page string
}

const (
	// maxPrinted bounds a filled-in part, in bytes.
	maxPrinted = 8 << 20
	// maxPrintedRows bounds the rows of one repetition.
	maxPrintedRows = 1000
	// kept stands for what the person may not see.
	kept = "•••"
)

// Offered says whether a person is offered the print of a record.
func (p *CompiledPrint) Offered(app *App, s *State, a Actor, f *Facts, at time.Time) (bool, []Need) {
	if !a.Rights.Read || len(p.Def.By) > 0 && !slices.ContainsFunc(p.Def.By, func(role string) bool { return slices.Contains(a.Roles, role) }) {
		return false, nil
	}
	d := inspector(app, s, a, f, at)
	if p.If == nil || d.bind() != nil {
		return p.If == nil, nil
	}
	yes, _ := d.truth(p.If, d.scope(d.view(nil)), "")
	return yes, d.needs
}

// Fill fills a print in for a person. It asks for facts like Decide; records that he may not read are to be answered as missing.
func (p *CompiledPrint) Fill(app *App, s *State, a Actor, f *Facts, at time.Time, r *PaperReader) (*Printed, []Need, *rules.Problem) {
	d := inspector(app, s, a, f, at)
	if rejected := d.bind(); rejected != nil {
		problem := rules.Errorf("/prints/"+p.Def.Key, rejected.Code, rejected.Message)
		return nil, nil, &problem
	}
	w := &paperWriter{d: d, r: r, seen: map[string]bool{}}
	sc := d.scope(d.view(nil))
	out := &Printed{Title: p.Def.Name.In(r.Cells.Language), CSS: p.Def.CSS, Page: p.Def.Page}
	if s.Number != "" {
		out.Title += " " + s.Number
	}
	for _, part := range []struct {
		name string
		from map[string]*Paper
		to   *string
	}{{"body", p.Body, &out.Body}, {"header", p.Header, &out.Header}, {"footer", p.Footer, &out.Footer}} {
		paper := inLanguage(part.from, r.Cells.Language)
		if paper == nil {
			continue
		}
		w.out.Reset()
		w.path = "/prints/" + p.Def.Key + "/" + part.name
		w.all(paper.nodes, sc)
		if w.problem != nil {
			return nil, d.needs, w.problem
		}
		*part.to = w.out.String()
	}
	return out, d.needs, nil
}

// inLanguage picks what is written for a language, else for all, else in the first of the product's languages there is.
func inLanguage[T any](m map[string]T, lang string) (zero T) {
	for _, key := range append([]string{lang, ""}, rules.Languages...) {
		if v, ok := m[key]; ok {
			return v
		}
	}
	return zero
}

// paperWriter writes one part.
type paperWriter struct {
	d       *decider
	r       *PaperReader
	out     strings.Builder
	path    string
	seen    map[string]bool
	problem *rules.Problem
}

func (w *paperWriter) all(nodes []*paperNode, sc *rules.Scope) {
	for _, n := range nodes {
		w.node(n, sc)
	}
}

func (w *paperWriter) node(n *paperNode, sc *rules.Scope) {
	if w.problem != nil {
		return
	}
	if w.out.Len() > maxPrinted {
		p := rules.Errorf(w.path, "expr.limit", rules.Say("打印内容太长", "列印內容太長", "The print grows too long"))
		w.problem = &p
		return
	}
	if n.tag == "" && n.code == "" {
		for i := range n.pieces {
			w.piece(&n.pieces[i], sc)
		}
		return
	}
	if n.code != "" {
		w.code(n, sc)
		return
	}
	if n.when != nil {
		if yes, ok := w.value(n.when, sc); !ok || yes != true {
			return
		}
	}
	if n.each == nil {
		w.element(n, sc)
		return
	}
	v, ok := w.value(n.each, sc)
	rows, _ := v.([]map[string]any)
	if !ok {
		return
	}
	for i, row := range rows[:min(len(rows), maxPrintedRows)] {
		names := maps.Clone(row)
		names[rowNumberName] = decimal.NewFromInt(int64(i + 1))
		w.element(n, sc.Row(names))
	}
}

var voidElements = map[string]bool{"br": true, "hr": true, "img": true, "col": true}

func (w *paperWriter) element(n *paperNode, sc *rules.Scope) {
	w.out.WriteString("<" + n.tag)
	for _, a := range n.attrs {
		w.out.WriteString(" " + a.key + `="`)
		for i := range a.pieces {
			if p := &a.pieces[i]; p.prog == nil {
				w.out.WriteString(html.EscapeString(p.text))
			} else if v, ok := w.value(p, sc); ok {
				w.out.WriteString(html.EscapeString(w.text(p, v)))
			}
		}
		w.out.WriteString(`"`)
	}
	w.out.WriteString(">")
	if voidElements[n.tag] {
		return
	}
	w.all(n.nodes, sc)
	w.out.WriteString("</" + n.tag + ">")
}

// value computes a piece; ok is false when the person may not see what it rests on, or it cannot be computed.
func (w *paperWriter) value(p *piece, sc *rules.Scope) (any, bool) {
	for _, key := range p.reads {
		if !w.sees(key) {
			return nil, false
		}
	}
	v, err := p.prog.Eval(sc)
	if err != nil {
		if w.problem == nil {
			problem := failed(w.path, err)
			w.problem = &problem
		}
		return nil, false
	}
	return v, true
}

func (w *paperWriter) sees(key string) bool {
	yes, known := w.seen[key]
	if !known {
		yes = w.r.Sees == nil || w.r.Sees(key)
		w.seen[key] = yes
	}
	return yes
}

func (w *paperWriter) piece(p *piece, sc *rules.Scope) {
	if p.prog == nil {
		w.out.WriteString(html.EscapeString(p.text))
		return
	}
	v, ok := w.value(p, sc)
	switch {
	case !ok:
		w.out.WriteString(kept)
		return
	case v == nil:
		return
	}
	if p.schema != nil {
		info, _ := p.schema.Field(p.field)
		switch info.Def.Type {
		case "richtext":
			if s, ok := v.(string); ok {
				w.out.WriteString(`<div class="rich">` + forms.CleanHTML(s) + "</div>")
				return
			}
		case "signature":
			if file, ok := v.(map[string]any); ok {
				w.picture(file)
				return
			}
		case "image":
			if list, ok := v.([]map[string]any); ok {
				for _, file := range list {
					w.picture(file)
				}
				return
			}
		}
	}
	w.out.WriteString(strings.ReplaceAll(html.EscapeString(w.text(p, v)), "\n", "<br>"))
}

func (w *paperWriter) picture(file map[string]any) {
	id, _ := file["id"].(string)
	kind, _ := file["type"].(string)
	if id == "" || w.r.Picture == nil || !strings.HasPrefix(kind, "image/") {
		return
	}
	name, _ := file["name"].(string)
	w.out.WriteString(`<img class="picture" src="` + html.EscapeString(w.r.Picture(id)) + `" alt="` + html.EscapeString(name) + `">`)
}

// text is a value as people read it: a field alone by its type, a system name by what it is called, anything else by what it is.
func (w *paperWriter) text(p *piece, v any) string {
	c := w.r.Cells
	switch {
	case p.schema != nil:
		return p.schema.ShownText(p.field, unref(v), w.d.valuesOf(p.via), c)
	case p.name == "stage":
		if st := w.d.stage(); st != nil {
			return named(st.Def.Name, st.Def.Key).In(c.Language)
		}
	case (p.name == "owner" || p.name == "me") && c.Name != nil:
		id, _ := v.(string)
		return c.Name("user", id)
	case p.name == "team" && c.Name != nil:
		id, _ := v.(string)
		return c.Name("team", id)
	}
	if p.prog.Type().Currency != "" {
		if amount, ok := v.(decimal.Decimal); ok {
			return forms.GroupedAmount(amount, p.prog.Type().Currency)
		}
	}
	return forms.PlainText(v, c)
}

// unref makes of the record behind a reference, as expressions see it, the reference it was.
func unref(v any) any {
	if m, ok := v.(map[string]any); ok {
		if id, ok := m["id"].(string); ok && m["sha256"] == nil {
			return forms.Ref{ID: id}
		}
	}
	return v
}
