package process

import (
	"slices"
	"strings"
	"testing"
)

// What people type finds the text (CN-09).
func TestWords(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind, text string
		found, not []string
	}{
		{wordsText, "中国移动通信集团", []string{"zgyd", "中国移动", "移动", "动", "yidong", "zhongguoyi", "ydtx", "ZGYD", "中 通信"}, []string{"国中", "zgdy", "移通"}},
		{wordsText, "重庆长安汽车", []string{"cq", "chongqing", "zhongq", "长安", "zhangan", "cqca", "qiche"}, []string{"acq"}},
		{wordsText, "银行行长", []string{"yinhang", "yhhz", "hangzhang", "xingchang"}, nil},
		{wordsText, "Acme GmbH ５Ｇ项目", []string{"acme", "ACM", "gmbh", "5g", "项目", "xm", "acme xm"}, []string{"cme", "mbh"}},
		{wordsText, "li.wei@example.com", []string{"li.wei", "wei", "example", "li.wei@example.com"}, []string{"ple"}},
		{wordsPhone, "138 1234 5678", []string{"13812345678", "1381", "5678", "12345678", "138 1234", "234"}, []string{"678", "5679"}},
		{wordsPhone, "110", []string{"110", "11"}, nil},
		{wordsLong, "客户要求三月前交货", []string{"交货", "三月前", "要求 交货"}, []string{"jh"}},
		{wordsLong, "SJ20261123-0001", []string{"sj20261123-0001", "0001", "sj2026"}, []string{"123"}},
	} {
		ws := words(c.kind, c.text)
		finds := func(asked string) bool {
			terms := Terms(asked)
			return len(terms) > 0 && !slices.ContainsFunc(terms, func(term string) bool {
				return !slices.ContainsFunc(ws, func(w string) bool { return strings.HasPrefix(w, term) })
			})
		}
		for _, asked := range c.found {
			if !finds(asked) {
				t.Errorf("%q is not found by %q: %v", c.text, asked, ws)
			}
		}
		for _, asked := range c.not {
			if finds(asked) {
				t.Errorf("%q is found by %q", c.text, asked)
			}
		}
	}
	for _, nothing := range []string{"", " ", "|", "=^", "…"} {
		if got := Terms(nothing); len(got) != 0 {
			t.Errorf("%q: %v", nothing, got)
		}
	}
	long := strings.Repeat("重行长乐", 5000)
	if n := len(words(wordsText, long)); n == 0 || n > maxWords {
		t.Errorf("%d words of a long text", n)
	}
}
