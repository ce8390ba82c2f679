package engine

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	templates "pipewright/builtin-templates"
	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
)

// month is the B2B template at work from Monday 2026-09-14 on: over Mid-Autumn (25–27 September off, Sunday the 20th worked) and
// National Day (1–7 October off, Saturday the 10th worked).
type month struct {
	*world
	// decided counts the approval steps people have decided, by chain.step.
	decided map[string]int
	amounts map[string]int64
}

func newMonth(t *testing.T) *month {
	w := newWorld(t, nil)
	all := templates.All()
	tpl := all[slices.IndexFunc(all, func(x templates.Template) bool { return x.Key == "b2b" })]
	app := compileData(t, tpl.Definition, 1)
	w.defs["b2b"] = []*process.App{app}
	w.clock.add(time.Date(2026, 9, 14, 1, 0, 0, 0, time.UTC).Sub(w.clock.now()))
	users, _ := org.Sample()
	var roles []string
	for _, r := range app.Def.Roles {
		roles = append(roles, r.Key)
	}
	given := org.SampleRoles("b2b", roles)
	for i := range users {
		users[i].Roles = given[users[i].ID]
	}
	w.must(w.e.SaveUsers(t.Context(), users...))
	w.e = w.node("month")
	w.must(w.e.Schedule(t.Context()))
	return &month{world: w, decided: map[string]int{}, amounts: map[string]int64{}}
}

// settle carries out what is due until nothing is.
func (m *month) settle() {
	m.t.Helper()
	for range 40 {
		if m.runDue() == 0 {
			return
		}
	}
	m.t.Fatal("there is always something more to do")
}

// until lets the days pass to an hour of a day in Shanghai, looking at the clock in the night, at nine and in the evening.
func (m *month) until(day string, hour int) {
	m.t.Helper()
	zone := m.defs["b2b"][0].Zone
	end, err := time.ParseInLocation("2006-01-02", day, zone)
	m.must(err)
	end = end.Add(time.Duration(hour) * time.Hour)
	for m.clock.now().Before(end) {
		at := m.clock.now().In(zone)
		next := end
		for _, h := range []int{3, 9, 19, 27} {
			if stop := time.Date(at.Year(), at.Month(), at.Day(), h, 0, 30, 0, zone); stop.After(at) {
				if stop.Before(next) {
					next = stop
				}
				break
			}
		}
		m.clock.add(next.Sub(m.clock.now()))
		m.must(m.e.Schedule(m.t.Context()))
		m.settle()
	}
}

func (m *month) state(id string) *process.State {
	m.t.Helper()
	v, err := m.e.Record(m.t.Context(), "dir.sun", id)
	if err != nil {
		v, err = m.e.Record(m.t.Context(), "fin.zhao", id)
	}
	m.must(err)
	return v.State
}

func (m *month) create(user, form, text string) string {
	m.t.Helper()
	s := m.do(user, process.Command{Kind: process.Create, App: "b2b", Form: form, Data: data(text)}).State
	m.settle()
	return s.ID
}

func (m *month) move(user, id, transition, text string) {
	m.t.Helper()
	m.do(user, process.Command{Kind: process.Move, ID: id, Transition: transition, Data: data(text)})
	m.decide(id)
	m.settle()
}

func (m *month) edit(user, id, text string) {
	m.t.Helper()
	m.do(user, process.Command{Kind: process.Edit, ID: id, Data: data(text)})
	m.settle()
}

func (m *month) tick(user, id string, items ...string) {
	m.t.Helper()
	for _, item := range items {
		m.do(user, process.Command{Kind: process.Tick, ID: id, Item: item, Done: true})
	}
	m.settle()
}

// decide lets everybody approve who is asked about a record, until nobody is.
func (m *month) decide(id string) {
	m.t.Helper()
	for range 20 {
		s := m.state(id)
		if s.Round == nil {
			return
		}
		asked := false
		for i := range s.Round.Steps {
			step := &s.Round.Steps[i]
			for n, slot := range step.Slots {
				if asked || slot.State != process.Open {
					continue
				}
				asked = true
				m.decided[s.Round.Chain+"."+step.Key]++
				m.do(slot.Person, process.Command{Kind: process.DecideSlot, ID: id, Decision: "approve", Round: s.Round.N, Step: step.Key, Slot: n, Hash: s.Round.Hash, Comment: "ok"})
			}
		}
		if !asked {
			m.t.Fatalf("%s waits for nobody", s.Round.Chain)
		}
	}
}

// linked is the newest record of a form that another has started.
func (m *month) linked(id, form string) string {
	m.t.Helper()
	for _, l := range slices.Backward(m.state(id).Links) {
		if l.Form == form && l.Why == "started" {
			return l.ID
		}
	}
	m.t.Fatalf("%s has started no %s", id, form)
	return ""
}

// all are the records of a form.
func (m *month) all(form string) []*process.State {
	m.t.Helper()
	var out []*process.State
	q := query.Query{Limit: 500}
	for {
		page, err := m.store.Query(m.t.Context(), RecordCollection(m.defs["b2b"][0].Form(form)), q)
		m.must(err)
		for _, doc := range page.Docs {
			r, err := decodeState(doc)
			m.must(err)
			out = append(out, r.State)
		}
		if q.After = page.Next; q.After == "" {
			return out
		}
	}
}

// total is the total of a measure of a report, as fin.zhao or dir.sun sees it, in minor units.
func (m *month) total(user, report string, measure int) int64 {
	m.t.Helper()
	r, err := m.e.Report(m.t.Context(), user, "b2b", report, "")
	m.must(err)
	return r.Totals[measure].Value.Shift(2).IntPart()
}

// told lists the notices about a record whose text has a word, as "day person".
func (m *month) toldOf(id, word string) []string {
	m.t.Helper()
	var out []string
	for _, user := range []string{"rep.li", "rep.chen", "mgr.wang", "fin.zhao", "ops.wu"} {
		after := ""
		for {
			list, next, err := m.e.Notices(m.t.Context(), user, false, 200, after)
			m.must(err)
			for _, n := range list {
				if n.Record == id && strings.Contains(n.Text.In("zh-CN"), word) {
					out = append(out, n.At.In(m.defs["b2b"][0].Zone).Format("01-02")+" "+user)
				}
			}
			if after = next; after == "" {
				break
			}
		}
	}
	slices.Sort(out)
	return out
}

// value is a field of a record: the id of a reference, the text of a choice.
func (m *month) value(id, field string) string {
	m.t.Helper()
	s := m.state(id)
	form := m.defs["b2b"][0].Form(s.Form)
	raw := form.Schema.Wire(form.Schema.Decode(s.Data), nil)[field]
	var ref struct{ ID string }
	var text string
	if json.Unmarshal(raw, &ref) == nil {
		return ref.ID
	}
	m.must(json.Unmarshal(raw, &text))
	return text
}

// sale is one deal of the month, with what makes its approvals.
type sale struct {
	price, off, cost int // yuan (or dollars), percent, yuan
	special, usd     bool
	plan             [2]string // when prepayment and final payment are due
}

func money(cents int64) string { return moneyIn("CNY", cents) }

func moneyIn(currency string, cents int64) string {
	return fmt.Sprintf(`{"amount": "%d.%02d", "currency": %q}`, cents/100, cents%100, currency)
}

// A dollar is worth 7.50 yuan when the month begins and 7.20 from the 20th on.
func yuan(dollars int64) int64 { return dollars * 75 / 10 }

func (s *sale) currency() string {
	if s.usd {
		return "USD"
	}
	return "CNY"
}

// sell brings a lead that was taken over to a contract in force, and answers its order.
func (m *month) sell(i int, lead string, s sale) (deal, order string) {
	m.t.Helper()
	deal = m.linked(lead, "deal")
	rep := m.state(deal).Owner
	account := m.value(deal, "account")
	price, currency := int64(s.price)*100+int64(i)+1, s.currency()
	planned := price // the deal is in yuan, whatever the quote is in
	if s.usd {
		price += price % 2
		planned = yuan(price)
	}
	lines := fmt.Sprintf(`[{"qty": 1, "price": %s, "off": "%.2f"}]`, money(planned), float64(s.off)/100)
	cost := fmt.Sprintf(`[{"qty": 1, "price": %s, "off": "%.2f", "cost": %s}]`, moneyIn(currency, price), float64(s.off)/100, moneyIn(currency, int64(s.cost)*100))
	contact := m.create(rep, "contact", fmt.Sprintf(`{"name": "周%d", "account": %q}`, i, account))
	m.tick(rep, deal, "fit", "touch")
	m.move(rep, deal, "identify", `{}`)
	m.move(rep, deal, "qualify", `{"closeDate": "2026-10-20"}`)
	m.move(rep, deal, "follow", fmt.Sprintf(`{"contact": %q, "bantBudget": true, "bantAuthority": true, "bantNeed": true}`, contact))
	m.move(rep, deal, "propose", `{"spinProblem": "b", "spinImplication": "c", "spinPayoff": "d", "nextDate": "2026-09-30", "nextStep": "报价",
		"stakeholders": [{"person": "周工", "role": "user"}, {"person": "吴总", "role": "decider"}], "discountReason": "竞标", "lines": `+lines+`}`)
	m.do("fin.zhao", process.Command{Kind: process.Activity, ID: deal, Item: "costing", Done: true})
	m.do("ops.wu", process.Command{Kind: process.Activity, ID: deal, Item: "review", Done: true})
	quote := m.create(rep, "quote", fmt.Sprintf(`{"name": "报价 %d", "deal": %q, "account": %q, "currency": %q, "lines": %s}`, i, deal, account, currency, cost))
	m.move(rep, quote, "submit", `{}`)
	m.tick(rep, quote, "sent")
	m.move(rep, quote, "send", `{}`)
	m.tick(rep, quote, "followed")
	m.move(rep, deal, "close", `{"meddicMetrics": 2, "meddicBuyer": 2, "meddicCriteria": 2, "meddicProcess": 2, "meddicPain": 2, "meddicChampion": 2}`)
	m.move(rep, quote, "accept", `{}`)
	contract := m.linked(quote, "contract")
	if owner := m.state(contract).Owner; owner != rep {
		m.do("mgr.wang", process.Command{Kind: process.Assign, ID: contract, Owner: rep})
	}
	amount, ok := m.defs["b2b"][0].Form("contract").Schema.Minor("amount", m.state(contract).Data)
	if !ok {
		m.t.Fatal("a contract without an amount")
	}
	m.amounts[contract] = amount
	if s.usd {
		if amount != planned {
			m.t.Errorf("deal %d over %d, its contract over %d yuan", i, planned, amount)
		}
		amount = price
	}
	first := amount * 3 / 20 * 2
	m.edit(rep, contract, fmt.Sprintf(`{"payPlan": [{"kind": "prepay", "due": %q, "amount": %s}, {"kind": "final", "due": %q, "amount": %s}], "startDate": "2026-10-08", "endDate": "2027-10-07",
		"nonStandard": %t, "nonStandardNote": "违约金", "subject": "s", "payment": "p", "delivery": "d"}`, s.plan[0], moneyIn(currency, first), s.plan[1], moneyIn(currency, amount-first), s.special))
	m.move(rep, contract, "submit", `{}`)
	m.decide(contract) // legal, after the joint review
	m.settle()
	m.tick(rep, contract, "ours", "theirs")
	m.move(rep, contract, "sign", `{"signedOn": "2026-09-18"}`)
	m.tick(rep, deal, "legal", "terms", "signed")
	if stage := m.state(deal).Stage; stage != "won" {
		m.t.Fatalf("deal %d with its contract in force stands in %s", i, stage)
	}
	return deal, m.linked(contract, "order")
}

func TestAMonthInTheLifeOfB2B(t *testing.T) {
	t.Parallel()
	m := newMonth(t)
	ctx := t.Context()
	m.must(m.e.SaveRates(ctx, "admin", []Rate{{From: "USD", To: "CNY", Date: rules.Date{Year: 2026, Month: 9, Day: 1}, Rate: decimal.New(75, -1)},
		{From: "USD", To: "CNY", Date: rules.Date{Year: 2026, Month: 9, Day: 20}, Rate: decimal.New(72, -1)}}))

	// 200 leads come as a spreadsheet.
	rows := [][]string{{"公司名称", "联系人", "手机", "来源", "线索方向", "第一诉求", "行业", "人数规模", "预算", "紧迫程度", "兴趣程度", "问过报价", "约过演示", "职务"}}
	for i := range 200 {
		row := []string{fmt.Sprintf("客户%03d有限公司", i), "周工", fmt.Sprintf("138%08d", i), "线下 / 展会", "客户主动", "要看方案", "制造", "51–200 人", "300000", "5", "5", "是", "是", "生产经理"}
		if i >= 40 {
			row[6], row[7], row[8], row[9], row[10], row[11], row[12] = "其他", "1–10 人", "1000", "2", "2", "否", "否"
		}
		rows = append(rows, row)
	}
	im, err := m.e.StartImport(ctx, "mgr.wang", "b2b", "lead", "leads.csv", "zh-CN", rows)
	m.must(err)
	mapping := map[int]string{}
	for i, key := range []string{"company", "contact", "phone", "origin", "direction", "need", "industry", "size", "budget", "urgency", "interest", "askedQuote", "askedDemo", "position"} {
		mapping[i] = key
	}
	_, err = m.e.RunImport(ctx, "mgr.wang", im.ID, ImportPlan{Mapping: mapping})
	m.must(err)
	m.settle()
	if im, err = m.e.ImportOf(ctx, "mgr.wang", im.ID); err != nil || im.Created != 200 || im.Failed != 0 {
		t.Fatalf("imported %+v: %v", im, err)
	}
	leads := map[string]string{}
	for _, s := range m.all("lead") {
		leads[s.Title] = s.ID
	}
	lead := func(i int) string { return leads[fmt.Sprintf("客户%03d有限公司 · 周工", i)] }

	// Most are not worth the time; the first forty are.
	for i := 40; i < 200; i++ {
		m.do("mgr.wang", process.Command{Kind: process.Move, ID: lead(i), Transition: "disqualify", Data: data(`{"dqReason": "fit"}`)})
	}
	m.settle()
	for i := range 40 {
		m.tick("mgr.wang", lead(i), "cleaned", "deduped")
		m.move("mgr.wang", lead(i), "hot", `{}`)
	}
	sales := []sale{
		{price: 80_000, plan: [2]string{"2026-09-26", "2026-10-08"}},
		{price: 300_000, off: 15, plan: [2]string{"2026-09-28", "2026-10-09"}},
		{price: 600_000, off: 25, plan: [2]string{"2026-09-24", "2026-10-12"}},
		{price: 900_000, off: 35, plan: [2]string{"2026-09-22", "2026-10-30"}},
		{price: 1_200_000, off: 5, plan: [2]string{"2026-09-21", "2026-11-30"}},
		{price: 90_000, off: 45, plan: [2]string{"2026-09-30", "2026-10-31"}},
		{price: 200_000, cost: 160_000, plan: [2]string{"2026-09-29", "2026-10-30"}},
		{price: 800_000, plan: [2]string{"2026-09-25", "2026-10-30"}},
		{price: 60_000, special: true, plan: [2]string{"2026-09-23", "2026-10-29"}},
		{price: 30_000, usd: true, plan: [2]string{"2026-09-23", "2026-10-30"}},
		{price: 150_000, usd: true, plan: [2]string{"2026-09-24", "2026-11-30"}},
	}
	// Those of the sales are spoken to and taken over, nine more stay with sales development, twenty nobody calls.
	for i := range 20 {
		owner := m.state(lead(i)).Owner
		m.create(owner, "activity", fmt.Sprintf(`{"lead": %q, "kind": "call", "connected": true, "summary": "聊过"}`, lead(i)))
	}
	var orders, deals []string
	for i, s := range sales {
		owner := m.state(lead(i)).Owner
		m.edit(owner, lead(i), `{"bantBudget": true, "bantNeed": true, "bantTiming": true, "behaviours": [{"type": "demoPage", "at": "2026-09-13"}]}`)
		m.move(owner, lead(i), "toReview", `{}`)
		m.move("ops.wu", lead(i), "accept", `{"reviewReason": "明确"}`)
		m.move(m.state(lead(i)).Owner, lead(i), "takeOver", `{}`)
		deal, order := m.sell(i, lead(i), s)
		deals, orders = append(deals, deal), append(orders, order)
	}

	// Every tier has decided.
	for _, chain := range []string{"quoteTier", "bigDeal", "contractReview", "contractLegal"} {
		i := slices.IndexFunc(m.defs["b2b"][0].Def.Approvals, func(c process.Chain) bool { return c.Key == chain })
		m.defs["b2b"][0].Def.Approvals[i].EachStep(func(_ string, s *process.Step) {
			// Who is director and VP decides once where the chain asks for nothing else.
			if len(s.Parallel) == 0 && m.decided[chain+"."+s.Key] == 0 && chain+"."+s.Key != "quoteTier.vp" {
				t.Errorf("nobody has decided %s.%s: %v", chain, s.Key, m.decided)
			}
		})
	}

	// The month goes by. Receipts come for the first instalments of all but two, and for some of the rest.
	due := map[string]*process.State{}
	byOrder := map[string]map[string]string{}
	rf := m.defs["b2b"][0].Form("receivable")
	var planned int64
	for _, s := range m.all("receivable") {
		due[s.ID] = s
		order, kind := m.value(s.ID, "order"), m.value(s.ID, "kind")
		if byOrder[order] == nil {
			byOrder[order] = map[string]string{}
		}
		byOrder[order][kind] = s.ID
		amount, _ := rf.Schema.Minor("amount", s.Data)
		planned += amount
	}
	var sold int64
	for _, a := range m.amounts {
		sold += a
	}
	if len(due) != 2*len(sales) || planned != sold {
		t.Errorf("%d receivables over %d, contracts over %d", len(due), planned, sold)
	}
	var received, cameIn int64 // of what is owed, and all, each in yuan at the rate of its own day
	pay := func(i int, kind string, cents int64) {
		id, paid := byOrder[orders[i]][kind], cents
		if sales[i].usd {
			paid = cents * 10 / 75
		}
		account := m.value(id, "account")
		r := m.create("fin.zhao", "receipt", fmt.Sprintf(`{"bankRef": "B%d%s%d", "account": %q, "amount": %s, "currency": %q, "allocations": [{"receivable": %q, "amount": %s}]}`,
			i, kind, cents, account, moneyIn(sales[i].currency(), paid+100), sales[i].currency(), id, moneyIn(sales[i].currency(), paid)))
		m.move("fin.zhao", r, "post", `{}`)
		received += cents
		if cameIn += paid + 100; sales[i].usd {
			cameIn += ((paid+100)*72+5)/10 - (paid + 100)
		}
	}
	owed := func(i int, kind string) int64 {
		n, _ := rf.Schema.Minor("balance", m.state(byOrder[orders[i]][kind]).Data)
		return n
	}
	m.until("2026-09-21", 12)
	for i := 2; i < len(sales); i++ {
		pay(i, "prepay", owed(i, "prepay"))
		if s := m.state(byOrder[orders[i]]["prepay"]); s.Stage != "settled" {
			t.Errorf("sale %d: the prepayment is paid and stands in %s", i, s.Stage)
		}
	}
	m.until("2026-10-08", 12)
	pay(0, "final", owed(0, "final"))
	pay(1, "final", owed(1, "final")/3)
	m.until("2026-10-14", 12)

	// Reminders: the day, moved to a working day where it is none, once each, and none after the money has come.
	for _, c := range []struct {
		sale       int
		kind, word string
		want       string
	}{
		{0, "prepay", "七天后到期", "09-20"}, // the 19th is a Saturday; Sunday the 20th is worked
		{0, "prepay", "明天到期", "09-28"},  // the 25th to the 27th are off
		{0, "prepay", "已逾期", "09-28"},   // the 27th
		{0, "prepay", "逾期七天", "10-08"},  // the 3rd, in the National Day week
		{0, "prepay", "逾期十五天", "10-12"}, // the 11th is a Sunday
		{1, "prepay", "七天后到期", "09-21"},
		{1, "prepay", "明天到期", "09-28"},
		{1, "prepay", "已逾期", "09-29"},
		{1, "prepay", "逾期七天", "10-08"},
		{1, "prepay", "逾期十五天", "10-13"},
		{0, "final", "七天后到期", "10-08"},
		{0, "final", "已逾期", ""}, // paid on the day it was due
		{1, "final", "明天到期", "10-08"},
		{1, "final", "已逾期", "10-10"}, // a Saturday that is worked
		{3, "prepay", "已逾期", ""},
		{3, "prepay", "七天后到期", "09-15"},
	} {
		got := m.toldOf(byOrder[orders[c.sale]][c.kind], c.word)
		days, people := map[string]bool{}, map[string]int{}
		for _, g := range got {
			day, user, _ := strings.Cut(g, " ")
			days[day] = true
			people[user]++
		}
		for user, n := range people {
			if n != 1 {
				t.Errorf("sale %d %s %s: told %s %d times: %v", c.sale, c.kind, c.word, user, n, got)
			}
		}
		if c.want == "" && len(got) > 0 || c.want != "" && (len(days) != 1 || !days[c.want]) {
			t.Errorf("sale %d %s %s: told %v, want %s", c.sale, c.kind, c.word, got, c.want)
		}
	}

	// Leads nobody called are in the pool, told of once; those spoken to are not.
	for i := 20; i < 40; i++ {
		if s := m.state(lead(i)); s.InPool() != "leadSea" {
			t.Errorf("lead %d is not in the pool", i)
		}
		if got := m.toldOf(lead(i), "三天了"); len(got) != 1 {
			t.Errorf("lead %d: told %v after three days", i, got)
		}
	}
	for i := len(sales); i < 20; i++ {
		if got := m.toldOf(lead(i), "三天了"); len(got) != 0 {
			t.Errorf("lead %d was called and its owner told %v", i, got)
		}
	}

	// One order, two receivables and one onboarding a sale, none twice.
	for form, want := range map[string]int{"deal": len(sales), "contract": len(sales), "order": len(sales), "receivable": 2 * len(sales), "onboarding": len(sales)} {
		if got := len(m.all(form)); got != want {
			t.Errorf("%d records of %s, want %d", got, form, want)
		}
	}

	// The reports add up to the cent.
	if got := m.total("fin.zhao", "owed", 0); got != planned-received {
		t.Errorf("outstanding %d, planned %d less received %d", got, planned, received)
	}
	if got, want := m.total("fin.zhao", "ageing", 0), planned-received; got != want {
		t.Errorf("the ages add up to %d, want %d", got, want)
	}
	if got := m.total("fin.zhao", "receiptMonths", 0); got != cameIn {
		t.Errorf("received %d by month, want %d", got, cameIn)
	}
	var won int64
	df := m.defs["b2b"][0].Form("deal")
	for _, id := range deals {
		n, _ := df.Schema.Minor("amount", m.state(id).Data)
		won += n
	}
	if got := m.total("dir.sun", "won", 0); got != won || won != sold {
		t.Errorf("won %d, deals %d, contracts %d", got, won, sold)
	}
}
