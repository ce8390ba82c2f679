package engine

import (
	"math/big"
	"slices"

	"pipewright/forms"
	"pipewright/runtime/access"
	"pipewright/runtime/process"
)

// byCurrency says which of a report's groups is the currency of its records, -1 when none is. Amounts whose currency varies are then
// summed up each in its own; without such a group they are in the app's currency (semantics 12).
func (l *lister) byCurrency(groups []*grouping) int {
	key := l.form.Schema.Currency()
	return slices.IndexFunc(groups, func(g *grouping) bool { return key != "" && g.column.Key == key })
}

// own is the column of an amount in the record's own currency; empty for what has none.
func (l *lister) own(c access.Column) string {
	if c.Field == nil || !c.Field.Varies {
		return ""
	}
	if _, inRow := process.RowColumn(c.Key); inRow && l.rows != "" {
		return c.Name + ownAmount
	}
	for _, col := range l.form.Schema.Columns() {
		if col.Own == c.Key {
			return process.FieldColumn(col.Name)
		}
	}
	return ""
}

// figureIn is the column's figure in one currency; without a currency the record is in the app's.
func figureIn(n *big.Int, c access.Column, code string) Figure {
	if code == "" {
		code = c.Currency
	}
	if scale, ok := forms.CurrencyScale(code); ok && c.Field.Def.Scale == nil {
		c.Scale = scale
	}
	c.Currency = code
	return figure(n, c)
}
