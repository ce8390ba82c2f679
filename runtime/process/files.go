package process

import (
	"maps"
	"strings"

	"github.com/shopspring/decimal"

	"pipewright/forms"
	"pipewright/rules"
)

// FileFact is an uploaded file as the shell keeps it.
type FileFact struct {
	Missing bool
	Name    string
	Type    string
	Size    int64
	SHA256  string
	// By is who uploaded it; empty when that does not matter.
	By string
}

// files holds the files that a command brings to what was uploaded: a file is the record's already, or one's own. What is said of it
// beside its id comes from the upload.
func (d *decider) files(v forms.Values) *Rejection {
	uses := d.form.Schema.Files(v)
	if len(uses) == 0 {
		return nil
	}
	held := map[any]map[string]any{}
	for _, u := range d.form.Schema.Files(d.view(nil)) {
		held[u.Ref["id"]] = u.Ref
	}
	var ps []rules.Problem
	for _, u := range uses {
		id, _ := u.Ref["id"].(string)
		if have := held[id]; have != nil {
			clear(u.Ref)
			maps.Copy(u.Ref, have)
		} else {
			key := "file:" + id
			f, ok := d.f.Files[key]
			if !ok {
				d.need(Need{Kind: NeedFile, Key: key, ID: id})
				continue
			}
			if f.Missing || !d.mayUse(&f) {
				ps = append(ps, rules.Errorf("/data"+u.Path, "file.missing", rules.Say("“{field}”的文件没有上传成功，请重新上传", "「{field}」的檔案沒有上傳成功，請重新上傳", "A file of “{field}” has not been uploaded; upload it again", "field", u.Name)))
				continue
			}
			u.Ref["name"], u.Ref["type"], u.Ref["sha256"], u.Ref["size"] = f.Name, f.Type, f.SHA256, decimal.NewFromInt(f.Size)
		}
		if kind, _ := u.Ref["type"].(string); u.Image && !strings.HasPrefix(kind, "image/") {
			ps = append(ps, rules.Errorf("/data"+u.Path, "file.type", rules.Say("“{field}”只能放图片", "「{field}」只能放圖片", "“{field}” takes pictures only", "field", u.Name)))
		}
	}
	if len(ps) > 0 {
		return reject("field.invalid", rules.Say("有些内容填得不对", "有些內容填得不對", "Some values are not right"), ps...)
	}
	return nil
}

// mayUse says whether whoever acts may put a file that was uploaded into the record. Who sends a public form may use what came by that form.
func (d *decider) mayUse(f *FileFact) bool {
	if d.c.Public != "" {
		return f.By == "" || f.By == Visitor(d.app.Def.Key, d.c.Public)
	}
	return f.By == "" || f.By == d.c.Actor.User || d.c.Actor.Service
}
