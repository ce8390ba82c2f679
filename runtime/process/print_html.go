package process

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"pipewright/rules"
)

// paperElements are the elements that a paper may be made of: what text, tables and pictures need, nothing that runs, loads or sends.
var paperElements = strings.Fields(`address article blockquote br caption code col colgroup dd div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6
	header hr i b img li ol p pre s section small span strong sub sup table tbody td tfoot th thead tr u ul`)

// paperAttributes may stand on each element; those that belong to some elements only are harmless on the others.
var paperAttributes = []string{"class", "style", "data-each", "data-if", "colspan", "rowspan", "width", "height", "align", "valign", "span", "start", "alt", "src", "title", "lang"}

// paperStyles are the properties that a style attribute may hold; everything else belongs into the css of the print, which is the paper's own.
var paperStyles = strings.Fields(`background background-color border border-top border-right border-bottom border-left border-collapse border-color
	border-radius break-after break-before break-inside color column-count display font font-family font-size font-style font-weight gap grid-template-columns height
	justify-content letter-spacing line-height list-style margin margin-top margin-right margin-bottom margin-left max-width min-height min-width opacity
	padding padding-top padding-right padding-bottom padding-left page-break-after page-break-before page-break-inside text-align text-decoration
	text-indent vertical-align white-space width word-break`)

// paperPolicy is the second wall behind the check: what it does not know is taken out.
var paperPolicy = sync.OnceValue(func() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements(paperElements...)
	p.AllowAttrs(slices.DeleteFunc(slices.Clone(paperAttributes), func(a string) bool { return a == "style" })...).Globally()
	p.AllowStyles(paperStyles...).MatchingHandler(func(value string) bool {
		return !strings.ContainsAny(value, "\\<>@") && !strings.Contains(strings.ToLower(value), "url(")
	}).Globally()
	p.AllowDataURIImages()
	p.AllowNoAttrs().OnElements(paperElements...)
	return p
})

// Slots go through the parser as single private characters around a number, so that "<" in an expression opens no element.
const (
	slotOpen  = "\ue000"
	slotClose = "\ue001"
)

var slotMark = regexp.MustCompile(slotOpen + `([0-9]+)` + slotClose)

// paperSource is a checked source: the sanitised tree and the slots its marks stand for.
type paperSource struct {
	src   string
	nodes []*html.Node
	slots []rules.Slot
}

// parsePaper reads the HTML of a paper. What may not stand there is a problem, and does not come into the tree either.
func parsePaper(src string) (*paperSource, []rules.Problem) {
	if strings.ContainsAny(src, slotOpen+slotClose) {
		return nil, []rules.Problem{rules.Errorf("", "print.html", rules.Say("内容里有不能使用的字符", "內容裡有不能使用的字元", "The text holds characters that cannot be used"))}
	}
	slots, problems := rules.Slots(src)
	if len(problems) > 0 {
		return nil, problems
	}
	marked := markSlots(src, slots)
	problems = forbiddenHTML(marked)
	nodes, err := html.ParseFragment(strings.NewReader(paperPolicy().Sanitize(marked)), &html.Node{Type: html.ElementNode, Data: "div", DataAtom: atom.Div})
	if err != nil {
		problems = append(problems, rules.Errorf("", "print.html", rules.Say("HTML 读不了：{why}", "HTML 讀不了：{why}", "The HTML cannot be read: {why}", "why", err.Error())))
	}
	return &paperSource{src, nodes, slots}, problems
}

// markSlots puts a mark in place of each slot.
func markSlots(src string, slots []rules.Slot) string {
	var marked strings.Builder
	at := 0
	for i, s := range slots {
		marked.WriteString(src[at:s.From] + slotOpen + itoa(i) + slotClose)
		at = s.To
	}
	marked.WriteString(src[at:])
	return marked.String()
}

// forbiddenHTML names what the paper may not be made of, each once.
func forbiddenHTML(src string) []rules.Problem {
	var out []rules.Problem
	told := map[string]bool{}
	tell := func(what string, msg rules.Text) {
		if !told[what] {
			told[what] = true
			out = append(out, rules.Errorf("", "print.html", msg))
		}
	}
	z := html.NewTokenizer(strings.NewReader(src))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			if !slices.Contains(paperElements, t.Data) {
				tell(t.Data, rules.Say("打印模板里不能用 <{name}>", "列印範本裡不能用 <{name}>", "A print cannot hold <{name}>", "name", t.Data))
				continue
			}
			for _, a := range t.Attr {
				switch {
				case !slices.Contains(paperAttributes, a.Key):
					tell("@"+a.Key, rules.Say("打印模板里不能用属性 {name}", "列印範本裡不能用屬性 {name}", "A print cannot hold the attribute {name}", "name", a.Key))
				case strings.Contains(a.Val, slotOpen) && a.Key != "alt" && a.Key != "title":
					tell("@"+a.Key+"=", rules.Say("属性 {name} 里不能用 {{ }}", "屬性 {name} 裡不能用 {{ }}", "The attribute {name} cannot hold {{ }}", "name", a.Key))
				case a.Key == "src" && !strings.HasPrefix(a.Val, "data:image/"):
					tell("src", rules.Say("图片要写在模板里（data:image/…）；记录里的图片请直接写 {{ 字段 }}", "圖片要寫在範本裡（data:image/…）；記錄裡的圖片請直接寫 {{ 欄位 }}",
						"A picture stands in the print itself (data:image/…); for one of the record write {{ field }}"))
				}
			}
		}
	}
}

// badCSS says what a print's style sheet may not hold: it loads nothing and does not leave its element.
func badCSS(css string) bool {
	plain := strings.ToLower(css)
	return strings.ContainsAny(plain, "<\\") || strings.Contains(plain, "@import") || strings.Contains(plain, "expression(") || strings.Contains(plain, "url(") || strings.Contains(plain, "src(") ||
		strings.Contains(plain, "image-set(")
}
