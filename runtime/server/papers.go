package server

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/process"
)

type trackedStepOut struct {
	Key     string  `json:"key"`
	Name    string  `json:"name"`
	State   string  `json:"state"`
	Message string  `json:"message,omitempty"`
	At      instant `json:"at"`
}

type trackedFieldOut struct {
	Key  string `json:"key"`
	Name string `json:"name"`
	Text string `json:"text,omitempty"`
}

type trackedTableOut struct {
	Key     string            `json:"key"`
	Name    string            `json:"name"`
	Columns []trackedFieldOut `json:"columns"`
	Rows    [][]string        `json:"rows"`
}

// trackedOut is a tracking page in the language asked for.
type trackedOut struct {
	Name      string            `json:"name"`
	Message   string            `json:"message,omitempty"`
	Steps     []trackedStepOut  `json:"steps"`
	Fields    []trackedFieldOut `json:"fields"`
	Tables    []trackedTableOut `json:"tables"`
	UpdatedAt instant           `json:"updatedAt"`
}

func wireTracked(t *process.Tracked) trackedOut {
	out := trackedOut{Name: t.Name, Message: t.Message, Steps: []trackedStepOut{}, Fields: []trackedFieldOut{}, Tables: []trackedTableOut{}, UpdatedAt: instant(t.UpdatedAt)}
	for _, s := range t.Steps {
		out.Steps = append(out.Steps, trackedStepOut{s.Key, s.Name, s.State, s.Message, instant(s.At)})
	}
	for _, f := range t.Fields {
		out.Fields = append(out.Fields, trackedFieldOut{f.Key, f.Name, f.Text})
	}
	for _, table := range t.Tables {
		one := trackedTableOut{Key: table.Key, Name: table.Name, Columns: []trackedFieldOut{}, Rows: list(table.Rows)}
		for _, col := range table.Columns {
			one.Columns = append(one.Columns, trackedFieldOut{Key: col.Key, Name: col.Name})
		}
		out.Tables = append(out.Tables, one)
	}
	return out
}

// getTracked answers what a customer sees by a link.
func (s *Server) getTracked(c *call) (any, error) {
	from := address(c.Request)
	if err := s.paces.look.admit(from); err != nil {
		return nil, err
	}
	t, err := s.Engine.OpenTracking(c.ctx(), c.Param("token"), c.lang(), neighbourhood(from))
	if err != nil {
		return nil, err
	}
	return wireTracked(t), nil
}

// neighbourhood is an address without its last part: enough to tell the customer from a stranger, too little to tell a person.
func neighbourhood(addr string) string {
	ip := net.ParseIP(addr)
	if ip == nil {
		return ""
	}
	if v4 := ip.To4(); v4 != nil {
		return ip.Mask(net.CIDRMask(24, 32)).String() + "/24"
	}
	return ip.Mask(net.CIDRMask(48, 128)).String() + "/48"
}

type openingOut struct {
	At   instant `json:"at"`
	From string  `json:"from,omitempty"`
}

type trackLinkOut struct {
	Key string `json:"key"`
	// Path is "/t/" and the token; URL is whole where the product knows its public address.
	Path      string       `json:"path"`
	URL       string       `json:"url"`
	ExpiresAt instant      `json:"expiresAt"`
	Opened    int          `json:"opened"`
	Openings  []openingOut `json:"openings"`
}

// postTracking hands the link out; the link there is, as long as it has not been revoked.
func (s *Server) postTracking(c *call) (any, error) {
	var in struct{}
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	l, err := s.Engine.TrackingLink(c.ctx(), c.user.ID, c.Param("id"), c.Param("key"))
	if err != nil {
		return nil, err
	}
	out := trackLinkOut{Key: l.Key, Path: l.Path, URL: l.URL, ExpiresAt: instant(l.ExpiresAt), Opened: l.Opened, Openings: []openingOut{}}
	for _, o := range l.Openings {
		out.Openings = append(out.Openings, openingOut{instant(o.At), o.From})
	}
	return out, nil
}

func (s *Server) deleteTracking(c *call) (any, error) {
	return nil, s.Engine.RevokeTracking(c.ctx(), c.user.ID, c.Param("id"), c.Param("key"))
}

// printedOut is a print filled in for whoever asks.
type printedOut struct {
	Title  string `json:"title"`
	Body   string `json:"body"`
	Header string `json:"header,omitempty"`
	Footer string `json:"footer,omitempty"`
	CSS    string `json:"css,omitempty"`
	Page   string `json:"page"`
	Lang   string `json:"lang"`
}

func (c *call) printed(p *process.Printed, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	out := printedOut{p.Title, p.Body, p.Header, p.Footer, p.CSS, p.Page, c.paperLang()}
	if out.Page == "" {
		out.Page = "A4"
	}
	return out, nil
}

// paperLang is the language a paper is wanted in: ?lang, else the reader's own.
func (c *call) paperLang() string {
	for _, l := range rules.Languages {
		if c.Query("lang") == l {
			return l
		}
	}
	return c.lang()
}

func (s *Server) getPrint(c *call) (any, error) {
	return c.printed(s.Engine.FillPrint(c.ctx(), c.user.ID, c.Param("id"), c.Param("key"), c.paperLang(), nil))
}

// paperPreviewIn asks how a print, a tracking page or a message of a draft would look with a real record.
type paperPreviewIn struct {
	Definition json.RawMessage `json:"definition"`
	Print      string          `json:"print"`
	Tracking   string          `json:"tracking"`
	Message    string          `json:"message"`
	Record     string          `json:"record"`
}

func (s *Server) postPreviewPaper(c *call) (any, error) {
	var in paperPreviewIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	app, err := s.compiledDraft(c, in.Definition)
	if err != nil {
		return nil, err
	}
	if in.Tracking != "" {
		t, err := s.Engine.PreviewTracking(c.ctx(), c.user.ID, app, in.Record, in.Tracking, c.paperLang())
		if err != nil {
			return nil, err
		}
		return wireTracked(t), nil
	}
	if in.Message != "" {
		subject, body, err := s.Engine.FillMessage(c.ctx(), c.user.ID, in.Record, in.Message, c.paperLang(), app)
		return c.printed(&process.Printed{Title: subject, Body: body}, err)
	}
	return c.printed(s.Engine.FillPrint(c.ctx(), c.user.ID, in.Record, in.Print, c.paperLang(), app))
}

// compiledDraft compiles a draft so that it reads the records there are: under the storage keys of the live release, as publishing it would.
func (s *Server) compiledDraft(c *call, text json.RawMessage) (*process.App, error) {
	app, _, err := s.compiledWith(c, text)
	return app, err
}

// compiledWith is compiledDraft with the problems that were found.
func (s *Server) compiledWith(c *call, text json.RawMessage) (*process.App, []rules.Problem, error) {
	if len(text) == 0 {
		d, err := s.Designer.Draft(c.ctx(), c.Param("app"))
		if err != nil {
			return nil, nil, err
		}
		text = json.RawMessage(d.Definition)
	}
	def, problems := process.Parse(text)
	if def == nil || rules.HasErrors(problems) {
		return nil, nil, refuse(http.StatusUnprocessableEntity, "check.failed", rules.Say("请先修好定义里的错误，再预览", "請先修好定義裡的錯誤，再預覽", "Mend the errors of the definition first, then preview"), problems...)
	}
	opts, err := s.Designer.Among(c.ctx())
	if err != nil {
		return nil, nil, err
	}
	live, err := s.Designer.Catalog().Current(c.ctx(), c.Param("app"))
	if err != nil {
		return nil, nil, refuse(http.StatusUnprocessableEntity, "check.failed", rules.Say("先发布一次，才有记录可以预览", "先發布一次，才有記錄可以預覽", "Publish once: there are no records to preview with yet"))
	}
	opts.SkipTexts = true
	app, problems := process.Compile(def, process.AssignStorage(live.Storage, live.Def, def), live.Release, opts)
	return app, problems, nil
}

// outside lets a public form stand in a frame of any site; nothing on it belongs to who has signed in.
func outside(h http.Header, path string) {
	if !strings.HasPrefix(path, "/p/") {
		return
	}
	h.Set("Content-Security-Policy", strings.Replace(policy, "frame-ancestors 'none'", "frame-ancestors *", 1))
	h.Del("X-Frame-Options")
	h.Set("Referrer-Policy", "strict-origin-when-cross-origin")
}
