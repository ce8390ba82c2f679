package rules

import (
	"time"

	"github.com/shopspring/decimal"
)

// The operations a compiled expression calls. Their signatures are among those the virtual machine calls without
// reflection and without an argument slice. All are null-safe as doc.go says.

func opAdd(a, b any) any {
	x, ok := number(a)
	y, ok2 := number(b)
	if !ok || !ok2 {
		return nil
	}
	return bounded(x.Add(y))
}

func opSub(a, b any) any {
	x, ok := number(a)
	y, ok2 := number(b)
	if !ok || !ok2 {
		return nil
	}
	return bounded(x.Sub(y))
}

func opMul(a, b any) any {
	x, ok := number(a)
	y, ok2 := number(b)
	if !ok || !ok2 {
		return nil
	}
	return bounded(x.Mul(y))
}

func opDiv(a, b any) any {
	x, ok := number(a)
	y, ok2 := number(b)
	if !ok || !ok2 {
		return nil
	}
	if y.IsZero() {
		raiseZero()
	}
	return bounded(x.DivRound(y, divisionPlaces))
}

func opMod(a, b any) any {
	x, ok := number(a)
	y, ok2 := number(b)
	if !ok || !ok2 {
		return nil
	}
	if y.IsZero() {
		raiseZero()
	}
	return bounded(x.Mod(y))
}

func raiseZero() {
	raise("expr.divideByZero", Say(
		"除数是 0。可改用 rate(a, b)，除数为 0 时得 0", "除數是 0。可改用 rate(a, b)，除數為 0 時得 0",
		"Division by zero. rate(a, b) gives 0 in that case"))
}

func opNeg(a any) any {
	x, ok := number(a)
	if !ok {
		return nil
	}
	return x.Neg()
}

func opPlus(a any) any { return a }

func opJoin(a, b any) any {
	x, _ := text(a)
	y, _ := text(b)
	if len(x)+len(y) > MaxText {
		raise("expr.limit", Say("文字太长（最多 {max} 字节）", "文字太長（最多 {max} 位元組）",
			"The text grows too long (at most {max} bytes)", "max", MaxText))
	}
	return x + y
}

func text(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case nil:
		return "", false
	case map[string]any:
		return text(v["id"])
	}
	wrongValue(v, Str)
	return "", false
}

// opTrue is the yes/no of a condition: null is no.
func opTrue(a any) bool {
	switch v := a.(type) {
	case bool:
		return v
	case nil:
		return false
	}
	wrongValue(a, Bool)
	return false
}

func opIsNull(a, _ any) bool  { return empty(a) }
func opNotNull(a, _ any) bool { return !empty(a) }

// empty says whether a value is nothing to a person: null, a text without characters, a list or table without anything in it. Filters over
// the store see it so, too: their columns hold null then.
func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case []map[string]any:
		return len(v) == 0
	case []string:
		return len(v) == 0
	}
	return false
}

// same compares two values of one kind; ok is false when either is null.
func same(a, b any) (equal, ok bool) {
	switch x := a.(type) {
	case nil:
		return false, false
	case decimal.Decimal:
		switch y := b.(type) {
		case decimal.Decimal:
			return x.Equal(y), true
		case nil:
			return false, false
		}
		y, ok := number(b)
		return ok && x.Equal(y), ok
	case int, int64:
		x1, _ := number(a)
		y, ok := number(b)
		return ok && x1.Equal(y), ok
	case string:
		switch y := b.(type) {
		case string:
			return x == y, true
		case nil:
			return false, false
		case map[string]any:
			id, ok := y["id"].(string)
			return ok && x == id, ok
		}
		return false, true
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y), b != nil
	case map[string]any:
		id := x["id"]
		if id == nil {
			return false, false
		}
		return same(id, idOf(b))
	case bool, Date:
		if b == nil {
			return false, false
		}
		return a == b, true
	}
	return false, b != nil
}

func opEq(a, b any) bool {
	eq, ok := same(a, b)
	return ok && eq
}

func opNe(a, b any) bool {
	eq, ok := same(a, b)
	return ok && !eq
}

// order compares two values of one ordered kind; ok is false when either is null.
func order(a, b any) (c int, ok bool) {
	if a == nil || b == nil {
		return 0, false
	}
	switch x := a.(type) {
	case decimal.Decimal:
		y, _ := number(b)
		return x.Cmp(y), true
	case int, int64:
		x1, _ := number(a)
		y, _ := number(b)
		return x1.Cmp(y), true
	case Date:
		if y, ok := b.(Date); ok {
			return x.Compare(y), true
		}
		wrongValue(b, Day)
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), true
		}
		wrongValue(b, Instant)
	case string:
		y, _ := text(b)
		switch {
		case x < y:
			return -1, true
		case x > y:
			return 1, true
		}
		return 0, true
	}
	wrongValue(a, Number)
	return 0, false
}

func opLt(a, b any) bool { c, ok := order(a, b); return ok && c < 0 }
func opLe(a, b any) bool { c, ok := order(a, b); return ok && c <= 0 }
func opGt(a, b any) bool { c, ok := order(a, b); return ok && c > 0 }
func opGe(a, b any) bool { c, ok := order(a, b); return ok && c >= 0 }

// opIn says whether a list holds a value; null is in no list.
func opIn(needle, list any) bool {
	if needle == nil {
		return false
	}
	switch l := list.(type) {
	case nil:
	case textSet:
		s, ok := needle.(string)
		if !ok {
			s, ok = idOf(needle).(string)
		}
		return ok && l[s]
	case []any:
		for _, v := range l {
			if opEq(needle, v) {
				return true
			}
		}
	case []string:
		for _, v := range l {
			if opEq(needle, v) {
				return true
			}
		}
	default:
		wrongValue(list, Type{Kind: KindList})
	}
	return false
}

// textSet is a constant list of texts.
type textSet map[string]bool

func opHas(list, needle any) bool { return opIn(needle, list) }

// opField is a step into a record; a step into null is null.
func opField(rec, name any) any {
	m, ok := rec.(map[string]any)
	if !ok {
		// A reference whose record was not fetched is its bare id: its own fields are not known here.
		if s, isText := rec.(string); isText && name == "id" {
			return s
		}
		return nil
	}
	return m[name.(string)]
}

// opItem is an element of a list by its number from 0; beyond the end it is null.
func opItem(list, index any) any {
	i := index.(int)
	switch l := list.(type) {
	case []any:
		if i < len(l) {
			return l[i]
		}
	case []map[string]any:
		if i < len(l) {
			return l[i]
		}
	}
	return nil
}

// opCount turns the machine's counter into a number.
func opCount(n any) any { return decimal.NewFromInt(int64(n.(int))) }

// opShift moves a date by whole days.
func opShift(d, n any) any {
	day, ok := d.(Date)
	if !ok {
		if d == nil {
			return nil
		}
		wrongValue(d, Day)
	}
	k, ok := whole(n)
	if !ok {
		return nil
	}
	return checkDate(day.AddDays(k))
}

func opShiftBack(d, n any) any {
	return opShift(d, opNeg(n))
}

func opDateDiff(a, b any) any {
	x, ok := a.(Date)
	y, ok2 := b.(Date)
	if !ok || !ok2 {
		return nil
	}
	return decimal.NewFromInt(int64(y.DaysUntil(x)))
}

// whole reads a number of days: whole, at most ten thousand years.
func whole(v any) (int, bool) {
	d, ok := number(v)
	if !ok {
		return 0, false
	}
	if !d.IsInteger() {
		raise("expr.value", Say("天数应是整数，实际是 {v}", "天數應是整數，實際是 {v}", "A number of days must be whole, but is {v}", "v", d.String()))
	}
	if d.Abs().Cmp(decimal.NewFromInt(3650000)) > 0 {
		raise("expr.limit", Say("天数太大：{v}", "天數太大：{v}", "Too many days: {v}", "v", d.String()))
	}
	return int(d.IntPart()), true
}

func checkDate(d Date) any {
	if !d.valid() {
		raise("expr.limit", Say("日期超出范围（公元 1 年至 9999 年）", "日期超出範圍（公元 1 年至 9999 年）", "The date is out of range (years 1 to 9999)"))
	}
	return d
}
