package process

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// CompiledPublic is a public form ready to take what visitors send.
type CompiledPublic struct {
	Def  *PublicForm
	Form *Form
	Set  []CompiledAssign
	// Source are the fields that keep where a visitor came from, in the form's order, with the parameter of each.
	Source []SourceField
}

// SourceField is a field filled from a parameter of the address.
type SourceField struct{ Field, Parameter string }

// Referrer is the parameter that stands for the host of the page that led to a public form.
const Referrer = "referrer"

// unpublic are the types that nobody fills in without signing in: choosing a record or a person would show which there are.
var unpublic = []string{"reference", "lookup", "rollup", "user", "team", "role", "autonumber"}

// sourceTypes may keep a parameter of an address.
var sourceTypes = []string{"text", "longtext", "url", "select", "multiselect", "cascade", "email", "phone", "number"}

var parameterPattern = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9_-]{0,39}$`)

func (c *compiler) compilePublic() {
	for i := range c.def.Public {
		d := &c.def.Public[i]
		path := "/public/" + elementKey(d.Key, i)
		p := &CompiledPublic{Def: d}
		if c.refForm(path+"/form", d.Form); c.app.Forms[d.Form] == nil {
			continue
		}
		p.Form = c.app.Forms[d.Form]
		c.publicFields(path, d, p.Form)
		p.Set = c.assigns(path+"/set", d.Set, p.Form, c.env(d.Form))
		for _, key := range sortedKeys(d.Set) {
			if slices.Contains(d.Fields, key) {
				c.fail(path+"/set/"+key, "public.twice", "“{field}”已由访客填写，不能再赋值", "「{field}」已由訪客填寫，不能再賦值",
					"The visitor fills in “{field}” already; it cannot be set as well", "field", c.fieldLabel(p.Form.Def, key))
			}
		}
		c.publicSource(path, d, p)
		c.publicRequired(path, d, p.Form.Def)
		if d.Key != "" && c.app.Public[d.Key] == nil {
			c.app.Public[d.Key] = p
		}
	}
}

func (c *compiler) fieldLabel(f *forms.Form, key string) rules.Text {
	if d := fieldOf(f, key); d != nil {
		return named(d.Name, d.Key)
	}
	return rules.Plain(key)
}

// publicFields checks that what is asked for can be asked of a stranger.
func (c *compiler) publicFields(path string, d *PublicForm, f *Form) {
	seen := map[string]bool{}
	for i, key := range d.Fields {
		at := path + "/fields/" + itoa(i)
		field := c.refField(at, key, f.Def)
		if field == nil {
			continue
		}
		if seen[key] {
			c.fail(at, "key.duplicate", "“{field}”写了两次", "「{field}」寫了兩次", "“{field}” is listed twice", "field", named(field.Name, key))
		}
		seen[key] = true
		c.publicField(at, d, field, named(field.Name, key))
		for j := range field.Fields {
			c.publicField(at, d, &field.Fields[j], named(field.Fields[j].Name, field.Fields[j].Key))
		}
	}
}

func (c *compiler) publicField(at string, d *PublicForm, field *forms.Field, name rules.Text) {
	switch {
	case slices.Contains(unpublic, field.Type):
		c.fail(at, "public.field", "“{field}”不能放进公开表单：不登录的人不能选择记录或人员", "「{field}」不能放進公開表單：不登入的人不能選擇記錄或人員",
			"“{field}” cannot stand in a public form: who has not signed in chooses neither records nor people", "field", name)
	case !d.Files && slices.Contains([]string{"attachment", "image", "signature"}, field.Type):
		p := rules.Errorf(at, "public.files", rules.Say("“{field}”要上传文件：请为这张公开表单打开“允许上传文件”", "「{field}」要上傳檔案：請為這張公開表單開啟「允許上傳檔案」",
			"“{field}” takes files: let this public form take files first", "field", name))
		path := at[:strings.LastIndex(at, "/fields/")]
		p.Fix = setFix(path+"/files", true, "允许上传文件", "允許上傳檔案", "Let it take files")
		c.add(p)
	}
}

// publicSource checks which fields keep where a visitor came from.
func (c *compiler) publicSource(path string, d *PublicForm, p *CompiledPublic) {
	for _, key := range sortedKeys(d.Source) {
		at := path + "/source/" + key
		field := c.refField(at, key, p.Form.Def)
		if field == nil {
			continue
		}
		name := named(field.Name, key)
		_, set := d.Set[key]
		switch {
		case field.Computed() || !slices.Contains(sourceTypes, field.Type):
			c.fail(at, "public.source", "“{field}”不能保存来源参数：请选文本、选项、网址等字段", "「{field}」不能儲存來源參數：請選文字、選項、網址等欄位",
				"“{field}” cannot keep a parameter of the address: choose a text, a choice or a web address", "field", name)
		case set || slices.Contains(d.Fields, key):
			c.fail(at, "public.twice", "“{field}”已有来处，不能再保存来源参数", "「{field}」已有來處，不能再儲存來源參數",
				"“{field}” gets its value elsewhere already", "field", name)
		case !parameterPattern.MatchString(d.Source[key]):
			c.fail(at, "setting.choice", "“{word}”不是网址参数名：应写如 utm_source，或 referrer", "「{word}」不是網址參數名：應寫如 utm_source，或 referrer",
				"“{word}” is no name of a parameter: write one like utm_source, or referrer", "word", d.Source[key])
		}
	}
	for _, info := range p.Form.Schema.Fields() {
		if parameter, ok := d.Source[info.ID]; ok {
			p.Source = append(p.Source, SourceField{info.ID, parameter})
		}
	}
}

// publicRequired looks for what must be there when a record begins and nobody would give.
func (c *compiler) publicRequired(path string, d *PublicForm, f *forms.Form) {
	var must []string
	if p := c.procOf[f.Key]; p != nil {
		if st := stageOf(p, p.Start); st != nil && st.Fields != nil {
			must = st.Fields.Require
		}
	}
	for i := range f.Fields {
		field := &f.Fields[i]
		_, set := d.Set[field.Key]
		given := set || slices.Contains(d.Fields, field.Key) || field.Computed() || field.Value != "" || field.Type == "autonumber"
		if given || !field.Required && !slices.Contains(must, field.Key) || field.VisibleIf != "" {
			continue
		}
		c.fail(path+"/fields", "public.required", "“{field}”必填，但公开表单里没有它：请加进来，或在“赋值”里给它一个值",
			"「{field}」必填，但公開表單裡沒有它：請加進來，或在「賦值」裡給它一個值",
			"“{field}” is required, and nobody gives it here: ask for it, or set it", "field", named(field.Name, field.Key))
	}
}

// onPublic finds the form whose records a public form begins.
func (c *compiler) onPublic(path, key string, a *CompiledAutomation) {
	for i := range c.def.Public {
		if c.def.Public[i].Key == key {
			a.Form = c.app.Forms[c.def.Public[i].Form]
			return
		}
	}
	c.unknown(path, wordPublic, key, publicKeys(c.def))
}

// sent is what an automation sees of what a visitor has sent by a public form, as payload: the fields that the form asks for, and those that keep
// where he came from. Nothing for one that does not name it, so that its runs need not look it up, or whose record has a field of that name,
// which is the one meant.
func (c *compiler) sent(a *CompiledAutomation) (t rules.Type, named bool) {
	if a.Def.On.Public == "" || a.Form == nil || fieldOf(a.Form.Def, payloadSeen) != nil {
		return t, false
	}
	if raw, err := json.Marshal(a.Def); err != nil || !bytes.Contains(raw, []byte(payloadSeen)) {
		return t, false
	}
	names := c.env(a.Form.Def.Key).Names
	fields := map[string]rules.Type{}
	for i := range c.def.Public {
		p := &c.def.Public[i]
		if p.Key != a.Def.On.Public {
			continue
		}
		for _, key := range append(slices.Clone(p.Fields), sortedKeys(p.Source)...) {
			if _, twice := fields[key]; !twice && fieldOf(a.Form.Def, key) != nil {
				fields[key] = names[key]
				a.Sent = append(a.Sent, key)
			}
		}
	}
	return rules.RecordOf(fields), true
}

// SentFrame is the frame of an automation that a visitor has set off: what he has sent, as the beginning of the record keeps it. None (nil) is what
// has been erased.
func (a *CompiledAutomation) SentFrame(begun *Created) *Frame {
	if a.Sent == nil {
		return nil
	}
	fr := &Frame{Payload: map[string]any{}}
	if begun == nil {
		return fr
	}
	sent := forms.Values{}
	all := a.Form.Schema.Decode(begun.Data)
	for _, key := range a.Sent {
		sent[key] = all[key]
	}
	names := a.Form.Schema.Scope(sent, nil, nil).Names
	for _, key := range a.Sent {
		fr.Payload[key] = names[key]
	}
	return fr
}

func publicKeys(def *Definition) []string {
	out := make([]string, len(def.Public))
	for i := range def.Public {
		out[i] = def.Public[i].Key
	}
	return out
}

// publicForm notes what a public form names.
func (f *finder) publicForm(path string, p *PublicForm) {
	form, names := formOf(f.def, p.Form), f.names(p.Form)
	f.key(path+"/form", &p.Form, "/forms")
	if form == nil {
		return
	}
	list := "/forms/" + form.Key + "/fields"
	f.keys(path+"/fields", p.Fields, list)
	f.assigns(path+"/set", p.Set, form, names)
	for _, key := range sortedKeys(p.Source) {
		entry(f, path+"/source", p.Source, key, list+"/"+key)
	}
}

// publicOf is the form whose records a public form begins, nil when there is none.
func (f *finder) publicOf(key string) *forms.Form {
	for i := range f.def.Public {
		if f.def.Public[i].Key == key && key != "" {
			return formOf(f.def, f.def.Public[i].Form)
		}
	}
	return nil
}
