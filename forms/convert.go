package forms

import (
	"encoding/json"
	"html"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// Conversion is a value of a field of one release on its way into a field of another.
type Conversion struct {
	// From and Key are the schema and the field ("amount" or "lines.net") it was written under.
	From *Schema
	Key  string
	// To is the field of this schema that it becomes a value of.
	To string
	// Row of a table's column, from 0.
	Row int
	// Round lets a number lose decimals, and an instant its time of day.
	Round bool
	// Language of option names, and Zone of instants.
	Language string
	Zone     *time.Location
}

// Convert makes a value fit a field whose type, scale or currency is another than that of the field it was written under. It never guesses
// and never loses: what could mean two things, or would become less than it was, is a problem at base/field, and the value nil.
//
// Codes: convert.type, convert.currency, convert.lossy, those of ReadCell for text, and those of Parse.
func (s *Schema) Convert(c Conversion, v any, base string) (any, []rules.Problem) {
	was, f := c.From.find(c.Key), s.find(c.To)
	if was == nil || f == nil {
		return nil, s.unknownMembers(map[string]json.RawMessage{c.To: nil}, base)
	}
	if isEmpty(v) {
		return nil, nil
	}
	var problems []rules.Problem
	at := &place{base: base, f: f, row: c.Row, found: &problems}
	raw := c.raw(was, f, v, at)
	if len(problems) > 0 {
		return nil, problems
	}
	out := f.kind.parse(f, raw, at)
	if len(problems) > 0 {
		return nil, problems
	}
	return out, nil
}

// written are the types whose values are plain text a person wrote.
var written = map[string]bool{"text": true, "longtext": true}

// figures are the types whose values are one decimal; what it counts is told by the type.
var figures = map[string]bool{"number": true, "money": true, "percent": true, "rating": true, "slider": true}

// raw is the value as it would be sent for the field it goes into.
func (c *Conversion) raw(was, f *field, v any, at *place) json.RawMessage {
	from, to := was.def.Type, f.def.Type
	cells := &Cells{Language: c.Language, Zone: c.Zone}
	switch {
	case figures[from] && figures[to]:
		return c.figure(was, f, v, at)
	case written[to] && !written[from]:
		if !legible[from] {
			return unfit(was, at)
		}
		return marshal(c.From.CellText(was.id(), v, cells))
	case written[from] && to == "richtext":
		text, _ := v.(string)
		return marshal(html.EscapeString(text))
	case written[from] && readable[to]:
		text, _ := v.(string)
		read := cellReaders[to]
		if read == nil {
			return marshal(text)
		}
		out := read(f, text, cells, at)
		if raw, ok := out.(json.RawMessage); ok {
			return raw
		}
		return marshal(out)
	case from == "select" && to == "multiselect":
		return marshal([]any{v})
	case from == "multiselect" && to == "select":
		list, _ := v.([]any)
		if len(list) != 1 {
			at.fail("convert.lossy", "{field}只能留一个选项，这里有 {n} 个", "{field}只能留一個選項，這裡有 {n} 個", "{field} keeps one option only, and there are {n}", "n", len(list))
			return nil
		}
		return marshal(list[0])
	case from == "date" && to == "datetime":
		day, _ := v.(rules.Date)
		return marshal(day.At(0, 0, c.zone()).UTC().Format(time.RFC3339))
	case from == "datetime" && to == "date":
		t, _ := v.(time.Time)
		day := rules.DateOf(t, c.zone())
		if !day.At(0, 0, c.zone()).Equal(t) && !c.Round {
			at.fail("convert.lossy", "{field}只留日期，{value} 的钟点会丢失", "{field}只留日期，{value} 的鐘點會遺失", "{field} keeps the day only; the time of {value} would be lost",
				"value", t.In(c.zone()).Format("2006-01-02 15:04"))
			return nil
		}
		return marshal(day.String())
	case from == to && (from == "reference" || f.linked != nil || was.linked != nil):
		return unfit(was, at) // the ids of other records, or what others made of them
	case from == to || sameText[from] && sameText[to]:
		return marshal(was.kind.wire(was, v, nil))
	}
	return unfit(was, at)
}

// figure carries a number over as expressions see it: 10 % is 0.1.
func (c *Conversion) figure(was, f *field, v any, at *place) json.RawMessage {
	d, _ := v.(decimal.Decimal)
	from, to := was.def.Type, f.def.Type
	if (was.varies || f.varies) && was.varies != f.varies || from == "money" && to == "money" && was.currency != f.currency {
		at.fail("convert.currency", "{field}的币种与原来不同，金额不能照搬", "{field}的幣種與原來不同，金額不能照搬", "{field} is in another currency than before; the amount cannot be carried over as it is")
		return nil
	}
	if to == "percent" && from != "percent" && d.Abs().GreaterThan(decimal.NewFromInt(1)) {
		at.fail("convert.type", "{value} 作为百分数有歧义：0.1 才是 10%", "{value} 作為百分數有歧義：0.1 才是 10%", "{value} may mean two things as a percentage: 0.1 is 10 %", "value", d.String())
		return nil
	}
	if c.Round {
		d = d.Round(int32(f.scale))
	}
	if to == "money" {
		return marshal(map[string]string{"amount": d.String()})
	}
	return marshal(d.String())
}

// legible are the types whose values a text says whole; readable those that a text may be read as; sameText those that are text inside.
var (
	legible = map[string]bool{"number": true, "money": true, "percent": true, "rating": true, "slider": true, "bool": true, "date": true, "datetime": true, "time": true,
		"select": true, "multiselect": true, "cascade": true, "phone": true, "email": true, "url": true, "idcode": true, "barcode": true, "autonumber": true, "role": true}
	readable = map[string]bool{"text": true, "longtext": true, "number": true, "money": true, "percent": true, "rating": true, "slider": true, "bool": true, "date": true, "datetime": true,
		"time": true, "select": true, "multiselect": true, "cascade": true, "phone": true, "email": true, "url": true, "idcode": true, "barcode": true}
	sameText = map[string]bool{"phone": true, "email": true, "url": true, "idcode": true, "barcode": true}
)

func (c *Conversion) zone() *time.Location {
	if c.Zone == nil {
		return time.UTC
	}
	return c.Zone
}

func unfit(was *field, at *place) json.RawMessage {
	at.fail("convert.type", "原来的值（类型 {type}）变不成{field}", "原來的值（類型 {type}）變不成{field}", "A value of type {type} cannot become {field}", "type", was.def.Type)
	return nil
}
