package process

import (
	"reflect"
	"strconv"
	"strings"

	"pipewright/rules"
)

// place is one member of a definition as walk meets it.
type place struct {
	// path is the key path of the member.
	path string
	// owner is the type that has the member, name its JSON name.
	owner reflect.Type
	name  string
	// must says that the member has no default and may not be left out.
	must  bool
	value reflect.Value
}

var textType = reflect.TypeFor[rules.Text]()

// walk visits every member of a definition, outer ones first, in the order of the types, with key paths: elements of a list
// are named by their key if they have one, else by their index.
func walk(v reflect.Value, path string, visit func(place)) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			walk(v.Elem(), path, visit)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			walk(v.Index(i), path+"/"+elementName(v.Index(i), i), visit)
		}
	case reflect.Struct:
		t := v.Type()
		for i := range t.NumField() {
			f := t.Field(i)
			tag, ok := f.Tag.Lookup("json")
			if !ok || !f.IsExported() {
				if f.IsExported() {
					// Members of a union type: the union reads itself, its parts keep its path.
					walk(v.Field(i), path, visit)
				}
				continue
			}
			name, rest, _ := strings.Cut(tag, ",")
			p := place{path: path + "/" + name, owner: t, name: name, must: !strings.Contains(rest, "omit"), value: v.Field(i)}
			visit(p)
			if f.Type != textType {
				walk(v.Field(i), p.path, visit)
			}
		}
	}
}

// elementName names an element of a list in a key path.
func elementName(v reflect.Value, i int) string {
	if v.Kind() == reflect.Struct {
		if key := v.FieldByName("Key"); key.IsValid() && key.Kind() == reflect.String && key.String() != "" {
			return key.String()
		}
	}
	return strconv.Itoa(i)
}
