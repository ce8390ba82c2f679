package server

import (
	"bytes"
	"mime"
	"net/http"

	"pipewright/rules"
)

// sendSheet answers rows as a file in ?format: xlsx (default) or csv. From the column figures on, from 1, they are numbers; 0: all are texts.
func sendSheet(c *call, name string, rows [][]string, figures int) error {
	format := c.Query("format")
	switch format {
	case "":
		format = "xlsx"
	case "xlsx", "csv":
	default:
		return badRequest(rules.Say("格式是 csv 或 xlsx", "格式是 csv 或 xlsx", "The format is csv or xlsx"))
	}
	var out bytes.Buffer
	w, kind, err := newSheet(&out, format, false)
	if err != nil {
		return err
	}
	if book, is := w.(*bookWriter); is {
		book.figures = figures
	}
	for _, row := range rows {
		if err := w.row(row); err != nil {
			return err
		}
	}
	if err := w.end(); err != nil {
		return err
	}
	sendFile(c, name+"."+format, kind, out.Bytes())
	return nil
}

// workbook is the content type of an xlsx file.
const workbook = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// sendFile answers content as a file to be kept.
func sendFile(c *call, name, kind string, content []byte) {
	fileHeaders(c, name)
	c.Data(http.StatusOK, kind, content)
}

func fileHeaders(c *call, name string) {
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	c.Header("Cache-Control", "no-store")
}

// exportReport is a report as a file: its groups and its exact figures, and the totals below them.
func (s *Server) exportReport(c *call) (any, error) {
	r, err := s.report(c, c.Param("key"), c.Query("where"))
	if err != nil {
		return nil, err
	}
	lang := c.lang()
	groups := 0
	var head []string
	for _, col := range r.Columns {
		name := col.Name.In(lang)
		if col.Currency != "" {
			name += " (" + col.Currency + ")"
		}
		if col.Kind == "group" {
			groups++
		}
		head = append(head, name)
	}
	shown := func(v *string) string {
		if v == nil {
			return ""
		}
		return *v
	}
	rows := [][]string{head}
	for _, row := range r.Rows {
		var line []string
		for _, label := range row.Labels {
			line = append(line, label.In(lang))
		}
		for _, v := range row.Values {
			line = append(line, shown(v))
		}
		rows = append(rows, line)
	}
	if groups > 0 && len(r.Rows) > 1 {
		line := make([]string, groups)
		line[0] = rules.Say("合计", "合計", "Total").In(lang)
		told := false
		for _, v := range r.Totals {
			line = append(line, shown(v))
			told = told || v != nil
		}
		if told {
			rows = append(rows, line)
		}
	}
	return nil, sendSheet(c, c.Param("key"), rows, groups+1)
}
