package mongostore

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.mongodb.org/mongo-driver/v2/bson"
	"go.mongodb.org/mongo-driver/v2/x/bsonx/bsoncore"
)

// maxDocument is MongoDB's limit for one document, in bytes of BSON.
const maxDocument = 16 << 20

// escapeName writes a member's name without what MongoDB reads meaning into: a dot, and a dollar at its start.
func escapeName(name string) string {
	if !strings.ContainsAny(name, ".%$") {
		return name
	}
	name = nameEscapes.Replace(name)
	if strings.HasPrefix(name, "$") {
		name = "%24" + name[1:]
	}
	return name
}

var (
	nameEscapes   = strings.NewReplacer("%", "%25", ".", "%2E")
	nameUnescapes = strings.NewReplacer("%2E", ".", "%24", "$", "%25", "%")
)

// encodeBody turns a checked JSON object into BSON, member for member. dst is appended to.
func encodeBody(dst []byte, body json.RawMessage) ([]byte, error) {
	r := jsonReader{b: body}
	r.space()
	return r.object(dst)
}

// jsonReader walks JSON that store.CheckBody has accepted, so it does not check again what cannot occur.
type jsonReader struct {
	b []byte
	i int
}

func (r *jsonReader) space() {
	for r.i < len(r.b) && (r.b[r.i] == ' ' || r.b[r.i] == '\t' || r.b[r.i] == '\n' || r.b[r.i] == '\r') {
		r.i++
	}
}

func (r *jsonReader) object(dst []byte) ([]byte, error) {
	start, dst := bsoncore.AppendDocumentStart(dst)
	r.i++
	for {
		r.space()
		if r.b[r.i] == '}' {
			r.i++
			return bsoncore.AppendDocumentEnd(dst, start)
		}
		if r.b[r.i] == ',' {
			r.i++
			continue
		}
		name, err := r.text()
		if err != nil {
			return nil, err
		}
		r.space()
		r.i++ // the colon
		r.space()
		if dst, err = r.value(dst, escapeName(name)); err != nil {
			return nil, err
		}
	}
}

func (r *jsonReader) array(dst []byte) ([]byte, error) {
	start, dst := bsoncore.AppendArrayStart(dst)
	r.i++
	for n := 0; ; {
		r.space()
		switch r.b[r.i] {
		case ']':
			r.i++
			return bsoncore.AppendArrayEnd(dst, start)
		case ',':
			r.i++
			continue
		}
		var err error
		if dst, err = r.value(dst, strconv.Itoa(n)); err != nil {
			return nil, err
		}
		n++
	}
}

func (r *jsonReader) value(dst []byte, name string) ([]byte, error) {
	switch r.b[r.i] {
	case '{':
		return r.object(bsoncore.AppendHeader(dst, bsoncore.TypeEmbeddedDocument, name))
	case '[':
		return r.array(bsoncore.AppendHeader(dst, bsoncore.TypeArray, name))
	case '"':
		s, err := r.text()
		return bsoncore.AppendStringElement(dst, name, s), err
	case 't':
		r.i += len("true")
		return bsoncore.AppendBooleanElement(dst, name, true), nil
	case 'f':
		r.i += len("false")
		return bsoncore.AppendBooleanElement(dst, name, false), nil
	case 'n':
		r.i += len("null")
		return bsoncore.AppendNullElement(dst, name), nil
	}
	start := r.i
	for r.i < len(r.b) && (r.b[r.i] == '-' || r.b[r.i] >= '0' && r.b[r.i] <= '9') {
		r.i++
	}
	n, err := strconv.ParseInt(string(r.b[start:r.i]), 10, 64)
	return bsoncore.AppendInt64Element(dst, name, n), err
}

func (r *jsonReader) text() (string, error) {
	start := r.i
	escaped := false
	for r.i++; r.b[r.i] != '"'; r.i++ {
		if r.b[r.i] == '\\' {
			escaped = true
			r.i++
		}
	}
	r.i++
	raw := r.b[start:r.i]
	if !escaped {
		return string(raw[1 : len(raw)-1]), nil
	}
	var s string
	err := json.Unmarshal(raw, &s)
	return s, err
}

// decodeBody turns a stored body back into JSON.
func decodeBody(body bson.Raw) (json.RawMessage, error) {
	return appendObject(make([]byte, 0, len(body)), bsoncore.Document(body))
}

func appendObject(dst []byte, doc bsoncore.Document) ([]byte, error) {
	elems, err := doc.Elements()
	if err != nil {
		return nil, err
	}
	dst = append(dst, '{')
	for i, e := range elems {
		if i > 0 {
			dst = append(dst, ',')
		}
		name := e.Key()
		if strings.IndexByte(name, '%') >= 0 {
			name = nameUnescapes.Replace(name)
		}
		dst = append(appendText(dst, name), ':')
		if dst, err = appendValue(dst, e.Value()); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

func appendValue(dst []byte, v bsoncore.Value) ([]byte, error) {
	switch v.Type {
	case bsoncore.TypeEmbeddedDocument:
		return appendObject(dst, v.Document())
	case bsoncore.TypeArray:
		vs, err := v.Array().Values()
		if err != nil {
			return nil, err
		}
		dst = append(dst, '[')
		for i, v := range vs {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, err = appendValue(dst, v); err != nil {
				return nil, err
			}
		}
		return append(dst, ']'), nil
	case bsoncore.TypeString:
		return appendText(dst, v.StringValue()), nil
	case bsoncore.TypeInt64, bsoncore.TypeInt32:
		n, _ := v.AsInt64OK()
		return strconv.AppendInt(dst, n, 10), nil
	case bsoncore.TypeBoolean:
		return strconv.AppendBool(dst, v.Boolean()), nil
	case bsoncore.TypeNull:
		return append(dst, "null"...), nil
	}
	return nil, fmt.Errorf("a body holds a %v, which this program never writes", v.Type)
}

const hex = "0123456789abcdef"

func appendText(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		b := s[i]
		if b >= 0x20 && b != '"' && b != '\\' && b < utf8.RuneSelf || b >= utf8.RuneSelf {
			continue
		}
		dst = append(dst, s[start:i]...)
		start = i + 1
		switch b {
		case '"', '\\':
			dst = append(dst, '\\', b)
		case '\n':
			dst = append(dst, '\\', 'n')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hex[b>>4], hex[b&15])
		}
	}
	return append(append(dst, s[start:]...), '"')
}
