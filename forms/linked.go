package forms

import (
	"encoding/json"
	"strings"

	"pipewright/rules"
)

// A lookup shows a field of the record behind a reference; a rollup sums up the records that point here. Both are stored, so
// that they can be filtered, sorted and totalled like any field, and refreshed when the other side changes (semantics 6). Compile
// turns each into what it amounts to: a computed field of the type of what it shows.

// maxLinks is how many lookups and rollups may rest on one another. It also stops circles.
const maxLinks = 3

// linkedKind stands for a lookup or rollup until it is resolved.
type linkedKind struct {
	plainText
	own []string
}

var (
	lookupKind = linkedKind{own: []string{"via", "field", "list", "filter", "sort", "search", "index"}}
	rollupKind = linkedKind{own: []string{"form", "via", "agg", "ownCurrency", "field", "where", "list", "filter", "sort"}}
)

func (k linkedKind) settings() []string { return k.own }

// compile puts the resolved definition and its kind in place.
func (linkedKind) compile(c *compiler, f *field) {
	defs := c.schema.form.Fields
	if f.parent != nil {
		defs = f.parent.def.Fields
	}
	d := f.def
	was := len(c.problems)
	if d.Type == "lookup" {
		c.lookup(f, defs)
	} else {
		c.rollup(f)
	}
	if len(c.problems) > was {
		return
	}
	to := c.world.resolved(defs, d, 1)
	if to == nil {
		c.fail(f.path+"/field", "lookup.depth", "{field}依赖的引用取值和汇总超过 {max} 层，或绕回了自己", "{field}依賴的引用取值和彙總超過 {max} 層，或繞回了自己",
			"{field} rests on more than {max} lookups and rollups in a row, or on itself", "field", quoted(f.name), "max", maxLinks)
		return
	}
	f.linked = d
	f.def, f.kind, f.varies = to, kinds[to.Type], c.world.varies(c.schema.form, to)
	f.kind.compile(c, f)
}

// lookup checks what a lookup names.
func (c *compiler) lookup(f *field, defs []Field) {
	via := fieldIn(defs, f.def.Via)
	switch {
	case f.def.Via == "" || f.def.Field == "":
		c.fail(f.path, "setting.missing", "{field}要写明经过哪个引用（via）、取哪个字段（field）", "{field}要寫明經過哪個引用（via）、取哪個欄位（field）",
			"{field} must say through which reference (via) and which field (field) it shows", "field", quoted(f.name))
		return
	case via == nil:
		c.unknown(f.path+"/via", sayField, f.def.Via, defKeys(defs))
		return
	case via.Type != "reference":
		c.fail(f.path+"/via", "ref.kind", "“{via}”不是引用字段", "「{via}」不是引用欄位", "“{via}” is not a reference", "via", via.Key)
		return
	}
	if f.parent != nil && !via.Index {
		c.needsIndex(f.path+"/via", via, f.parent.path)
		return
	}
	target := c.world.Forms[via.Form]
	if target == nil {
		return // reported at the reference
	}
	c.linkedField(f, target.Fields, func(t string) bool { return t != "table" && t != "static" })
}

// needsIndex reports that the reference via in the table at path has no index.
func (c *compiler) needsIndex(at string, via *Field, path string) {
	c.fail(at, "setting.missing", "列“{via}”要设 index，才能在对方变化时找到这些行", "欄「{via}」要設 index，才能在對方變化時找到這些列",
		"The column “{via}” needs index, so that these rows are found when the other side changes", "via", via.Key)
	c.fix(rules.Say("给“{via}”设 index", "給「{via}」設 index", "Set index on “{via}”", "via", via.Key), rules.Change{Path: path + "/fields/" + via.Key + "/index", Value: []byte("true")})
}

// linkedField checks the field of the other side.
func (c *compiler) linkedField(f *field, defs []Field, fits func(typ string) bool) {
	src := fieldIn(defs, f.def.Field)
	switch {
	case src == nil:
		c.unknown(f.path+"/field", sayField, f.def.Field, defKeys(defs))
	case kinds[src.Type] == nil: // reported at its own form
	case !linkedTypes[src.Type] && !fits(src.Type):
		c.fail(f.path+"/field", "ref.kind", "{field}不能取“{source}”：它的类型是“{type}”", "{field}不能取「{source}」：它的類型是「{type}」",
			"{field} cannot take “{source}”, which is of type “{type}”", "field", quoted(f.name), "source", src.Key, "type", SayType(src.Type))
	}
}

var linkedTypes = map[string]bool{"lookup": true, "rollup": true}

// resolved is the definition a lookup or rollup amounts to, nil when it cannot be told. defs are the fields it stands among.
func (w *World) resolved(defs []Field, d *Field, level int) *Field {
	if !linkedTypes[d.Type] {
		return d
	}
	if level > maxLinks {
		return nil
	}
	if d.Type == "rollup" && d.Agg == "count" {
		zero := 0
		return d.shown(Field{Type: "number", Scale: &zero})
	}
	from := d.Form
	if d.Type == "lookup" {
		via := fieldIn(defs, d.Via)
		if via == nil || via.Type != "reference" {
			return nil
		}
		from = via.Form
	}
	among := w.rowsOf(from)
	src := fieldIn(among, d.Field)
	if src == nil || kinds[src.Type] == nil {
		return nil
	}
	key, _, _ := strings.Cut(from, ".")
	if src = w.resolved(among, src, level+1); src == nil {
		return nil
	}
	varies := w.varies(w.Forms[key], src)
	out := Field{Type: src.Type, Scale: src.Scale, Unit: src.Unit, Currency: src.Currency, Options: src.Options, Form: src.Form}
	switch {
	case d.Type == "rollup" && (src.Type == "rating" || src.Type == "slider"):
		// A sum or mean leaves the scale of what it is made of.
		out.Type = "number"
	case src.Type == "rating" || src.Type == "slider":
		out.Min, out.Max, out.Step = src.Min, src.Max, src.Step
	case src.Type == "autonumber":
		out.Type = "text"
	case src.Type == "text" || src.Type == "longtext":
		out.MaxLength = src.MaxLength
	}
	switch {
	case out.Type != "money":
	case d.OwnCurrency:
		out.Currency = "" // like any other amount of the form it is shown in
	default:
		// Whatever the form it is shown in says of its own amounts.
		out.Currency = moneyCurrency(w, src)
	}
	if d.Type == "lookup" {
		out.Calc = d.Via + "." + d.Field
		if varies {
			out.Calc = "base(" + out.Calc + ")"
		}
	}
	return d.shown(out)
}

// Resolve is the definition that a lookup or rollup among defs amounts to, with its source beside; any other field is itself, and
// so is one that names nothing.
func (w *World) Resolve(defs []Field, d *Field) Field {
	to := w.resolved(defs, d, 1)
	if to == nil || to == d {
		return *d
	}
	out := *to
	out.Via, out.Field = d.Via, d.Field
	return out
}

// shown is what the field shows, under its own name and with its own place in lists.
func (d *Field) shown(as Field) *Field {
	as.Key, as.Was, as.Name, as.Help, as.VisibleIf, as.WhenHidden = d.Key, d.Was, d.Name, d.Help, d.VisibleIf, d.WhenHidden
	as.List, as.Filter, as.Sort, as.Search, as.Index, as.Declassify, as.Agg = d.List, d.Filter, d.Sort, d.Search, d.Index, d.Declassify, d.Agg
	return &as
}

func fieldIn(defs []Field, key string) *Field {
	for i := range defs {
		if defs[i].Key == key {
			return &defs[i]
		}
	}
	return nil
}

func defKeys(defs []Field) []string {
	out := make([]string, len(defs))
	for i := range defs {
		out[i] = defs[i].Key
	}
	return out
}

func (linkedKind) parse(_ *field, _ json.RawMessage, at *place) any { return notText(at) }
func (linkedKind) accept(*field, any, *place) any                   { return nil }
func (linkedKind) column() ColumnType                               { return "" }
func (linkedKind) schema(*field) map[string]any                     { return map[string]any{} }

// Lookup is a field, or a column of Table, that shows Field of the record of Form behind the reference Via.
type Lookup struct{ Table, Key, Via, Form, Field string }

// Lookups lists the lookups of the form, in order.
func (s *Schema) Lookups() []Lookup {
	var out []Lookup
	each(s.fields, func(f *field) {
		if f.linked == nil || f.linked.Type != "lookup" {
			return
		}
		l := Lookup{Key: f.key, Via: f.linked.Via, Field: f.linked.Field}
		siblings := s.byKey
		if f.parent != nil {
			l.Table, siblings = f.parent.key, f.parent.colByKey
		}
		l.Form = siblings[l.Via].def.Form
		out = append(out, l)
	})
	return out
}
