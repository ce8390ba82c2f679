package process

import (
	"fmt"
	"slices"
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

// claimUnique asks the shell to claim each unique value of the record that is set, and rejects when another record holds one, or
// when two rows of this very record have the same. Null is never unique.
func (d *decider) claimUnique(v forms.Values) *Rejection {
	var broken []rules.Problem
	for i := range d.form.Def.Unique {
		u := &d.form.Def.Unique[i]
		found := d.claimAll(u, v)
		if u.Mode == "warn" {
			d.warnings = append(d.warnings, found...)
		} else {
			broken = append(broken, found...)
		}
	}
	if len(broken) == 0 {
		return nil
	}
	return reject(broken[0].Code, broken[0].Message, broken...)
}

// doubles are the warnings of the unique rules that only warn, for values that a person is typing. What he may not see stands in none.
func (d *decider) doubles(res *forms.Result) []rules.Problem {
	var out []rules.Problem
	for i := range d.form.Def.Unique {
		u := &d.form.Def.Unique[i]
		if u.Mode == "warn" && !slices.ContainsFunc(u.On, func(key string) bool { return masked(res, key) }) {
			out = append(out, d.claimAll(u, res.Values)...)
		}
	}
	return out
}

// masked says whether a field, or the column of a table, is kept from the person.
func masked(res *forms.Result, key string) bool {
	table, _, _ := strings.Cut(key, ".")
	return res.Fields[table].Masked || res.Fields[key].Masked
}

// claimAll claims each value of a rule; the problems are of the rule's severity.
func (d *decider) claimAll(u *forms.Unique, v forms.Values) []rules.Problem {
	var out []rules.Problem
	seen := map[string]bool{}
	for _, one := range d.form.Schema.UniqueValues(u, v) {
		var p rules.Problem
		if seen[one.Key] {
			p = rules.Errorf("/data/"+one.Place, "unique.twice", rules.Say("这个值在本记录里已经填过一次", "這個值在本記錄裡已經填過一次",
				"This record has the same value in another row"))
		} else if p = d.claimOne(u, one); p.Code == "" {
			seen[one.Key] = true
			continue
		}
		seen[one.Key] = true
		if u.Mode == "warn" {
			p.Severity = rules.Warning
		}
		out = append(out, p)
	}
	return out
}

// claimOne claims one value; the problem has no code when it is this record's, or not known yet.
func (d *decider) claimOne(u *forms.Unique, one forms.UniqueValue) rules.Problem {
	name := UniqueName(d.form, u, one)
	key := "unique:" + name
	holder, known := d.f.Unique[key]
	if !known {
		d.need(Need{Kind: NeedUnique, Key: key, Series: name, ID: d.s.ID, Mode: u.Mode})
		return rules.Problem{}
	}
	if holder == "" || holder == d.s.ID {
		return rules.Problem{}
	}
	return Taken(u, one)
}

// UniqueName is the name of the claim of a unique value.
func UniqueName(form *Form, u *forms.Unique, one forms.UniqueValue) string {
	return form.App.Def.Key + "/" + form.StorageKey + "|" + u.Key + "|" + one.Key
}

// Taken says that another record has a unique value.
func Taken(u *forms.Unique, one forms.UniqueValue) rules.Problem {
	msg := u.Message
	if msg.IsZero() {
		msg = rules.Say("已有一条相同的记录", "已有一條相同的記錄", "There is a record with the same values already")
	}
	return rules.Errorf("/data/"+one.Place, "unique.taken", msg)
}
