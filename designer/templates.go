package designer

import (
	"context"
	"fmt"

	"pipewright/forms"
	"pipewright/rules"
	"pipewright/runtime/process"
)

// Template is an app ready to install. Sample may be empty; its format is the engine's.
type Template struct {
	Key        string
	Definition []byte
	Sample     []byte
}

// TemplateInfo is what the gallery shows.
type TemplateInfo struct {
	Key       string            `json:"key"`
	Name      rules.Text        `json:"name"`
	Help      rules.Text        `json:"help"`
	Languages []string          `json:"languages"`
	Installed bool              `json:"installed"`
	Sample    bool              `json:"sample"`
	Counts    map[string]int    `json:"counts"`
	Processes []TemplateProcess `json:"processes"`
	// Forms, Approvals, Automations and Dashboards are what else is inside, by name.
	Forms       []TemplatePart `json:"forms"`
	Approvals   []TemplatePart `json:"approvals"`
	Automations []TemplatePart `json:"automations"`
	Dashboards  []TemplatePart `json:"dashboards"`
}

// TemplatePart is a thing inside a template, with what it is for where the template says so.
type TemplatePart struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	Help rules.Text `json:"help,omitzero"`
}

// TemplateProcess is a process in little.
type TemplateProcess struct {
	Key    string          `json:"key"`
	Name   rules.Text      `json:"name"`
	Stages []TemplateStage `json:"stages"`
}

// TemplateStage is a stage in little.
type TemplateStage struct {
	Key   string     `json:"key"`
	Name  rules.Text `json:"name"`
	End   string     `json:"end,omitempty"`
	Color string     `json:"color,omitempty"`
}

// Gallery lists the templates; installed are those whose key is an app's.
func (d *Designer) Gallery(ctx context.Context) ([]TemplateInfo, error) {
	apps, err := d.Apps(ctx)
	if err != nil {
		return nil, err
	}
	installed := map[string]bool{}
	for _, a := range apps {
		installed[a.Key] = true
	}
	out := make([]TemplateInfo, 0, len(d.Templates))
	for _, t := range d.Templates {
		def, problems := process.Parse(t.Definition)
		if def == nil || rules.HasErrors(problems) {
			return nil, fmt.Errorf("designer: template %s: %s", t.Key, firstError(problems))
		}
		info := TemplateInfo{Key: t.Key, Name: def.Name, Help: def.Help, Languages: def.Languages, Installed: installed[t.Key],
			Sample: len(t.Sample) > 0, Processes: []TemplateProcess{}, Counts: map[string]int{"forms": len(def.Forms), "processes": len(def.Processes),
				"approvals": len(def.Approvals), "rules": len(def.Rules), "automations": len(def.Automations), "tests": len(def.Tests), "reports": len(def.Reports)}}
		for i := range def.Processes {
			p := &def.Processes[i]
			tp := TemplateProcess{Key: p.Key, Name: p.Name}
			for j := range p.Stages {
				s := &p.Stages[j]
				tp.Stages = append(tp.Stages, TemplateStage{Key: s.Key, Name: s.Name, End: s.End, Color: s.Color})
			}
			info.Counts["stages"] += len(p.Stages)
			info.Processes = append(info.Processes, tp)
		}
		info.Forms = partsOf(def.Forms, func(f *forms.Form) TemplatePart { return TemplatePart{f.Key, f.Name, f.Help} })
		info.Approvals = partsOf(def.Approvals, func(c *process.Chain) TemplatePart { return TemplatePart{c.Key, c.Name, c.Help} })
		info.Automations = partsOf(def.Automations, func(a *process.Automation) TemplatePart { return TemplatePart{a.Key, a.Name, a.Help} })
		info.Dashboards = partsOf(def.Dashboards, func(d *process.Dashboard) TemplatePart { return TemplatePart{Key: d.Key, Name: d.Name} })
		out = append(out, info)
	}
	return out, nil
}

func partsOf[T any](list []T, part func(*T) TemplatePart) []TemplatePart {
	out := make([]TemplatePart, len(list))
	for i := range list {
		out[i] = part(&list[i])
	}
	return out
}

// Template finds one by key. Errors: not.found.
func (d *Designer) Template(key string) (Template, error) {
	for _, t := range d.Templates {
		if t.Key == key {
			return t, nil
		}
	}
	return Template{}, reject("not.found", rules.Say("没有模板“{key}”", "沒有範本「{key}」", "There is no template “{key}”", "key", clip(key)))
}

// Install makes an app of a template and publishes it, under another key if one is given. Errors: not.found, conflict when
// the key is taken.
func (d *Designer) Install(ctx context.Context, user, key, as string) (*process.App, error) {
	t, err := d.Template(key)
	if err != nil {
		return nil, err
	}
	def, problems := process.Parse(t.Definition)
	if def == nil || rules.HasErrors(problems) {
		return nil, fmt.Errorf("designer: template %s: %s", key, firstError(problems))
	}
	source, err := d.keepSource(ctx, t)
	if err != nil {
		return nil, err
	}
	if as == "" {
		as = def.Key
	}
	text, err := source.as(as)
	if err != nil {
		return nil, err
	}
	if _, err := d.createApp(ctx, user, []byte(text), key); err != nil {
		return nil, err
	}
	if _, err := d.Publish(ctx, PublishInput{App: as, User: user, AcceptWarnings: true}); err != nil {
		return nil, err
	}
	return d.catalog.Current(ctx, as)
}
