package process

import (
	"slices"
	"strings"
)

// figureType is the type of a figure: that of the field, or of what a lookup or rollup shows.
func (c *compiler) figureType(name string, form *Form) string {
	if info, ok := form.Schema.Field(name); ok {
		return info.Def.Type
	}
	if f := fieldOf(form.Def, name); f != nil {
		return f.Type
	}
	if name == "value" || name == "weighted" {
		return "money"
	}
	return ""
}

// measures checks what a report measures.
func (c *compiler) measures(path string, r *Report, form *Form, rows *countedRows) {
	for i, m := range r.Measures {
		at := path + "/measures/" + elementKey(m.Key, i)
		n := 0
		for _, w := range []struct{ name, field string }{{"sum", m.Sum}, {"min", m.Min}, {"max", m.Max}, {"avg", m.Avg}} {
			if w.field == "" {
				continue
			}
			n++
			if rows != nil {
				c.rowFigure(at+"/"+w.name, w.name, w.field, form, rows)
				continue
			}
			switch w.name {
			case "sum":
				c.summable(at+"/sum", w.field, form)
			case "avg":
				c.averaged(at+"/avg", w.field, form)
			default:
				c.queryable(at+"/"+w.name, w.field, form)
			}
		}
		if m.Count {
			n++
		}
		if m.Ratio != nil {
			n++
			c.ratio(at+"/ratio", r, m.Ratio, form)
			if m.Where != "" {
				c.fail(at+"/where", "setting.conflict", "比率没有自己的条件：把 where 写在它的两个指标上", "比率沒有自己的條件：把 where 寫在它的兩個指標上",
					"A ratio has no condition of its own; put where on its two measures")
			}
		}
		if rows != nil && m.Where != "" {
			c.asked(at+"/where", m.Where, form, rows.env, asking{rows: rows})
		} else {
			c.where(at+"/where", m.Where, form)
		}
		if n != 1 {
			c.fail(at, "setting.conflict", "一个指标只写 count、sum、min、max、avg、ratio 之一", "一個指標只寫 count、sum、min、max、avg、ratio 之一",
				"A measure is one of count, sum, min, max, avg, ratio")
		}
	}
}

// averaged checks a figure whose mean is taken: what can be summed, and marks.
func (c *compiler) averaged(path, name string, form *Form) {
	if t := c.figureType(name, form); t == "rating" || t == "slider" {
		c.queryable(path, name, form)
		return
	}
	c.summable(path, name, form)
}

// maxTimes is the largest factor of a ratio: years in days.
const maxTimes = 10_000

// ratio checks that a ratio is of two measures of one kind.
func (c *compiler) ratio(path string, r *Report, d *RatioD, form *Form) {
	var kinds []string
	for _, w := range []struct{ name, key string }{{"part", d.Part}, {"whole", d.Whole}} {
		i := slices.IndexFunc(r.Measures, func(m MeasureD) bool { return m.Key == w.key && m.Ratio == nil })
		if i < 0 {
			var keys []string
			for _, m := range r.Measures {
				if m.Ratio == nil {
					keys = append(keys, m.Key)
				}
			}
			c.unknown(path+"/"+w.name, wordMeasure, w.key, keys)
			continue
		}
		m := &r.Measures[i]
		kind := "count"
		if field := strings.Join([]string{m.Sum, m.Min, m.Max, m.Avg}, ""); field != "" {
			if column, inRow := RowColumn(field); inRow && r.Rows != "" {
				field = r.Rows + "." + column
			}
			kind = c.figureType(field, form)
		}
		kinds = append(kinds, kind)
	}
	if d.Times < 0 || d.Times > maxTimes {
		c.fail(path+"/times", "setting.range", "倍数是 1 到 {max} 的整数", "倍數是 1 到 {max} 的整數", "The factor is a whole number from 1 to {max}", "max", maxTimes)
	}
	if len(kinds) == 2 && kinds[0] != kinds[1] {
		c.fail(path, "setting.conflict", "比率的两个指标要同类：都是数量，或都是金额；平均值请用 avg", "比率的兩個指標要同類：都是數量，或都是金額；平均值請用 avg",
			"A ratio is of two measures of one kind, two counts or two amounts; for a mean use avg")
	}
}
