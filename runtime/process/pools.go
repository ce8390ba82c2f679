package process

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"pipewright/rules"
)

// maxReason is the longest reason for putting a record into a pool, in characters.
const maxReason = 500

// live is the newest release: which pools there are, and their terms, count for every record, whatever release it stands on.
func (d *decider) live() *App {
	if d.f.Live != nil {
		return d.f.Live
	}
	return d.app
}

// livePools are the pools of the record's form now.
func (d *decider) livePools() []*CompiledPool {
	if f := d.live().Forms[d.form.Def.Key]; f != nil {
		return f.Pools
	}
	return nil
}

func (d *decider) pool(key string) *CompiledPool {
	for _, p := range d.livePools() {
		if p.Def.Key == key {
			return p
		}
	}
	return nil
}

// InPool is the key of the pool the record is in; empty for none.
func (s *State) InPool() string {
	if s.Pool == nil {
		return ""
	}
	return s.Pool.Key
}

// working says whether the record is still worked on: not at an end, not in the recycle bin.
func (d *decider) working() bool {
	st := d.stage()
	return d.s.Deleted.IsZero() && (st == nil || st.Def.Open())
}

// claim takes the record out of its pool for the person who asks. Two who ask at once are told apart by the record itself: the
// second finds it owned.
func (d *decider) claim() *Rejection {
	me := d.c.Actor.User
	if d.s.Pool == nil {
		if d.s.Owner == me {
			return nil
		}
		return reject("pool.taken", rules.Say("已经有人负责这条记录了", "已經有人負責這條記錄了", "Somebody owns this record already"))
	}
	p := d.pool(d.s.Pool.Key)
	if p == nil {
		return reject("pool.unknown", rules.Say("这个池已经不存在", "這個池已經不存在", "This pool is gone"))
	}
	members, ok := d.resolve(p.Members, "", nil)
	if !ok {
		return nil
	}
	if !slices.Contains(members, me) {
		return forbidden()
	}
	if d.s.Pool.Former == me && p.Cooldown != nil {
		if until := p.Cooldown.Add(d.s.Pool.Since, d.app.Zone, d.calendar()); until.After(d.now) {
			return reject("pool.cooldown", rules.Say("你刚放弃过它，{date} 之后才能再领取", "你剛放棄過它，{date} 之後才能再領取", "It was yours until lately; you may claim it again after {date}",
				"date", until.In(d.app.Zone).Format("2006-01-02 15:04")))
		}
	}
	team := d.teamOf(me)
	if len(d.needs) > 0 {
		return nil
	}
	stay := d.s.ID + "|" + strconv.FormatInt(d.s.Pool.Since.UnixMilli(), 10)
	d.emit(Claimed{Pool: p.Def.Key, Owner: me, Team: team})
	if r := d.hold(); r != nil || len(d.needs) > 0 {
		return r
	}
	// The day's count is taken last, when nothing else is in the way any more.
	if p.Def.ClaimPerDay > 0 {
		series := ClaimSeries(d.app, p, me, d.now)
		n, ok := d.f.Quotas[series+"|"+stay]
		if !ok {
			d.need(Need{Kind: NeedQuota, Key: series + "|" + stay, Series: series, ID: stay, Limit: p.Def.ClaimPerDay})
			return nil
		}
		if n == 0 {
			return reject("pool.perDay", rules.Say("今天已领取 {n} 条，明天再来", "今天已領取 {n} 筆，明天再來", "You have claimed {n} today; more tomorrow", "n", p.Def.ClaimPerDay))
		}
	}
	return nil
}

// ClaimSeries names the count of a person's claims from a pool in a day of the app's zone.
func ClaimSeries(app *App, p *CompiledPool, user string, at time.Time) string {
	return app.Def.Key + "|claims|" + p.Def.Key + "|" + user + "|" + rules.DateOf(at, app.Zone).String()
}

func poolFull(p *CompiledPool) *Rejection {
	return reject("pool.full", rules.Say("你手上已有 {n} 条，达到上限：先处理或放回一些", "你手上已有 {n} 筆，達到上限：先處理或放回一些",
		"You hold {n}, which is the limit: finish or release some first", "n", p.Def.Cap))
}

// putBack puts the record into a pool by hand or by an automation.
func (d *decider) putBack() *Rejection {
	a := &d.c.Actor
	if !a.Service && !a.Rights.Assign && (d.s.Owner != a.User || !a.Rights.Edit) {
		return forbidden()
	}
	p := d.target(d.c.Pool)
	switch reason := strings.TrimSpace(d.c.Comment); {
	case len(d.needs) > 0:
		return nil
	case p == nil:
		return reject("pool.unknown", rules.Say("没有可以放入的池", "沒有可以放入的池", "There is no pool to put it into"))
	case d.s.Pool != nil && d.s.Pool.Key == p.Def.Key:
		return nil
	case !d.working():
		return reject("pool.closed", rules.Say("已结束的记录不能放入池", "已結束的記錄不能放入池", "A record that has ended cannot be put into a pool"))
	case d.s.Round != nil:
		return approvalRunning()
	case utf8.RuneCountInString(reason) > maxReason:
		return reject("field.invalid", rules.Say("原因最多 {max} 字", "原因最多 {max} 字", "The reason has at most {max} characters", "max", maxReason))
	case !a.Service && reason == "":
		msg := rules.Say("请写明放回的原因", "請寫明放回的原因", "Say why it goes back")
		return reject("pool.reason", msg, rules.Errorf("/reason", "required", msg))
	default:
		how := "release"
		if a.Service {
			how = "automation"
		}
		d.pooled(p, how, reason)
	}
	return nil
}

// target is the pool a record goes to: the one named, else the one it came from, else the first its owner is a member of, else
// the only one.
func (d *decider) target(key string) *CompiledPool {
	if key != "" {
		return d.pool(key)
	}
	if d.s.Taken != nil {
		if p := d.pool(d.s.Taken.Pool); p != nil {
			return p
		}
	}
	pools := d.livePools()
	for _, p := range pools {
		if members, ok := d.resolve(p.Members, "", nil); ok && slices.Contains(members, d.s.Owner) {
			return p
		}
	}
	if len(pools) == 1 {
		return pools[0]
	}
	return nil
}

func (d *decider) pooled(p *CompiledPool, how, reason string) {
	if d.s.Pool == nil || d.s.Pool.Key != p.Def.Key {
		d.emit(PooledIn{Pool: p.Def.Key, How: how, Reason: reason})
	}
}

// reclaim is the nightly look at one record: its owner is told that a rule takes it back, and when that time is over it goes. A
// rule that does not hold any more takes its notice with it.
func (d *decider) reclaim() *Rejection {
	if !d.c.Actor.Service {
		return forbidden()
	}
	p := d.pool(d.c.Pool)
	if p == nil || d.s.Owner == "" || d.s.Pool != nil || !d.working() || d.s.Round != nil {
		return nil
	}
	if home := d.target(""); home != p {
		return nil
	}
	members, ok := d.resolve(p.Members, "", nil)
	if !ok || !slices.Contains(members, d.s.Owner) {
		return nil
	}
	since := d.s.CreatedAt
	if d.s.Taken != nil {
		since = d.s.Taken.At
	}
	if p.Protect != nil && p.Protect.Add(since, d.app.Zone, d.calendar()).After(d.now) {
		return nil
	}
	rule, notice, problem := d.reclaimedBy(p)
	switch {
	case problem != nil:
		return reject(problem.Code, problem.Message, *problem)
	case len(d.needs) > 0:
	case rule < 0:
		if d.s.Reclaim != nil {
			d.emit(ReclaimNoticed{Pool: p.Def.Key})
		}
	case notice == nil:
		d.pooled(p, "reclaim", "")
	case d.s.Reclaim == nil:
		out := ReclaimNoticed{Pool: p.Def.Key, Rule: rule, At: notice.Add(d.now, d.app.Zone, d.calendar())}
		if notice.Working() {
			out.From, out.After = d.now, notice
		}
		d.emit(out)
	default:
		at := d.s.Reclaim.again(d)
		switch {
		case !at.After(d.now):
			d.pooled(p, "reclaim", "")
		case !at.Equal(d.s.Reclaim.At):
			d.noticeAgain(at)
		}
	}
	return nil
}

// again is when the record goes back by the calendar as it is now; zero for one that does not go back.
func (g *GoingBack) again(d *decider) time.Time {
	switch {
	case g == nil:
		return time.Time{}
	case g.After == nil:
		return g.At
	}
	return g.After.Add(g.From, d.app.Zone, d.calendar())
}

// noticeAgain tells the owner that the time he has left is another, since the calendar is.
func (d *decider) noticeAgain(at time.Time) {
	g := d.s.Reclaim
	d.emit(ReclaimNoticed{Pool: g.Pool, At: at, From: g.From, After: g.After})
}

// reclaimedBy is the first rule that takes the record back; -1 for none. The rules are those of the newest release, and see the
// record as it does.
func (d *decider) reclaimedBy(p *CompiledPool) (rule int, notice *rules.Duration, problem *rules.Problem) {
	reader := *d
	reader.app, reader.form, reader.proc, reader.needs = d.live(), p.Form, p.Form.Process, nil
	sc := reader.scope(reader.view(nil))
	rule = -1
	for i := range p.Reclaim {
		r := &p.Reclaim[i]
		if r.If == nil {
			continue
		}
		yes, wrong := reader.truth(r.If, sc, r.Path)
		if wrong != nil {
			problem = wrong
			break
		}
		if yes {
			rule, notice = i, r.Notice
			break
		}
	}
	for _, n := range reader.needs {
		d.need(n)
	}
	return rule, notice, problem
}

// hold keeps the slots of the owner's caps in step with who owns the record: each open record a member owns takes one of his slots,
// and no two records take the same, so that claims can never exceed a cap. Who is given a record by other ways than a claim
// may go beyond it; the record then has no slot.
func (d *decider) hold() *Rejection {
	want := map[string]int{}
	if d.before != nil && d.before.Owner == d.s.Owner && d.before.Deleted.Equal(d.s.Deleted) && d.before.ClosedAt.IsZero() == d.s.ClosedAt.IsZero() {
		return nil
	}
	if d.s.Owner != "" && d.working() {
		for _, p := range d.livePools() {
			if p.Def.Cap == 0 {
				continue
			}
			members, ok := d.resolve(p.Members, "", nil)
			if !ok || !slices.Contains(members, d.s.Owner) {
				continue
			}
			if h := d.s.Hold; h != nil && h.User == d.s.Owner && h.Slots[p.Def.Key] > 0 {
				want[p.Def.Key] = h.Slots[p.Def.Key]
				continue
			}
			series := p.Def.Key + "|" + d.s.Owner
			mode := "try"
			if d.c.Kind == Claim && d.s.Taken != nil && d.s.Taken.Pool == p.Def.Key {
				mode = "must"
			}
			n, ok := d.f.Slots[series]
			switch {
			case !ok:
				d.need(Need{Kind: NeedSlot, Key: series, Series: series, Limit: p.Def.Cap, Mode: mode, Form: d.form.Def.Key, Users: []string{d.s.Owner}})
			case n > 0:
				want[p.Def.Key] = n
			case mode == "must":
				return poolFull(p)
			}
		}
	}
	var have map[string]int
	if d.s.Hold != nil && d.s.Hold.User == d.s.Owner {
		have = d.s.Hold.Slots
	}
	if len(d.needs) == 0 && (!maps.Equal(want, have) || d.s.Hold != nil && len(want) == 0) {
		d.emit(Held{User: d.s.Owner, Slots: want})
	}
	return nil
}

// CooledDown is when the former owner of a record in a pool may claim it again; zero when he may now.
func (p *CompiledPool) CooledDown(s *State, user string, cal rules.Calendar, now time.Time) time.Time {
	if s.Pool == nil || s.Pool.Former != user || p.Cooldown == nil {
		return time.Time{}
	}
	if until := p.Cooldown.Add(s.Pool.Since, p.Form.App.Zone, cal); until.After(now) {
		return until
	}
	return time.Time{}
}
