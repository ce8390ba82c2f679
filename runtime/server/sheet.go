package server

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"pipewright/rules"
	"pipewright/runtime/engine"
)

const (
	// maxImport is the largest file of an import, maxUnzipped what a workbook may unpack to.
	maxImport   = 16 << 20
	maxUnzipped = 256 << 20
	// maxPacked is how many times its own size, beyond a first MiB, a workbook may unpack to: people's are packed 5 to 20 times, one that is
	// made to tie up the server up to a thousand.
	maxPacked = 50
	// maxColumns bounds a row: a cell far to the right makes a row as long as the sheet is wide, in every row of a small file. maxCells bounds
	// all rows together.
	maxColumns = 1000
	maxCells   = 2_000_000
)

var (
	errTooWide  = errors.New("more than 1,000 columns")
	errTooLarge = errors.New("more than 2,000,000 cells")
)

var bom = []byte("\xef\xbb\xbf")

func badSheet(err error) error {
	return badRequest(rules.Say("读不了这个文件：{why}", "讀不了這個檔案：{why}", "The file cannot be read: {why}", "why", err.Error()))
}

// readSheet reads CSV, UTF-8 or GB18030, and the first sheet of a workbook. Empty rows at the end are left out.
func readSheet(content []byte) ([][]string, error) {
	var rows [][]string
	var err error
	if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		rows, err = readWorkbook(content)
	} else {
		rows, err = readCSV(content)
	}
	if err != nil {
		return nil, badSheet(err)
	}
	for len(rows) > 0 && strings.TrimSpace(strings.Join(rows[len(rows)-1], "")) == "" {
		rows = rows[:len(rows)-1]
	}
	return rows, nil
}

func readCSV(content []byte) ([][]string, error) {
	content = bytes.TrimPrefix(content, bom)
	if !utf8.Valid(content) {
		var err error
		if content, err = simplifiedchinese.GB18030.NewDecoder().Bytes(content); err != nil {
			return nil, err
		}
	}
	r := csv.NewReader(bytes.NewReader(content))
	r.Comma, r.FieldsPerRecord = separator(content), -1
	var rows [][]string
	cells := 0
	for len(rows) <= engine.MaxImportRows+1 {
		row, err := r.Read()
		if err == io.EOF {
			return rows, nil
		}
		if err != nil {
			return nil, err
		}
		if len(row) > maxColumns {
			return nil, errTooWide
		}
		if cells += len(row); cells > maxCells {
			return nil, errTooLarge
		}
		for i, cell := range row {
			// What unguard finds was put there by an export.
			row[i] = unguard(strings.ReplaceAll(cell, "\x00", ""))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// separator is the mark most used in the row of titles.
func separator(content []byte) rune {
	line, _, _ := bytes.Cut(content, []byte("\n"))
	best, most := ',', 0
	for _, r := range ",;\t" {
		if n := bytes.Count(line, []byte(string(r))); n > most {
			best, most = r, n
		}
	}
	return best
}

// readWorkbook reads the first sheet. A number comes as it is stored, whatever its format shows of it; a date as its format shows it.
func readWorkbook(content []byte) ([][]string, error) {
	f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: min(maxUnzipped, 1<<20+maxPacked*int64(len(content))), ShortDatePattern: "yyyy-mm-dd"})
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	raw, err := f.Rows(sheets[0])
	if err != nil {
		return nil, err
	}
	defer func() { _ = raw.Close() }()
	shown, err := f.Rows(sheets[0])
	if err != nil {
		return nil, err
	}
	defer func() { _ = shown.Close() }()
	var rows [][]string
	cells := 0
	for raw.Next() && shown.Next() && len(rows) <= engine.MaxImportRows+1 {
		values, err := raw.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, err
		}
		texts, err := shown.Columns()
		if err != nil {
			return nil, err
		}
		if len(values) > maxColumns {
			return nil, errTooWide
		}
		if cells += len(values); cells > maxCells {
			return nil, errTooLarge
		}
		for i := range values {
			if i < len(texts) {
				values[i] = cellOf(values[i], texts[i])
			}
		}
		rows = append(rows, values)
	}
	return rows, raw.Error()
}

var dateShown = regexp.MustCompile(`^[0-9]{4}([-/.年])[0-9]{1,2}([-/.月])[0-9]{1,2}|^[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?$`)

// cellOf chooses between a stored value and what is shown of it.
func cellOf(raw, shown string) string {
	if raw == shown {
		return raw
	}
	d, err := decimal.NewFromString(raw)
	switch {
	case err != nil, dateShown.MatchString(shown):
		return shown
	case strings.HasSuffix(shown, "%"):
		return digits15(d.Shift(2)) + "%"
	}
	return digits15(d)
}

// digits15 keeps the 15 digits that a spreadsheet means; what comes after them is noise of binary fractions.
func digits15(d decimal.Decimal) string {
	whole := len(d.Abs().Truncate(0).Coefficient().String())
	return d.Round(int32(max(0, 15-whole))).String()
}

// isFormula tells cells that a spreadsheet would run as a formula.
func isFormula(cell string) bool {
	return cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0]))
}

// unguard takes the guard of an export off again.
func unguard(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && isFormula(rest) {
		return rest
	}
	return cell
}

// sheetWriter lays rows out as a file; it is whole after end.
type sheetWriter interface {
	row(cells []string) error
	end() error
}

// plainNumber is a decimal as this program writes it; below nought it begins as a formula does, and is none.
var plainNumber = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// csvWriter writes CSV. What a spreadsheet would run as a formula is put behind an apostrophe.
type csvWriter struct {
	w *csv.Writer
}

func newCSV(out io.Writer, gb bool) (*csvWriter, error) {
	c := &csvWriter{}
	if gb {
		c.w = csv.NewWriter(simplifiedchinese.GB18030.NewEncoder().Writer(out))
	} else {
		if _, err := out.Write(bom); err != nil {
			return nil, err
		}
		c.w = csv.NewWriter(out)
	}
	c.w.UseCRLF = true
	return c, nil
}

func (c *csvWriter) row(cells []string) error {
	safe := make([]string, len(cells))
	for i, cell := range cells {
		if safe[i] = cell; isFormula(cell) && !plainNumber.MatchString(cell) {
			safe[i] = "'" + cell
		}
	}
	return c.w.Write(safe)
}

func (c *csvWriter) end() error {
	c.w.Flush()
	return c.w.Error()
}

// bookWriter writes a workbook of texts: nothing in it is a formula.
type bookWriter struct {
	out io.Writer
	f   *excelize.File
	w   *excelize.StreamWriter
	n   int
	// figures is the column, from 1, from which on numbers below the first row are numbers, to be summed up there; 0 for none.
	figures int
}

// maxFigure is how many characters a number of a spreadsheet has that it keeps to the last digit: 15 digits.
const maxFigure = 15

func newBook(out io.Writer) (*bookWriter, error) {
	b := &bookWriter{out: out, f: excelize.NewFile()}
	var err error
	b.w, err = b.f.NewStreamWriter(b.f.GetSheetList()[0])
	return b, err
}

func (b *bookWriter) row(cells []string) error {
	b.n++
	at, err := excelize.CoordinatesToCellName(1, b.n)
	if err != nil {
		return err
	}
	values := make([]any, len(cells))
	for i, cell := range cells {
		if len(cell) > excelize.TotalCellChars {
			cell = strings.ToValidUTF8(cell[:excelize.TotalCellChars], "")
		}
		values[i] = cell
		if b.figures > 0 && i+1 >= b.figures && b.n > 1 && len(cell) <= maxFigure && plainNumber.MatchString(cell) {
			if n, err := strconv.ParseFloat(cell, 64); err == nil {
				values[i] = n // it has the digits of the text, and is computed with in the spreadsheet alone
			}
		}
	}
	return b.w.SetRow(at, values)
}

func (b *bookWriter) end() error {
	defer func() { _ = b.f.Close() }()
	if err := b.w.Flush(); err != nil {
		return err
	}
	return b.f.Write(b.out)
}

// newSheet is a file of rows: "csv" (in gb, or UTF-8) or "xlsx".
func newSheet(out io.Writer, format string, gb bool) (w sheetWriter, kind string, err error) {
	if format == "xlsx" {
		w, err = newBook(out)
		return w, workbook, err
	}
	w, err = newCSV(out, gb)
	if kind = "text/csv; charset=utf-8"; gb {
		kind = "text/csv; charset=gb18030"
	}
	return w, kind, err
}

// spool is a file under way. It waits on the disk until all of it is known to be good, so that a large one takes no memory.
type spool struct {
	*os.File
}

func newSpool() (spool, error) {
	f, err := os.CreateTemp("", "pipewright-file-*")
	return spool{f}, err
}

// drop does away with the file, whether it was sent or not.
func (s spool) drop() {
	_ = s.Close()
	_ = os.Remove(s.Name())
}

// send answers the file.
func (s spool) send(c *call, name, kind string) error {
	size, err := s.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = s.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	fileHeaders(c, name)
	c.DataFromReader(http.StatusOK, size, kind, s, nil)
	return nil
}
