package forms

import (
	"encoding/json"

	"pipewright/rules"
)

// referenceKind points to a record of another form. On the wire an id or {"id": …} (a title beside it, as answered, is
// ignored); in expressions the record itself, one step deep.
type referenceKind struct{}

func (referenceKind) settings() []string {
	return []string{"form", "fill", "where", "onDelete", "calc", "value", "list", "filter", "sort", "index"}
}

func (referenceKind) compile(c *compiler, f *field) {
	switch f.def.OnDelete {
	case "", "restrict", "clear", "keep":
	default:
		c.choice(f.path+"/onDelete", f.def.OnDelete, "restrict", "clear", "keep")
	}
	if f.def.Form == "" {
		c.fail(f.path+"/form", "setting.missing", "{field}还没有选择引用哪个表单", "{field}還沒有選擇引用哪個表單",
			"{field} does not say which form it refers to", "field", quoted(f.name))
		return
	}
	f.target = c.world.Forms[f.def.Form]
	if f.target == nil {
		c.unknown(f.path+"/form", rules.Say("表单", "表單", "form"), f.def.Form, keysOf(c.world.Forms))
		return
	}
	c.compileFill(f)
}

func (referenceKind) typ(w *World, d *Field, deep bool) rules.Type {
	return referenceType(w, d.Form, deep)
}

// referenceType is the record behind a reference: its id, the system names every record has, and the form's fields.
func referenceType(w *World, form string, deep bool) rules.Type {
	out := map[string]rules.Type{}
	if deep {
		for _, name := range recordNames {
			if t, ok := w.System[name]; ok {
				out[name] = t
			}
		}
		if target := w.Forms[form]; target != nil {
			for k, t := range fieldTypes(w, target, target.Fields, false) {
				out[k] = t
			}
		}
	}
	out["id"] = rules.Str
	t := rules.RecordOf(out)
	t.Of = form
	return t
}

// recordNames are the system names that can be read through a reference when the runtime knows them.
var recordNames = []string{"stage", "owner", "team", "number", "title", "createdAt", "updatedAt", "since", "open", "won", "lost"}

func (referenceKind) parse(_ *field, raw json.RawMessage, at *place) any {
	wrong := func() any {
		return at.fail("shape.type", `{field}应是一条记录的编号，或 {"id": 编号}`, `{field}應是一條記錄的編號，或 {"id": 編號}`,
			`{field} must be the id of a record, or {"id": id}`)
	}
	id := ""
	switch first(raw) {
	case '"':
		s, ok := readString(raw)
		if !ok {
			return wrong()
		}
		id = s
	case '{':
		ms, err := members(raw)
		if err != nil {
			return wrong()
		}
		for _, m := range ms {
			s, ok := readString(m.value)
			switch {
			case m.twice:
				return at.fail("key.duplicate", "{field}里“{member}”写了两次", "{field}裡「{member}」寫了兩次", "In {field}, “{member}” is given twice", "member", clip(m.key))
			case m.key == "id" && ok:
				id = s
			case m.key == "title" && (ok || isNull(m.value)):
			case m.key == "id" || m.key == "title":
				return wrong()
			default:
				return at.fail("field.unknown", "{field}里没有“{member}”这一项", "{field}裡沒有「{member}」這一項",
					"{field} has no member “{member}”", "member", clip(m.key))
			}
		}
	}
	if !goodID(id) {
		return wrong()
	}
	return Ref{id}
}

func (referenceKind) accept(_ *field, v any, at *place) any {
	s, ok := asText(v)
	if !ok || !goodID(s) {
		return at.fail("shape.type", "{field}应是一条记录", "{field}應是一條記錄", "{field} must be a record")
	}
	return Ref{s}
}

func (referenceKind) wire(f *field, v any, refs RefTitles) any {
	r, ok := v.(Ref)
	if !ok {
		return nil
	}
	if refs != nil {
		if title, ok := refs(f.def.Form, r.ID); ok {
			return wireRef{ID: r.ID, Title: &title}
		}
	}
	return wireRef{ID: r.ID}
}

type wireRef struct {
	ID    string  `json:"id"`
	Title *string `json:"title,omitempty"`
}

func (referenceKind) encode(_ *field, v any) any { return refID(v) }

func refID(v any) any {
	if r, ok := v.(Ref); ok {
		return r.ID
	}
	return nil
}

func (referenceKind) decode(_ *field, stored any) any {
	if s, ok := stored.(string); ok && s != "" {
		return Ref{s}
	}
	return nil
}

func (referenceKind) column() ColumnType      { return ColText }
func (referenceKind) col(_ *field, v any) any { return refID(v) }

func (referenceKind) schema(*field) map[string]any {
	id := map[string]any{"type": "string", "minLength": 1, "maxLength": 80}
	return map[string]any{"anyOf": []any{id, map[string]any{
		"type": "object", "required": []string{"id"}, "additionalProperties": false,
		"properties": map[string]any{"id": id, "title": map[string]any{"type": "string"}},
	}}}
}
