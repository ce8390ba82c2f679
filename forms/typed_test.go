package forms

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pipewright/rules"
)

// typedForm has a field of every type that kindForm has not.
func typedForm(t testing.TB) *Schema {
	t.Helper()
	f := Form{Key: "k", Name: rules.Plain("K"), Fields: []Field{
		{Key: "phone", Type: "phone", Name: rules.Say("手机", "手機", "Phone"), Filter: true},
		{Key: "anyPhone", Type: "phone", Kind: "any"},
		{Key: "extension", Type: "phone", Pattern: `^8\d{3}$`},
		{Key: "email", Type: "email"},
		{Key: "url", Type: "url"},
		{Key: "time", Type: "time", Sort: true},
		{Key: "duration", Type: "duration", Min: rules.Num("30")},
		{Key: "rating", Type: "rating"},
		{Key: "slider", Type: "slider", Min: rules.Num("-1"), Max: rules.Num("1"), Step: rules.Num("0.25")},
		{Key: "barcode", Type: "barcode"},
		{Key: "ean", Type: "barcode", Kind: "ean13"},
		{Key: "uscc", Type: "idcode"},
		{Key: "tax", Type: "idcode", Kind: "tax"},
		{Key: "custom", Type: "idcode", Kind: "custom", Pattern: `^[A-Z]{2}\d+$`},
		{Key: "role", Type: "role"},
		{Key: "team", Type: "team"},
		{Key: "auto", Type: "autonumber", Pattern: "C{yyyy}-{seq:4}", Reset: "yearly"},
		{Key: "area", Type: "cascade", Options: "area", Name: rules.Say("地区", "地區", "Area")},
		{Key: "land", Type: "select", Options: "land", Name: rules.Say("国家", "國家", "Country")},
		{Key: "city", Type: "select", Options: "city", OptionsBy: "land", Name: rules.Say("城市", "城市", "City")},
		{Key: "place", Type: "location", Name: rules.Say("位置", "位置", "Place")},
		{Key: "address", Type: "address", Name: rules.Say("地址", "地址", "Address")},
		{Key: "rich", Type: "richtext"},
		{Key: "files", Type: "attachment", Max: rules.Num("2"), Name: rules.Say("附件", "附件", "Files")},
		{Key: "photos", Type: "image"},
		{Key: "sign", Type: "signature"},
		{Key: "note", Type: "static", Text: rules.Plain("Read this")},
		{Key: "rows", Type: "table", Name: rules.Say("明细", "明細", "Lines"), Fields: []Field{
			{Key: "phone", Type: "phone"}, {Key: "rating", Type: "rating", Name: rules.Say("评分", "評分", "Stars")}, {Key: "ean", Type: "barcode", Index: true}, {Key: "hours", Type: "duration"}, {Key: "photo", Type: "image"},
			{Key: "city", Type: "multiselect", Options: "city", OptionsBy: "land", Name: rules.Say("城市", "城市", "Cities")}}},
	}}
	name := rules.Plain
	w := testWorld([]Form{f}, []OptionList{
		{Key: "area", Items: []Option{
			{Key: "east", Name: name("East"), Items: []Option{{Key: "sh", Name: name("Shanghai"), Items: []Option{{Key: "pudong", Name: name("Pudong")}}}, {Key: "js", Name: name("Jiangsu")}}},
			{Key: "west", Name: name("West"), Retired: true}}},
		{Key: "land", Items: []Option{{Key: "cn", Name: name("China")}, {Key: "jp", Name: name("Japan")}}},
		{Key: "city", Items: []Option{{Key: "beijing", Name: name("Beijing"), Under: []string{"cn"}}, {Key: "tokyo", Name: name("Tokyo"), Under: []string{"jp"}}, {Key: "other", Name: name("Other")}}},
	})
	w.Roles = []string{"boss", "rep"}
	s, ps := Compile(w.Forms["k"], w, nil, "/forms/k")
	if len(ps) > 0 {
		t.Fatal(showProblems(ps))
	}
	return s
}

func TestParseTyped(t *testing.T) {
	t.Parallel()
	const phone = `phone.invalid: “Phone” must be a mobile number of 11 digits, or one beginning with + and the country code`
	const mail = `/data/email email.invalid: “email” must be a mail address such as li@example.com`
	const web = `/data/url url.invalid: “url” must be a web address beginning with http:// or https://, such as https://example.com`
	const clock = `/data/time shape.type: “time” must be a time of day, written like 09:30`
	const length = `/data/duration shape.type: “duration” must be a length of time, written like PT1H30M (1 hour 30 minutes)`
	const files = `/data/files shape.type: “Files” must be a list of files, each {"id": id of the file}`
	const uscc = `/data/uscc code.invalid: “uscc” must be a unified social credit code of 18 characters (digits and capital letters without I, O, S, V, Z)`
	checkParse(t, typedForm(t), []parseCase{
		{"phone", `"13800000000"`, `"13800000000"`},
		{"phone", `" +86 138-0000 0000 "`, `"13800000000"`},
		{"phone", `"（８６）１３８００００００００"`, `"13800000000"`},
		{"phone", `"0086 138 0000 0000"`, `"13800000000"`},
		{"phone", `"+1 (202) 555-0143"`, `"+12025550143"`},
		{"phone", `"00886 912 345 678"`, `"+886912345678"`},
		{"phone", `"12800000000"`, `/data/phone ` + phone},
		{"phone", `"021-12345678"`, `/data/phone ` + phone},
		{"phone", `""`, `/data/phone ` + phone},
		{"phone", `13800000000`, `/data/phone shape.type: “Phone” must be a text`},
		{"phone", `["13800000000"]`, `/data/phone shape.type: “Phone” must be a text`},
		{"anyPhone", `"021 1234 5678"`, `"02112345678"`},
		{"anyPhone", `"021-12345678-801"`, `"021-12345678-801"`},
		{"anyPhone", `"400-800-8888"`, `"400-800-8888"`},
		{"anyPhone", `"95588"`, `"95588"`},
		{"anyPhone", `"ring me"`, `/data/anyPhone phone.invalid: “anyPhone” must be a phone number: a mobile 13800000000, a landline 021-12345678, or one beginning with + and the country code`},
		{"extension", `"８００１"`, `"8001"`},
		{"extension", `"13800000000"`, `/data/extension text.pattern: “extension” is not in the expected format`},
		{"email", `"Li.Wei@Example.COM"`, `"Li.Wei@example.com"`},
		{"email", `" li@example.com\u200b"`, `"li@example.com"`},
		{"email", `"li@邮件.中国"`, `"li@邮件.中国"`},
		{"email", `"li@localhost"`, mail},
		{"email", `"li"`, mail},
		{"email", `"a@b.com, c@d.com"`, mail},
		{"email", `"a..b@example.com"`, mail},
		{"email", `"\"x\"@example.com\r\nBcc: y@example.com"`, mail},
		{"email", `"` + strings.Repeat("a", 65) + `@example.com"`, mail},
		{"email", `{}`, `/data/email shape.type: “email” must be a text`},
		{"url", `"https://example.com/a?b=中"`, `"https://example.com/a?b=中"`},
		{"url", `"javascript:alert(1)"`, web},
		{"url", `"https://bank.example@evil.example/"`, web},
		{"url", `"//example.com"`, web},
		{"url", `"https:///path"`, web},
		{"url", `"https://example.com/\u0009x"`, web},
		{"url", `"https://example.com/` + strings.Repeat("a", 2000) + `"`, `/data/url text.tooLong: “url” may have at most 2000 characters, it has 2020`},
		{"time", `"00:00"`, `"00:00"`},
		{"time", `"23:59"`, `"23:59"`},
		{"time", `"24:00"`, clock},
		{"time", `"9:30"`, clock},
		{"time", `"09:60"`, clock},
		{"time", `"09:30:00"`, clock},
		{"time", `930`, clock},
		{"duration", `"PT1H30M"`, `"PT1H30M"`},
		{"duration", `"PT90M"`, `"PT1H30M"`},
		{"duration", `"PT48H"`, `"PT48H"`},
		{"duration", `"PT0M"`, `"PT0M"`},
		{"duration", `"P1D"`, length},
		{"duration", `"PT"`, length},
		{"duration", `"PT30S"`, length},
		{"duration", `"-PT1H"`, length},
		{"duration", `90`, length},
		{"duration", `"PT9999999H"`, `/data/duration number.range: “duration” must be 0 to 527040000 minutes`},
		{"rating", `5`, `"5"`},
		{"rating", `"1"`, `"1"`},
		{"rating", `0`, `/data/rating number.range: “rating” must be 1 to 5`},
		{"rating", `6`, `/data/rating number.range: “rating” must be 1 to 5`},
		{"rating", `2.5`, `/data/rating number.step: “rating” must go from 1 in steps of 1`},
		{"rating", `true`, `/data/rating shape.type: “rating” must be a number such as 5`},
		{"slider", `-0.75`, `"-0.75"`},
		{"slider", `"1.00"`, `"1"`},
		{"slider", `0.3`, `/data/slider number.step: “slider” must go from -1 in steps of 0.25`},
		{"slider", `1.25`, `/data/slider number.range: “slider” must be -1 to 1`},
		{"slider", `"1e0"`, `/data/slider shape.type: “slider” must be a number such as 1`},
		{"barcode", `"ABC-123 ｘ"`, `"ABC-123 x"`},
		{"barcode", `" "`, `/data/barcode barcode.invalid: “barcode” is an empty code`},
		{"barcode", `"a\nb"`, `/data/barcode text.line: “barcode” must be a single line`},
		{"barcode", `"` + strings.Repeat("1", 201) + `"`, `/data/barcode text.tooLong: “barcode” may have at most 200 characters, it has 201`},
		{"ean", `"6901234567892"`, `"6901234567892"`},
		{"ean", `"6901234567893"`, `/data/ean barcode.invalid: The check digit of “ean” is wrong; scan it again or compare the digits`},
		{"ean", `"690123456789"`, `/data/ean barcode.invalid: “ean” must be a code of 13 digits`},
		{"uscc", `"91350100m000100y43"`, `"91350100M000100Y43"`},
		{"uscc", `"91350100M000100Y44"`, `"91350100M000100Y44"`}, // doubted, not refused
		{"uscc", `"91350100O000100Y43"`, uscc},
		{"uscc", `"123"`, uscc},
		{"tax", `"440300123456789"`, `"440300123456789"`},
		{"tax", `"4403001234567890"`, `/data/tax code.invalid: “tax” must be a taxpayer's number of 15, 17, 18 or 20 letters and digits`},
		{"custom", `"ab 12"`, `"AB12"`},
		{"custom", `"12"`, `/data/custom text.pattern: “custom” is not in the expected format`},
		{"role", `"rep"`, `"rep"`},
		{"role", `"clerk"`, `/data/role role.unknown: “role”: there is no role “clerk”`},
		{"role", `5`, `/data/role shape.type: “role” must be the key of a role`},
		{"team", `"sales.east"`, `"sales.east"`},
		{"team", `""`, `/data/team shape.type: “team” must be the id of a team`},
		{"auto", `"C2026-0001"`, `"C2026-0001"`},
		{"auto", `""`, `/data/auto shape.type: “auto” must be a text`},
		{"area", `["east","sh","pudong"]`, `["east","sh","pudong"]`},
		{"area", `["east","js"]`, `["east","js"]`},
		{"area", `["east","sh"]`, `/data/area option.open: “Area”: choose further under “Shanghai”`},
		{"area", `["sh"]`, `/data/area option.unknown: “Area” has no option “sh”`},
		{"area", `["east","west"]`, `/data/area option.unknown: “Area”: there is no option “west” under “East”`},
		{"area", `[]`, `/data/area shape.type: “Area” must be the list of option keys from the top down`},
		{"area", `"east"`, `/data/area shape.type: “Area” must be the list of option keys from the top down`},
		{"area", `["east", 1]`, `/data/area shape.type: “Area” must be the list of option keys from the top down`},
		{"place", `{"lat": 31.230416, "lng": "121.473701", "label": "Office"}`, `{"lat":"31.230416","lng":"121.473701","label":"Office"}`},
		{"place", `{"lat": "-90", "lng": "180", "label": ""}`, `{"lat":"-90","lng":"180"}`},
		{"place", `{"lat": "90.1", "lng": "0"}`, `/data/place location.range: In “Place” the latitude must be -90 to 90 and the longitude -180 to 180`},
		{"place", `{"lat": "1.1234567", "lng": "0"}`, `/data/place number.scale: “Place” may have at most 6 decimals`},
		{"place", `{"lat": "1"}`, `/data/place shape.type: “Place” must be written {"lat": "31.230416", "lng": "121.473701", "label": "…"}`},
		{"place", `{"lat": "1", "lng": "1", "label": "a\nb"}`, `/data/place text.line: “Place” must be a single line`},
		{"place", `{"lat": "1", "lng": "1", "lat": "2"}`, `/data/place key.duplicate: In “Place”, “lat” is given twice`},
		{"place", `{"lat": "1", "lng": "1", "alt": "2"}`, `/data/place field.unknown: “Place” has no member “alt”`},
		{"place", `[1, 2]`, `/data/place shape.type: “Place” must be written {name: value}`},
		{"address", `{"province": "上海市", "city": "市辖区", "district": "浦东新区", "detail": " 世纪大道 1 号 "}`, `{"city":"市辖区","country":"CN","detail":"世纪大道 1 号","district":"浦东新区","province":"上海市"}`},
		{"address", `{"province": "台湾省", "city": "台北市", "district": null}`, `{"city":"台北市","country":"CN","province":"台湾省"}`},
		{"address", `{"country": "DE", "city": "Berlin", "detail": "Unter den Linden 1"}`, `{"city":"Berlin","country":"DE","detail":"Unter den Linden 1"}`},
		{"address", `{"province": "上海"}`, `/data/address address.unknown: “Address”: there is no province “上海”`},
		{"address", `{"province": "上海市", "city": "杭州市"}`, `/data/address address.unknown: “Address”: there is no “杭州市” in 上海市`},
		{"address", `{"province": "浙江省", "city": "杭州市", "district": "浦东新区"}`, `/data/address address.unknown: “Address”: there is no “浦东新区” in 浙江省杭州市`},
		{"address", `{"city": "杭州市"}`, `/data/address address.open: “Address”: choose the province first, then the city, then the district`},
		{"address", `{"country": "China", "detail": "x"}`, `/data/address address.country: The country of “Address” must be two capital letters such as CN`},
		{"address", `{"country": "CN"}`, `/data/address address.empty: “Address” holds no address`},
		{"address", `{"province": 1}`, `/data/address shape.type: “Address” must be written {"province": "…", "city": "…", "district": "…", "detail": "…"}`},
		{"address", `{"street": "x"}`, `/data/address field.unknown: “Address” has no member “street”`},
		{"address", `"上海"`, `/data/address shape.type: “Address” must be written {name: value}`},
		{"rich", `"<p onclick=x()>a <b>b</b><script>alert(1)</script><img src=x onerror=y></p>"`, `"<p>a <b>b</b></p>"`},
		{"rich", `"<a href=\"javascript:x()\">x</a> <a href='https://a.example'>y</a>"`, `"x <a href=\"https://a.example\" rel=\"nofollow noreferrer noopener\" target=\"_blank\">y</a>"`},
		{"rich", `5`, `/data/rich shape.type: “rich” must be a text`},
		{"files", `[{"id": "0123456789abcdef0123456789abcdef", "name": "a.pdf", "size": 12, "type": "application/pdf"}]`, `[{"id":"0123456789abcdef0123456789abcdef","name":"a.pdf","size":12,"type":"application/pdf"}]`},
		{"files", `[]`, `[]`},
		{"files", `["0123456789abcdef0123456789abcdef"]`, files},
		{"files", `[{"id": "../etc"}]`, files},
		{"files", `[{"id": "0123456789abcdef0123456789abcdef", "url": "x"}]`, files},
		{"files", `[{"id": "0123456789abcdef0123456789abcdef", "size": 1.5}]`, files},
		{"files", `[{"id": "0123456789abcdef0123456789abcdef", "name": "a\nb"}]`, files},
		{"files", `{"id": "0123456789abcdef0123456789abcdef"}`, files},
		{"files", `[{"id": "0123456789abcdef0123456789abcdef"}, {"id": "0123456789abcdef0123456789abcdef"}]`, `/data/files file.duplicate: “Files” holds the same file twice`},
		{"files", `[{"id": "0123456789abcdef0123456789abcdef"}, {"id": "1123456789abcdef0123456789abcdef"}, {"id": "2123456789abcdef0123456789abcdef"}]`, `/data/files files.tooMany: “Files” may have at most 2 files, it has 3`},
		{"sign", `{"id": "0123456789abcdef0123456789abcdef"}`, `{"id":"0123456789abcdef0123456789abcdef"}`},
		{"sign", `[{"id": "0123456789abcdef0123456789abcdef"}]`, `/data/sign shape.type: “sign” must be written {"id": id of the file}`},
		{"note", `"x"`, `/data/note field.unknown: “note” is a text on the page and has no value`},
		{"rows", `[{"phone":"+86 13800000000","rating":"3","hours":"PT90M"}]`, `[{"hours":"PT1H30M","phone":"13800000000","rating":"3"}]`},
		{"rows", `[{"rating":9}]`, `/data/rows/0/rating number.range: “Stars” in row 1 of “Lines” must be 1 to 5`},
	})
}

// typedSample is one value of every field of typedForm.
var typedSample = map[string]string{
	"phone": `"13800000000"`, "email": `"a@b.cn"`, "url": `"https://b.cn"`, "time": `"09:30"`, "duration": `"PT1H30M"`, "rating": `4`, "slider": `0.25`,
	"barcode": `"x"`, "uscc": `"91350100M000100Y43"`, "role": `"rep"`, "team": `"t1"`,
	"place": `{"lat":"31.230416","lng":"121.4737","label":"Office"}`, "address": `{"province":"上海市"}`, "rich": `"<p>a</p>"`,
	"files": `[{"id":"0123456789abcdef0123456789abcdef","name":"a","size":3,"type":"text/plain"}]`, "sign": `{"id":"0123456789abcdef0123456789abcdef"}`,
	"auto": `"C-1"`, "area": `["east","sh","pudong"]`,
	"rows": `[{"ean":"6901234567892","rating":2},{"ean":"6901234567892"}]`,
}

func TestStoredTyped(t *testing.T) {
	t.Parallel()
	s := typedForm(t)
	in := map[string]json.RawMessage{}
	for k, v := range typedSample {
		in[k] = json.RawMessage(v)
	}
	v, ps := s.Parse(in, "/data")
	if len(ps) > 0 {
		t.Fatal(showProblems(ps))
	}
	raw, err := json.Marshal(s.Encode(v))
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"address":{"country":"CN","province":"上海市"},"area":["east","sh","pudong"],"auto":"C-1","barcode":"x","duration":90,"email":"a@b.cn","files":[{"id":"0123456789abcdef0123456789abcdef","name":"a","size":3,"type":"text/plain"}],"phone":"13800000000","place":{"label":"Office","lat":31230416,"lng":121473700},"rating":4,"rich":"\u003cp\u003ea\u003c/p\u003e","role":"rep","rows":[{"ean":"6901234567892","rating":2},{"ean":"6901234567892"}],"sign":{"id":"0123456789abcdef0123456789abcdef"},"slider":2500,` +
		`"team":"t1","time":"09:30","url":"https://b.cn","uscc":"91350100M000100Y43"}`
	if string(raw) != want {
		t.Errorf("stored\n got %s\nwant %s", raw, want)
	}
	cols, values := "", s.Cols(v)
	for _, c := range s.Columns() {
		if x := values[c.Name]; x != nil {
			cols += fmt.Sprintf("%s %s %v\n", c.Name, c.Type, x)
		}
	}
	const wantCols = `phone text 13800000000
email text a@b.cn
url text https://b.cn
time text 09:30
duration int 90
rating int 4
slider int 2500
barcode text x
uscc text 91350100M000100Y43
role text rep
team text t1
auto text C-1
area texts [east sh pudong]
rows_ean texts [6901234567892]
`
	if cols != wantCols {
		t.Errorf("columns\n%s\nwant\n%s", cols, wantCols)
	}
	foreign := Stored{}
	for _, f := range s.fields {
		foreign[f.storage] = true
	}
	if v := s.Decode(foreign); len(v) != 0 {
		t.Errorf("data of another type was read: %v", v)
	}
}

// A doubt is a warning, told when the value is new and not again.
func TestDoubt(t *testing.T) {
	t.Parallel()
	s := typedForm(t)
	v := Values{"uscc": "91350100M000100Y44", "tax": "91350100M000100Y43"}
	const want = `warning /data/uscc code.checksum: The check character of “uscc” does not match; compare it once more. If it is right, it may be saved all the same`
	if got := strings.Join(showProblems(s.Evaluate(&Input{New: v, Scope: testScope()}).Problems), "; "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := showProblems(s.Evaluate(&Input{Old: v, New: v, Scope: testScope()}).Problems); len(got) > 0 {
		t.Errorf("told again: %s", got)
	}
}

// What expressions and uniqueness make of the values.
func TestTypedInExpressions(t *testing.T) {
	t.Parallel()
	s := typedForm(t)
	v, ps := s.Parse(map[string]json.RawMessage{"time": []byte(`"09:30"`), "duration": []byte(`"PT20M"`), "rating": []byte("4"), "files": []byte(typedSample["files"]), "sign": []byte(typedSample["sign"]), "role": []byte(`"rep"`), "place": []byte(typedSample["place"]), "address": []byte(typedSample["address"]), "area": []byte(`["east","sh","pudong"]`), "phone": []byte(`"+86 13800000000"`)}, "/data")
	if len(ps) > 0 {
		t.Fatal(showProblems(ps))
	}
	for src, want := range map[string]string{
		"time < '10:00'": "true", "place.lat > 31 and place.label == 'Office'": "true", "address.province": "上海市", "old == nil or old.address.city == nil": "true", "area contains 'sh'": "true", "count(files)": "1", "sum(files, .size)": "3", "sign.id != nil": "true", "duration * 3 / 60": "1", "rating + 1": "5", "role == 'rep'": "true", "phone startsWith '138'": "true",
	} {
		p, ps := rules.Compile(src, s.Env(), rules.Anything)
		if len(ps) > 0 {
			t.Errorf("%s: %v", src, showProblems(ps))
			continue
		}
		got, err := p.Eval(s.Scope(v, testScope(), nil))
		if err != nil || rules.ShowValue(got) != want {
			t.Errorf("%s: %v %v, want %s", src, got, err, want)
		}
	}
	if _, ps := rules.Compile("note == nil", s.Env(), rules.Bool); len(ps) == 0 {
		t.Error("a static text has a value")
	}
	if _, ps := rules.Compile("role == 'clerk'", s.Env(), rules.Bool); len(ps) == 0 {
		t.Error("an unknown role was not found")
	}
	got := showProblems(s.Evaluate(&Input{New: v, Scope: testScope()}).Problems)
	if want := "/data/duration number.min: “duration” must not be below PT30M"; strings.Join(got, "; ") != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if key := s.UniqueValues(&Unique{On: []string{"phone"}, Normalize: []string{"phone"}}, v); len(key) != 1 || key[0].Key != `"13800000000"` {
		t.Errorf("%v", key)
	}
}

// An option that stands under others is offered only with them; what stood there before stays.
func TestOptionsBy(t *testing.T) {
	t.Parallel()
	s := typedForm(t)
	row := func(city ...any) []map[string]any { return []map[string]any{{"city": city}} }
	const wrong = `/data/city option.elsewhere: The option “Tokyo” of “City” does not belong to what is chosen in “Country”; choose another`
	for _, c := range []struct {
		old, now Values
		want     string
	}{
		{nil, Values{"land": "cn", "city": "beijing"}, ""},
		{nil, Values{"land": "cn", "city": "other"}, ""},
		{nil, Values{"city": "other"}, ""},
		{nil, Values{"land": "cn", "city": "tokyo"}, wrong},
		{nil, Values{"city": "tokyo"}, wrong},
		{Values{"land": "cn", "city": "tokyo"}, Values{"land": "cn", "city": "tokyo"}, ""},
		{Values{"land": "jp", "city": "tokyo"}, Values{"land": "cn", "city": "tokyo"}, wrong},
		{nil, Values{"land": "cn", "rows": row("beijing", "other")}, ""},
		{nil, Values{"land": "cn", "rows": row("beijing", "tokyo")},
			`/data/rows/0/city option.elsewhere: The option “Tokyo” of “Cities” in row 1 of “Lines” does not belong to what is chosen in “Country”; choose another`},
		{Values{"land": "cn", "rows": row("tokyo")}, Values{"land": "cn", "rows": row("tokyo")}, ""},
		{nil, Values{"area": []any{"west"}}, `/data/area option.retired: The option “West” of “Area” is no longer in use; choose another`},
	} {
		got := strings.Join(showProblems(s.Evaluate(&Input{Old: c.old, New: c.now, Scope: testScope()}).Problems), "; ")
		if got != c.want {
			t.Errorf("%v\n got %s\nwant %s", c.now, got, c.want)
		}
	}
}
