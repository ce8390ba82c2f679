package process

import (
	"strings"
	"testing"
)

const powersApp = `{"spec": "pipewright/1", "key": "a", "name": "A", "languages": ["en"], "timezone": "UTC", "currency": "CNY",
"uses": [{"app": "b2b", "forms": {"account": ["name"]}}],
"roles": [{"key": "rep", "name": "Rep"}, {"key": "boss", "name": "Boss"}],
"forms": [{"key": "deal", "name": "Deal", "fields": [{"key": "cost", "name": "Cost", "type": "number"}, {"key": "mail", "name": "Mail", "type": "email"}],
  "grants": [{"role": "rep", "records": "own", "do": ["read", "edit"], "hide": ["cost"]}, {"role": "boss", "records": "all", "do": ["read"]}]}],
"automations": [{"key": "tell", "name": "Tell", "on": {"created": "deal"}, "do": [{"http": {"url": "https://One.example/x"}}]}]}`

// TestNewPowers: what makes an app reach further is a new power, and nothing else is.
func TestNewPowers(t *testing.T) {
	t.Parallel()
	parse := func(text string) *Definition {
		def, problems := Parse([]byte(text))
		if def == nil {
			t.Fatal(problems)
		}
		return def
	}
	before := parse(powersApp)
	for _, c := range []struct{ name, old, new, want string }{
		{"the same", "", "", ""},
		{"the same host, otherwise written", "https://One.example/x", "https://one.example/y?z={{ cost }}", ""},
		{"another host", "https://One.example/x", "https://one.example.evil.org/x", "host https://one.example.evil.org"},
		{"another port", "https://One.example/x", "https://one.example:8443/x", "host https://one.example:8443"},
		{"deep inside", `"do": [{"http"`, `"do": [{"if": "true", "then": [{"stop": true}], "else": [{"each": {"form": "deal"}, "do": [{"http": {"url": "https://two.example"}}]}]}, {"http"`, "host https://two.example"},
		{"switched off", `"key": "tell", "name"`, `"key": "tell", "off": true, "name"`, ""},
		{"a mail", `"do": [{"http"`, `"do": [{"mail": {"to": "a@x.org, B@y.org", "message": "m"}}, {"http"`, "mail a@x.org; mail b@y.org"},
		{"mails to what records say", `"do": [{"http"`, `"do": [{"mail": {"to": {"field": "owner"}, "cc": "{{ mail }}", "message": "m"}}, {"http"`, "mail records"},
		{"a field of another app", `["name"]`, `["name", "revenue"]`, "app b2b.account.revenue"},
		{"fewer", `"uses": [{"app": "b2b", "forms": {"account": ["name"]}}],`, "", ""},
		{"a role may override", `"all", "do": ["read"]`, `"all", "do": ["read", "override"]`, "override deal boss"},
		{"my own role sees more", `"hide": ["cost"]`, `"hide": []`, "role deal rep"},
		{"my own role, renamed, deletes", `"key": "rep", "name": "Rep"`, `"key": "seller", "was": ["rep"], "name": "Rep"`, ""},
		{"my own role in a form there was not", `"forms": [`, `"forms": [{"key": "fresh", "name": "Fresh", "fields": [], "grants": [{"role": "rep", "records": "all", "do": ["read", "delete", "override"]}]}, `, ""},
	} {
		text := powersApp
		if c.old != "" && !strings.Contains(text, c.old) {
			t.Fatal(c.name)
		}
		text = strings.Replace(text, c.old, c.new, 1)
		if strings.Contains(c.name, "renamed") {
			text = strings.Replace(text, `"role": "rep", "records": "own", "do": ["read", "edit"]`, `"role": "seller", "records": "own", "do": ["read", "edit", "delete"]`, 1)
			c.want = "delete deal rep; role deal rep"
		}
		var got []string
		for _, p := range NewPowers(before, parse(text), []string{"rep"}) {
			key := p.Key
			if i := strings.Index(key, " {"); i > 0 {
				key = key[:i]
			}
			got = append(got, key)
			for _, lang := range []string{"zh-CN", "zh-TW", "en"} {
				if s := p.Text.In(lang); s == "" || strings.Contains(s, "{") {
					t.Errorf("%s in %s: %q", c.name, lang, s)
				}
			}
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %q, want %q", c.name, strings.Join(got, "; "), c.want)
		}
	}
	if got := NewPowers(nil, before, nil); len(got) != 2 {
		t.Errorf("a first release: %v", got)
	}
}
