package rules

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text       Text
		lang, want string
	}{
		{Text{"": "x"}, "en", "x"},
		{Text{"zh-CN": "简", "en": "e"}, "zh-TW", "简"},
		{Text{"zh-CN": "简", "en": "e"}, "zh-HK", "简"},
		{Text{"zh-TW": "繁", "en": "e"}, "zh-CN", "繁"},
		{Text{"zh-CN": "简", "en": "e"}, "fr", "e"},
		{Text{"zh-TW": "繁", "zh-CN": "简"}, "fr", "简"},
		{Text{"fr": "f", "de": "d"}, "en", "d"},
		{nil, "en", ""},
	} {
		if got := c.text.In(c.lang); got != c.want {
			t.Errorf("%v in %s: %q, want %q", c.text, c.lang, got, c.want)
		}
	}
	got := Say("{a}个{b}", "{a}個{b}", "{a} of {b}", "a", 3, "b", Text{"zh-CN": "字段", "zh-TW": "欄位", "en": "{a}"})
	if want := (Text{"zh-CN": "3个字段", "zh-TW": "3個欄位", "en": "3 of {a}"}); got["zh-CN"] != want["zh-CN"] || got["zh-TW"] != want["zh-TW"] || got["en"] != want["en"] {
		t.Errorf("Say: %v", got)
	}
	if s := Say("{l}", "{l}", "{l} {e} {d}", "l", []string{"a", "b"}, "e", errors.New("bad"), "d", Date{2026, 1, 2}); s["zh-CN"] != "a、b" || s["en"] != "a, b bad 2026-01-02" {
		t.Errorf("Say: %v", s)
	}
}

func TestJSON(t *testing.T) {
	t.Parallel()
	type all struct {
		T Text       `json:"t,omitzero"`
		N NumberSlot `json:"n,omitzero"`
		D Duration   `json:"d,omitzero"`
		Y Date       `json:"y,omitzero"`
		P *Problem   `json:"p,omitempty"`
	}
	for _, in := range []string{
		`{}`,
		`{"t":"a\u003cb","n":0.10,"d":"P3BD","y":"2026-09-30"}`,
		`{"t":{"zh-CN":"一","zh-TW":"二","en":"three"},"n":"1 + x","d":"-PT90M"}`,
		`{"p":{"path":"/a","code":"c","severity":"error","message":"m","line":1,"col":2,"fix":{"title":"t","changes":[{"path":"/a","value":1},{"path":"/b","remove":true}]}}}`,
		`{"p":{"path":"/a","code":"c","severity":"warning","message":"m"}}`,
	} {
		var v all
		if err := json.Unmarshal([]byte(in), &v); err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if out, err := json.Marshal(v); err != nil || string(out) != in {
			t.Errorf("%s came back as %s (%v)", in, out, err)
		}
	}
	for _, in := range []string{`{"t":1}`, `{"t":{"fr":"x"}}`, `{"n":true}`, `{"n":1e99}`, `{"d":3}`, `{"y":"2026-9-30"}`} {
		var v all
		if json.Unmarshal([]byte(in), &v) == nil {
			t.Errorf("%s was read", in)
		}
	}
}

func TestDurationFrom(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ from, duration, want string }{
		{"2026-03-28T11:00:00Z", "P1D", "2026-03-29T10:00:00Z"}, // clocks go forward: the same time of day
		{"2026-03-28T11:00:00Z", "PT24H", "2026-03-29T11:00:00Z"},
		{"2026-01-31T11:00:00Z", "P1M", "2026-02-28T11:00:00Z"},
		{"2026-03-31T11:00:00Z", "-P1M", "2026-02-28T12:00:00Z"},
		{"2026-01-31T11:00:00Z", "P1Y1M", "2027-02-28T11:00:00Z"},
	} {
		from, _ := time.Parse(time.RFC3339, c.from)
		d, err := ParseDuration(c.duration)
		if err != nil {
			t.Fatal(err)
		}
		if got := d.From(from, berlin).Format(time.RFC3339); got != c.want {
			t.Errorf("%s + %s: %s, want %s", c.from, c.duration, got, c.want)
		}
	}
}

func TestSayAnEvalError(t *testing.T) {
	t.Parallel()
	err := error(&EvalError{Code: "expr.divideByZero", Line: 1, Col: 3, Source: "1/0", Message: Say("除数是 0", "除數是 0", "Division by zero")})
	if got := Say("算不出来：{why}", "算不出來：{why}", "no value: {why}", "why", err); got.In("zh-TW") != "算不出來：除數是 0" || got.In("en") != "no value: Division by zero" {
		t.Errorf("got %v", got)
	}
}
