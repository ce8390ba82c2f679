package process

import (
	"slices"
	"strings"

	"pipewright/rules"
)

// Choice asks an assign command to choose the owner among people.
type Choice struct {
	Owner  *CompiledOwner
	People []string
}

// own lets the owner stay if the stage's `who` holds him, and gives the record to somebody otherwise (semantics 17).
func (d *decider) own(st *CompiledStage) *Rejection {
	o := st.Owner
	if o == nil {
		return nil
	}
	people, ok := d.resolve(o.Who, "", nil)
	if !ok {
		return nil
	}
	if o.Def.Assign == "pool" {
		if !slices.Contains(people, d.s.Owner) {
			d.intoPool(o.Def.Pool, "stage")
		}
		return nil
	}
	if o.Def.Assign == "pick" && d.picked != "" {
		return d.giveTo(people, d.picked)
	}
	if slices.Contains(people, d.s.Owner) {
		return nil
	}
	return d.give(o, people)
}

// pickable says before an approval whether the owner of the stage behind it has been picked, so that nobody is asked for it when
// the people have agreed.
func (d *decider) pickable(st *CompiledStage) *Rejection {
	if st.Owner == nil || st.Owner.Def.Assign != "pick" {
		return nil
	}
	people, ok := d.resolve(st.Owner.Who, "", nil)
	switch {
	case !ok:
		return nil
	case d.picked != "":
		return d.suits(people, d.picked)
	case slices.Contains(people, d.s.Owner):
		return nil
	}
	if working, ok := d.present(people); ok && len(working) > 1 {
		return d.ownerNeeded(working)
	}
	return nil
}

// pickFrom are the people the next owner is picked from in a stage that leaves it to whoever moves the record; stays says that the
// present owner is among them. Nobody is asked where there is only one.
func (d *decider) pickFrom(st *CompiledStage) (people []string, stays bool) {
	if st.Owner == nil || st.Owner.Def.Assign != "pick" {
		return nil, false
	}
	all, ok := d.resolve(st.Owner.Who, "", nil)
	if !ok {
		return nil, false
	}
	if people, ok = d.present(all); !ok || len(people) < 2 {
		return nil, false
	}
	return people, slices.Contains(all, d.s.Owner)
}

// give chooses the new owner among people who work now: the one path for every owner that nobody has named.
func (d *decider) give(o *CompiledOwner, people []string) *Rejection {
	working, ok := d.present(people)
	if !ok {
		return nil
	}
	if len(working) == 0 {
		return d.nobody(o)
	}
	next, how := working[0], o.Def.Assign
	switch {
	case len(working) == 1:
		how = "only"
	case how == "pool":
		d.intoPool(o.Def.Pool, "automation")
		return nil
	case how == "pick" && d.byHand:
		return d.ownerNeeded(working)
	case how == "roundRobin":
		if next, ok = d.turn(o.Series, working); !ok {
			return nil
		}
	case how == "weighted":
		if next, ok = d.weigh(o, working); !ok {
			return nil
		}
		if next == "" {
			return d.nobody(o)
		}
	default: // keep, leastLoaded, and a pick when nobody is there to make it
		load, ok := d.load(working)
		if !ok {
			return nil
		}
		how = "leastLoaded"
		for _, p := range working[1:] {
			if load[p] < load[next] {
				next = p
			}
		}
	}
	d.assigned(next, how)
	return nil
}

func (d *decider) assigned(owner, how string) {
	if owner != d.s.Owner {
		d.emit(Assigned{Owner: owner, Team: d.teamOf(owner), How: how})
	}
}

// giveTo gives the record to the one who was picked, if he may own it here.
func (d *decider) giveTo(people []string, picked string) *Rejection {
	if r := d.suits(people, picked); r != nil {
		if d.byHand {
			return r
		}
		// He has left, or lost the role, while the approval ran.
		if slices.Contains(people, d.s.Owner) {
			return nil
		}
		return d.give(&CompiledOwner{Def: &Owner{}}, people)
	}
	d.assigned(picked, "pick")
	return nil
}

func (d *decider) suits(people []string, picked string) *Rejection {
	if slices.Contains(people, picked) {
		return nil
	}
	msg := rules.Say("“{user}”不能在那个阶段负责，可选：{people}", "「{user}」不能在那個階段負責，可選：{people}",
		"“{user}” cannot own the record there; choose one of: {people}", "user", d.called(picked), "people", d.few(people))
	return reject("owner.unsuitable", msg, rules.Errorf("/owner", "owner.unsuitable", msg))
}

// ownerNeeded names the field that is missing, so that whoever asks through the API can give it.
func (d *decider) ownerNeeded(people []string) *Rejection {
	msg := rules.Say("请挑选接手的负责人（owner）：{people}", "請挑選接手的負責人（owner）：{people}", "Pick who takes over (owner): {people}", "people", d.few(people))
	return reject("owner.needed", msg, rules.Errorf("/owner", "owner.needed", msg))
}

// few lists the first of many people by name, with the ids that the API wants.
func (d *decider) few(people []string) string {
	var out []string
	for _, id := range people[:min(len(people), 20)] {
		if name := d.called(id); name != id {
			id = name + " (" + id + ")"
		}
		out = append(out, id)
	}
	if len(people) > 20 {
		out = append(out, "…")
	}
	return strings.Join(out, ", ")
}

// intoPool puts the record into a pool that the definition names. false says that the newest release has no such pool any more.
func (d *decider) intoPool(key, how string) bool {
	p := d.pool(key)
	if p != nil && d.working() {
		d.pooled(p, how, "")
	}
	return p != nil
}

// nobody gives the record to the pool that is named for this, else to the process admin, who is told that nobody else was found.
func (d *decider) nobody(o *CompiledOwner) *Rejection {
	if o.Def.Pool != "" && d.intoPool(o.Def.Pool, "nobody") {
		return nil
	}
	admins, ok := d.admins()
	if !ok || len(admins) == 0 || slices.Contains(admins, d.s.Owner) {
		return nil
	}
	d.assigned(admins[0], "admin")
	return nil
}

// present are those of the people who are not away now.
func (d *decider) present(people []string) ([]string, bool) {
	if len(people) == 0 {
		return nil, true
	}
	key := "away:" + strings.Join(people, "|")
	away, ok := d.f.Away[key]
	if !ok {
		d.need(Need{Kind: NeedAway, Key: key, Users: people})
		return nil, false
	}
	return slices.DeleteFunc(slices.Clone(people), func(p string) bool { return slices.Contains(away, p) }), true
}

// turn asks whose turn it is. The shell moves the series on before the record is committed: a crash between the two passes a
// person over once, and a race never gives one turn to two records.
func (d *decider) turn(series string, people []string) (string, bool) {
	series = d.app.Def.Key + "|" + series
	key := "turn:" + series + "|" + strings.Join(people, "|")
	next, ok := d.f.Turns[key]
	if !ok {
		d.need(Need{Kind: NeedTurn, Key: key, Series: series, Users: people})
	}
	return next, ok
}

// NextTurn is whose turn it is after somebody's: people go in the order of their names, round and round. Empty for no people.
func NextTurn(last string, people []string) string {
	order := slices.Sorted(slices.Values(people))
	if len(order) == 0 {
		return ""
	}
	for _, p := range order {
		if p > last {
			return p
		}
	}
	return order[0]
}

// weigh finds who has the least work for his weight; empty when nobody's weight is above 0.
func (d *decider) weigh(o *CompiledOwner, people []string) (next string, ok bool) {
	load, known := d.load(people)
	weights, ok := d.weights(o.Def, people)
	if !ok || !known {
		return "", false
	}
	for _, p := range people {
		// (load+1) / weight is least, compared without dividing.
		if w := int64(weights[p]); w > 0 && (next == "" || int64(load[p]+1)*int64(weights[next]) < int64(load[next]+1)*w) {
			next = p
		}
	}
	return next, true
}

// weights of people: the one given to the person, else the largest of his roles, else 1.
func (d *decider) weights(o *Owner, people []string) (map[string]int, bool) {
	out := map[string]int{}
	known := true
	for _, key := range sortedKeys(o.Weights) {
		if !slices.ContainsFunc(d.app.Def.Roles, func(r Role) bool { return r.Key == key }) {
			continue
		}
		players, ok := d.ask(PeopleNeed{App: d.app.Def.Key, Who: Who{Role: key}})
		known = known && ok
		for _, p := range players {
			if w, has := out[p]; !has || o.Weights[key] > w {
				out[p] = o.Weights[key]
			}
		}
	}
	for _, p := range people {
		if w, own := o.Weights[p]; own {
			out[p] = w
		} else if _, has := out[p]; !has {
			out[p] = 1
		}
	}
	return out, known
}

// load asks how many open records each of the people owns.
func (d *decider) load(people []string) (map[string]int, bool) {
	key := "load:" + d.form.Def.Key
	for _, p := range people {
		key += "|" + p
	}
	load, ok := d.f.Loads[key]
	if !ok {
		d.need(Need{Kind: NeedLoad, Key: key, Form: d.form.Def.Key, Users: people})
	}
	return load, ok
}

// assign changes the owner by hand or automation.
func (d *decider) assign() *Rejection {
	a := &d.c.Actor
	if !a.Rights.Assign && !a.Service {
		return forbidden()
	}
	if r := d.unchanged(); r != nil {
		return r
	}
	if choice := d.c.Choice; choice != nil {
		return d.assignAmong(choice)
	}
	people, ok := d.ask(PeopleNeed{App: d.app.Def.Key, Who: Who{User: d.c.Owner}})
	if !ok {
		return nil
	}
	if len(people) == 0 {
		return reject("user.unknown", rules.Say("没有这个在职用户", "沒有這個在職使用者", "There is no such active user"))
	}
	how := "pick"
	if a.Service {
		how = "automation"
	}
	d.assigned(d.c.Owner, how)
	return nil
}

// assignAmong is an automation's assign. Without a word on how, the first who works gets the record.
func (d *decider) assignAmong(choice *Choice) *Rejection {
	switch choice.Owner.Def.Assign {
	case "keep":
		if slices.Contains(choice.People, d.s.Owner) {
			return nil
		}
	case "":
		working, ok := d.present(choice.People)
		if !ok {
			return nil
		}
		if len(working) > 0 {
			d.assigned(working[0], "automation")
			return nil
		}
	}
	return d.give(choice.Owner, choice.People)
}
