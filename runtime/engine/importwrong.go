package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/store"
)

// wrongDoc is the body of a document that says what was wrong in one step of an import; it stands beside the rows.
type wrongDoc struct {
	Problems []ImportProblem `json:"problems"`
}

func wrongID(im *Import, row int) string { return im.ID + "|wrong|" + strconv.Itoa(row) }

// keepWrong keeps what was wrong in the step that begins where the import stands. A step done again keeps what it found first.
func (e *Engine) keepWrong(ctx context.Context, im *Import, wrong []ImportProblem) error {
	if len(wrong) == 0 {
		return nil
	}
	body, err := marshal(wrongDoc{wrong})
	if err != nil {
		return err
	}
	return e.insertAll(ctx, collImportRows, []store.Doc{{ID: wrongID(im, im.Done), Ver: 1, Cols: map[string]any{"at": im.At.UnixMilli()}, Body: body}})
}

// ImportWrong writes the rows that did not come in, as they were in the file, each with its number there and what is wrong with it: mended, they
// can be imported as a file of their own. Errors: *process.Rejection not.found, import.gone, those of write.
func (e *Engine) ImportWrong(ctx context.Context, user, id string, write func([]string) error) error {
	im, err := e.ImportOf(ctx, user, id)
	if err != nil {
		return err
	}
	say := func(t rules.Text) string { return t.In(im.Language) }
	head := append(slices.Clone(im.Header), say(rules.Say("原文件行号", "原檔案列號", "Row in the file")), say(rules.Say("没有导入的原因", "沒有匯入的原因", "Why it did not come in")))
	if err := write(head); err != nil {
		return err
	}
	for row := 0; row < im.Done; {
		rows, err := e.rowsFrom(ctx, im, row)
		if err != nil {
			return err
		}
		rows = rows[:min(len(rows), importStep)]
		d, err := e.store.Get(ctx, collImportRows, wrongID(im, row))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err == nil {
			if err := writeWrong(im, row, rows, d, write); err != nil {
				return err
			}
		}
		row += len(rows)
	}
	return nil
}

func writeWrong(im *Import, first int, rows [][]string, d store.Doc, write func([]string) error) error {
	var doc wrongDoc
	if err := json.Unmarshal(d.Body, &doc); err != nil {
		return fmt.Errorf("engine: what was wrong in import %s: %w", im.ID, err)
	}
	why := map[int][]string{}
	for _, p := range doc.Problems {
		reason := p.Message.In(im.Language)
		if !strings.Contains(reason, p.Column) {
			reason = p.Column + ": " + reason
		}
		why[p.Row] = append(why[p.Row], reason)
	}
	for i, cells := range rows {
		number := first + i + 2 // the titles are row 1
		if len(why[number]) == 0 {
			continue
		}
		line := make([]string, len(im.Header), len(im.Header)+2)
		copy(line, cells)
		if err := write(append(line, strconv.Itoa(number), strings.Join(why[number], "; "))); err != nil {
			return err
		}
	}
	return nil
}
