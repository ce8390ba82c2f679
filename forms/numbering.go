package forms

import (
	"strconv"
	"strings"
)

// numbering checks the pattern records are numbered by: text, {yyyyMMdd} or parts of it, and {seq:n} once, n the least
// number of digits (1 to 12). A sequence that begins anew each day, month or year needs that date in the pattern, or
// two records would get the same number.
func (c *compiler) numbering(n *Numbering, path string) {
	c.oneOf(path+"/reset", n.Reset, "never", "daily", "monthly", "yearly")
	c.oneOf(path+"/when", n.When, "create", "transition", "approval")
	at := path + "/pattern"
	if len(n.Pattern) > 60 {
		c.fail(at, "number.pattern", "编号规则最长 60 个字符", "編號規則最長 60 個字元", "A numbering pattern has at most 60 characters")
		return
	}
	seqs, dates := 0, ""
	for rest := n.Pattern; ; {
		text, after, open := strings.Cut(rest, "{")
		if strings.Contains(text, "}") {
			c.fail(at, "number.pattern", "编号规则里“}”前面没有“{”", "編號規則裡「}」前面沒有「{」", "In the numbering pattern a “}” has no “{” before it")
			return
		}
		if !open {
			break
		}
		part, tail, closed := strings.Cut(after, "}")
		if !closed {
			c.fail(at, "number.pattern", "编号规则里“{”后面没有“}”", "編號規則裡「{」後面沒有「}」", "In the numbering pattern a “{” has no “}” after it")
			return
		}
		switch digits, isSeq := strings.CutPrefix(part, "seq"); {
		case isSeq && goodWidth(digits):
			seqs++
		case !isSeq && strings.NewReplacer("yyyy", "", "yy", "", "MM", "", "dd", "", "-", "").Replace(part) == "" && part != "":
			dates += part
		default:
			c.fail(at, "number.pattern", "编号规则里不能写“{part}”。可用：{a}、{b} 等日期，以及 {c}（流水号，4 位）",
				"編號規則裡不能寫「{part}」。可用：{a}、{b} 等日期，以及 {c}（流水號，4 位）",
				"“{part}” cannot stand in a numbering pattern. Use dates such as {a} or {b}, and {c} for a sequence of 4 digits",
				"part", "{"+clip(part)+"}", "a", "{yyyyMMdd}", "b", "{yyMM}", "c", "{seq:4}")
			return
		}
		rest = tail
	}
	if seqs != 1 {
		c.fail(at, "number.pattern", "编号规则里要有一个流水号，例如 {c}，现在有 {n} 个", "編號規則裡要有一個流水號，例如 {c}，現在有 {n} 個",
			"A numbering pattern needs one sequence such as {c}; this has {n}", "c", "{seq:4}", "n", seqs)
		return
	}
	for _, need := range map[string][]string{"daily": {"yy", "MM", "dd"}, "monthly": {"yy", "MM"}, "yearly": {"yy"}}[n.Reset] {
		if !strings.Contains(dates, need) {
			c.fail(at, "number.pattern", "流水号按 {reset} 重新开始，编号里就要有相应的日期，例如 {a}，否则会重号", "流水號按 {reset} 重新開始，編號裡就要有相應的日期，例如 {a}，否則會重號",
				"The sequence begins anew ({reset}), so the pattern needs that date, such as {a}, or numbers would repeat", "reset", n.Reset, "a", "{yyyyMMdd}")
			return
		}
	}
}

// goodWidth accepts "" and ":1" to ":12".
func goodWidth(s string) bool {
	if s == "" {
		return true
	}
	digits, ok := strings.CutPrefix(s, ":")
	n, err := strconv.Atoi(digits)
	return ok && err == nil && allDigits(digits) && n >= 1 && n <= 12
}
