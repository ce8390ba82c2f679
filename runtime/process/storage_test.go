package process

import (
	"reflect"
	"testing"

	"pipewright/forms"
)

func defOf(list ...forms.Form) *Definition { return &Definition{Forms: list} }

func textField(key string, was ...string) forms.Field {
	return forms.Field{Key: key, Was: was, Type: "text"}
}

func TestAssignStorage(t *testing.T) {
	t.Parallel()
	lines := forms.Field{Key: "lines", Type: "table", Fields: []forms.Field{textField("name"), {Key: "qty", Type: "number"}}}
	v1 := defOf(forms.Form{Key: "deal", Fields: []forms.Field{textField("name"), {Key: "amount", Type: "money"}, lines}})
	s1 := AssignStorage(nil, nil, v1, "DEAL")
	want := &Storage{Forms: map[string]FormStorage{"deal": {Key: "deal", Code: "DEALA", Fields: map[string]string{
		"name": "name", "amount": "amount", "lines": "lines", "lines.name": "name", "lines.qty": "qty"}}}}
	if !reflect.DeepEqual(s1, want) {
		t.Fatalf("first publish: got %+v", s1)
	}
	if again := AssignStorage(s1, v1, v1); !reflect.DeepEqual(again, s1) {
		t.Errorf("the same definition again: got %+v", again)
	}

	renamed := lines
	renamed.Key, renamed.Was = "items", []string{"lines"}
	renamed.Fields = []forms.Field{textField("title", "name"), {Key: "qty", Type: "text"}}
	v2 := defOf(forms.Form{Key: "chance", Was: []string{"deal"}, Fields: []forms.Field{textField("subject", "name"), {Key: "amount", Type: "number"}, renamed}},
		forms.Form{Key: "deal", Fields: nil})
	s2 := AssignStorage(s1, v1, v2)
	if got := s2.Forms["deal"]; got.Key != "deal" || got.Code != "DEALA" || len(got.Fields) != 0 || len(got.Retired) != 3 {
		t.Errorf("a form of the same key keeps its storage: got %+v", got)
	}
	if got := s2.Forms["chance"]; got.Key != "chance" || got.Code != "CHAN" {
		t.Errorf("was of a form that is still there counts for nothing: got %+v", got)
	}

	v3 := defOf(v2.Forms[0])
	s3 := AssignStorage(s1, v1, v3)
	got := s3.Forms["chance"]
	if got.Key != "deal" || got.Code != "DEALA" {
		t.Errorf("a renamed form keeps its storage: got %+v", got)
	}
	fields := map[string]string{"subject": "name", "amount": "amount_2", "items": "lines", "items.title": "name", "items.qty": "qty_2"}
	if !reflect.DeepEqual(got.Fields, fields) {
		t.Errorf("fields: got %v, want %v", got.Fields, fields)
	}
	if !reflect.DeepEqual(got.Retired, []string{"amount", "lines.qty"}) {
		t.Errorf("retired: got %v", got.Retired)
	}

	v4 := defOf(forms.Form{Key: "other", Fields: []forms.Field{textField("x")}})
	s4 := AssignStorage(s3, v3, v4)
	v5 := defOf(forms.Form{Key: "deal", Fields: []forms.Field{textField("x")}})
	if got := AssignStorage(s4, v4, v5).Forms["deal"].Key; got != "deal_2" {
		t.Errorf("a storage key once given comes back: got %q", got)
	}
}
