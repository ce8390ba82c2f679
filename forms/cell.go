package forms

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// Cells says how a spreadsheet writes and reads values: the language of names, the zone of instants, and who and what people mean by
// a name. A finder answers the ids that a text may stand for; anything but one is a problem.
type Cells struct {
	Language string
	Zone     *time.Location
	// Name is what a user or team is called, Title what a record is; both by id.
	Name  func(typ, id string) string
	Title func(form, id string) string
	// FindName finds users, teams and roles (typ is the field's type), FindRecord records, by what a person writes.
	FindName   func(typ, text string) []string
	FindRecord func(form, text string) []string
}

// CellText is a value as a spreadsheet shows it: what ReadCell of the same field reads again, but for files. Empty is "".
func (s *Schema) CellText(key string, v any, c *Cells) string {
	f := s.find(key)
	if f == nil || v == nil {
		return ""
	}
	if w, ok := cellWriters[f.def.Type]; ok {
		return w(f, v, c)
	}
	switch v := v.(type) {
	case string:
		return v
	case decimal.Decimal:
		return v.String()
	case rules.Date:
		return v.String()
	}
	return string(marshal(f.kind.wire(f, v, nil))) // a table, a place: as the interface writes it
}

// Importable says whether a field can be filled from a spreadsheet: nothing computes or numbers it, and it holds no files.
func (s *Schema) Importable(key string) bool {
	f := s.find(key)
	if f == nil || f.def.Computed() || f.linked != nil {
		return false
	}
	switch f.def.Type {
	case "attachment", "image", "signature", "autonumber", "static":
		return false
	}
	return true
}

// ReadCell reads what a person wrote in a cell as the wire value of a field. Empty is null. What could be meant in more than one way is
// a problem at base/field, never a guess; the field's own limits are Parse's.
//
// Codes: cell.readonly, cell.number, cell.percent, money.currency, cell.date, cell.bool, option.unknown, cell.name, cell.many, shape.type.
func (s *Schema) ReadCell(key, text string, c *Cells, base string) (json.RawMessage, []rules.Problem) {
	f := s.find(key)
	if f == nil {
		return nil, s.unknownMembers(map[string]json.RawMessage{key: nil}, base)
	}
	text = strings.TrimSpace(text)
	if text == "" {
		return json.RawMessage("null"), nil
	}
	var found []rules.Problem
	at := &place{base: base, f: f, found: &found}
	if !s.Importable(key) {
		at.fail("cell.readonly", "{field}不能导入：它由系统填写，或是文件", "{field}不能匯入：它由系統填寫，或是檔案", "{field} cannot be imported: it is filled by the system, or holds files")
		return nil, found
	}
	read := cellReaders[f.def.Type]
	if read == nil {
		read = readTextCell
	}
	v := read(f, text, c, at)
	if len(found) > 0 {
		return nil, found
	}
	if raw, ok := v.(json.RawMessage); ok {
		return raw, nil
	}
	return marshal(v), nil
}

// cellWriters and cellReaders are the types whose cells are not their plain text.
var (
	cellWriters map[string]func(f *field, v any, c *Cells) string
	cellReaders map[string]func(f *field, text string, c *Cells, at *place) any
)

func init() {
	cellWriters = map[string]func(*field, any, *Cells) string{
		"percent": writePercent, "money": writeMoney, "bool": writeBool, "datetime": writeInstant,
		"select": writeOptions, "multiselect": writeOptions, "cascade": writeOptions,
		"user": writeName, "team": writeName, "reference": writeRecord,
		"attachment": writeFiles, "image": writeFiles, "signature": writeFiles, "address": writeJSON,
		"duration": writeJSON,
	}
	cellReaders = map[string]func(*field, string, *Cells, *place) any{
		"number": readFigure, "rating": readFigure, "slider": readFigure, "percent": readPercent, "money": readMoney,
		"bool": readBool, "date": readDateCell, "datetime": readInstant, "time": readClock,
		"select": readOption, "multiselect": readOptions, "cascade": readCascade,
		"user": readName, "team": readName, "role": readName, "reference": readRecord,
		"table": readJSONCell, "address": readJSONCell, "location": readJSONCell,
	}
}

func readTextCell(_ *field, text string, _ *Cells, _ *place) any { return text }

// writeJSON writes a value as the interface does; a JSON text without its quotes.
func writeJSON(f *field, v any, _ *Cells) string {
	w := f.kind.wire(f, v, nil)
	if s, ok := w.(string); ok {
		return s
	}
	return string(marshal(w))
}

// readJSONCell takes rows and places as JSON, as the interface writes them.
func readJSONCell(_ *field, text string, _ *Cells, at *place) any {
	if !json.Valid([]byte(text)) || text[0] != '[' && text[0] != '{' {
		return at.fail("shape.type", "{field}要写成 JSON，和导出的一样", "{field}要寫成 JSON，和匯出的一樣", "{field} must be written as JSON, as the export writes it")
	}
	return json.RawMessage(text)
}

func writeFiles(_ *field, v any, _ *Cells) string {
	one, ok := v.(map[string]any)
	list, _ := v.([]map[string]any)
	if ok {
		list = []map[string]any{one}
	}
	names := make([]string, 0, len(list))
	for _, m := range list {
		name, _ := m["name"].(string)
		names = append(names, name)
	}
	return strings.Join(names, "; ")
}
