package rules

import "strings"

// phrases are words in which a character is read otherwise than alone.
var phrases = strings.NewReplacer(
	"重庆", "chongqing", "重慶", "chongqing", "长沙", "changsha", "长春", "changchun", "长江", "changjiang", "长城", "changcheng", "厦门", "xiamen",
	"银行", "yinhang", "行业", "hangye", "单于", "chanyu", "六安", "luan", "蚌埠", "bengbu", "大厦", "dasha", "会计", "kuaiji", "音乐", "yinyue",
	"朝阳", "chaoyang", "都匀", "duyun", "解县", "xiexian", "仇先生", "qiuxiansheng", "乐清", "yueqing", "番禺", "panyu", "东莞", "dongguan",
	"莞", "guan", "重工", "zhonggong", "重要", "zhongyao", "增长", "zengzhang", "董事长", "dongshizhang", "校长", "xiaozhang", "处长", "chuzhang",
)

// Pinyin writes Chinese characters in pinyin without tones and leaves the rest as it is, in one word.
func Pinyin(s string) string {
	var b strings.Builder
	for _, r := range phrases.Replace(s) {
		if py := toneless(Reading(r)); py != "" {
			b.WriteString(py)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// toneless is a reading without the digit of its tone.
func toneless(reading string) string { return strings.TrimRight(reading, "1234") }
