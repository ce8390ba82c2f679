package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"pipewright/designer"
	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// appOut is an app as lists show it.
type appOut struct {
	Key       string     `json:"key"`
	Name      rules.Text `json:"name"`
	Release   int        `json:"release"`
	Draft     bool       `json:"draft"`
	Roles     []string   `json:"roles"`
	CanDesign bool       `json:"canDesign"`
	// Upgrade says that a newer version of the app's template is there, and Template which one, for who designs.
	Upgrade  bool   `json:"upgrade,omitempty"`
	Template string `json:"template,omitempty"`
}

func (c *call) app(a designer.AppInfo) appOut {
	out := appOut{Key: a.Key, Name: a.Name, Release: a.Release, Roles: list(c.dir.Roles(c.user.ID, a.Key)), CanDesign: c.user.May(org.Design)}
	if out.CanDesign {
		out.Draft, out.Upgrade, out.Template = a.Draft, a.Upgrade, a.Template
	}
	return out
}

// appsOf are the apps a person has to do with: those he plays a role in, and all of them for who designs or operates.
func (s *Server) appsOf(c *call) ([]appOut, error) {
	all, err := s.Designer.Apps(c.ctx())
	if err != nil {
		return nil, err
	}
	out := []appOut{}
	for _, a := range all {
		if one := c.app(a); c.user.Staff() || a.Release > 0 && len(one.Roles) > 0 {
			out = append(out, one)
		}
	}
	return out, nil
}

func (s *Server) getApps(c *call) (any, error) {
	out, err := s.appsOf(c)
	return page(out, ""), err
}

type appIn struct {
	// Key is made of the name when it is left out.
	Key  string     `json:"key,omitempty"`
	Name rules.Text `json:"name"`
}

// postApp makes an app with nothing in it but its name, in the languages that the name is in: the others are asked for once it has them.
func (s *Server) postApp(c *call) (any, error) {
	var in appIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	if in.Name.IsZero() || strings.TrimSpace(in.Name.In(c.lang())) == "" {
		return nil, badRequest(rules.Say("请给应用起个名字", "請給應用起個名字", "Give the app a name"),
			rules.Errorf("/name", "required", rules.Say("必须填写", "必須填寫", "This is required")))
	}
	co, _, err := s.company(c.ctx())
	if err != nil {
		return nil, err
	}
	languages := slices.DeleteFunc(slices.Clone(rules.Languages), func(l string) bool { return strings.TrimSpace(in.Name[l]) == "" })
	if len(languages) == 0 {
		languages = []string{c.lang()}
	}
	def := process.Definition{Spec: process.Spec, Key: in.Key, Name: in.Name, Languages: languages, Timezone: co.Timezone, Currency: co.Currency, Calendar: "CN"}
	if def.Key == "" {
		if def.Key, err = s.freeAppKey(c, in.Name.In(c.lang())); err != nil {
			return nil, err
		}
	}
	text, err := process.Format(&def)
	if err != nil {
		return nil, err
	}
	return s.create(c, text)
}

// freeAppKey is a key for an app of that name that no app has yet.
func (s *Server) freeAppKey(c *call, name string) (string, error) {
	all, err := s.Designer.Apps(c.ctx())
	if err != nil {
		return "", err
	}
	return freeKey(keyOfName(name, "app"), func(key string) bool {
		return slices.ContainsFunc(all, func(a designer.AppInfo) bool { return a.Key == key })
	}), nil
}

// freeKey is the base itself, or the base with the next number, that is not taken.
func freeKey(base string, taken func(key string) bool) string {
	for key, n := base, 2; ; key, n = base+strconv.Itoa(n), n+1 {
		if !taken(key) {
			return key
		}
	}
}

// keyOfName writes a name as a key, Chinese in pinyin: "Service desk" is serviceDesk, 客户拜访 is kehubaifang. A name without letters gives otherwise.
func keyOfName(name, otherwise string) string {
	var b strings.Builder
	words := strings.FieldsFunc(rules.Pinyin(name), func(r rune) bool { return r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		first := strings.ToUpper
		if i == 0 {
			first = strings.ToLower
		}
		b.WriteString(first(w[:1]) + w[1:])
	}
	// Room is left for the number of a second one.
	key := strings.TrimLeftFunc(b.String(), unicode.IsDigit)
	key = key[:min(len(key), 32)]
	if key == "" {
		return otherwise
	}
	return strings.ToLower(key[:1]) + key[1:]
}

func (s *Server) create(c *call, text []byte) (any, error) {
	draft, err := s.Designer.CreateApp(c.ctx(), c.user.ID, text)
	if err != nil {
		return nil, err
	}
	info, err := s.Designer.App(c.ctx(), draft.App)
	if err != nil {
		return nil, err
	}
	return reply{status: http.StatusCreated, body: c.app(info)}, nil
}

type importIn struct {
	Definition json.RawMessage `json:"definition"`
}

// importApp makes an app of a definition: {"definition": …}, the definition itself, or the files of a folder, as {"files": …} or zipped.
func (s *Server) importApp(c *call) (any, error) {
	b, err := c.brought()
	if err != nil {
		return nil, err
	}
	if def, _ := process.Parse(b.text); def == nil {
		_, err := b.definition()
		return nil, err
	}
	return s.create(c, b.text)
}

// definition reads a definition from the body: itself, or as the member of that name. Nothing but the nesting of the whole is
// looked at here.
func (c *call) definition(required bool) ([]byte, error) {
	raw, err := c.body()
	if err != nil {
		return nil, err
	}
	if len(strings.TrimSpace(string(raw))) == 0 {
		raw = []byte("{}")
	}
	var wrapped map[string]json.RawMessage
	if err := json.Unmarshal(raw, &wrapped); err != nil {
		return nil, badRequest(rules.Say("请求的内容不是 JSON 对象", "請求的內容不是 JSON 物件", "The body is no JSON object"))
	}
	if inner, ok := wrapped["definition"]; ok {
		return inner, nil
	}
	if _, ok := wrapped["spec"]; ok {
		return raw, nil
	}
	if !required {
		return nil, nil
	}
	return nil, badRequest(rules.Say("缺少应用定义", "缺少應用定義", "The definition is missing"))
}

// live is the live release of an app that the person has to do with.
func (s *Server) live(c *call) (*process.App, error) {
	key := c.Param("app")
	if !c.user.Staff() && len(c.dir.Roles(c.user.ID, key)) == 0 {
		return nil, errNotFound
	}
	return s.Designer.Catalog().Current(c.ctx(), key)
}

type modelOut struct {
	App        string          `json:"app"`
	Release    int             `json:"release"`
	Definition json.RawMessage `json:"definition"`
	// Create lists the forms that the person may create records of, so that no screen offers what would be refused.
	Create []string `json:"create"`
	// Import and Export list the forms whose records the person may bring in from a file, or take out.
	Import []string `json:"import"`
	Export []string `json:"export"`
	// Delete lists those whose records he may delete and take back.
	Delete []string `json:"delete"`
	// Edit lists, by form, the fields that the person may write in some of its records; Assign the forms whose records he may hand over.
	Edit   map[string][]string `json:"edit"`
	Assign []string            `json:"assign"`
	// Buttons are those of automations that the person may press on records, many at once or each on its page.
	Buttons []listButtonOut `json:"buttons"`
}

// getModel is the live definition, for who designs whole, for others without what happens behind the screens.
func (s *Server) getModel(c *call) (any, error) {
	app, err := s.live(c)
	if errors.Is(err, errNotFound) {
		// Who plays no role in the app, but was given something to do or to read in it, sees it as the others do.
		guest, asked := s.Engine.HasTasks(c.ctx(), c.user.ID, c.Param("app"))
		if asked != nil {
			return nil, asked
		}
		if guest {
			app, err = s.Designer.Catalog().Current(c.ctx(), c.Param("app"))
		}
	}
	if err != nil {
		return nil, err
	}
	def := app.Def
	if !c.user.Staff() {
		def = publicPart(def)
		def.Rules = s.clientRules(c, app)
	}
	text, err := process.Format(def)
	if err != nil {
		return nil, err
	}
	out := modelOut{App: app.Def.Key, Release: app.Release, Definition: text, Create: []string{}, Import: []string{}, Export: []string{}, Delete: []string{}, Edit: map[string][]string{}, Assign: []string{}, Buttons: c.buttons(app)}
	for i := range app.Def.Forms {
		key := app.Def.Forms[i].Key
		r := access.Rights(app, key, c.dir, c.user.ID, nil)
		if r.Create {
			out.Create = append(out.Create, key)
		}
		if r.Import {
			out.Import = append(out.Import, key)
		}
		if r.Delete {
			out.Delete = append(out.Delete, key)
		}
		if r.Export {
			out.Export = append(out.Export, key)
		}
		some := access.Somewhere(app, key, c.dir, c.user.ID)
		if some.Assign {
			out.Assign = append(out.Assign, key)
		}
		if some.Edit {
			for j := range app.Def.Forms[i].Fields {
				if field := app.Def.Forms[i].Fields[j].Key; !some.ReadOnly[field] && !app.Forms[key].Schema.Computed(field) {
					out.Edit[key] = append(out.Edit[key], field)
				}
			}
		}
	}
	return out, nil
}

// clientRules are the rules that forms run in the person's browser: of those that a form uses, the ones that read nothing but the form, and no
// field that is kept from the person. What decides about people, approvals and automations stays here.
func (s *Server) clientRules(c *call, app *process.App) []rules.Rule {
	def, keys := app.Def, map[string]bool{}
	for i := range def.Forms {
		form := def.Forms[i]
		form.Grants = nil
		local := forms.LocalWorld(def.Key, def.Currency, app.Zone, def.Forms, def.Options).LocalRules(def.Rules, &form)
		for field := range access.Rights(app, form.Key, c.dir, c.user.ID, nil).Hide {
			local.Without(strings.Split(field, "."))
		}
		for j := range def.Forms[i].Grants {
			for _, field := range def.Forms[i].Grants[j].Mask {
				local.Without([]string{field}) // he may have typed it, and is shown it in part later
			}
		}
		for _, key := range local.Keys() {
			keys[key] = true
		}
	}
	var out []rules.Rule
	for i := range def.Rules {
		if keys[def.Rules[i].Key] {
			out = append(out, def.Rules[i])
		}
	}
	return out
}

// publicPart leaves out rules, automations, tests, grants, and of approvals everything but the names.
func publicPart(def *process.Definition) *process.Definition {
	out := *def
	out.Rules, out.Automations, out.Tests, out.Layout = nil, nil, nil, nil
	out.Public, out.Tracking, out.Prints = nil, nil, nil
	out.Approvals = nil
	for i := range def.Approvals {
		a := &def.Approvals[i]
		chain := process.Chain{Key: a.Key, Name: a.Name, Help: a.Help}
		for j := range a.Steps {
			st := process.Step{Key: a.Steps[j].Key, Name: a.Steps[j].Name}
			for k := range a.Steps[j].Parallel {
				st.Parallel = append(st.Parallel, process.Step{Key: a.Steps[j].Parallel[k].Key, Name: a.Steps[j].Parallel[k].Name})
			}
			chain.Steps = append(chain.Steps, st)
		}
		out.Approvals = append(out.Approvals, chain)
	}
	out.Forms = append(out.Forms[:0:0], def.Forms...)
	for i := range out.Forms {
		out.Forms[i].Grants = nil
	}
	return &out
}

func (s *Server) exportApp(c *call) (any, error) {
	which := c.Query("release")
	if which == "" {
		which = "draft"
	}
	text, err := s.Designer.Definition(c.ctx(), c.Param("app"), which)
	if err != nil {
		return nil, err
	}
	def, problems := process.Parse([]byte(text))
	if c.Query("format") == "zip" {
		return nil, c.sendFolder(def, problems)
	}
	if def == nil {
		return json.RawMessage(text), nil // a draft that is not even a definition yet
	}
	canonical, err := process.Format(def)
	if err != nil {
		return nil, err
	}
	// Byte for byte, so that the SHA-256 of what is saved is the release's digest.
	c.Data(http.StatusOK, "application/json; charset=utf-8", canonical)
	return nil, nil
}
