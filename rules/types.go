package rules

import "sort"

// Kind is the sort of value an expression has.
type Kind string

const (
	// KindNull is the literal nil alone.
	KindNull Kind = "null"
	// KindNumber is every number, percent (0.1 is 10 %) and money amount: decimal.Decimal.
	KindNumber Kind = "number"
	// KindText is string: texts, options, users, references, times.
	KindText Kind = "text"
	// KindBool is bool.
	KindBool Kind = "bool"
	// KindDate is Date.
	KindDate Kind = "date"
	// KindDatetime is time.Time in UTC.
	KindDatetime Kind = "datetime"
	// KindList is []any of Elem: several options, users and so on.
	KindList Kind = "list"
	// KindTable is []map[string]any (or []any of them) with columns Fields.
	KindTable Kind = "table"
	// KindRecord is map[string]any with Fields: the record behind a reference, old, a table row, the answer of decide().
	KindRecord Kind = "record"
	// KindAny is only a wish, in the last argument of Compile: any type will do. No compiled program has it.
	KindAny Kind = "any"
)

// Type is the type of a name or an expression.
type Type struct {
	Kind Kind
	// Elem is the type of a list's elements.
	Elem *Type
	// Fields are the members of a record or the columns of a table.
	Fields map[string]Type
	// Options, when not empty, is the closed set of keys a text can have; a comparison with another literal is a problem.
	Options []string
	// Of is the key of the form whose record stands behind a reference, "" for any other record.
	Of string
	// Currency names the currency of a money amount: "" for a plain number, an ISO code for a fixed currency, or a text
	// beginning with "field:" when it varies by record. Amounts in different currencies do not mix.
	Currency string
}

// The scalar types.
var (
	Null     = Type{Kind: KindNull}
	Number   = Type{Kind: KindNumber}
	Str      = Type{Kind: KindText}
	Bool     = Type{Kind: KindBool}
	Day      = Type{Kind: KindDate}
	Instant  = Type{Kind: KindDatetime}
	Anything = Type{Kind: KindAny}
)

// ListOf is the type of a list.
func ListOf(elem Type) Type { return Type{Kind: KindList, Elem: &elem} }

// TableOf is the type of a table with these columns.
func TableOf(columns map[string]Type) Type { return Type{Kind: KindTable, Fields: columns} }

// RecordOf is the type of a record with these members.
func RecordOf(fields map[string]Type) Type { return Type{Kind: KindRecord, Fields: fields} }

// OneOf is the type of a text that is one of a closed set of option keys.
func OneOf(options ...string) Type { return Type{Kind: KindText, Options: options} }

// elem is the type of what a loop over t sees.
func (t Type) elem() Type {
	if t.Kind == KindTable {
		return RecordOf(t.Fields)
	}
	if t.Elem != nil {
		return *t.Elem
	}
	return Null
}

// Say names the type in the words of a business admin.
func (t Type) Say() Text {
	switch t.Kind {
	case KindNull:
		return Say("空值", "空值", "nothing")
	case KindNumber:
		return Say("数值", "數值", "a number")
	case KindText:
		return Say("文字", "文字", "a text")
	case KindBool:
		return Say("是/否", "是/否", "a yes/no")
	case KindDate:
		return Say("日期", "日期", "a date")
	case KindDatetime:
		return Say("日期时间", "日期時間", "a date and time")
	case KindList:
		return Say("列表", "清單", "a list")
	case KindTable:
		return Say("明细表", "明細表", "a table")
	case KindRecord:
		return Say("记录", "記錄", "a record")
	}
	return Say("任意值", "任意值", "any value")
}

// unify is the type that holds both a and b, if there is one; null joins anything.
func unify(a, b Type) (Type, bool) {
	switch {
	case a.Kind == KindNull:
		return b, true
	case b.Kind == KindNull:
		return a, true
	case a.Kind != b.Kind:
		return Type{}, false
	}
	out := Type{Kind: a.Kind}
	if a.Currency == b.Currency {
		out.Currency = a.Currency
	}
	switch a.Kind {
	case KindList:
		e, ok := unify(a.elem(), b.elem())
		if !ok {
			return Type{}, false
		}
		out.Elem = &e
	case KindTable, KindRecord:
		out.Fields = map[string]Type{}
		for k, x := range a.Fields {
			if y, ok := b.Fields[k]; ok {
				if z, ok := unify(x, y); ok {
					out.Fields[k] = z
				}
			}
		}
	case KindText:
		if len(a.Options) > 0 && len(b.Options) > 0 {
			set := map[string]bool{}
			for _, o := range append(append([]string{}, a.Options...), b.Options...) {
				set[o] = true
			}
			for o := range set {
				out.Options = append(out.Options, o)
			}
			sort.Strings(out.Options)
		}
	}
	return out, true
}

// Choices are the options that a value of the type, or an element of it, may be; nil when it may be anything.
func (t Type) Choices() []string {
	if t.Kind == KindList {
		return t.elem().Options
	}
	return t.Options
}

// fits says whether a value of type got may stand where want is asked for.
func fits(got, want Type) bool {
	switch {
	case want.Kind == "" || want.Kind == KindAny || got.Kind == KindNull:
		return true
	case got.Kind != want.Kind:
		// A reference is a text (its id) where a text is wanted.
		return got.Kind == KindRecord && want.Kind == KindText && len(want.Options) == 0
	case got.Kind == KindList && want.Elem != nil:
		return fits(got.elem(), *want.Elem)
	}
	return true
}
