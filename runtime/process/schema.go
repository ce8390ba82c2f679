package process

import (
	"encoding/json"
	"reflect"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// JSONSchema is the JSON Schema (draft 2020-12) of the definition language, made from the Go types, so that an editor can
// complete and check a definition. The compiler checks far more.
func JSONSchema() map[string]any {
	g := &schemaMaker{defs: map[string]any{}}
	root := g.object(reflect.TypeFor[Definition]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = Spec
	root["title"] = "Pipewright app definition"
	root["properties"].(map[string]any)["spec"] = map[string]any{"const": Spec}
	root["$defs"] = g.defs
	return root
}

type schemaMaker struct{ defs map[string]any }

// special are the types that are written in more than one way.
var special map[reflect.Type]func(*schemaMaker) map[string]any

func init() {
	anyOf := func(list ...any) map[string]any { return map[string]any{"anyOf": list} }
	str := map[string]any{"type": "string"}
	words := func(list ...string) map[string]any { return map[string]any{"enum": list} }
	object := func(required []string, properties map[string]any) map[string]any {
		return map[string]any{"type": "object", "additionalProperties": false, "required": required, "properties": properties}
	}
	special = map[reflect.Type]func(*schemaMaker) map[string]any{
		textType: func(*schemaMaker) map[string]any {
			languages := map[string]any{}
			for _, l := range rules.Languages {
				languages[l] = str
			}
			return anyOf(str, object([]string{}, languages))
		},
		reflect.TypeFor[Whos](): func(g *schemaMaker) map[string]any {
			who := g.of(reflect.TypeFor[Who]())
			return anyOf(who, map[string]any{"type": "array", "items": who})
		},
		reflect.TypeFor[Owner](): func(g *schemaMaker) map[string]any {
			return anyOf(g.of(reflect.TypeFor[Whos]()), g.object(reflect.TypeFor[Owner]()))
		},
		reflect.TypeFor[MailTo](): func(g *schemaMaker) map[string]any { return anyOf(str, g.of(reflect.TypeFor[Whos]())) },
		reflect.TypeFor[Due](): func(*schemaMaker) map[string]any {
			return anyOf(str, object([]string{"at"}, map[string]any{"at": str}), object([]string{"date"}, map[string]any{"date": str}))
		},
		reflect.TypeFor[ActOn](): func(*schemaMaker) map[string]any {
			return anyOf(str, object([]string{"form"}, map[string]any{"form": str, "where": str}))
		},
		reflect.TypeFor[WithValue](): func(g *schemaMaker) map[string]any { return anyOf(str, g.of(reflect.TypeFor[WithRows]())) },
		reflect.TypeFor[Mode](): func(*schemaMaker) map[string]any {
			return anyOf(words("all", "any", "sequence"),
				object([]string{"share"}, map[string]any{"share": map[string]any{"type": "number", "exclusiveMinimum": 0, "maximum": 1}}),
				object([]string{"any"}, map[string]any{"any": words("allReject")}),
				object([]string{"count"}, map[string]any{"count": map[string]any{"type": "integer", "minimum": 1}}),
				object([]string{"weight", "pass"}, map[string]any{"pass": map[string]any{"type": "integer", "minimum": 1},
					"weight": map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "integer", "minimum": 1, "maximum": 1000}}}))
		},
		reflect.TypeFor[DueSteps](): func(g *schemaMaker) map[string]any {
			return anyOf(str, map[string]any{"type": "array", "items": g.of(reflect.TypeFor[DueStep]())})
		},
		reflect.TypeFor[OnEmpty](): func(g *schemaMaker) map[string]any {
			return anyOf(words(policies...), g.of(reflect.TypeFor[Whos]()))
		},
		reflect.TypeFor[forms.Records](): func(*schemaMaker) map[string]any {
			return anyOf(words("none", "own", "participant", "pool", "team", "teamTree", "all"), object([]string{"where"}, map[string]any{"where": str}))
		},
		reflect.TypeFor[rules.NumberSlot](): func(*schemaMaker) map[string]any {
			return map[string]any{"type": []string{"number", "string"}}
		},
		reflect.TypeFor[json.RawMessage](): func(*schemaMaker) map[string]any { return map[string]any{} },
		reflect.TypeFor[json.Number]():     func(*schemaMaker) map[string]any { return map[string]any{"type": "number"} },
	}
}

// of is the schema of a type; a struct is put under $defs once and referred to.
func (g *schemaMaker) of(t reflect.Type) map[string]any {
	if t.Kind() == reflect.Pointer {
		return g.of(t.Elem())
	}
	make, isSpecial := special[t]
	if isSpecial || t.Kind() == reflect.Struct {
		name := t.Name()
		if _, done := g.defs[name]; !done {
			g.defs[name] = true
			if isSpecial {
				g.defs[name] = make(g)
			} else {
				g.defs[name] = g.object(t)
			}
		}
		return map[string]any{"$ref": "#/$defs/" + name}
	}
	switch t.Kind() {
	case reflect.Slice:
		return map[string]any{"type": "array", "items": g.of(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": g.of(t.Elem())}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	}
	return map[string]any{"type": "string"}
}

// object is the schema of a struct: members of its JSON tags, those without a default required.
func (g *schemaMaker) object(t reflect.Type) map[string]any {
	properties := map[string]any{}
	required := []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		if !strings.Contains(rest, "omit") {
			required = append(required, name)
		}
		s := g.of(f.Type)
		if words := choices[t][name]; words != nil {
			if f.Type.Kind() == reflect.Slice {
				s = map[string]any{"type": "array", "items": map[string]any{"enum": words}}
			} else {
				s = map[string]any{"enum": words}
			}
		}
		if name == "key" && t != reflect.TypeFor[forms.Option]() {
			s = map[string]any{"type": "string", "pattern": keyPattern.String()}
		}
		properties[name] = s
	}
	return map[string]any{"type": "object", "additionalProperties": false, "required": required, "properties": properties}
}
