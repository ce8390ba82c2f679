package process

import (
	"reflect"
	"strconv"
	"strings"
	"sync"

	"pipewright/rules"
)

// place is one member of a definition as walk meets it.
type place struct {
	// at is the key path of the member while it is visited.
	at *[]byte
	// owner is the type that has the member, name its JSON name.
	owner reflect.Type
	name  string
	// must says that the member has no default and may not be left out.
	must  bool
	value reflect.Value
}

// path is the key path of the member. Few visits have anything to say, so it is only written out for those.
func (p *place) path() string { return string(*p.at) }

var textType = reflect.TypeFor[rules.Text]()

// as is the value of a member if it is of this very type. Interface would copy the value of each that is not.
func as[T any](p *place) (T, bool) {
	if p.value.Type() != reflect.TypeFor[T]() {
		var none T
		return none, false
	}
	v, ok := p.value.Interface().(T)
	return v, ok
}

// walk visits every member of a definition, outer ones first, in the order of the types, with key paths: elements of a list
// are named by their key if they have one, else by their index.
func walk(v reflect.Value, path string, visit func(place)) {
	w := tour{visit: visit, path: []byte(path)}
	w.walk(v)
}

type tour struct {
	visit func(place)
	path  []byte
}

func (w *tour) walk(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			w.walk(v.Elem())
		}
	case reflect.Slice:
		here := len(w.path)
		for i := range v.Len() {
			e := v.Index(i)
			w.path = append(append(w.path, '/'), elementName(e, i)...)
			w.walk(e)
			w.path = w.path[:here]
		}
	case reflect.Struct:
		t := v.Type()
		here := len(w.path)
		for _, m := range shapeOf(t).members {
			if m.part {
				w.walk(v.Field(m.index))
				continue
			}
			w.path = append(append(w.path, '/'), m.name...)
			w.visit(place{at: &w.path, owner: t, name: m.name, must: m.must, value: v.Field(m.index)})
			if m.deep {
				w.walk(v.Field(m.index))
			}
			w.path = w.path[:here]
		}
	}
}

// shape is what walk needs to know of a struct; it is found once for each type.
type shape struct {
	members []member
	// key is where the text is that names an element in a list, nil when nothing does.
	key []int
}

// member is a field that holds members: under its own name, or, of a union, which reads itself, under the name of the union.
type member struct {
	index int
	name  string
	must  bool
	// part: it is one of a union and has no name.
	part bool
	// deep: there may be members inside.
	deep bool
}

var shapes sync.Map // reflect.Type → *shape

func shapeOf(t reflect.Type) *shape {
	if known, ok := shapes.Load(t); ok {
		return known.(*shape)
	}
	s := &shape{}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() {
			continue
		}
		m := member{index: i, deep: f.Type != textType && hasMembers(f.Type)}
		if tag, ok := f.Tag.Lookup("json"); ok {
			name, rest, _ := strings.Cut(tag, ",")
			m.name, m.must = name, !strings.Contains(rest, "omit")
		} else if m.part = true; !m.deep {
			continue
		}
		s.members = append(s.members, m)
	}
	if f, ok := t.FieldByName("Key"); ok && f.Type.Kind() == reflect.String {
		s.key = f.Index
	}
	known, _ := shapes.LoadOrStore(t, s)
	return known.(*shape)
}

// hasMembers says whether there is a struct in values of a type, as far as walk looks.
func hasMembers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return hasMembers(t.Elem())
	}
	return t.Kind() == reflect.Struct
}

// elementName names an element of a list in a key path.
func elementName(v reflect.Value, i int) string {
	if v.Kind() == reflect.Struct {
		if index := shapeOf(v.Type()).key; index != nil {
			if key := v.FieldByIndex(index).String(); key != "" {
				return key
			}
		}
	}
	return strconv.Itoa(i)
}
