package process

import (
	"encoding/json"
	"testing"
	"time"
)

// TestDated: durations in date fields and columns become days and instants of the app's zone; what is no duration stays.
func TestDated(t *testing.T) {
	t.Parallel()
	def, problems := Parse([]byte(`{"spec":"pipewright/1","key":"shop","name":"Shop","timezone":"Asia/Shanghai","forms":[{"key":"visit","name":"Visit","code":"VI","title":"{{ name }}",
		"fields":[{"key":"name","type":"text","name":"Name"},{"key":"day","type":"date","name":"Day"},{"key":"at","type":"datetime","name":"At"},
		{"key":"rows","type":"table","name":"Rows","fields":[{"key":"on","type":"date","name":"On"},{"key":"what","type":"text","name":"What"}]}]}]}`))
	if def == nil {
		t.Fatal(problems)
	}
	app, _ := Compile(def, nil, 1, Options{})
	now := time.Date(2026, 3, 1, 17, 0, 0, 0, time.UTC) // the second of March in Shanghai
	for _, c := range []struct{ data, want string }{
		{`{"name":"-P1D","day":"-P1D"}`, `{"day":"2026-03-01","name":"-P1D"}`},
		{`{"day":"2025-12-31","at":"-PT30M"}`, `{"at":"2026-03-01T16:30:00Z","day":"2025-12-31"}`},
		{`{"day":null,"at":"P1M"}`, `{"at":"2026-04-01T17:00:00Z","day":null}`},
		{`{"rows":[{"on":"P2W","what":"P2W"},{"on":"2026-01-01"}]}`, `{"rows":[{"on":"2026-03-16","what":"P2W"},{"on":"2026-01-01"}]}`},
		{`{"rows":"P1D"}`, `{"rows":"P1D"}`},
	} {
		var data Wire
		if err := json.Unmarshal([]byte(c.data), &data); err != nil {
			t.Fatal(err)
		}
		got, _ := json.Marshal(Dated(app, "visit", data, now, nil))
		if string(got) != c.want {
			t.Errorf("%s becomes %s, want %s", c.data, got, c.want)
		}
	}
}
