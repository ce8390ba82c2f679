package server

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

// publicOut is a public form as a visitor's browser gets it: a definition of that form alone, cut down to what is asked for.
type publicOut struct {
	App        string          `json:"app"`
	Form       string          `json:"form"`
	Release    int             `json:"release"`
	Definition json.RawMessage `json:"definition"`
	Name       rules.Text      `json:"name"`
	Intro      rules.Text      `json:"intro,omitzero"`
	Submit     rules.Text      `json:"submit,omitzero"`
	// Source are the parameters of the address that are kept.
	Source []string `json:"source"`
	Files  bool     `json:"files"`
	// Seal is to be sent back; before Wait seconds are over it is not taken.
	Seal      string   `json:"seal"`
	Wait      int      `json:"wait"`
	Languages []string `json:"languages"`
}

// visitor finds the form behind a link, at the visitor's pace.
func (s *Server) visitor(c *call, p *pace) (*engine.PublicPage, error) {
	if err := p.admit(address(c.Request)); err != nil {
		return nil, err
	}
	return s.Engine.PublicPage(c.ctx(), c.Param("token"))
}

func (s *Server) getPublic(c *call) (any, error) {
	p, err := s.visitor(c, s.paces.look)
	if err != nil {
		return nil, err
	}
	def := visitorDefinition(p.App, p.Form)
	text, err := process.Format(def)
	if err != nil {
		return nil, err
	}
	d := p.Form.Def
	out := publicOut{App: p.App.Def.Key, Form: d.Form, Release: p.App.Release, Definition: text, Name: d.Name, Intro: d.Intro, Submit: d.Submit, Source: []string{}, Files: d.Files,
		Seal: p.Seal(s.Engine.Opened()), Wait: int(engine.MinFill.Seconds()), Languages: rules.Languages}
	if langs := p.App.Def.Languages; len(langs) > 0 {
		out.Languages = langs
	}
	for _, source := range p.Form.Source {
		out.Source = append(out.Source, source.Parameter)
	}
	return out, nil
}

func (s *Server) evaluatePublic(c *call) (any, error) {
	p, err := s.visitor(c, s.paces.look)
	if err != nil {
		return nil, err
	}
	var in struct {
		Data map[string]json.RawMessage `json:"data"`
	}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	e, err := s.Engine.EvaluatePublic(c.ctx(), p, in.Data)
	if err != nil {
		return nil, err
	}
	return evaluated(e), nil
}

type publicSendIn struct {
	Data   map[string]json.RawMessage `json:"data"`
	Source map[string]string          `json:"source"`
	Seal   string                     `json:"seal"`
	// Website is a field that people do not see.
	Website string `json:"website"`
}

// publicSentOut is the same whether a record was begun or there was one already (semantics 24).
type publicSentOut struct {
	Thanks rules.Text `json:"thanks,omitzero"`
}

func (s *Server) postPublic(c *call) (any, error) {
	p, err := s.visitor(c, s.paces.send)
	if err != nil {
		return nil, err
	}
	if err := s.paces.link.admit(c.Param("token")); err != nil {
		return nil, err
	}
	var in publicSendIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	key, err := c.operation(true)
	if err != nil {
		return nil, err
	}
	if len(in.Source) > 20 {
		return nil, badRequest(rules.Say("来源参数太多", "來源參數太多", "Too many parameters of the address"))
	}
	err = s.Engine.SendPublic(c.ctx(), p, engine.PublicSend{Op: key, Data: in.Data, Source: in.Source, Seal: in.Seal, Trap: in.Website})
	if err != nil {
		return nil, visitorsError(err, p)
	}
	return reply{status: http.StatusCreated, body: publicSentOut{p.Form.Def.Thanks}}, nil
}

// visitorsError leaves of a refusal what a visitor can mend: nothing of fields he is not asked for.
func visitorsError(err error, p *engine.PublicPage) error {
	var r *process.Rejection
	if !errors.As(err, &r) || len(r.Details) == 0 {
		return err
	}
	out := *r
	out.Current = nil
	out.Details = slices.DeleteFunc(slices.Clone(r.Details), func(d rules.Problem) bool {
		key := topField(d.Path)
		return key != "" && d.Code != "field.unknown" && !slices.Contains(p.Form.Def.Fields, key)
	})
	return &out
}

// topField is the field of a path such as /data/lines[0].qty or /data/lines/0/qty; empty for other paths.
func topField(path string) string {
	const base = "/data/"
	if len(path) <= len(base) || path[:len(base)] != base {
		return ""
	}
	for i, r := range path[len(base):] {
		if r == '/' || r == '[' || r == '.' {
			return path[len(base) : len(base)+i]
		}
	}
	return path[len(base):]
}

// postPublicFile takes a file as postFile does, smaller and within the form's own quota.
func (s *Server) postPublicFile(c *call) (any, error) {
	p, err := s.visitor(c, s.paces.file)
	if err != nil {
		return nil, err
	}
	if !p.Form.Def.Files {
		return nil, errNotFound
	}
	name := fileName(c.Query("name"))
	if name == "" {
		return nil, badRequest(rules.Say("文件要有名称（name）", "檔案要有名稱（name）", "A file needs its name (name)"))
	}
	content, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, engine.MaxPublicFile))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, refuse(http.StatusRequestEntityTooLarge, "body.tooLarge", rules.Say("文件太大：最多 {mb} MB", "檔案太大：最多 {mb} MB",
			"The file is too large: at most {mb} MB", "mb", engine.MaxPublicFile>>20))
	case err != nil:
		return nil, badRequest(rules.Say("文件没有传完", "檔案沒有傳完", "The file broke off"))
	case len(content) == 0:
		return nil, badRequest(rules.Say("文件是空的", "檔案是空的", "The file is empty"))
	}
	kind, ok := fileType(content, name)
	if !ok {
		return nil, refuse(http.StatusUnprocessableEntity, "file.type", rules.Say("不能上传这种文件，或内容与文件名的后缀不符", "不能上傳這種檔案，或內容與檔名的副檔名不符",
			"A file of this kind cannot be uploaded, or its content is not what its name says"))
	}
	f, err := s.Engine.SavePublicFile(c.ctx(), p, name, kind, content, thumbnail(content))
	if err != nil {
		return nil, err
	}
	return reply{status: http.StatusCreated, body: fileOut{f.ID, f.Name, f.Type, f.Size, f.SHA256, f.Thumb > 0}}, nil
}

// visitorDefinition is an app with one form that has the fields asked for and no others. Expressions that look at anything else are left out:
// the server decides by them, and a visitor has no business to read them.
func visitorDefinition(app *process.App, p *process.CompiledPublic) *process.Definition {
	asked := p.Def.Fields
	form := forms.Form{Key: p.Def.Form, Name: p.Def.Name}
	names := map[string]rules.Type{}
	for _, info := range p.Form.Schema.Fields() {
		if slices.Contains(asked, info.ID) {
			names[info.ID] = info.Type
		}
	}
	env := &rules.Env{Names: names}
	lists := map[string]bool{}
	for i := range p.Form.Def.Fields {
		if d := p.Form.Def.Fields[i]; slices.Contains(asked, d.Key) {
			form.Fields = append(form.Fields, visitorField(d, env, lists))
		}
	}
	for _, s := range p.Form.Def.Sections {
		s.Fields = slices.DeleteFunc(slices.Clone(s.Fields), func(key string) bool { return !slices.Contains(asked, key) })
		s.VisibleIf = readable(s.VisibleIf, env)
		if len(s.Fields) > 0 {
			form.Sections = append(form.Sections, s)
		}
	}
	form.Checks = visitorChecks(p.Form.Def.Checks, env)
	def := &process.Definition{Spec: process.Spec, Key: app.Def.Key, Name: p.Def.Name, Languages: app.Def.Languages, Timezone: app.Def.Timezone, Currency: app.Def.Currency, Forms: []forms.Form{form}}
	for _, list := range app.Def.Options {
		if lists[list.Key] {
			def.Options = append(def.Options, list)
		}
	}
	return def
}

func visitorField(d forms.Field, env *rules.Env, lists map[string]bool) forms.Field {
	d.Was, d.List, d.Filter, d.Sort, d.Search, d.Index, d.Declassify = nil, false, false, false, false, false, false
	for _, slot := range []*string{&d.RequiredIf, &d.VisibleIf, &d.ReadIf, &d.Calc, &d.Value, &d.Min.Expr, &d.Max.Expr} {
		*slot = readable(*slot, env)
	}
	if d.Options != "" {
		lists[d.Options] = true
	}
	if len(d.Fields) > 0 {
		columns := map[string]rules.Type{}
		if t, ok := env.Names[d.Key]; ok {
			columns = t.Fields
		}
		inner := env.With(columns)
		list := make([]forms.Field, len(d.Fields))
		for i := range d.Fields {
			list[i] = visitorField(d.Fields[i], inner, lists)
		}
		d.Fields = list
		d.Checks = visitorChecks(d.Checks, inner)
	}
	return d
}

func visitorChecks(list []forms.Check, env *rules.Env) []forms.Check {
	var out []forms.Check
	for _, check := range list {
		if readable(check.If, env) != "" {
			out = append(out, check)
		}
	}
	return out
}

// readable is an expression that names only what env has, else nothing.
func readable(src string, env *rules.Env) string {
	if src == "" {
		return ""
	}
	if _, problems := rules.Compile(src, env, rules.Anything); rules.HasErrors(problems) {
		return ""
	}
	return src
}

// publicLinkOut is the link of a public form for admins.
type publicLinkOut struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	// Path is "/p/" and the token, empty before the link is first made.
	Path string  `json:"path"`
	On   bool    `json:"on"`
	By   string  `json:"by,omitempty"`
	At   instant `json:"at"`
}

func wirePublicLink(l engine.PublicLink) publicLinkOut {
	out := publicLinkOut{Key: l.Key, Name: l.Name, On: l.On, By: l.By, At: instant(l.At)}
	if l.Token != "" {
		out.Path = "/p/" + l.Token
	}
	return out
}

func (s *Server) getPublicLinks(c *call) (any, error) {
	links, err := s.Engine.PublicLinks(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, err
	}
	out := make([]publicLinkOut, len(links))
	for i, l := range links {
		out[i] = wirePublicLink(l)
	}
	return page(out, ""), nil
}

type publicLinkIn struct {
	Action string `json:"action"`
}

func (s *Server) postPublicLink(c *call) (any, error) {
	var in publicLinkIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	l, err := s.Engine.SetPublicLink(c.ctx(), &c.user, c.Param("app"), c.Param("key"), in.Action)
	if err != nil {
		return nil, err
	}
	return wirePublicLink(*l), nil
}

// publicPage is the web app's page of a public form; the form itself is asked for by it.
func (s *Server) publicPage(c *call) (any, error) {
	if s.Web == nil {
		return nil, errNoRoute
	}
	s.Web.ServeHTTP(c.Writer, c.Request)
	return nil, nil
}
