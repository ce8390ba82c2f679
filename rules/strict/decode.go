package strict

import (
	"encoding/json"
	"reflect"
	"strconv"
	"sync"

	"pipewright/rules"
)

// Unmarshaler is a type that reads itself strictly. raw is one valid JSON value without members given twice; path is
// where it stands, and every problem's path begins with it.
type Unmarshaler interface {
	UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem
}

// Options change the limits of Decode.
type Options struct {
	// MaxDepth is the deepest nesting; 0 means MaxDepth.
	MaxDepth int
}

// Decode reads a whole JSON text into a pointer. It reports every problem, up to 500; what could be read is set even then. A
// problem with an empty path (shape.syntax, shape.depth, or shape.type when the outermost value has the wrong type) means
// that nothing could be read.
func Decode(data []byte, into any, opts ...Options) []rules.Problem {
	depth := MaxDepth
	for _, o := range opts {
		if o.MaxDepth > 0 {
			depth = o.MaxDepth
		}
	}
	n, p := parse(data, depth)
	if p != nil {
		return []rules.Problem{*p}
	}
	d := &decoder{data: data}
	d.duplicates(n, "")
	d.value(n, reflect.ValueOf(into).Elem(), "")
	return d.problems
}

// DecodeAt reads a part of a text that Decode is reading; see Unmarshaler. Members given twice are not looked for again.
func DecodeAt(raw json.RawMessage, into any, path string) []rules.Problem {
	n, p := parse(raw, 10000)
	if p != nil {
		return rules.WithPath([]rules.Problem{*p}, path)
	}
	d := &decoder{data: raw}
	d.value(n, reflect.ValueOf(into).Elem(), path)
	return d.problems
}

type decoder struct {
	data     []byte
	problems []rules.Problem
}

// maxProblems are told of one text. Whoever has more does not read them all, and each costs a thousand times the bytes that caused it.
const maxProblems = 500

func (d *decoder) full() bool { return len(d.problems) >= maxProblems }

func (d *decoder) problem(path, code string, msg rules.Text) {
	d.problems = append(d.problems, rules.Errorf(path, code, msg))
}

// duplicates reports members given twice, anywhere.
func (d *decoder) duplicates(n *node, path string) {
	if len(n.members) > 1 {
		seen := make(map[string]bool, len(n.members))
		for _, m := range n.members {
			if seen[m.name] && !d.full() {
				d.problem(Join(path, m.name), "key.duplicate", rules.Say("“{name}”写了两次", "「{name}」寫了兩次", "“{name}” is given twice", "name", m.name))
			}
			seen[m.name] = true
		}
	}
	for _, m := range n.members {
		d.duplicates(m.value, Join(path, m.name))
	}
	for i, e := range n.elems {
		d.duplicates(e, elemPath(path, i, e))
	}
}

var (
	rawType     = reflect.TypeFor[json.RawMessage]()
	numberType  = reflect.TypeFor[json.Number]()
	strictType  = reflect.TypeFor[Unmarshaler]()
	decoderType = reflect.TypeFor[json.Unmarshaler]()
)

// value reads n into v, which can be set.
func (d *decoder) value(n *node, v reflect.Value, path string) {
	t := v.Type()
	raw := d.data[n.start:n.end]
	switch {
	case t == rawType:
		v.SetBytes(append([]byte{}, raw...))
		return
	case t == numberType:
		if n.kind != '0' {
			d.wrong(n, path, expectedNumber)
			return
		}
		v.SetString(string(raw))
		return
	case t.Kind() == reflect.Pointer:
		if n.kind == 'n' {
			v.SetZero()
			return
		}
		if v.IsNil() {
			v.Set(reflect.New(t.Elem()))
		}
		d.value(n, v.Elem(), path)
		return
	case reflect.PointerTo(t).Implements(strictType):
		d.problems = append(d.problems, v.Addr().Interface().(Unmarshaler).UnmarshalStrict(append(json.RawMessage{}, raw...), path)...)
		return
	case reflect.PointerTo(t).Implements(decoderType):
		if err := v.Addr().Interface().(json.Unmarshaler).UnmarshalJSON(raw); err != nil || n.kind == 'n' {
			d.wrong(n, path, rules.Say("正确写法的值", "正確寫法的值", "a well-written value"))
		}
		return
	}
	switch t.Kind() {
	case reflect.String:
		if n.kind != '"' {
			d.wrong(n, path, rules.Say("文字", "文字", "a text"))
			return
		}
		v.SetString(n.text)
	case reflect.Bool:
		if n.kind != 't' {
			d.wrong(n, path, rules.Say("true 或 false", "true 或 false", "true or false"))
			return
		}
		v.SetBool(raw[0] == 't')
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		i, err := strconv.ParseInt(string(raw), 10, t.Bits())
		if n.kind != '0' || err != nil {
			d.wrong(n, path, rules.Say("整数", "整數", "a whole number"))
			return
		}
		v.SetInt(i)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		i, err := strconv.ParseUint(string(raw), 10, t.Bits())
		if n.kind != '0' || err != nil {
			d.wrong(n, path, rules.Say("不小于 0 的整数", "不小於 0 的整數", "a whole number, 0 or more"))
			return
		}
		v.SetUint(i)
	case reflect.Float32, reflect.Float64:
		f, err := strconv.ParseFloat(string(raw), t.Bits())
		if n.kind != '0' || err != nil {
			d.wrong(n, path, expectedNumber)
			return
		}
		v.SetFloat(f)
	case reflect.Slice:
		d.list(n, v, path)
	case reflect.Map:
		d.object(n, v, path)
	case reflect.Struct:
		d.record(n, v, path)
	case reflect.Interface:
		if n.kind == 'n' {
			v.SetZero()
			return
		}
		v.Set(reflect.ValueOf(generic(n, d.data)))
	default:
		d.wrong(n, path, rules.Say("别的值", "別的值", "another value"))
	}
}

var expectedNumber = rules.Say("数值", "數值", "a number")

func (d *decoder) wrong(n *node, path string, want rules.Text) {
	if d.full() {
		return
	}
	got := map[byte]rules.Text{
		'{': rules.Say("对象 { }", "物件 { }", "an object { }"), '[': rules.Say("列表 [ ]", "清單 [ ]", "a list [ ]"), '"': rules.Say("文字", "文字", "a text"),
		'0': expectedNumber, 't': rules.Say("true/false", "true/false", "true/false"), 'n': rules.Say("null", "null", "null"),
	}[n.kind]
	d.problem(path, "shape.type", rules.Say("这里应是{want}，实际是{got}", "這裡應是{want}，實際是{got}", "Expected here is {want}, not {got}", "want", want, "got", got))
}

func (d *decoder) list(n *node, v reflect.Value, path string) {
	if n.kind != '[' {
		d.wrong(n, path, rules.Say("列表 [ ]", "清單 [ ]", "a list [ ]"))
		return
	}
	out := reflect.MakeSlice(v.Type(), len(n.elems), len(n.elems))
	for i, e := range n.elems {
		d.value(e, out.Index(i), elemPath(path, i, e))
	}
	v.Set(out)
}

func (d *decoder) object(n *node, v reflect.Value, path string) {
	if n.kind != '{' || v.Type().Key().Kind() != reflect.String {
		d.wrong(n, path, rules.Say("对象 { }", "物件 { }", "an object { }"))
		return
	}
	out := reflect.MakeMapWithSize(v.Type(), len(n.members))
	for _, m := range n.members {
		e := reflect.New(v.Type().Elem()).Elem()
		d.value(m.value, e, Join(path, m.name))
		out.SetMapIndex(reflect.ValueOf(m.name).Convert(v.Type().Key()), e)
	}
	v.Set(out)
}

func (d *decoder) record(n *node, v reflect.Value, path string) {
	if n.kind != '{' {
		d.wrong(n, path, rules.Say("对象 { }", "物件 { }", "an object { }"))
		return
	}
	f := fieldsOf(v.Type())
	for _, m := range n.members {
		index, ok := f.index[m.name]
		if !ok {
			d.unknown(n, m, f.names, path)
			continue
		}
		d.value(m.value, v.FieldByIndex(index), Join(path, m.name))
	}
}

func (d *decoder) unknown(n *node, m member, known []string, path string) {
	if d.full() {
		return
	}
	p := rules.Errorf(Join(path, m.name), "shape.unknownMember", rules.Say("这里没有名为“{name}”的项", "這裡沒有名為「{name}」的項", "There is no member “{name}” here", "name", m.name))
	near, sure := rules.Nearest(m.name, known)
	if near != "" {
		p.Message = rules.Say("这里没有名为“{name}”的项。是“{near}”吗？", "這裡沒有名為「{name}」的項。是「{near}」嗎？", "There is no member “{name}” here. Did you mean “{near}”?", "name", m.name, "near", near)
		if sure && n.child(near) == nil {
			p.Fix = &rules.Fix{Title: rules.Say("改为“{near}”", "改為「{near}」", "Change to “{near}”", "near", near), Changes: []rules.Change{
				{Path: p.Path, Remove: true},
				{Path: Join(path, near), Value: append(json.RawMessage{}, d.data[m.value.start:m.value.end]...)},
			}}
		}
	}
	d.problems = append(d.problems, p)
}

// generic reads a value into an interface: numbers stay exact as json.Number.
func generic(n *node, data []byte) any {
	switch n.kind {
	case '{':
		out := make(map[string]any, len(n.members))
		for _, m := range n.members {
			out[m.name] = generic(m.value, data)
		}
		return out
	case '[':
		out := make([]any, len(n.elems))
		for i, e := range n.elems {
			out[i] = generic(e, data)
		}
		return out
	case '"':
		return n.text
	case 't':
		return data[n.start] == 't'
	case '0':
		return json.Number(data[n.start:n.end])
	}
	return nil
}

// fields are the JSON members of a struct type.
type fields struct {
	index map[string][]int
	names []string
}

var fieldCache sync.Map

func fieldsOf(t reflect.Type) *fields {
	if f, ok := fieldCache.Load(t); ok {
		return f.(*fields)
	}
	f := &fields{index: map[string][]int{}}
	for _, sf := range reflect.VisibleFields(t) {
		tag := sf.Tag.Get("json")
		if !sf.IsExported() || tag == "-" || sf.Anonymous && tag == "" {
			continue
		}
		name := tag
		for i := range tag {
			if tag[i] == ',' {
				name = tag[:i]
				break
			}
		}
		if name == "" {
			name = sf.Name
		}
		if old, twice := f.index[name]; twice && len(old) <= len(sf.Index) {
			continue
		}
		f.index[name] = sf.Index
		f.names = append(f.names, name)
	}
	fieldCache.Store(t, f)
	return f
}
