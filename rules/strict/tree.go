package strict

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"unicode/utf8"

	"pipewright/rules"
)

// MaxDepth is the deepest nesting of objects and lists unless Options say otherwise.
const MaxDepth = 32

// node is one JSON value and where it stands in the text.
type node struct {
	kind       byte // '{' '[' '"' '0' 't' (true, false) 'n'
	start, end int
	text       string // of a string, unquoted
	members    []member
	elems      []*node
}

type member struct {
	name  string
	value *node
}

// key is the name of a list element: its member "key", if that is a text; ok is false otherwise.
func (n *node) key() (string, bool) {
	if n.kind == '{' {
		for _, m := range n.members {
			if m.name == "key" && m.value.kind == '"' && m.value.text != "" {
				return m.value.text, true
			}
		}
	}
	return "", false
}

// elemPath is the path of the i-th element of a list.
func elemPath(path string, i int, e *node) string {
	if k, ok := e.key(); ok {
		return Join(path, k)
	}
	return path + "/" + strconv.Itoa(i)
}

// Join adds a name to a path; "/" and "~" in the name are escaped as in a JSON pointer.
func Join(path, name string) string {
	if strings.ContainsAny(name, "/~") {
		name = strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
	}
	return path + "/" + name
}

// parse checks the text and builds its tree. The one problem it reports has an empty path.
func parse(data []byte, maxDepth int) (*node, *rules.Problem) {
	if !utf8.Valid(data) {
		p := rules.Errorf("", "shape.syntax", rules.Say("文件含有无法识别的字符（不是有效的 UTF-8）", "檔案含有無法識別的字元（不是有效的 UTF-8）", "The text has broken characters (not valid UTF-8)"))
		return nil, &p
	}
	if at := tooDeep(data, maxDepth); at >= 0 {
		p := rules.Errorf("", "shape.depth", rules.Say("嵌套太深（最多 {max} 层）", "巢狀太深（最多 {max} 層）", "Nested too deep (at most {max})", "max", maxDepth))
		p.Line, p.Col = lineCol(data, at)
		return nil, &p
	}
	var ignored json.RawMessage
	if err := json.Unmarshal(data, &ignored); err != nil {
		return nil, syntaxProblem(data, err)
	}
	s := &scanner{data: data}
	n := s.value()
	if s.bad >= 0 && s.failed {
		p := rules.Errorf("", "shape.syntax", rules.Say("文字里有不成对的 \\u 转义", "文字裡有不成對的 \\u 轉義", "A text has half of a \\u pair"))
		p.Line, p.Col = lineCol(data, s.bad)
		return nil, &p
	}
	return n, nil
}

// tooDeep is the offset of the bracket that goes beyond max levels, -1 if none does. It does not recurse.
func tooDeep(data []byte, max int) int {
	depth, quoted := 0, false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > max {
				return i
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return -1
}

func syntaxProblem(data []byte, err error) *rules.Problem {
	msg := rules.Say("不是有效的 JSON", "不是有效的 JSON", "This is not valid JSON")
	at := len(data)
	var se *json.SyntaxError
	if errors.As(err, &se) {
		at = min(max(int(se.Offset)-1, 0), len(data))
		if strings.Contains(se.Error(), "unexpected end") {
			at = len(data)
			msg = rules.Say("JSON 没有写完，缺少结束的括号或引号", "JSON 沒有寫完，缺少結束的括號或引號", "The JSON is not finished: a closing bracket or quote is missing")
		} else if at < len(data) {
			r, _ := utf8.DecodeRune(data[at:])
			msg = rules.Say("JSON 写法不对，这里不应是“{c}”", "JSON 寫法不對，這裡不應是「{c}」", "The JSON is not written well: “{c}” is not expected here", "c", string(r))
		}
	}
	p := rules.Errorf("", "shape.syntax", msg)
	p.Line, p.Col = lineCol(data, at)
	return &p
}

// lineCol turns a byte offset into line and column, both from 1, the column in characters.
func lineCol(data []byte, at int) (line, col int) {
	at = min(at, len(data))
	line = 1 + bytes.Count(data[:at], []byte{'\n'})
	begin := bytes.LastIndexByte(data[:at], '\n') + 1
	return line, utf8.RuneCount(data[begin:at]) + 1
}

// scanner builds the tree of a text that is known to be valid JSON of bounded depth.
type scanner struct {
	data   []byte
	pos    int
	failed bool
	bad    int
}

func (s *scanner) space() byte {
	for s.pos < len(s.data) {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r', ',', ':':
			s.pos++
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) value() *node {
	c := s.space()
	n := &node{kind: c, start: s.pos}
	switch c {
	case '{':
		s.pos++
		for s.space() != '}' {
			name := s.text()
			n.members = append(n.members, member{name: name, value: s.value()})
		}
		s.pos++
	case '[':
		s.pos++
		for s.space() != ']' {
			n.elems = append(n.elems, s.value())
		}
		s.pos++
	case '"':
		n.text = s.text()
	case 't', 'n':
		s.pos += 4
	case 'f':
		n.kind = 't'
		s.pos += 5
	default:
		n.kind = '0'
		for s.pos < len(s.data) && strings.IndexByte("+-.0123456789eE", s.data[s.pos]) >= 0 {
			s.pos++
		}
	}
	n.end = s.pos
	return n
}

func (s *scanner) text() string {
	start := s.pos
	s.pos++
	for s.data[s.pos] != '"' {
		if s.data[s.pos] == '\\' {
			s.pos++
		}
		s.pos++
	}
	s.pos++
	raw := s.data[start:s.pos]
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw[1 : len(raw)-1])
	}
	var out string
	if json.Unmarshal(raw, &out) != nil {
		s.failed, s.bad = true, start
	}
	// encoding/json turns half of a surrogate pair into U+FFFD; that would be a silent change.
	if strings.ContainsRune(out, utf8.RuneError) && !bytes.ContainsRune(raw, utf8.RuneError) && !bytes.Contains(bytes.ToLower(raw), []byte(`\ufffd`)) {
		s.failed, s.bad = true, start
	}
	return out
}

// Locate finds where the value at a key path begins in a JSON text, counted from 1; 0, 0 if it is not there. A path
// that goes further than the text gives the place of what is there.
func Locate(data []byte, path string) (line, col int) {
	n, p := parse(data, 10000)
	if p != nil {
		return 0, 0
	}
	for _, part := range strings.Split(strings.TrimPrefix(path, "/"), "/") {
		if part == "" {
			continue
		}
		next := n.child(strings.NewReplacer("~1", "/", "~0", "~").Replace(part))
		if next == nil {
			break
		}
		n = next
	}
	return lineCol(data, n.start)
}

func (n *node) child(name string) *node {
	for _, m := range n.members {
		if m.name == name {
			return m.value
		}
	}
	for i, e := range n.elems {
		if k, ok := e.key(); ok && k == name || !ok && strconv.Itoa(i) == name {
			return e
		}
	}
	return nil
}
