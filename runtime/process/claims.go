package process

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// number answers the record's number when the form numbers its records at this moment ("create", "transition", "approval"),
// and asks the shell to claim it (semantics 13). The answer is empty while the claim is outstanding.
func (d *decider) number(when string) string {
	n := d.form.Def.Number
	at := "create"
	if n != nil && n.When != "" {
		at = n.When
	}
	if n == nil || d.s.Number != "" || at != when {
		return ""
	}
	return d.nextNumber(d.app.Def.Key+"/"+d.form.StorageKey, n.Pattern, n.Reset)
}

// fieldNumbers answers numbers for the fields that number the record and are still empty.
func (d *decider) fieldNumbers(v forms.Values) forms.Values {
	out := forms.Values{}
	for _, f := range d.form.Schema.Autonumbers() {
		if v[f.Key] != nil {
			continue
		}
		series := d.app.Def.Key + "/" + d.form.StorageKey + "#" + d.form.Schema.StorageKey(f.Key)
		if n := d.nextNumber(series, f.Pattern, f.Reset); n != "" {
			out[f.Key] = n
		}
	}
	return out
}

// nextNumber is the next number of a series, or "" while its claim is outstanding.
func (d *decider) nextNumber(series, pattern, reset string) string {
	local := d.now.In(d.app.Zone)
	text, width := expandPattern(pattern, local)
	switch reset {
	case "daily":
		series += "|" + local.Format("20060102")
	case "monthly":
		series += "|" + local.Format("200601")
	case "yearly":
		series += "|" + local.Format("2006")
	}
	key := "number:" + series
	claimed, ok := d.f.Numbers[key]
	if !ok {
		d.need(Need{Kind: NeedNumber, Key: key, Series: series, ID: d.s.ID})
		return ""
	}
	if seq, err := strconv.Atoi(claimed); err == nil {
		claimed = fmt.Sprintf("%0*d", width, seq)
	}
	return strings.ReplaceAll(text, "\x00", claimed)
}

// expandPattern fills the dates of a numbering pattern and leaves a NUL where the sequence goes.
func expandPattern(pattern string, at time.Time) (text string, width int) {
	var b strings.Builder
	for rest := pattern; rest != ""; {
		open := strings.IndexByte(rest, '{')
		end := strings.IndexByte(rest, '}')
		if open < 0 || end < open {
			b.WriteString(rest)
			break
		}
		b.WriteString(rest[:open])
		switch part := rest[open+1 : end]; {
		case strings.HasPrefix(part, "seq"):
			width, _ = strconv.Atoi(strings.TrimPrefix(strings.TrimPrefix(part, "seq"), ":"))
			b.WriteByte(0)
		default:
			b.WriteString(at.Format(strings.NewReplacer("yyyy", "2006", "yy", "06", "MM", "01", "dd", "02").Replace(part)))
		}
		rest = rest[end+1:]
	}
	return b.String(), width
}

// claimUnique asks the shell to claim each unique value of the record that is set, and rejects when another record holds one.
// Null is never unique.
func (d *decider) claimUnique(v forms.Values) *Rejection {
	for i := range d.form.Def.Unique {
		u := &d.form.Def.Unique[i]
		value, ok := d.form.Schema.UniqueKey(u, v)
		if !ok {
			continue
		}
		key := "unique:" + d.app.Def.Key + "/" + d.form.StorageKey + "|" + u.Key + "|" + value
		holder, known := d.f.Unique[key]
		if !known {
			d.need(Need{Kind: NeedUnique, Key: key, Series: strings.TrimPrefix(key, "unique:"), ID: d.s.ID, Mode: u.Mode})
			continue
		}
		if holder == "" || holder == d.s.ID {
			continue
		}
		msg := u.Message
		if msg.IsZero() {
			msg = rules.Say("已有一条相同的记录", "已有一條相同的記錄", "There is a record with the same values already")
		}
		p := rules.Errorf("/data/"+u.On[0], "unique.taken", msg)
		if u.Mode == "warn" {
			p.Severity = rules.Warning
			d.warnings = append(d.warnings, p)
			continue
		}
		return reject("unique.taken", msg, p)
	}
	return nil
}
