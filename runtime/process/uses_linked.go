package process

import (
	"strings"

	"pipewright/forms"
	"pipewright/rules"
)

// maxLookups bounds how far a lookup of a lookup is followed.
const maxLookups = 4

// looked is the field a lookup shows, and the form it is of; nil when there is none.
func (f *finder) looked(d *forms.Field, beside []forms.Field) (*forms.Form, *forms.Field) {
	if i := fieldIndex(beside, d.Via); i >= 0 {
		if form := formOf(f.def, beside[i].Form); form != nil {
			return form, fieldOf(form, d.Field)
		}
	}
	return nil, nil
}

// source is what a reference to "form" or a rollup over "form.table" is about: the list of its fields or columns, and what a
// condition on them may name.
func (f *finder) source(of string) (list string, names rules.Names) {
	key, column, inTable := strings.Cut(of, ".")
	list, names = "/forms/"+key+"/fields", f.names(key)
	table := fieldOf(formOf(f.def, key), column)
	if !inTable || table == nil {
		return list, names
	}
	list += "/" + column + "/fields"
	return list, with(names, func(name string) *rules.Thing { return f.fieldIn(list, table.Fields, name) })
}
