package forms

import (
	"encoding/json"
	"sort"

	"pipewright/rules"
)

// kind is a field type. A new one is one file with this and one line below.
type kind interface {
	// settings are the members of Field that mean something for this type, beside those of every field.
	settings() []string
	// compile checks the settings and prepares f.
	compile(c *compiler, f *field)
	// typ is the type in expressions. deep is false for fields of a record behind a reference, whose own references
	// are known by id only.
	typ(w *World, d *Field, deep bool) rules.Type
	// parse reads a wire value that is not null. Problems are told to at; then the value is nil.
	parse(f *field, raw json.RawMessage, at *place) any
	// accept takes a value that an expression gave (or another field holds) for this field: numbers are rounded,
	// everything else must fit. v is not nil.
	accept(f *field, v any, at *place) any
	// wire is the JSON-able canonical form of a value that is not nil.
	wire(f *field, v any, refs RefTitles) any
	// encode is the stored form of a value that is not nil; decode reads it back, nil when it is of another type.
	encode(f *field, v any) any
	decode(f *field, stored any) any
	// column is the type of the queryable column, "" when there is none; col is the value in it.
	column() ColumnType
	col(f *field, v any) any
	// schema is the JSON Schema of the wire form.
	schema(f *field) map[string]any
}

// doubter is a field type that may doubt a value it does not refuse: doubt tells a warning at the place of the value.
type doubter interface {
	doubt(f *field, v any, at *place)
}

// kinds is the registry of field types. It is filled in init because a table's type looks up the types of its columns here.
var kinds map[string]kind

func init() {
	kinds = map[string]kind{
		"text":        textKind{},
		"longtext":    longtextKind{},
		"number":      numberKind{},
		"money":       moneyKind{},
		"percent":     percentKind{},
		"bool":        boolKind{},
		"date":        dateKind{},
		"datetime":    datetimeKind{},
		"select":      selectKind{},
		"multiselect": multiselectKind{},
		"user":        userKind{},
		"reference":   referenceKind{},
		"table":       tableKind{},
		"phone":       phoneKind{},
		"email":       emailKind{},
		"url":         urlKind{},
		"time":        timeKind{},
		"duration":    durationKind{},
		"rating":      ratingKind{},
		"slider":      sliderKind{},
		"barcode":     barcodeKind{},
		"idcode":      idcodeKind{},
		"role":        roleKind{},
		"team":        teamKind{},
		"autonumber":  autonumberKind{},
		"cascade":     cascadeKind{},
		"attachment":  fileKind{},
		"image":       fileKind{image: true},
		"signature":   fileKind{image: true, one: true},
		"location":    locationKind{},
		"lookup":      lookupKind,
		"rollup":      rollupKind,
		"address":     addressKind{},
		"richtext":    richtextKind{},
		"static":      staticKind{},
	}
}

// Types lists the field types there are, sorted.
func Types() []string {
	out := make([]string, 0, len(kinds))
	for k := range kinds {
		out = append(out, k)
	}
	sort.Strings(out)
	return out
}
