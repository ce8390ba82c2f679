package process

import (
	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// maxBounds is how many bounds split a figure into ranges.
const maxBounds = 50

// maxBound is how far from nought a bound may be, as a number may.
var maxBound = decimal.New(1, 15)

// bounds checks the ranges of a figure that a report groups by.
func (c *compiler) bounds(path string, g GroupBy, t rules.Type) {
	if t.Kind != rules.KindNumber {
		c.fail(path, "ref.kind", "“{name}”不是数值，不能分成数值区间", "「{name}」不是數值，不能分成數值區間",
			"“{name}” is not a figure; it cannot be grouped into ranges", "name", g.By)
		return
	}
	if len(g.Bounds) > maxBounds {
		c.fail(path, "setting.range", "区间的分界最多 {max} 个", "區間的分界最多 {max} 個", "At most {max} bounds", "max", maxBounds)
		return
	}
	last := decimal.Decimal{}
	for i, text := range g.Bounds {
		b, ok := rules.Num(string(text)).Decimal()
		switch {
		case !ok || b.Abs().GreaterThan(maxBound):
			c.fail(path+"/"+itoa(i), "setting.range", "分界超出了数值的范围", "分界超出了數值的範圍", "The bound is too large")
			return
		case i > 0 && !b.GreaterThan(last):
			c.fail(path+"/"+itoa(i), "setting.range", "分界要从小到大：{this} 不大于前面的 {last}", "分界要從小到大：{this} 不大於前面的 {last}",
				"Bounds ascend: {this} is not more than {last} before it", "this", string(text), "last", string(g.Bounds[i-1]))
			return
		}
		last = b
	}
}

// heat checks that a heat map has what goes down and what goes across.
func (c *compiler) heat(path string, r *Report) {
	if r.Chart != "heat" {
		return
	}
	if r.Kind != "" && r.Kind != "summary" {
		c.fail(path+"/chart", "setting.conflict", "只有 summary 报表能画成热力图；{kind} 报表请换一种图表", "只有 summary 報表能畫成熱力圖；{kind} 報表請換一種圖表",
			"Only a summary can be a heat map; choose another chart for this {kind} report", "kind", r.Kind)
		return
	}
	if len(r.Group) != 2 {
		c.fail(path+"/group", "setting.conflict", "热力图要有两层分组：第一层是行，第二层是列", "熱力圖要有兩層分組：第一層是列，第二層是欄",
			"A heat map has two groups: the first goes down, the second across")
	}
}
