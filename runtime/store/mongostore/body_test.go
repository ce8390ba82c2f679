package mongostore

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"
	"pgregory.net/rapid"

	"pipewright/runtime/store"
)

// Names come back as they were, and never hold what the database reads meaning into.
func TestEscapeName(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOf(rapid.SampledFrom([]rune{'a', '.', '$', '%', '2', '4', '5', 'E', '商'})).Draw(t, "name")
		escaped := escapeName(name)
		if strings.HasPrefix(escaped, "$") || strings.Contains(escaped, ".") {
			t.Fatalf("%q is stored as %q", name, escaped)
		}
		if back := nameUnescapes.Replace(escaped); back != name {
			t.Fatalf("%q comes back as %q", name, back)
		}
	})
}

// Any body comes back with the same members in the same order, numbers to the last digit.
func TestBodyRoundTrip(t *testing.T) {
	t.Parallel()
	var value func(depth int) *rapid.Generator[any]
	value = func(depth int) *rapid.Generator[any] {
		scalars := []*rapid.Generator[any]{
			rapid.Just[any](nil), rapid.Bool().AsAny(), rapid.Int64().AsAny(), rapid.String().AsAny(),
		}
		if depth == 0 {
			return rapid.OneOf(scalars...)
		}
		return rapid.OneOf(append(scalars, rapid.SliceOfN(value(depth-1), 0, 4).AsAny(),
			rapid.MapOfN(rapid.StringMatching(`[a-z.$%"\\商]{0,4}`), value(depth-1), 0, 4).AsAny())...)
	}
	rapid.Check(t, func(t *rapid.T) {
		in, err := json.Marshal(rapid.MapOfN(rapid.StringMatching(`[a-z.$%]{0,4}`), value(3), 0, 5).Draw(t, "body"))
		if err != nil {
			t.Fatal(err)
		}
		if err := store.CheckBody(in); err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		raw, err := encodeBody(nil, in)
		if err != nil {
			t.Fatal(err)
		}
		if err := bson.Raw(raw).Validate(); err != nil {
			t.Fatal(err)
		}
		out, err := decodeBody(raw)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := canonical(t, out), canonical(t, in); !bytes.Equal(got, want) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

// canonical writes JSON's texts in one way and leaves order and numbers as they are.
func canonical(t *rapid.T, b []byte) []byte {
	var out bytes.Buffer
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	for {
		tok, err := dec.Token()
		if err != nil {
			return out.Bytes()
		}
		one, err := json.Marshal(tok)
		if d, ok := tok.(json.Delim); ok {
			one, err = []byte(d.String()), nil
		}
		if err != nil {
			t.Fatal(err)
		}
		out.Write(append(one, ' '))
	}
}
