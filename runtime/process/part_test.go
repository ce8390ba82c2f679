package process

import (
	"reflect"
	"testing"
)

// TestPartHasEveryList: whatever list of things with keys a definition has, a part has too, and joining forgets none.
func TestPartHasEveryList(t *testing.T) {
	t.Parallel()
	whole, part := reflect.TypeFor[Definition](), reflect.ValueOf(&Part{}).Elem()
	for i := range part.NumField() {
		f := part.Field(i)
		f.Set(reflect.MakeSlice(f.Type(), 2, 2))
	}
	def := &Definition{}
	def.Join(part.Addr().Interface().(*Part))
	def.Join(part.Addr().Interface().(*Part))
	for i := range whole.NumField() {
		f := whole.Field(i)
		if f.Type.Kind() != reflect.Slice || f.Name == "Languages" || f.Name == "Uses" {
			continue
		}
		twin, there := part.Type().FieldByName(f.Name)
		if !there || twin.Type != f.Type || twin.Tag != f.Tag {
			t.Errorf("a part has no %s like the definition's", f.Name)
		}
		if n := reflect.ValueOf(def).Elem().Field(i).Len(); n != 4 {
			t.Errorf("joined twice two, there are %d %s", n, f.Name)
		}
	}
}
