package process

import (
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// checkOptions warns of options that people cannot tell apart: two of a list, offered at one place, of one name in a language of the app.
func (c *compiler) checkOptions() {
	if c.opts.Shared != nil {
		return
	}
	for i := range c.def.Options {
		c.namedTwice("/options/"+elementKey(c.def.Options[i].Key, i), c.def.Options[i].Items)
	}
}

func (c *compiler) namedTwice(path string, items []forms.Option) {
	languages := c.def.Languages
	if len(languages) == 0 {
		languages = rules.Languages
	}
	for i := range items {
		o := &items[i]
		at := path + "/items/" + elementKey(o.Key, i)
		c.namedTwice(at, o.Items)
		if o.Retired {
			continue
		}
		for _, other := range items[:i] {
			if other.Retired || other.Key == o.Key || !together(other.Under, o.Under) {
				continue
			}
			alike := slices.IndexFunc(languages, func(language string) bool { return calledAlike(o.Name.In(language), other.Name.In(language)) })
			if alike >= 0 {
				c.warn(at+"/name", "option.sameName", "选项“{a}”与“{b}”都叫“{name}”，选的人分不清：给其中一个换个名称，或把它停用", "選項「{a}」與「{b}」都叫「{name}」，選的人分不清：給其中一個換個名稱，或把它停用",
					"The options “{a}” and “{b}” are both called “{name}”, and nobody can tell them apart: give one another name, or retire it", "a", other.Key, "b", o.Key, "name", o.Name.In(languages[alike]))
				break
			}
		}
	}
}

// together says whether two options are ever offered at once.
func together(a, b []string) bool {
	return len(a) == 0 || len(b) == 0 || slices.ContainsFunc(a, func(key string) bool { return slices.Contains(b, key) })
}

func calledAlike(a, b string) bool {
	a = strings.TrimSpace(a)
	return a != "" && strings.EqualFold(a, strings.TrimSpace(b))
}
