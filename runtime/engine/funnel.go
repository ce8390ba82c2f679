package engine

import (
	"context"
	"math/big"
	"slices"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/access"
	"pipewright/runtime/query"
)

// funnel counts the records by stage: how many stand there now, and how many have come at least that far among those that are
// still open or were won.
func (l *lister) funnel(ctx context.Context, res *ReportResult) error {
	p := l.form.Process
	if p == nil {
		return notFound()
	}
	res.Columns = []ReportColumn{
		{Key: "stage", Name: l.nameOf(access.Column{Key: "stage"}), Kind: "group", Type: "stage"},
		{Key: "count", Name: rules.Say("数量", "數量", "Count"), Kind: "measure", Type: "count"},
		{Key: "reached", Name: rules.Say("到达", "到達", "Reached"), Kind: "measure", Type: "count"},
	}
	var cols []access.Column
	if p.Def.Value != "" {
		if c, err := l.column("value", "/value"); err == nil {
			cols = append(cols, c)
			res.Columns = append(res.Columns, ReportColumn{Key: "value", Name: l.nameOf(c), Kind: "measure", Type: "money", Currency: c.Currency})
		}
	}
	rows, err := l.measure(ctx, []query.Group{{Col: "stage"}}, countAnd(cols), maxGroups)
	if err != nil {
		return err
	}
	byStage := map[string][]*big.Int{}
	for _, r := range rows {
		stage, _ := r.Keys[0].(string)
		byStage[stage] = r.Values
	}
	reached := new(big.Int)
	var beyond []string // the stages that make up reached
	value := new(big.Int)
	count := new(big.Int)
	for i := len(p.Stages) - 1; i >= 0; i-- {
		st := p.Stages[i]
		if end := st.Def.End; end == "lost" || end == "cancelled" {
			continue
		}
		n := new(big.Int)
		sum := new(big.Int)
		if v := byStage[st.Def.Key]; v != nil {
			n = v[0]
			if len(v) > 1 && v[1] != nil {
				sum = v[1]
			}
		}
		reached.Add(reached, n)
		count.Add(count, n)
		value.Add(value, sum)
		beyond = append(beyond, quote(st.Def.Key))
		here := "stage == " + quote(st.Def.Key)
		row := ReportRow{Keys: []string{st.Def.Key}, Labels: []rules.Text{st.Def.Name}, Where: here, Wheres: []string{here, "stage in [" + strings.Join(beyond, ", ") + "]"},
			Values: []Figure{figure(n, access.Column{}), figure(new(big.Int).Set(reached), access.Column{})}}
		if len(cols) > 0 {
			row.Values, row.Wheres = append(row.Values, figure(sum, cols[0])), append(row.Wheres, here)
		}
		res.Rows = append(res.Rows, row)
	}
	slices.Reverse(res.Rows)
	res.Totals = []Figure{figure(count, access.Column{}), figure(reached, access.Column{})}
	if len(cols) > 0 {
		res.Totals = append(res.Totals, figure(value, cols[0]))
	}
	return nil
}
