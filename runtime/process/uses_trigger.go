package process

import (
	"strings"
)

// automation walks a trigger, its condition and its actions.
func (f *finder) automation(d *Automation) {
	path, on := "/automations/"+d.Key, &d.On
	form := f.triggered(d)
	at := path + "/on"
	f.key(at+"/created", &on.Created, "/forms")
	f.key(at+"/updated", &on.Updated, "/forms")
	f.keys(at+"/fields", on.Fields, "/forms/"+form+"/fields")
	f.dotted(at+"/stage", &on.Stage, "/processes", "stages")
	f.dotted(at+"/transition", &on.Transition, "/processes", "transitions")
	f.key(at+"/approval", &on.Approval, "/approvals")
	f.dotted(at+"/due", &on.Due, "/processes", "stages")
	f.dotted(at+"/idle", &on.Idle, "/processes", "stages")
	f.key(at+"/form", &on.Form, "/forms")
	f.key(at+"/public", &on.Public, "/public")
	f.keys(at+"/by", on.By, "/roles")
	f.dotted(at+"/date", &on.Date, "/forms", "fields")
	f.inStage(at+"/activity", &on.Activity, "activities", "groups")
	f.inStage(at+"/checklist", &on.Checklist, "checklist")
	sight := f.ownSight(form)
	if on.Webhook != "" {
		payload := f.shape(at+"/payload", on.Payload)
		f.expr(at+"/where", &on.Where, f.onto(form, sight.and(payloadSeen, payload)).names, nil)
		sight = sight.and(payloadSeen, payload)
	}
	if own := formOf(f.def, form); on.Public != "" && own != nil && fieldOf(own, payloadSeen) == nil {
		sight = sight.and(payloadSeen, f.record(form))
	}
	if d.Each == nil {
		f.expr(path+"/if", &d.If, sight.names, nil)
		f.expr(path+"/until", &d.Until, sight.names, nil)
		f.actions(path+"/do", d.Do, sight)
		return
	}
	inner := f.each(path+"/each", d.Each, sight)
	if d.On.Cron != "" {
		if d.Each.GroupBy == "" {
			inner = f.ownSight(inner.form)
		}
		sight = inner
	}
	f.expr(path+"/if", &d.If, sight.names, nil)
	f.expr(path+"/until", &d.Until, sight.names, nil)
	f.actions(path+"/do", d.Do, inner)
}

// triggered is the form of the records an automation runs on.
func (f *finder) triggered(d *Automation) string {
	over := func(key string) string {
		first, _, _ := strings.Cut(key, ".")
		if p := f.process(first); p != nil {
			return p.Form
		}
		return ""
	}
	on := &d.On
	switch {
	case on.Cron != "":
		return ""
	case on.Created != "":
		return on.Created
	case on.Updated != "":
		return on.Updated
	case on.Approval != "":
		if form := f.formOfChain(on.Approval); form != nil {
			return form.Key
		}
		return ""
	}
	if on.Form != "" {
		return on.Form
	}
	if form := f.publicOf(on.Public); form != nil {
		return form.Key
	}
	if form, _, ok := strings.Cut(on.Date, "."); ok {
		return form
	}
	for _, key := range []string{on.Stage, on.Transition, on.Due, on.Idle, on.Activity, on.Checklist} {
		if key != "" {
			return over(key)
		}
	}
	return ""
}

// inStage is a name of something in a stage: "process.stage.key".
func (f *finder) inStage(path string, slot *string, lists ...string) {
	process, rest, _ := strings.Cut(*slot, ".")
	stage, key, ok := strings.Cut(rest, ".")
	if !ok {
		return
	}
	at := "/processes/" + process + "/stages/" + stage
	parts := []struct{ target, before, after string }{{"/processes/" + process, "", "." + rest}, {at, process + ".", "." + key}}
	for _, list := range lists {
		parts = append(parts, struct{ target, before, after string }{at + "/" + list + "/" + key, process + "." + stage + ".", ""})
	}
	for _, part := range parts {
		if part.target == f.target {
			f.note(path, *slot, part.before+f.to+part.after, 0, 0, func(s string) { *slot = s })
		}
	}
}
