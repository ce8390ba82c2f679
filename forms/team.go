package forms

import "encoding/json"

// teamKind is a team of the company, by its id. Whether the team exists is the runtime's to know.
type teamKind struct{ plainText }

func (teamKind) settings() []string {
	return []string{"calc", "value", "list", "filter", "sort", "index"}
}

func (k teamKind) parse(f *field, raw json.RawMessage, at *place) any {
	s, _ := readString(raw)
	return k.accept(f, s, at)
}

func (teamKind) accept(_ *field, v any, at *place) any {
	s, ok := asText(v)
	if !ok || !goodID(s) {
		return at.fail("shape.type", "{field}应是一个团队的标识", "{field}應是一個團隊的識別碼", "{field} must be the id of a team")
	}
	return s
}

func (teamKind) schema(*field) map[string]any { return lineSchema(80, nil) }
