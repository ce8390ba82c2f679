package server

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

type exportIn struct {
	Where   string   `json:"where"`
	Q       string   `json:"q"`
	View    string   `json:"view"`
	Sort    []string `json:"sort"`
	Columns []string `json:"columns"`
	// Format is csv (default) or xlsx; Encoding of csv is utf-8 (default) or gb18030.
	Format   string `json:"format"`
	Encoding string `json:"encoding"`
}

// postExport answers the records of a list as a file.
func (s *Server) postExport(c *call) (any, error) {
	var in exportIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	switch {
	case in.Format == "xlsx" && in.Encoding == "":
	case in.Format != "" && in.Format != "csv" || in.Encoding != "" && in.Encoding != "utf-8" && in.Encoding != "gb18030":
		return nil, badRequest(rules.Say("格式是 csv（utf-8 或 gb18030）或 xlsx", "格式是 csv（utf-8 或 gb18030）或 xlsx", "The format is csv (utf-8 or gb18030) or xlsx"))
	case in.Format == "":
		in.Format = "csv"
	}
	out, err := newSpool()
	if err != nil {
		return nil, err
	}
	defer out.drop()
	buffered := bufio.NewWriter(out)
	w, kind, err := newSheet(buffered, in.Format, in.Encoding == "gb18030")
	if err != nil {
		return nil, err
	}
	req := engine.ExportRequest{Columns: in.Columns, Language: c.lang(),
		ListQuery: engine.ListQuery{App: c.Param("app"), Form: c.Param("form"), Where: in.Where, Text: in.Q, View: in.View, Sort: in.Sort}}
	if err := s.Engine.Export(c.ctx(), c.user.ID, req, w.row); err != nil {
		return nil, err
	}
	if err := errors.Join(w.end(), buffered.Flush()); err != nil {
		return nil, err
	}
	return nil, out.send(c, c.Param("form")+"."+in.Format, kind)
}

type importFileOut struct {
	ID      string            `json:"id"`
	Rows    int               `json:"rows"`
	Columns []importColumnOut `json:"columns"`
	Targets []importTargetOut `json:"targets"`
	// Key is the field by which the person's last import of this kind found the records there were.
	Key string `json:"key,omitempty"`
}

type importColumnOut struct {
	Title string `json:"title"`
	// Samples are the first values; Suggest is what a column so titled was mapped to last time, or else the target that the title names.
	Samples []string `json:"samples"`
	Suggest string   `json:"suggest,omitempty"`
}

type importTargetOut struct {
	Key      string     `json:"key"`
	Name     rules.Text `json:"name"`
	Required bool       `json:"required,omitempty"`
}

// postImport takes a file in and tells what its columns may mean.
func (s *Server) postImport(c *call) (any, error) {
	name := fileName(c.Query("name"))
	content, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxImport))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, refuse(http.StatusRequestEntityTooLarge, "body.tooLarge", rules.Say("文件太大：最多 {mb} MB", "檔案太大：最多 {mb} MB",
			"The file is too large: at most {mb} MB", "mb", maxImport>>20))
	case err != nil:
		return nil, badRequest(rules.Say("文件没有传完", "檔案沒有傳完", "The file broke off"))
	}
	rows, err := readSheet(content)
	if err != nil {
		return nil, err
	}
	im, err := s.Engine.StartImport(c.ctx(), c.user.ID, c.Param("app"), c.Param("form"), name, c.lang(), rows)
	if err != nil {
		return nil, err
	}
	targets, plan, err := s.Engine.ImportTargets(c.ctx(), c.user.ID, im)
	if err != nil {
		return nil, err
	}
	out := importFileOut{ID: im.ID, Rows: im.Total, Key: plan.Key, Columns: []importColumnOut{}, Targets: []importTargetOut{}}
	for i, title := range im.Header {
		col := importColumnOut{Title: title, Suggest: plan.Mapping[i], Samples: []string{}}
		for _, row := range rows[1:min(len(rows), 4)] {
			if i < len(row) {
				col.Samples = append(col.Samples, row[i])
			}
		}
		out.Columns = append(out.Columns, col)
	}
	for _, t := range targets {
		out.Targets = append(out.Targets, importTargetOut(t))
	}
	return reply{status: http.StatusCreated, body: out}, nil
}

// importPlanIn maps columns, by place from "0", to targets.
type importPlanIn struct {
	Mapping map[string]string `json:"mapping"`
	Key     string            `json:"key"`
}

func (in importPlanIn) plan() (engine.ImportPlan, error) {
	p := engine.ImportPlan{Mapping: map[int]string{}, Key: in.Key}
	for col, key := range in.Mapping {
		n, err := strconv.Atoi(col)
		if err != nil {
			return p, badRequest(rules.Say("列要用从 0 开始的序号", "欄要用從 0 開始的序號", "A column is named by its place, from 0"))
		}
		if key != "" {
			p.Mapping[n] = key
		}
	}
	return p, nil
}

func (c *call) importPlan() (engine.ImportPlan, error) {
	var in importPlanIn
	if err := c.bind(&in); err != nil {
		return engine.ImportPlan{}, err
	}
	return in.plan()
}

type rehearsalOut struct {
	Rows     int                    `json:"rows"`
	Good     int                    `json:"good"`
	Problems []engine.ImportProblem `json:"problems"`
}

func (s *Server) checkImport(c *call) (any, error) {
	p, err := c.importPlan()
	if err != nil {
		return nil, err
	}
	r, err := s.Engine.CheckImport(c.ctx(), c.user.ID, c.Param("id"), p)
	if err != nil {
		return nil, err
	}
	return rehearsalOut{r.Rows, r.Good, orNone(r.Problems)}, nil
}

type importOut struct {
	ID       string                 `json:"id"`
	Name     string                 `json:"name"`
	At       instant                `json:"at"`
	State    string                 `json:"state"`
	Rows     int                    `json:"rows"`
	Done     int                    `json:"done"`
	Created  int                    `json:"created"`
	Updated  int                    `json:"updated"`
	Failed   int                    `json:"failed"`
	Undone   int                    `json:"undone"`
	Problems []engine.ImportProblem `json:"problems"`
}

func orNone(ps []engine.ImportProblem) []engine.ImportProblem {
	if ps == nil {
		return []engine.ImportProblem{}
	}
	return ps
}

func wireImport(im *engine.Import, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return importOut{im.ID, im.Name, instant(im.At), im.State, im.Total, im.Done, im.Created, im.Updated, im.Failed, im.Undone, orNone(im.Problems)}, nil
}

// getImports lists the imports of the person into a form, without what was wrong with their rows.
func (s *Server) getImports(c *call) (any, error) {
	past, err := s.Engine.Imports(c.ctx(), c.user.ID, c.Param("app"), c.Param("form"))
	if err != nil {
		return nil, err
	}
	out := make([]importOut, len(past))
	for i, im := range past {
		out[i] = importOut{im.ID, im.Name, instant(im.At), im.State, im.Total, im.Done, im.Created, im.Updated, im.Failed, im.Undone, orNone(nil)}
	}
	return page(out, ""), nil
}

func (s *Server) getImport(c *call) (any, error) {
	return wireImport(s.Engine.ImportOf(c.ctx(), c.user.ID, c.Param("id")))
}

func (s *Server) runImport(c *call) (any, error) {
	p, err := c.importPlan()
	if err != nil {
		return nil, err
	}
	return wireImport(s.Engine.RunImport(c.ctx(), c.user.ID, c.Param("id"), p))
}

// getImportWrong answers the rows that did not come in, as a file.
func (s *Server) getImportWrong(c *call) (any, error) {
	format := c.Query("format")
	switch format {
	case "":
		format = "csv"
	case "csv", "xlsx":
	default:
		return nil, badRequest(rules.Say("格式是 csv 或 xlsx", "格式是 csv 或 xlsx", "The format is csv or xlsx"))
	}
	var out bytes.Buffer
	w, kind, err := newSheet(&out, format, false)
	if err != nil {
		return nil, err
	}
	if err := s.Engine.ImportWrong(c.ctx(), c.user.ID, c.Param("id"), w.row); err != nil {
		return nil, err
	}
	if err := w.end(); err != nil {
		return nil, err
	}
	sendFile(c, "not-imported."+format, kind, out.Bytes())
	return nil, nil
}

func (s *Server) undoImport(c *call) (any, error) {
	return wireImport(s.Engine.UndoImport(c.ctx(), c.user.ID, c.Param("id")))
}
