package rules

import (
	"slices"
	"sort"
)

var linkFunctions = []Function{
	{Name: "trackingLink", Signatures: []string{"trackingLink('page')"}, Example: "trackingLink('order')", Result: "https://crm.example.com/t/order",
		Doc: Say("客户查看进度的链接：打开“进度页”，不用登录；只用在发出去的文字里", "客戶查看進度的連結：打開「進度頁」，不用登入；只用在發出去的文字裡",
			"The link by which the customer follows this record without signing in; in texts that go out only"),
		lower: lowerTrackingLink},
}

func lowerTrackingLink(l *lowering, s *site) operand {
	if !l.arity(s, 1, 1) {
		return l.broken(s.loc)
	}
	o, ok := l.argument(s, 0, KindText)
	if !ok {
		return l.broken(s.loc)
	}
	key, isText := o.lit.(string)
	if !isText {
		return l.fail("expr.type", o.loc, Say("trackingLink 里应写定进度页的标识，如 trackingLink('order')", "trackingLink 裡應寫定進度頁的識別名，如 trackingLink('order')",
			"trackingLink takes the fixed key of a page, such as trackingLink('order')"))
	}
	if l.env == nil || len(l.env.Links) == 0 {
		return l.fail("expr.type", s.loc, Say("这里没有可用的进度页：请先为这个表单添加“进度页”，并只在发出去的文字里使用 trackingLink",
			"這裡沒有可用的進度頁：請先為這個表單新增「進度頁」，並只在發出去的文字裡使用 trackingLink",
			"There is no tracking page here: add one for this form, and use trackingLink in texts that go out only"))
	}
	if !slices.Contains(l.env.Links, key) {
		known := slices.Clone(l.env.Links)
		sort.Strings(known)
		return l.unknownName(key, o.loc, known)
	}
	return operand{node: call(opTrackingLink, s.loc, frameNode(s.loc), constant(key, s.loc)), typ: Str, null: true}
}

func opTrackingLink(f, key any) any {
	link := f.(*frame).scope.Link
	if link == nil {
		return nil
	}
	return link(key.(string))
}
