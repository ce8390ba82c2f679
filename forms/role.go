package forms

import (
	"encoding/json"

	"pipewright/rules"
)

// roleKind is one of the app's roles, by key.
type roleKind struct{ plainText }

func (roleKind) settings() []string {
	return []string{"calc", "value", "list", "filter", "sort", "index"}
}

func (roleKind) compile(c *compiler, f *field) { f.roles = c.world.Roles }

func (roleKind) typ(w *World, _ *Field, _ bool) rules.Type {
	if len(w.Roles) == 0 {
		return rules.Str
	}
	return rules.OneOf(w.Roles...)
}

func (k roleKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, _ := readString(raw)
	return k.accept(f, s, at)
}

func (roleKind) accept(f *field, v any, at *place) any {
	s, ok := v.(string)
	if !ok || !goodKey(s) {
		return at.fail("shape.type", "{field}应是一个角色的标识", "{field}應是一個角色的識別碼", "{field} must be the key of a role")
	}
	for _, r := range f.roles {
		if r == s {
			return s
		}
	}
	if len(f.roles) == 0 {
		return s
	}
	return at.fail("role.unknown", "{field}没有“{key}”这个角色", "{field}沒有「{key}」這個角色", "{field}: there is no role “{key}”", "key", clip(s))
}

func (roleKind) schema(f *field) map[string]any {
	m := map[string]any{"type": "string"}
	if len(f.roles) > 0 {
		m["enum"] = f.roles
	}
	return m
}
