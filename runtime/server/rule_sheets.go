package server

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"

	"github.com/xuri/excelize/v2"

	"pipewright/designer"
	"pipewright/rules"
)

// maxRuleSheet is the largest workbook with a decision table.
const maxRuleSheet = 4 << 20

// ruleSheetIn is a workbook for a decision table of the draft, or of a definition that an editor has open.
type ruleSheetIn struct {
	Definition json.RawMessage `json:"definition"`
	// File is the workbook in base64.
	File string `json:"file"`
}

type ruleSheetOut struct {
	// Rule is what accepting it makes of the rule.
	Rule     rules.Rule             `json:"rule"`
	Changes  []designer.SheetChange `json:"changes"`
	Problems []sheetProblemOut      `json:"problems"`
}

type sheetProblemOut struct {
	// Cell is where in the sheet, such as C7; empty where it is of the whole table.
	Cell string `json:"cell,omitempty"`
	problemWire
}

// postRuleSheet answers a decision table as a workbook.
func (s *Server) postRuleSheet(c *call) (any, error) {
	raw, err := c.definitionOrDraft()
	if err != nil {
		return nil, err
	}
	rows, err := designer.RuleSheet(raw, c.Param("rule"), c.lang())
	if err != nil {
		return nil, err
	}
	content, err := ruleBook(rows)
	if err != nil {
		return nil, err
	}
	sendFile(c, c.Param("rule")+".xlsx", workbook, content)
	return nil, nil
}

// readRuleSheet tells what a workbook would make of a decision table. Nothing is saved.
func (s *Server) readRuleSheet(c *call) (any, error) {
	var in ruleSheetIn
	if err := c.bind(&in); err != nil {
		return nil, err
	}
	raw := []byte(in.Definition)
	if len(raw) == 0 {
		d, err := s.Designer.Draft(c.ctx(), c.Param("app"))
		if err != nil {
			return nil, err
		}
		raw = []byte(d.Definition)
	}
	file, err := base64.StdEncoding.DecodeString(in.File)
	if err != nil {
		return nil, badRequest(rules.Say("file 要是 base64", "file 要是 base64", "file must be base64"))
	}
	if len(file) > maxRuleSheet {
		return nil, refuse(http.StatusRequestEntityTooLarge, "body.tooLarge", rules.Say("文件太大：最多 {mb} MB", "檔案太大：最多 {mb} MB",
			"The file is too large: at most {mb} MB", "mb", maxRuleSheet>>20))
	}
	rows, err := readWorkbook(file)
	if err != nil {
		return nil, badRequest(rules.Say("读不了这个文件，要一份 xlsx 工作簿：{why}", "讀不了這個檔案，要一份 xlsx 活頁簿：{why}", "The file cannot be read; an xlsx workbook is expected: {why}", "why", err.Error()))
	}
	r, err := s.Designer.ReadRuleSheet(c.ctx(), raw, c.Param("rule"), rows)
	if err != nil {
		return nil, err
	}
	out := ruleSheetOut{Rule: r.Rule, Changes: r.Changes, Problems: []sheetProblemOut{}}
	for _, p := range r.Problems {
		out.Problems = append(out.Problems, sheetProblemOut{p.Cell, wireProblems([]rules.Problem{p.Problem})[0]})
	}
	return out, nil
}

// ruleBook lays a decision table out as a workbook. Every cell is formatted as a text, so that a spreadsheet takes what is typed as it is: a
// date stays a date as it was written, == no formula, and the quote of a text no mark of its own.
func ruleBook(rows [][]string) ([]byte, error) {
	var out bytes.Buffer
	b, err := newBook(&out)
	if err != nil {
		return nil, err
	}
	const asText = 49
	text, err := b.f.NewStyle(&excelize.Style{NumFmt: asText})
	if err != nil {
		return nil, err
	}
	head, err := b.f.NewStyle(&excelize.Style{NumFmt: asText, Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	wide := 0
	for _, row := range rows {
		wide = max(wide, len(row))
	}
	const headLines = 4
	if err := b.w.SetColStyle(1, wide, text); err != nil {
		return nil, err
	}
	if err := b.w.SetColWidth(2, max(2, wide), 24); err != nil {
		return nil, err
	}
	if err := b.w.SetPanes(&excelize.Panes{Freeze: true, YSplit: headLines, TopLeftCell: "A5", ActivePane: "bottomLeft"}); err != nil {
		return nil, err
	}
	for i, row := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			return nil, err
		}
		cells := make([]any, len(row))
		for j, cell := range row {
			style := text
			if i < headLines {
				style = head
			}
			cells[j] = excelize.Cell{StyleID: style, Value: cell}
		}
		if err := b.w.SetRow(at, cells); err != nil {
			return nil, err
		}
	}
	err = b.end()
	return out.Bytes(), err
}
