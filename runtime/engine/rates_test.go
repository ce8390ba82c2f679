package engine

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/shopspring/decimal"

	"pipewright/rules"
	"pipewright/runtime/process"
	"pipewright/runtime/store"
)

// currencyStory sells in three currencies, and tells what the columns, the account's rollup and a report by currency say.
func currencyStory(t *testing.T, wrap func(store.Store) store.Store) string {
	t.Helper()
	w := newWorld(t, wrap)
	w.defs["trade"] = []*process.App{compileFile(t, "../process/testdata/scenario/currency.json", 1)}
	w.e = w.node("two")
	day := func(d int) rules.Date { return rules.Date{Year: 2026, Month: 11, Day: d} }
	rate := func(from, to, value string, on rules.Date) Rate {
		return Rate{From: from, To: to, Date: on, Rate: decimal.RequireFromString(value)}
	}
	w.must(w.e.SaveRates(t.Context(), "admin", []Rate{rate("USD", "CNY", "7.1", day(1)), rate("USD", "CNY", "7.12345", day(20)), rate("USD", "CNY", "99", day(30)),
		rate("CNY", "JPY", "21.5", day(2)), rate("CNY", "EUR", "0.125", day(1))}))
	ops := 0
	do := func(c process.Command) (*process.State, error) {
		ops++
		c.App, c.Op = "trade", fmt.Sprintf("trade-%d", ops)
		res, err := w.e.Do(t.Context(), Request{service: true, Command: c})
		if err != nil {
			return nil, err
		}
		for w.runDue() > 0 {
		}
		return res.State, nil
	}
	must := func(c process.Command) string {
		t.Helper()
		s, err := do(c)
		w.must(err)
		return s.ID
	}
	account := must(process.Command{Kind: process.Create, Form: "account", Data: data(`{"name": "Acme"}`)})
	deal := func(currency, price string) string {
		t.Helper()
		return must(process.Command{Kind: process.Create, Form: "deal", Data: data(fmt.Sprintf(`{"account": %q, "currency": %s, "lines": [{"qty": 1, "price": {"amount": %q}}]}`, account, currency, price))})
	}
	usd, yen, own, other := deal(`"USD"`, "100.01"), deal(`"JPY"`, "1000"), deal("null", "10.00"), deal(`"USD"`, "0.99")
	var told []string
	tell := func(step string, ids ...string) {
		t.Helper()
		line := step + ":"
		for _, id := range ids {
			form, err := w.e.form(t.Context(), id)
			w.must(err)
			doc, err := w.store.Get(t.Context(), RecordCollection(form), id)
			w.must(err)
			rec, err := decodeRecord(doc)
			w.must(err)
			wire := form.Schema.Wire(form.Schema.Decode(rec.State.Data), nil)
			if form.Def.Key == "account" {
				line += fmt.Sprintf(" | %s", wire["sales"])
				continue
			}
			line += fmt.Sprintf(" | %s base %v own %v value %v/%v", wire["amount"], doc.Cols["f_amount"], doc.Cols["f_amount_o"], doc.Cols["value"], doc.Cols["weighted"])
		}
		told = append(told, line)
	}
	tell("created", usd, yen, own, other, account)

	// A rate corrected later changes nothing that is written, and is what a new record gets.
	w.must(w.e.SaveRates(t.Context(), "admin", []Rate{rate("USD", "CNY", "8", day(20))}))
	must(process.Command{Kind: process.Edit, ID: usd, Data: data(`{"lines": [{"qty": 2, "price": {"amount": "100.01", "currency": "USD"}}]}`)})
	tell("twice as much", usd, account)
	must(process.Command{Kind: process.Edit, ID: own, Data: data(`{"currency": "USD"}`)})
	tell("in dollars now", own, account)

	if _, err := do(process.Command{Kind: process.Edit, ID: usd, Data: data(`{"currency": "EUR", "lines": [{"qty": 1, "price": {"amount": "1.00", "currency": "USD"}}]}`)}); err == nil || !strings.Contains(err.Error(), "money.currency") && !strings.Contains(err.Error(), "is in EUR, not in “USD”") {
		t.Errorf("an amount said to be in another currency: %v", err)
	}
	w.must(w.e.SaveRates(t.Context(), "admin", []Rate{rate("CNY", "JPY", "0", day(2))}))
	_, err := do(process.Command{Kind: process.Edit, ID: usd, Data: data(`{"currency": "JPY", "lines": []}`)})
	if r, ok := asRejection(err); !ok || len(r.Details) == 0 || r.Details[0].Code != "rate.missing" {
		t.Errorf("without a rate: %v", err)
	}
	tell("refused", usd)

	dir, err := w.e.Directory(t.Context())
	w.must(err)
	li, _ := dir.User("rep.li")
	li.Roles = append(li.Roles, "trade/rep")
	w.must(w.e.SaveUsers(t.Context(), li))
	for _, key := range []string{"all", "by", "rows", "rowsBy"} {
		res, err := w.e.Report(t.Context(), "rep.li", "trade", key, "")
		w.must(err)
		line := key + ":"
		for _, r := range res.Rows {
			line += fmt.Sprintf(" | %v", r.Keys)
			for _, f := range r.Values {
				line += " " + f.String() + f.Currency
			}
		}
		told = append(told, line)
	}
	return strings.Join(told, "\n")
}

const currencyTold = `created: | {"amount":"100.01","currency":"USD"} base 71242 own 10001 value 71242/35621 | {"amount":"1000","currency":"JPY"} base 4651 own 1000 value 4651/2326 | {"amount":"10.00","currency":"CNY"} base 1000 own 1000 value 1000/500 | {"amount":"0.99","currency":"USD"} base 705 own 99 value 705/353 | {"amount":"775.98","currency":"CNY"}
twice as much: | {"amount":"200.02","currency":"USD"} base 142483 own 20002 value 142483/71242 | {"amount":"1488.39","currency":"CNY"}
in dollars now: | {"amount":"10.00","currency":"USD"} base 8000 own 1000 value 8000/4000 | {"amount":"1558.39","currency":"CNY"}
refused: | {"amount":"200.02","currency":"USD"} base 142483 own 20002 value 142483/71242
all: | [] 1558.39CNY
by: | [USD] 211.01USD 1511.88CNY | [JPY] 1000JPY 46.51CNY
rows: | [] 1558.39CNY 712.42CNY
rowsBy: | [USD] 211.01USD 37.00USD 1 | [JPY] 1000JPY 1000JPY 0`

// Amounts in the currency of each record are kept in the app's beside it, at the rate of the day they came into it.
func TestCurrencies(t *testing.T) {
	t.Parallel()
	if got := currencyStory(t, nil); got != currencyTold {
		t.Errorf("got\n%s\nwant\n%s", got, currencyTold)
	}
}

func TestCurrenciesOnMongo(t *testing.T) {
	t.Parallel()
	if got := currencyStory(t, onMongo(t)); got != currencyTold {
		t.Errorf("got\n%s\nwant\n%s", got, currencyTold)
	}
}

// Records that name a currency before their amounts are in it come to their amounts in the app's currency by a job of the publish, each at the rate of
// that day; one without a rate waits for it, and the rest is not held up.
func TestCurrencyComesLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	form := func(currency string) string {
		return `{"spec": "pipewright/1", "key": "later", "name": "Later", "timezone": "Asia/Shanghai", "currency": "CNY",
		  "options": [{"key": "money", "items": [{"key": "CNY", "name": "CNY"}, {"key": "USD", "name": "USD"}, {"key": "JPY", "name": "JPY"}, {"key": "EUR", "name": "EUR"}]}],
		  "forms": [{"key": "bill", "name": "Bill",` + currency + ` "fields": [{"key": "cur", "type": "select", "options": "money", "name": "Currency"},
		    {"key": "amount", "type": "money", "name": "Amount", "list": true, "sort": true}]}]}`
	}
	compile := func(text string, release int) *process.App {
		path := t.TempDir() + "/app.json"
		w.must(os.WriteFile(path, []byte(text), 0o600))
		return compileFile(t, path, release)
	}
	first, second := compile(form(""), 1), compile(form(` "currency": "cur",`), 2)
	w.defs["later"] = []*process.App{first}
	w.e = w.node("later")
	w.must(w.e.Prepare(t.Context(), nil, first))
	w.must(w.e.SaveRates(t.Context(), "admin", []Rate{{From: "USD", To: "CNY", Date: rules.Date{Year: 2026, Month: 9, Day: 1}, Rate: decimal.RequireFromString("7.1")},
		{From: "JPY", To: "CNY", Date: rules.Date{Year: 2026, Month: 9, Day: 1}, Rate: decimal.RequireFromString("0.05")}}))
	ids := map[string]string{}
	for i, cur := range []string{`"USD"`, `"JPY"`, `"EUR"`, `"CNY"`, `null`} {
		res, err := w.e.Do(t.Context(), Request{service: true, Command: process.Command{Kind: process.Create, App: "later", Form: "bill", Op: fmt.Sprint("later-", i), Data: data(`{"cur": ` + cur + `, "amount": {"amount": "100.00"}}`)}})
		w.must(err)
		ids[cur] = res.State.ID
	}
	w.must(w.e.Prepare(t.Context(), first, second))
	w.defs["later"] = []*process.App{first, second}
	w.runDue() // it is live
	w.clock.add(settleLive)
	for w.runDue() > 0 {
	}
	base := func(cur string) any {
		doc, err := w.store.Get(t.Context(), RecordCollection(second.Forms["bill"]), ids[cur])
		w.must(err)
		return doc.Cols["f_amount"]
	}
	for cur, want := range map[string]any{`"USD"`: int64(71000), `"JPY"`: int64(500), `"EUR"`: nil, `"CNY"`: int64(10000), `null`: int64(10000)} {
		if got := base(cur); got != want {
			t.Errorf("%s: %v, want %v", cur, got, want)
		}
	}
}
