package process

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// conforms checks a value against the part of JSON Schema that JSONSchema uses.
func conforms(root, schema map[string]any, v any, path string) (faults []string) {
	if ref, ok := schema["$ref"].(string); ok {
		return conforms(root, root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any), v, path)
	}
	fault := func(format string, args ...any) {
		faults = append(faults, path+": "+fmt.Sprintf(format, args...))
	}
	if want, ok := schema["const"]; ok && want != v {
		fault("is not %v", want)
	}
	if words, ok := schema["enum"].([]any); ok && !slices.Contains(words, v) {
		fault("%v is none of %v", v, words)
	}
	if list, ok := schema["anyOf"].([]any); ok {
		if !slices.ContainsFunc(list, func(s any) bool { return len(conforms(root, s.(map[string]any), v, path)) == 0 }) {
			fault("fits none of the ways to write it")
		}
	}
	if pattern, ok := schema["pattern"].(string); ok {
		if s, _ := v.(string); !regexp.MustCompile(pattern).MatchString(s) {
			fault("%v does not match %s", v, pattern)
		}
	}
	names := map[string]bool{}
	switch t := schema["type"].(type) {
	case string:
		names[t] = true
	case []any:
		for _, n := range t {
			names[n.(string)] = true
		}
	}
	kind := ""
	switch v := v.(type) {
	case string:
		kind = "string"
	case bool:
		kind = "boolean"
	case float64:
		kind = "number"
		if names["integer"] {
			kind = "integer"
		}
	case []any:
		kind = "array"
		if items, ok := schema["items"].(map[string]any); ok && names["array"] {
			for i, x := range v {
				faults = append(faults, conforms(root, items, x, fmt.Sprintf("%s/%d", path, i))...)
			}
		}
	case map[string]any:
		kind = "object"
		if !names["object"] {
			break
		}
		properties, _ := schema["properties"].(map[string]any)
		for key, x := range v {
			if p, ok := properties[key].(map[string]any); ok {
				faults = append(faults, conforms(root, p, x, path+"/"+key)...)
			} else if more, ok := schema["additionalProperties"].(map[string]any); ok {
				faults = append(faults, conforms(root, more, x, path+"/"+key)...)
			} else {
				fault("has no member %s", key)
			}
		}
		required, _ := schema["required"].([]any)
		for _, key := range required {
			if _, ok := v[key.(string)]; !ok {
				fault("lacks %s", key)
			}
		}
	}
	if len(names) > 0 && !names[kind] {
		fault("is %s, want %v", kind, schema["type"])
	}
	return faults
}

// joined is the definition of an app in parts.
func joined(t *testing.T, head []byte, parts []string) []byte {
	t.Helper()
	def, _ := Parse(head)
	for _, name := range parts {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		part, problems := ParsePart(raw)
		if len(problems) > 0 {
			t.Fatal(name, problems)
		}
		def.Join(part)
	}
	whole, err := Format(def)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// TestJSONSchema: what the checker accepts fits the schema; what has a wrong shape does not.
func TestJSONSchema(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(JSONSchema())
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(raw, &schema); err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob("../../builtin-templates/*/app.json")
	for _, file := range append(files, "testdata/check/sound.json", "testdata/check/shape.json") {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if parts, _ := filepath.Glob(filepath.Dir(file) + "/processes/*.json"); len(parts) > 0 {
			data = joined(t, data, parts)
		}
		var v any
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		faults := conforms(schema, schema, v, "")
		if file == "testdata/check/shape.json" {
			if len(faults) < 15 {
				t.Errorf("%s: only %d faults found", file, len(faults))
			}
			continue
		}
		for _, f := range faults {
			t.Errorf("%s%s", file, f)
		}
	}
}

// TestCodesCovered: every code of the checker that is written down in the definition reference and made here is met by a
// golden file.
func TestCodesCovered(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("testdata/check/*.txt")
	var all strings.Builder
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all.Write(data)
	}
	for _, code := range strings.Fields(`shape.unknownMember shape.type shape.syntax shape.spec key.invalid key.duplicate key.reserved ref.unknown ref.kind
		setting.missing setting.choice setting.range setting.conflict calc.cycle expr.syntax expr.unknownName expr.type stage.unreachable stage.deadEnd stage.unanswered
		stage.tooMany transition.unnamed table.gap table.overlap table.unreachable approval.policyMissing approval.impossible approval.nobody
		approval.unused approval.vetoIdle query.unsupported auto.time automation.loop cron.invalid cron.never grant.unwritableRequired grant.nobody role.unsuitable
		text.missing http.host`) {
		if !strings.Contains(all.String(), " "+code+" ") {
			t.Errorf("no golden file shows %s", code)
		}
	}
}
