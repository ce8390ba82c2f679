package process

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"

	"pipewright/rules"
	"pipewright/rules/strict"
)

// Parse reads a definition strictly: an unknown member, a member given twice, a wrong type is a problem with its path, and
// nothing is coerced or dropped. The definition is nil only when the text is not a JSON object at all; otherwise it holds
// whatever could be read, so that an editor can show it beside its problems. Codes: shape.syntax, shape.type,
// shape.unknownMember, key.duplicate, shape.spec.
func Parse(data []byte) (*Definition, []rules.Problem) {
	def := &Definition{}
	problems := strict.Decode(data, def)
	for _, p := range problems {
		if p.Path == "" {
			return nil, problems
		}
	}
	walk(reflect.ValueOf(def).Elem(), "", func(p place) {
		// A list that may not be left out is written even when it is empty, never as null.
		if p.must && p.value.Kind() == reflect.Slice && p.value.IsNil() && p.value.CanSet() {
			p.value.Set(reflect.MakeSlice(p.value.Type(), 0, 0))
		}
	})
	for i := range def.Tests {
		canonicalTest(&def.Tests[i])
	}
	if def.Spec != Spec {
		problems = append(problems, rules.Errorf("/spec", "shape.spec", rules.Say(
			"这里应写“{spec}”：本系统只读这一版定义语言", "這裡應寫「{spec}」：本系統只讀這一版定義語言",
			"“{spec}” is expected here: it is the only version of the definition language this system reads", "spec", Spec)))
	}
	return def, problems
}

// canonicalTest writes the raw values of a scenario in one way, so that equal definitions have equal digests whichever program wrote
// them: members sorted, texts without needless escapes, numbers as they are.
func canonicalTest(t *Test) {
	wires := []Wire{t.Given.Data}
	for _, g := range t.Given.Records {
		wires = append(wires, g.Data)
	}
	for i := range t.Steps {
		wires = append(wires, t.Steps[i].With, t.Steps[i].Set)
		if e := t.Steps[i].Expect; e != nil {
			wires = append(wires, e.Data)
		}
	}
	for _, w := range wires {
		for key, raw := range w {
			dec := json.NewDecoder(bytes.NewReader(raw))
			dec.UseNumber()
			var v any
			if dec.Decode(&v) != nil {
				continue
			}
			if text, err := strict.Canonical(v); err == nil {
				w[key] = bytes.TrimSpace(text)
			}
		}
	}
}

// Format writes the canonical form of a definition: members in the order of the types, defaults left out, two spaces of
// indent, a line feed at the end. Lists of people are always written as lists. Equal definitions give equal bytes.
func Format(def *Definition) ([]byte, error) { return strict.Canonical(def) }

// Digest is the SHA-256 of a canonical definition in lower-case hexadecimal: the identity of a release.
func Digest(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}
