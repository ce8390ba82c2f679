package process

import (
	"encoding/json"
	"regexp"
	"strings"

	"pipewright/rules"
)

// ThroughLookup refuses a step through a reference in a filter ("account.industry"), and offers the stored lookup that stands for it, if
// the form has one that can be queried (semantics 15). src is the condition; the fix writes it anew at the problem's place.
func ThroughLookup(form *Form, path []string, src string, queryable func(key string) bool) rules.Problem {
	name := strings.Join(path, ".")
	for _, l := range form.Schema.Lookups() {
		if l.Table != "" || len(path) != 2 || l.Via != path[0] || l.Field != path[1] || !queryable(l.Key) {
			continue
		}
		p := rules.Errorf("", "query.unsupported", rules.Say("筛选不能越过引用读“{path}”，请改用引用取值字段“{key}”", "篩選不能越過引用讀「{path}」，請改用引用取值欄位「{key}」",
			"A filter cannot read “{path}” through a reference; use the lookup “{key}” instead", "path", name, "key", l.Key))
		step := regexp.MustCompile(`\b` + regexp.QuoteMeta(l.Via) + `\??\.` + regexp.QuoteMeta(l.Field) + `\b`)
		if !strings.ContainsAny(src, `"'`+"`") || !step.MatchString(strings.Join(quoted.FindAllString(src, -1), " ")) {
			raw, _ := json.Marshal(step.ReplaceAllLiteralString(src, l.Key))
			p.Fix = &rules.Fix{Title: rules.Say("改为“{key}”", "改為「{key}」", "Change to “{key}”", "key", l.Key), Changes: []rules.Change{{Value: raw}}}
		}
		return p
	}
	return rules.Errorf("", "query.unsupported", rules.Say("筛选不能越过引用读“{path}”：请给表单加一个引用取值（lookup）字段，再按它筛选", "篩選不能越過引用讀「{path}」：請給表單加一個引用取值（lookup）欄位，再按它篩選",
		"A filter cannot read “{path}” through a reference: add a lookup field to the form and filter by that", "path", name))
}

// quoted are the texts in an expression, where a name is no name.
var quoted = regexp.MustCompile("'[^']*'|\"[^\"]*\"|`[^`]*`")
