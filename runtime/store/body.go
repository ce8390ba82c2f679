package store

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// CheckBody refuses a body that is not one JSON object whose every number is an integer within int64: a document store may keep
// numbers in binary, and a decimal written as a float would come back as another one. Also refused: repeated members, NUL in
// a member's name, texts that are not valid Unicode, more than MaxDepth levels, more than MaxBody bytes. Errors: ErrInvalid.
func CheckBody(body json.RawMessage) error {
	if len(body) > MaxBody {
		return fmt.Errorf("%w: body of %d bytes, at most %d are taken", ErrInvalid, len(body), MaxBody)
	}
	c := bodyCheck{b: body}
	c.space()
	if c.at() != '{' {
		return fmt.Errorf("%w: the body is not a JSON object", ErrInvalid)
	}
	if !c.value(1) {
		return fmt.Errorf("%w: body, byte %d: %s", ErrInvalid, c.i, c.why)
	}
	c.space()
	if c.i != len(c.b) {
		return fmt.Errorf("%w: body, byte %d: something follows the object", ErrInvalid, c.i)
	}
	return nil
}

// bodyCheck reads JSON in one pass without building anything; each method reports false after saying why.
type bodyCheck struct {
	b   []byte
	i   int
	why string
}

func (c *bodyCheck) fail(why string) bool { c.why = why; return false }

// at is the byte here, 0 at the end.
func (c *bodyCheck) at() byte {
	if c.i < len(c.b) {
		return c.b[c.i]
	}
	return 0
}

func (c *bodyCheck) space() {
	for c.i < len(c.b) {
		switch c.b[c.i] {
		case ' ', '\t', '\n', '\r':
			c.i++
		default:
			return
		}
	}
}

func (c *bodyCheck) value(depth int) bool {
	switch b := c.at(); {
	case b == '{' || b == '[':
		if depth > MaxDepth {
			return c.fail("nested too deep")
		}
		if b == '{' {
			return c.object(depth)
		}
		return c.array(depth)
	case b == '"':
		_, ok := c.skip()
		return ok
	case b == 't':
		return c.word("true")
	case b == 'f':
		return c.word("false")
	case b == 'n':
		return c.word("null")
	case b == '-' || b >= '0' && b <= '9':
		return c.integer()
	}
	return c.fail("no JSON value")
}

func (c *bodyCheck) word(w string) bool {
	if len(c.b)-c.i < len(w) || string(c.b[c.i:c.i+len(w)]) != w {
		return c.fail("no JSON value")
	}
	c.i += len(w)
	return true
}

func (c *bodyCheck) object(depth int) bool {
	var few [24][]byte // member names; a map only once there are many
	var many map[string]bool
	n := 0
	c.i++
	c.space()
	if c.at() == '}' {
		c.i++
		return true
	}
	for {
		if c.at() != '"' {
			return c.fail("no member name")
		}
		name, ok := c.name()
		if !ok {
			return false
		}
		for i := range name {
			if name[i] == 0 {
				return c.fail("NUL in a member name")
			}
		}
		if many == nil {
			for _, have := range few[:n] {
				if bytes.Equal(have, name) {
					return c.fail("member " + strconv.Quote(clip(string(name))) + " twice")
				}
			}
			if n < len(few) {
				few[n] = name
				n++
			} else {
				many = map[string]bool{string(name): true}
				for _, have := range few {
					many[string(have)] = true
				}
			}
		} else if many[string(name)] {
			return c.fail("member " + strconv.Quote(clip(string(name))) + " twice")
		} else {
			many[string(name)] = true
		}
		c.space()
		if c.at() != ':' {
			return c.fail("no colon after a member name")
		}
		c.i++
		c.space()
		if !c.value(depth + 1) {
			return false
		}
		c.space()
		switch c.at() {
		case ',':
			c.i++
			c.space()
		case '}':
			c.i++
			return true
		default:
			return c.fail("neither comma nor end of object")
		}
	}
}

func (c *bodyCheck) array(depth int) bool {
	c.i++
	c.space()
	if c.at() == ']' {
		c.i++
		return true
	}
	for {
		if !c.value(depth + 1) {
			return false
		}
		c.space()
		switch c.at() {
		case ',':
			c.i++
			c.space()
		case ']':
			c.i++
			return true
		default:
			return c.fail("neither comma nor end of array")
		}
	}
}

// name reads a string and returns what it says, where it can without a copy.
func (c *bodyCheck) name() ([]byte, bool) {
	start := c.i
	escaped, ok := c.skip()
	if !ok {
		return nil, false
	}
	raw := c.b[start:c.i]
	if !escaped {
		return raw[1 : len(raw)-1], true
	}
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return nil, c.fail("bad string")
	}
	return []byte(s), true
}

// skip steps over a string and tells whether it holds escapes.
func (c *bodyCheck) skip() (escaped, ok bool) {
	c.i++
	if n := simple(c.b[c.i:]); n > 0 {
		c.i += n
	}
	for c.i < len(c.b) {
		switch b := c.b[c.i]; {
		case b == '"':
			c.i++
			return escaped, true
		case b == '\\':
			escaped = true
			if !c.escape() {
				return false, false
			}
		case b < 0x20:
			return false, c.fail("control character in a string")
		case b < utf8.RuneSelf:
			c.i++
		default:
			r, n := utf8.DecodeRune(c.b[c.i:])
			if r == utf8.RuneError && n == 1 {
				return false, c.fail("a string is not UTF-8")
			}
			c.i += n
		}
	}
	return false, c.fail("a string does not end")
}

// simple is how many bytes at the beginning, eight at a time, are neither the end of a string nor an escape, a control character or
// part of a longer character. Most of a busy record is one long string of such.
func simple(b []byte) int {
	const ones, tops = 0x0101010101010101, 0x8080808080808080
	n := 0
	for ; len(b)-n >= 8; n += 8 {
		w := binary.LittleEndian.Uint64(b[n:])
		quote, escape := w^(ones*'"'), w^(ones*'\\')
		// A byte whose top bit is set after the subtraction was below what is taken away; below 0x80 the test is exact.
		if (w|(w-ones*0x20)|(quote-ones)|(escape-ones))&tops != 0 {
			return n
		}
	}
	return n
}

// escape steps over one escape, a pair of surrogates counted as one. A half of a pair stands for no character.
func (c *bodyCheck) escape() bool {
	c.i++
	if c.at() != 'u' {
		switch c.at() {
		case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			c.i++
			return true
		}
		return c.fail("unknown escape")
	}
	r, ok := c.hex()
	if !ok {
		return false
	}
	if r < 0xD800 || r > 0xDFFF {
		return true
	}
	if r < 0xDC00 && c.at() == '\\' && c.i+1 < len(c.b) && c.b[c.i+1] == 'u' {
		c.i++
		if low, ok := c.hex(); ok && low >= 0xDC00 && low <= 0xDFFF {
			return true
		}
	}
	return c.fail("half a character (an unpaired surrogate)")
}

// hex reads "u" and four hexadecimal digits.
func (c *bodyCheck) hex() (uint64, bool) {
	if len(c.b)-c.i < 5 {
		return 0, c.fail("unknown escape")
	}
	r, err := strconv.ParseUint(string(c.b[c.i+1:c.i+5]), 16, 32)
	if err != nil {
		return 0, c.fail("unknown escape")
	}
	c.i += 5
	return r, true
}

func (c *bodyCheck) integer() bool {
	start := c.i
	if c.at() == '-' {
		c.i++
	}
	digits := c.i
	for b := c.at(); b >= '0' && b <= '9'; b = c.at() {
		c.i++
	}
	n := c.i - digits
	switch b := c.at(); {
	case b == '.' || b == 'e' || b == 'E':
		return c.fail("a number is not an integer; keep decimals as texts")
	case n == 0, n > 1 && c.b[digits] == '0', n == 1 && digits > start && c.b[digits] == '0':
		return c.fail("a malformed number")
	case n > 18:
		if _, err := strconv.ParseInt(string(c.b[start:c.i]), 10, 64); err != nil {
			return c.fail("a number is beyond int64")
		}
	}
	return true
}
