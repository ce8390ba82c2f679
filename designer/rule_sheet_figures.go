package designer

import (
	"regexp"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// figureShifts is how far a unit moves the decimal point.
var figureShifts = map[string]int{"万": 4, "萬": 4, "亿": 8, "億": 8, "千": 3, "k": 3, "K": 3, "%": -2}

// figureBefore and figureAfter are the words of limits; what figureAfter says has the figure itself in it.
var (
	figureBefore = map[string]string{
		">=": ">=", "大于等于": ">=", "大於等於": ">=", "不少于": ">=", "不少於": ">=", "不低于": ">=", "不低於": ">=", "至少": ">=",
		"<=": "<=", "小于等于": "<=", "小於等於": "<=", "不超过": "<=", "不超過": "<=", "不高于": "<=", "不高於": "<=", "不大于": "<=", "不大於": "<=", "至多": "<=", "最多": "<=",
		">": ">", "大于": ">", "大於": ">", "超过": ">", "超過": ">", "高于": ">", "高於": ">", "多于": ">", "多於": ">",
		"<": "<", "小于": "<", "小於": "<", "低于": "<", "低於": "<", "不足": "<", "不满": "<", "不滿": "<", "少于": "<", "少於": "<",
		"=": "", "==": "", "等于": "", "等於": "", "!=": "!=", "<>": "!=", "不等于": "!=", "不等於": "!=",
	}
	figureAfter = map[string]string{"以上": ">=", "及以上": ">=", "或以上": ">=", "+": ">=", "以下": "<=", "及以下": "<=", "或以下": "<=", "以内": "<=", "以內": "<="}
)

const figureNumber = `(-?[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|-?[0-9]+(?:\.[0-9]+)?) ?(万|萬|亿|億|千|[kK]|%)?`

var (
	figureOne   = regexp.MustCompile(`^(` + longestFirst(figureBefore) + `)? ?[¥￥$]?` + figureNumber + ` ?(?:元|圆|圓|块|塊)?(` + longestFirst(figureAfter) + `)?$`)
	figureTwo   = regexp.MustCompile(`^[¥￥$]?` + figureNumber + ` ?(?:元|圆|圓)? ?(?:-|~|–|—|至|到) ?[¥￥$]?` + figureNumber + ` ?(?:元|圆|圓)?$`)
	figureSigns = strings.NewReplacer("≥", ">=", "≧", ">=", "≤", "<=", "≦", "<=", "≠", "!=", "〜", "~")
	figureSpace = regexp.MustCompile(`([<>=!]) =`)
)

func longestFirst(words map[string]string) string {
	list := make([]string, 0, len(words))
	for w := range words {
		list = append(list, regexp.QuoteMeta(w))
	}
	slices.SortFunc(list, func(a, b string) int {
		if d := len(b) - len(a); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	return strings.Join(list, "|")
}

// readFigures reads a figure, a limit or a range as people write them in a spreadsheet: “50万以上” is >= 500000. Anything else stays.
// web/src/features/designer/rules/figures.ts reads the same of what is pasted.
func readFigures(text string) string {
	plain := norm.NFKC.String(figureSigns.Replace(text))
	plain = figureSpace.ReplaceAllString(strings.Join(strings.Fields(plain), " "), "$1=")
	if m := figureTwo.FindStringSubmatch(plain); m != nil {
		unit := m[2]
		if unit == "" {
			unit = m[4]
		}
		return figure(m[1], unit) + ".." + figure(m[3], m[4])
	}
	m := figureOne.FindStringSubmatch(plain)
	if m == nil || m[1] != "" && m[4] != "" {
		return text
	}
	sign := figureBefore[m[1]]
	if m[4] != "" {
		sign = figureAfter[m[4]]
	}
	if sign != "" {
		sign += " "
	}
	return sign + figure(m[2], m[3])
}

// figure is a number as expressions write it, its unit counted in.
func figure(number, unit string) string {
	n := strings.ReplaceAll(number, ",", "")
	shift := figureShifts[unit]
	if shift == 0 {
		return n
	}
	minus := ""
	if strings.HasPrefix(n, "-") {
		minus, n = "-", n[1:]
	}
	whole, part, _ := strings.Cut(n, ".")
	digits, point := whole+part, len(whole)+shift
	if point <= 0 {
		digits, point = strings.Repeat("0", 1-point)+digits, 1
	}
	if point > len(digits) {
		digits += strings.Repeat("0", point-len(digits))
	}
	head, tail := strings.TrimLeft(digits[:point], "0"), strings.TrimRight(digits[point:], "0")
	if head == "" {
		head = "0"
	}
	if tail != "" {
		head += "." + tail
	}
	return minus + head
}
