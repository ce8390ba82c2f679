package rules

import "strings"

// Nearest finds the known name closest to a mistaken one, "" if none is close. sure is true when a fix may be offered:
// the only name within one typing mistake, or the same letters in another case.
func Nearest(name string, known []string) (best string, sure bool) {
	if len(name) == 0 || len(name) > 60 {
		return "", false
	}
	limit := 1
	if len(name) >= 5 {
		limit = 2
	}
	dist, ties := limit+1, 0
	for _, k := range known {
		if k == name {
			continue
		}
		if strings.EqualFold(k, name) {
			return k, true
		}
		if abs := len(k) - len(name); abs > limit || abs < -limit {
			continue
		}
		switch d := distance(name, k, limit); {
		case d < dist:
			best, dist, ties = k, d, 0
		case d == dist && d <= limit:
			ties++
		}
	}
	if dist > limit {
		return "", false
	}
	return best, dist == 1 && ties == 0 && len(name) >= 4
}

// distance is the edit distance with neighbouring letters swapped counting once; more than limit is not told apart.
func distance(a, b string, limit int) int {
	prev2 := []int(nil)
	prev := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur := make([]int, len(b)+1)
		cur[0] = i
		low := i
		for j := 1; j <= len(b); j++ {
			c := 1
			if a[i-1] == b[j-1] {
				c = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+c)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
			low = min(low, cur[j])
		}
		if low > limit {
			return limit + 1
		}
		prev2, prev = prev, cur
	}
	return prev[len(b)]
}

// nothing are the words by which other languages call what is empty; here it is nil.
var nothing = map[string]bool{"null": true, "none": true, "undefined": true, "blank": true, "empty": true}

// foreign says how one writes here what spreadsheets and other languages have a function for, by its name in lower case.
var foreign = map[string]Text{
	"isempty": emptyTest, "isblank": emptyTest, "isnull": emptyTest, "isnil": emptyTest,
	"notempty": filledTest, "isnotempty": filledTest, "isnotnull": filledTest, "isnotblank": filledTest,
	"if":      Say("条件写作：条件 ? 成立时 : 否则", "條件寫作：條件 ? 成立時 : 否則", "a choice is written: condition ? then : otherwise"),
	"iif":     Say("条件写作：条件 ? 成立时 : 否则", "條件寫作：條件 ? 成立時 : 否則", "a choice is written: condition ? then : otherwise"),
	"and":     Say("“并且”写在两个条件之间：a and b", "「並且」寫在兩個條件之間：a and b", "“and” stands between two conditions: a and b"),
	"or":      Say("“或者”写在两个条件之间：a or b", "「或者」寫在兩個條件之間：a or b", "“or” stands between two conditions: a or b"),
	"floor":   Say("向下取整写作：-ceil(-a)", "向下取整寫作：-ceil(-a)", "rounding down is written: -ceil(-a)"),
	"int":     Say("向下取整写作：-ceil(-a)", "向下取整寫作：-ceil(-a)", "rounding down is written: -ceil(-a)"),
	"sumif":   Say("写作：sum(filter(明细表, 条件), .列)", "寫作：sum(filter(明細表, 條件), .欄)", "it is written: sum(filter(table, condition), .column)"),
	"countif": Say("写作：count(明细表, 条件)", "寫作：count(明細表, 條件)", "it is written: count(table, condition)"),
	"concat":  Say("文本用加号连接：a + b", "文字用加號連接：a + b", "texts are joined by a plus sign: a + b"),
}

var (
	emptyTest  = Say("空值写作 nil：字段 == nil", "空值寫作 nil：欄位 == nil", "what is empty is nil: field == nil")
	filledTest = Say("空值写作 nil：字段 != nil", "空值寫作 nil：欄位 != nil", "what is empty is nil: field != nil")
)
