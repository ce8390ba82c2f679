package forms

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// fileKind is files that were uploaded before: a list of {id, name, size, type, sha256}, or with one, as for a signature, a
// single one. What is said of a file beside its id is the runtime's to know; it puts it right when a record is written. Images
// are files whose content is a picture.
type fileKind struct{ image, one bool }

// MaxFiles bounds a list of files; a field's max may ask for fewer.
const MaxFiles = 50

var (
	fileID     = regexp.MustCompile(`^[0-9a-f]{32}$`)
	sha256Text = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

func (k fileKind) settings() []string {
	if k.one {
		return []string{"list"}
	}
	return []string{"max", "list"}
}

func (k fileKind) compile(c *compiler, f *field) {
	f.maxLen = MaxFiles
	if f.def.Max.IsZero() {
		return
	}
	d, constant := f.def.Max.Decimal()
	if !constant || !d.IsInteger() || !d.IsPositive() || d.GreaterThan(decimal.NewFromInt(MaxFiles)) {
		c.fail(f.path+"/max", "setting.range", "{field}的文件数上限应是 1 到 {max} 的整数", "{field}的檔案數上限應是 1 到 {max} 的整數",
			"The number of files of {field} must be a whole number from 1 to {max}", "field", quoted(f.name), "max", MaxFiles)
		return
	}
	f.maxLen = int(d.IntPart())
}

func (k fileKind) typ(*World, *Field, bool) rules.Type {
	fields := map[string]rules.Type{"id": rules.Str, "name": rules.Str, "size": rules.Number, "type": rules.Str, "sha256": rules.Str}
	if k.one {
		return rules.RecordOf(fields)
	}
	return rules.TableOf(fields)
}

func (k fileKind) wrong(at *place) any {
	if k.one {
		return at.fail("shape.type", `{field}应写成 {"id": 文件编号}`, `{field}應寫成 {"id": 檔案編號}`, `{field} must be written {"id": id of the file}`)
	}
	return at.fail("shape.type", `{field}应是文件的列表，每个写成 {"id": 文件编号}`, `{field}應是檔案的清單，每個寫成 {"id": 檔案編號}`, `{field} must be a list of files, each {"id": id of the file}`)
}

func (k fileKind) parse(f *field, raw json.RawMessage, at *place) any {
	if k.one {
		m, ok := k.ref(raw)
		if !ok {
			return k.wrong(at)
		}
		return m
	}
	raws, err := elements(raw)
	if err != nil {
		return k.wrong(at)
	}
	out := make([]map[string]any, 0, min(len(raws), MaxFiles))
	for _, r := range raws {
		m, ok := k.ref(r)
		if !ok || len(out) > MaxFiles {
			return k.wrong(at)
		}
		out = append(out, m)
	}
	return k.check(f, out, at)
}

// ref reads one file.
func (k fileKind) ref(raw json.RawMessage) (map[string]any, bool) {
	ms, err := members(raw)
	if err != nil {
		return nil, false
	}
	out := map[string]any{}
	for _, m := range ms {
		if m.twice {
			return nil, false
		}
		switch m.key {
		case "size":
			d, ok := readDecimal(m.value)
			if !ok {
				return nil, false
			}
			out["size"] = d
		case "id", "name", "type", "sha256":
			s, ok := readString(m.value)
			if !ok {
				return nil, false
			}
			out[m.key] = s
		default:
			return nil, false
		}
	}
	return goodFile(out)
}

// goodFile keeps what a file may say of itself; only the id must be there.
func goodFile(m map[string]any) (map[string]any, bool) {
	id, _ := m["id"].(string)
	if !fileID.MatchString(id) {
		return nil, false
	}
	out := map[string]any{"id": id}
	for key, fits := range map[string]func(string) bool{
		"name": func(s string) bool {
			return utf8.ValidString(s) && len(s) <= 1000 && !strings.ContainsAny(s, "\x00\n\r")
		},
		"type":   func(s string) bool { return len(s) <= 100 },
		"sha256": sha256Text.MatchString,
	} {
		if s, given := m[key].(string); given {
			if !fits(s) {
				return nil, false
			}
			out[key] = s
		}
	}
	if d, given := m["size"].(decimal.Decimal); given {
		if !d.IsInteger() || d.IsNegative() || d.GreaterThan(maxAbs) {
			return nil, false
		}
		out["size"] = d
	}
	return out, true
}

func (k fileKind) accept(f *field, v any, at *place) any {
	if k.one {
		m, _ := v.(map[string]any)
		out, ok := goodFile(m)
		if !ok {
			return k.wrong(at)
		}
		return out
	}
	rows, ok := v.([]map[string]any)
	if !ok {
		return k.wrong(at)
	}
	out := make([]map[string]any, 0, len(rows))
	for _, r := range rows {
		m, ok := goodFile(r)
		if !ok {
			return k.wrong(at)
		}
		out = append(out, m)
	}
	return k.check(f, out, at)
}

func (k fileKind) check(f *field, list []map[string]any, at *place) any {
	if len(list) > f.maxLen {
		return at.fail("files.tooMany", "{field}最多 {max} 个文件，现在有 {n} 个", "{field}最多 {max} 個檔案，現在有 {n} 個",
			"{field} may have at most {max} files, it has {n}", "max", f.maxLen, "n", len(list))
	}
	seen := map[any]bool{}
	for _, m := range list {
		if seen[m["id"]] {
			return at.fail("file.duplicate", "{field}里同一个文件放了两次", "{field}裡同一個檔案放了兩次", "{field} holds the same file twice")
		}
		seen[m["id"]] = true
	}
	return list
}

func (k fileKind) wire(_ *field, v any, _ RefTitles) any {
	if k.one {
		m, _ := v.(map[string]any)
		return wireFile(m)
	}
	rows, _ := v.([]map[string]any)
	out := make([]map[string]any, len(rows))
	for i, r := range rows {
		out[i] = wireFile(r)
	}
	return out
}

// wireFile has the size as a JSON number: it is a count of bytes, far below what a number loses.
func wireFile(m map[string]any) map[string]any {
	out := map[string]any{}
	for k, x := range m {
		if d, ok := x.(decimal.Decimal); ok {
			x = d.IntPart()
		}
		out[k] = x
	}
	return out
}

func (k fileKind) encode(f *field, v any) any {
	if k.one {
		return k.wire(f, v, nil)
	}
	rows, _ := v.([]map[string]any)
	out := make([]any, len(rows))
	for i, r := range rows {
		out[i] = wireFile(r)
	}
	return out
}

func (k fileKind) decode(_ *field, stored any) any {
	one := func(x any) map[string]any {
		m, ok := x.(map[string]any)
		if !ok {
			return nil
		}
		in := map[string]any{"id": m["id"], "name": m["name"], "type": m["type"], "sha256": m["sha256"]}
		if n, ok := integer(m["size"]); ok {
			in["size"] = decimal.NewFromInt(n)
		}
		out, ok := goodFile(in)
		if !ok {
			return nil
		}
		return out
	}
	if k.one {
		if m := one(stored); m != nil {
			return m
		}
		return nil
	}
	list, ok := stored.([]any)
	if !ok {
		return nil
	}
	out := make([]map[string]any, 0, len(list))
	for _, x := range list {
		m := one(x)
		if m == nil {
			return nil
		}
		out = append(out, m)
	}
	return out
}

func (fileKind) column() ColumnType  { return "" }
func (fileKind) col(*field, any) any { return nil }

func (k fileKind) schema(f *field) map[string]any {
	one := map[string]any{"type": "object", "required": []string{"id"}, "additionalProperties": false, "properties": map[string]any{
		"id": map[string]any{"type": "string", "pattern": fileID.String()}, "name": map[string]any{"type": "string"}, "type": map[string]any{"type": "string"},
		"size": map[string]any{"type": "integer"}, "sha256": map[string]any{"type": "string"}}}
	if k.one {
		return one
	}
	return map[string]any{"type": "array", "maxItems": f.maxLen, "items": one}
}

// FileUse is one file in a record's values. Setting members of Ref changes the values.
type FileUse struct {
	// Field is "contract", or "lines.photo" in a table; Path its place, "/contract" or "/lines/0/photo".
	Field, Path string
	Name        rules.Text
	// Image says that only a picture may stand here.
	Image bool
	Ref   map[string]any
}

// Files lists the files that values hold, in the order of the form.
func (s *Schema) Files(v Values) []FileUse {
	var out []FileUse
	add := func(f *field, row int, x any) {
		k, ok := f.kind.(fileKind)
		if !ok {
			return
		}
		at := &place{f: f, row: row}
		use := FileUse{Field: f.id(), Path: at.path(), Name: f.name, Image: k.image}
		switch x := x.(type) {
		case map[string]any:
			use.Ref = x
			out = append(out, use)
		case []map[string]any:
			for _, m := range x {
				use.Ref = m
				out = append(out, use)
			}
		}
	}
	for _, f := range s.fields {
		add(f, 0, v[f.key])
		rows, _ := v[f.key].([]map[string]any)
		for _, col := range f.cols {
			for i, r := range rows {
				add(col, i, r[col.key])
			}
		}
	}
	return out
}
