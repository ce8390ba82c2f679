package forms

import (
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"pipewright/rules"
)

// ShownText is a value as people read it on paper: amounts in groups of three with their currency's decimals, names instead of keys,
// instants in the zone's time; of are the values of the record, which say the currency of an amount that varies. An amount that is not in the
// app's currency says which. It is not meant to be read back; see CellText for that.
func (s *Schema) ShownText(key string, v any, of Values, c *Cells) string {
	f := s.find(key)
	if f == nil || v == nil {
		return ""
	}
	if f.varies {
		f = f.in(s.CurrencyOf(of))
	}
	switch x := v.(type) {
	case decimal.Decimal:
		switch f.def.Type {
		case "money":
			text := Grouped(x.StringFixed(int32(f.scale)))
			if (f.def.Currency != "" || f.varies) && s.world != nil && f.currency != s.world.base() {
				text = f.currency + " " + text
			}
			return text
		case "percent":
			return writePercent(f, v, c)
		case "number":
			text := Grouped(x.String())
			if f.def.Unit != "" {
				text += " " + f.def.Unit
			}
			return text
		}
	case time.Time:
		return inZone(x, c)
	case map[string]any:
		if f.def.Type == "address" {
			return addressLine(x)
		}
	}
	if f.def.Type == "longtext" || f.def.Type == "richtext" {
		if text, ok := v.(string); ok {
			return text
		}
	}
	return s.CellText(key, v, c)
}

// PlainText is a computed value as people read it.
func PlainText(v any, c *Cells) string {
	switch x := v.(type) {
	case bool:
		return writeBool(nil, x, c)
	case time.Time:
		return inZone(x, c)
	case []any:
		parts := make([]string, len(x))
		for i := range x {
			parts[i] = PlainText(x[i], c)
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		for _, name := range []string{"title", "name"} {
			if s, ok := x[name].(string); ok {
				return s
			}
		}
		return ""
	}
	return rules.ShowValue(v)
}

// GroupedAmount writes an amount in groups of three, with the decimals of its currency.
func GroupedAmount(d decimal.Decimal, currency string) string {
	scale, ok := CurrencyScale(currency)
	if !ok {
		scale = 2
	}
	return Grouped(d.StringFixed(int32(scale)))
}

// Grouped sets the thousands of a plain decimal apart.
func Grouped(text string) string {
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	whole, rest, fraction := strings.Cut(text, ".")
	var b strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	if fraction {
		b.WriteString("." + rest)
	}
	return sign + b.String()
}

func inZone(t time.Time, c *Cells) string {
	zone := c.Zone
	if zone == nil {
		zone = time.UTC
	}
	return t.In(zone).Format("2006-01-02 15:04")
}

// addressLine writes an address from the large to the small, as Chinese addresses go.
func addressLine(m map[string]any) string {
	var b strings.Builder
	last := ""
	for _, part := range []string{"province", "city", "district", "detail"} {
		s, _ := m[part].(string)
		if s != "" && s != last && s != "市辖区" { // a municipality is its own province
			b.WriteString(s)
		}
		last = s
	}
	return b.String()
}
