package process

import (
	"slices"
	"strings"
	"unicode/utf8"

	"pipewright/rules"
)

// maxNote bounds a note, in Unicode code points.
const maxNote = 10000

// note adds a note; reading the record is enough.
func (d *decider) note() *Rejection {
	if !d.c.Actor.Rights.Read && !d.c.Actor.Service {
		return forbidden()
	}
	text := strings.TrimSpace(d.c.Comment)
	if text == "" || utf8.RuneCountInString(text) > maxNote {
		return reject("field.invalid", rules.Say("笔记要有内容，最多 {max} 字", "筆記要有內容，最多 {max} 字", "A note has 1 to {max} characters", "max", maxNote))
	}
	named := mentions(text)
	for _, user := range d.c.People {
		if len(named) < maxMentions && !slices.Contains(named, user) {
			named = append(named, user)
		}
	}
	if d.c.Public != "" { // a visitor calls nobody; the owner hears of it
		named = nil
		if d.s.Owner != "" {
			named = []string{d.s.Owner}
		}
	}
	d.emit(Noted{Text: text, Mentions: named})
	return nil
}

// maxMentions is how many people one note tells.
const maxMentions = 20

// mentions finds @user in a note by the name somebody signs in with; whether it is somebody's is found when the notice is sent.
func mentions(text string) []string {
	var out []string
	for rest := text; ; {
		i := strings.IndexByte(rest, '@')
		if i < 0 {
			return out
		}
		rest = rest[i+1:]
		end := strings.IndexFunc(rest, func(r rune) bool {
			return !(r == '.' || r == '_' || r == '-' || (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z'))
		})
		if end < 0 {
			end = len(rest)
		}
		if name := strings.TrimRight(rest[:end], ".-"); name != "" && len(out) < maxMentions {
			out = append(out, name)
		}
	}
}

// connect notes that this record started another one (hand-over).
func (d *decider) connect() *Rejection {
	if !d.c.Actor.Service {
		return forbidden()
	}
	if d.c.Link != nil {
		d.emit(LinkAdded{Link: *d.c.Link})
	}
	return nil
}

// delete puts the record into the recycle bin; not while an approval runs.
func (d *decider) delete() *Rejection {
	if !d.c.Actor.Rights.Delete && !d.c.Actor.Service {
		return forbidden()
	}
	if r := d.unchanged(); r != nil {
		return r
	}
	if d.s.Round != nil && !d.c.Actor.Service {
		return reject("approval.running", rules.Say("审批还在进行，不能删除", "簽核還在進行，不能刪除", "An approval is running; the record cannot be deleted"))
	}
	if r := d.pointedAt(); r != nil {
		return r
	}
	if d.s.Round != nil {
		d.emit(RoundEnded{State: Cancelled}) // sample data goes whatever waits for it
	}
	d.dropTimers("")
	d.emit(Deleted{})
	return nil
}

// pointedAt refuses to delete a record that others refer to, unless their reference says "clear" or "keep" (semantics 20).
func (d *decider) pointedAt() *Rejection {
	for _, key := range sortedKeys(d.app.Forms) {
		other := d.app.Forms[key]
		for i := range other.Def.Fields {
			f := &other.Def.Fields[i]
			if f.Type != "reference" || f.Form != d.form.Def.Key || f.OnDelete == "keep" || f.OnDelete == "clear" {
				continue
			}
			need := Need{Kind: NeedLinked, Key: "linked:" + key + "." + f.Key, Form: key, Via: f.Key, ID: d.s.ID}
			counts, known := d.f.Linked[need.Key]
			if !known {
				d.need(need)
				continue
			}
			n := 0
			for _, c := range counts {
				n += c
			}
			if n > 0 {
				return reject("reference.used", rules.Say("还有 {n} 条“{form}”引用它，先处理那些记录再删除", "還有 {n} 筆「{form}」引用它，先處理那些記錄再刪除",
					"It cannot be deleted: {n} of “{form}” refer to it", "n", n, "form", named(other.Def.Name, key)))
			}
		}
	}
	return nil
}

func (d *decider) restore() *Rejection {
	if !d.c.Actor.Rights.Delete && !d.c.Actor.Service {
		return forbidden()
	}
	if d.s.Deleted.IsZero() {
		return nil
	}
	d.backFromBin()
	return nil
}

// backFromBin takes the record out of the recycle bin; what waited for time or people in its stage waits again.
func (d *decider) backFromBin() {
	d.emit(Restored{})
	if st := d.stage(); st != nil && st.Def.Open() {
		d.lateTimers(st)
		d.lateActivities(st)
	}
}

// reveal notes that a person looks up a number that he is shown in part. There is no way to it that leaves no trace.
func (d *decider) reveal() *Rejection {
	r, key := d.c.Actor.Rights, d.c.Item
	if !r.Read || !r.Reveal || !r.Mask[key] {
		return forbidden()
	}
	if st := d.stage(); st != nil && d.form.HiddenIn(st.Def.Key, r.Whole)[key] {
		return forbidden()
	}
	d.emit(Revealed{Field: d.form.Schema.StorageKey(key)})
	return nil
}

// readCopy notes that a person an approval was copied to has opened it; every copy of his is read by that.
func (d *decider) readCopy() *Rejection {
	seen := map[int]bool{}
	for _, c := range d.s.Copies {
		if c.User == d.c.Actor.User && c.Read.IsZero() && !seen[c.Round] {
			seen[c.Round] = true
			d.emit(ReadCopy{Round: c.Round})
		}
	}
	return nil
}
