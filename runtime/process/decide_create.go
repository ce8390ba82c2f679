package process

import (
	"maps"

	"pipewright/forms"
	"pipewright/rules"
)

// create begins a record: values parsed and evaluated whole, number and unique claims taken, the first stage entered.
func (d *decider) create() *Rejection {
	if !d.c.Actor.Rights.Create && !d.c.Actor.Service {
		return forbidden()
	}
	given, r := d.parse(d.c.Data)
	if d.c.Public != "" {
		given, r = d.submitted()
	}
	if r != nil {
		return r
	}
	if r := d.writable(given, d.startMask(), nil); r != nil {
		return r
	}
	owner := d.c.Owner
	if owner == "" && !d.c.Actor.Service {
		owner = d.c.Actor.User
	}
	d.s.Owner, d.s.Team, d.s.CreatedAt = owner, d.teamOf(owner), d.now
	if d.proc != nil {
		d.s.Stage = d.proc.Def.Start
	}
	if d.c.LinkField != "" && d.c.Link != nil {
		given[d.c.LinkField] = forms.Ref{ID: d.c.Link.ID}
	}
	res := d.evaluate(nil, given, d.startMask(), nil)
	if r := d.incomplete(res.Problems); r != nil {
		return r
	}
	res = d.numbered(res, nil, given, d.startMask(), nil)
	data := d.form.Schema.Encode(res.Values)
	if r := d.claimUnique(res.Values); r != nil {
		return r
	}
	number := d.number("create")
	owner, team := d.s.Owner, d.s.Team
	d.s = (*State)(nil).Clone()
	d.s.ID, d.s.App, d.s.Form = d.c.ID, d.app.Def.Key, d.form.Def.Key
	created := Created{App: d.app.Def.Key, Form: d.form.Def.Key, Owner: owner, Team: team, Number: number, Data: data, Link: d.c.Link, Public: d.c.Public}
	if d.proc != nil {
		created.Process = d.proc.Def.Key
	}
	d.emit(created)
	if d.proc == nil {
		return nil
	}
	d.byHand = true
	return d.enter(d.proc.ByKey[d.proc.Def.Start], Entered{})
}

// imported begins a record as it stood elsewhere (semantics 20): its shape is checked, gates are not run.
func (d *decider) imported() *Rejection {
	if !d.c.Actor.Rights.Import && !d.c.Actor.Service {
		return forbidden()
	}
	given, r := d.parse(d.c.Data)
	if r != nil {
		return r
	}
	d.s.Owner, d.s.Team, d.s.CreatedAt = d.c.Owner, d.teamOf(d.c.Owner), d.now
	p := Imported{At: d.c.Created, Since: d.c.Since, Closed: d.c.Closed}
	if d.proc != nil {
		p.Stage, p.Process = d.c.Stage, d.proc.Def.Key
		if p.Stage == "" {
			p.Stage = d.proc.Def.Start
		}
		st := d.proc.ByKey[p.Stage]
		if st == nil {
			return reject("field.invalid", rules.Say("没有阶段“{stage}”", "沒有階段「{stage}」", "There is no stage “{stage}”", "stage", p.Stage))
		}
		if p.Since.IsZero() {
			p.Since = d.now
		}
		if !st.Def.Open() && p.Closed.IsZero() {
			p.Closed = p.Since
		}
		d.s.Stage = p.Stage
	}
	res := d.evaluate(nil, given, forms.Mask{}, nil)
	if r := d.unrated(res.Problems); r != nil {
		return r
	}
	res = d.numbered(res, nil, given, forms.Mask{}, nil)
	if r := d.claimUnique(res.Values); r != nil {
		return r
	}
	number := d.c.Number
	if number == "" {
		number = d.number("create")
	}
	owner, team := d.s.Owner, d.s.Team
	p.Created = Created{App: d.app.Def.Key, Form: d.form.Def.Key, Process: p.Process, Owner: owner, Team: team, Number: number, Data: d.form.Schema.Encode(res.Values), Link: d.c.Link}
	d.s = (*State)(nil).Clone()
	d.s.ID = d.c.ID
	d.emit(p)
	if st := d.stage(); st != nil && st.Def.Open() {
		d.lateTimers(st)
	}
	return nil
}

// parse reads the client's values; every mistake is named.
func (d *decider) parse(data Wire) (forms.Values, *Rejection) {
	v, problems := d.form.Schema.Parse(data, "/data")
	if d.form.Schema.Currency() != "" {
		problems = append(problems, d.form.Schema.SaidIn(data, v, d.view(nil).Merge(v), "/data")...)
	}
	if len(problems) > 0 {
		return nil, reject("field.invalid", rules.Say("有些内容填得不对", "有些內容填得不對", "Some values are not right"), problems...)
	}
	return v, d.files(v)
}

// evaluate runs the form's own rules on old ⊕ new.
func (d *decider) evaluate(old, now forms.Values, mask forms.Mask, changed []string) *forms.Result {
	merged := maps.Clone(old)
	if merged == nil {
		merged = forms.Values{}
	}
	maps.Copy(merged, now)
	d.used = nil
	records, unseen := d.record, d.unseen(old, now)
	if len(unseen) > 0 {
		records = func(form, id string) (forms.Values, bool) {
			if unseen[form+"/"+id] {
				return nil, true
			}
			return d.record(form, id)
		}
	}
	res := d.form.Schema.Evaluate(&forms.Input{Old: old, New: merged, Scope: d.base(), Records: records, Mask: mask, Changed: changed})
	res.Problems = append(res.Problems, d.strangers(old, now)...)
	d.keepRates(old, res)
	for _, n := range res.Needs {
		d.need(Need{Kind: NeedRecord, Key: n.Form + "/" + n.ID, Form: n.Form, ID: n.ID})
	}
	return res
}

// numbered gives the record the numbers its fields still lack and evaluates again, so that formulas see them. It comes after a
// first evaluation found nothing in the way: a number is not claimed for a record that will not be.
func (d *decider) numbered(res *forms.Result, old, given forms.Values, mask forms.Mask, changed []string) *forms.Result {
	numbers := d.fieldNumbers(res.Values)
	if len(numbers) == 0 {
		return res
	}
	all := maps.Clone(given)
	maps.Copy(all, numbers)
	if changed != nil {
		changed = keysOf(all)
	}
	return d.evaluate(old, all, mask, changed)
}

// incomplete rejects when a problem of the given ones is an error.
func (d *decider) incomplete(ps []rules.Problem) *Rejection {
	if errs := d.errorsOf(ps); len(errs) > 0 {
		return reject("stage.incomplete", rules.Say("还差 {n} 项", "還差 {n} 項", "{n} things are missing or not right", "n", len(errs)), errs...)
	}
	return nil
}

// startMask is the mask of the stage a new record begins in.
func (d *decider) startMask(asked ...string) forms.Mask {
	if d.proc == nil {
		return d.mask(nil, asked...)
	}
	return d.mask(d.proc.ByKey[d.proc.Def.Start], asked...)
}
