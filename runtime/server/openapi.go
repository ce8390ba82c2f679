package server

import (
	"encoding/json"
	"net/http"
	"reflect"
	"regexp"
	"strings"

	"pipewright/rules"
)

var pathParam = regexp.MustCompile(`:([a-zA-Z]+)`)

// getOpenAPI is the API as an OpenAPI 3.1 document, made from the table of routes. Who is signed in finds the forms of his apps in it
// as well.
func (s *Server) getOpenAPI(c *call) (any, error) {
	d := &describer{schemas: map[string]any{}}
	paths := map[string]any{}
	for _, r := range s.routes {
		path := pathParam.ReplaceAllString(r.path, "{$1}")
		item, _ := paths[path].(map[string]any)
		if item == nil {
			item = map[string]any{}
			paths[path] = item
		}
		item[strings.ToLower(r.method)] = d.operation(r)
	}
	if err := s.describeForms(c, d, paths); err != nil {
		return nil, err
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info":    map[string]any{"title": "Pipewright", "version": s.Version},
		"paths":   paths,
		"components": map[string]any{
			"schemas": d.schemas,
			"securitySchemes": map[string]any{"session": map[string]any{"type": "apiKey", "in": "cookie", "name": "__Host-pipewright"},
				"token": map[string]any{"type": "http", "scheme": "bearer"}},
		},
	}, nil
}

type describer struct{ schemas map[string]any }

func (d *describer) operation(r route) map[string]any {
	op := map[string]any{"summary": r.summary, "operationId": strings.ToLower(r.method) + pathParam.ReplaceAllString(r.path, "$1")}
	op["operationId"] = strings.NewReplacer("/", "_", "-", "_", ".", "_").Replace(op["operationId"].(string))
	session, token := map[string]any{"session": []any{}}, map[string]any{"token": []any{}}
	switch r.who {
	case signedIn, admins:
		op["security"] = []any{session, token}
	case inPerson:
		op["security"] = []any{session}
	}
	var params []any
	for _, m := range pathParam.FindAllStringSubmatch(r.path, -1) {
		params = append(params, map[string]any{"name": m[1], "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
	}
	if params != nil {
		op["parameters"] = params
	}
	if r.in != nil {
		op["requestBody"] = map[string]any{"content": content(d.schema(reflect.TypeOf(r.in)))}
	}
	ok := map[string]any{"description": "Done"}
	if r.out != nil {
		ok["content"] = content(d.schema(reflect.TypeOf(r.out)))
	}
	op["responses"] = map[string]any{"200": ok, "default": map[string]any{"description": "Refused", "content": content(d.schema(reflect.TypeFor[errorBody]()))}}
	return op
}

func content(schema any) map[string]any {
	return map[string]any{"application/json": map[string]any{"schema": schema}}
}

// describeForms adds the forms of the apps that the person plays a role in.
func (s *Server) describeForms(c *call, d *describer, paths map[string]any) error {
	if c.user.ID == "" {
		return nil
	}
	apps, err := s.Designer.Catalog().Live(c.ctx())
	if err != nil {
		return err
	}
	for _, app := range apps {
		if !c.user.Staff() && len(c.dir.Roles(c.user.ID, app.Def.Key)) == 0 {
			continue
		}
		for i := range app.Def.Forms {
			f := app.Forms[app.Def.Forms[i].Key]
			if f == nil {
				continue
			}
			name := app.Def.Key + "." + f.Def.Key
			d.schemas[name] = f.Schema.JSONSchema()
			data := map[string]any{"$ref": "#/components/schemas/" + name}
			body := map[string]any{"type": "object", "properties": map[string]any{"data": data, "owner": map[string]any{"type": "string"}}, "additionalProperties": false}
			paths["/api/apps/"+app.Def.Key+"/forms/"+f.Def.Key+"/records"] = map[string]any{"post": map[string]any{
				"summary": "Create: " + f.Def.Name.In(c.lang()), "operationId": "create_" + app.Def.Key + "_" + f.Def.Key,
				"parameters":  []any{map[string]any{"name": "Idempotency-Key", "in": "header", "required": true, "schema": map[string]any{"type": "string", "maxLength": 64}}},
				"requestBody": map[string]any{"content": content(body)},
				"responses":   map[string]any{"201": map[string]any{"description": http.StatusText(http.StatusCreated), "content": content(d.schema(reflect.TypeFor[recordFullOut]()))}},
			}}
		}
	}
	return nil
}

// schema describes a Go type as JSON Schema; structs go to the components and are referred to.
func (d *describer) schema(t reflect.Type) map[string]any {
	switch t {
	case reflect.TypeFor[instant]():
		return map[string]any{"type": []string{"string", "null"}, "format": "date-time"}
	case reflect.TypeFor[json.RawMessage]():
		return map[string]any{}
	case reflect.TypeFor[rules.Text]():
		return map[string]any{"oneOf": []any{map[string]any{"type": "string"}, map[string]any{"type": "object",
			"properties": map[string]any{"zh-CN": map[string]any{"type": "string"}, "zh-TW": map[string]any{"type": "string"}, "en": map[string]any{"type": "string"}}}}}
	}
	switch t.Kind() {
	case reflect.Pointer:
		return map[string]any{"anyOf": []any{d.schema(t.Elem()), map[string]any{"type": "null"}}}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Int32:
		return map[string]any{"type": "integer"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": d.schema(t.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": d.schema(t.Elem())}
	case reflect.Struct:
		name := typeName(t)
		if name == "" {
			return d.object(t)
		}
		if _, known := d.schemas[name]; !known {
			d.schemas[name] = map[string]any{} // stands in while the type describes itself
			d.schemas[name] = d.object(t)
		}
		return map[string]any{"$ref": "#/components/schemas/" + name}
	}
	return map[string]any{}
}

// typeName is the component's name: recordOut → Record, items[recordOut] → Records.
func typeName(t reflect.Type) string {
	name := t.Name()
	if inner, ok := strings.CutPrefix(name, "items["); ok {
		inner = strings.TrimSuffix(inner, "]")
		return component(inner[strings.LastIndexAny(inner, "./")+1:]) + "List"
	}
	return component(name)
}

func component(name string) string {
	if name == "" {
		return ""
	}
	for _, suffix := range []string{"Out", "Wire"} {
		name = strings.TrimSuffix(name, suffix)
	}
	return strings.ToUpper(name[:1]) + name[1:]
}

func (d *describer) object(t reflect.Type) map[string]any {
	props := map[string]any{}
	var add func(t reflect.Type)
	add = func(t reflect.Type) {
		for i := range t.NumField() {
			f := t.Field(i)
			tag, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			switch {
			case f.Anonymous && tag == "":
				add(f.Type)
			case tag != "" && tag != "-":
				props[tag] = d.schema(f.Type)
			}
		}
	}
	add(t)
	return map[string]any{"type": "object", "properties": props}
}
