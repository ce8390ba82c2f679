package forms

import (
	"encoding/json"

	"pipewright/rules"
)

// Form is the definition of one kind of record (definition.md, "forms").
type Form struct {
	Key  string     `json:"key"`
	Was  []string   `json:"was,omitempty"`
	Name rules.Text `json:"name"`
	Help rules.Text `json:"help,omitzero"`
	// Code is the short upper-case mark that record ids of this form begin with, 1 to 6 letters; by default made from the key.
	Code string `json:"code,omitempty"`
	// Currency names a choice of ISO 4217 codes among the fields: amounts that name no currency are in the one chosen, record by record.
	Currency string `json:"currency,omitempty"`
	// Title is a text slot; by default the first text field.
	Title    string     `json:"title,omitempty"`
	Number   *Numbering `json:"number,omitempty"`
	Sections []Section  `json:"sections,omitempty"`
	Fields   []Field    `json:"fields"`
	Checks   []Check    `json:"checks,omitempty"`
	Unique   []Unique   `json:"unique,omitempty"`
	Grants   []Grant    `json:"grants,omitempty"`
	// Related lists forms whose records point here, shown on the record page.
	Related []Related `json:"related,omitempty"`
}

// Numbering says how records of a form are numbered, e.g. "SJ{yyyyMMdd}-{seq:4}".
type Numbering struct {
	Pattern string `json:"pattern"`
	// Reset is "never" (default), "daily", "monthly" or "yearly", in the app's time zone.
	Reset string `json:"reset,omitempty"`
	// When is "create" (default), "transition" or "approval".
	When string `json:"when,omitempty"`
}

// Section is a titled group of fields on the page.
type Section struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	// Columns is 1 (default) to 4; phones always show one.
	Columns   int      `json:"columns,omitempty"`
	Fields    []string `json:"fields"`
	VisibleIf string   `json:"visibleIf,omitempty"`
}

// Field is one field of a form or one column of a table.
type Field struct {
	Key  string     `json:"key"`
	Was  []string   `json:"was,omitempty"`
	Type string     `json:"type"`
	Name rules.Text `json:"name,omitzero"`
	Help rules.Text `json:"help,omitzero"`

	// Text is what a static text says.
	Text rules.Text `json:"text,omitzero"`

	Required   bool   `json:"required,omitempty"`
	RequiredIf string `json:"requiredIf,omitempty"`
	VisibleIf  string `json:"visibleIf,omitempty"`
	ReadIf     string `json:"readIf,omitempty"`
	// WhenHidden is "keep" (default), "clear" or "exclude".
	WhenHidden string `json:"whenHidden,omitempty"`
	// Calc makes the field computed: nobody edits it.
	Calc string `json:"calc,omitempty"`
	// Value is an expression evaluated once, at create, when nothing was given.
	Value string `json:"value,omitempty"`

	// MinLength and MaxLength bound a text, in Unicode code points; a longtext may hold up to 20,000.
	MinLength *int   `json:"minLength,omitempty"`
	MaxLength *int   `json:"maxLength,omitempty"`
	Pattern   string `json:"pattern,omitempty"`
	// Min and Max bound a number, percent, money amount, date, or the number of a table's rows; a number or an expression.
	Min rules.NumberSlot `json:"min,omitzero"`
	Max rules.NumberSlot `json:"max,omitzero"`
	// Scale is the number of decimals kept: 0 to 8; default 4 for number and percent, the currency's own for money.
	Scale *int   `json:"scale,omitempty"`
	Unit  string `json:"unit,omitempty"`
	// Step is what a slider moves by; a plain number.
	Step rules.NumberSlot `json:"step,omitzero"`
	// Kind narrows a phone (mobile, any), an idcode (uscc, tax, custom) or a barcode (any, ean13, ean8, upca).
	Kind string `json:"kind,omitempty"`
	// Currency overrides the app's currency for a money field (ISO 4217).
	Currency string `json:"currency,omitempty"`

	// Reset is when an autonumber begins anew: "never" (default), "daily", "monthly" or "yearly", in the app's time zone.
	Reset string `json:"reset,omitempty"`

	// Options names an option list of the app (select, multiselect, cascade).
	Options string `json:"options,omitempty"`
	// OptionsBy names another field with options: of those that say what they stand under, only what is chosen there is offered.
	OptionsBy string `json:"optionsBy,omitempty"`
	// Form names the form a reference points to; Fill copies fields of the record chosen; Where limits the choice.
	Form  string            `json:"form,omitempty"`
	Fill  map[string]string `json:"fill,omitempty"`
	Where string            `json:"where,omitempty"`
	// OnDelete of a reference says what happens when the record it points to is deleted: "restrict" (default) forbids it as long as
	// this reference stands; "clear" lets it go and empties this field once it is gone for good, as until then it can be restored; "keep"
	// lets it go and leaves what stands here.
	OnDelete string `json:"onDelete,omitempty"`
	// Via is the reference a lookup goes through, or by which the records of Form that a rollup sums up point here; Field is the
	// field of the other side; Agg is count, sum, min, max or avg.
	Via   string `json:"via,omitempty"`
	Field string `json:"field,omitempty"`
	Agg   string `json:"agg,omitempty"`
	// OwnCurrency of a rollup sums amounts up in the currency of the record it stands in, instead of in the app's.
	OwnCurrency bool `json:"ownCurrency,omitempty"`
	// Fields are the columns of a table; Checks hold per row.
	Fields []Field `json:"fields,omitempty"`
	Checks []Check `json:"checks,omitempty"`

	// List shows the field as a column by default; Filter and Sort make it queryable with an index; Search puts its words
	// into the search; Index makes a table's column queryable.
	List   bool `json:"list,omitempty"`
	Filter bool `json:"filter,omitempty"`
	Sort   bool `json:"sort,omitempty"`
	Search bool `json:"search,omitempty"`
	Index  bool `json:"index,omitempty"`
	// Declassify lets a computed value show to people who may not see what it is computed from.
	Declassify bool `json:"declassify,omitempty"`
}

// Check is a condition that must hold; Message says so when it does not.
type Check struct {
	Key     string     `json:"key"`
	If      string     `json:"if"`
	Message rules.Text `json:"message"`
	// Mode is "block" (default) or "warn".
	Mode string `json:"mode,omitempty"`
}

// Unique says that no two records may have equal values in the fields On.
type Unique struct {
	Key string   `json:"key"`
	On  []string `json:"on"`
	// Normalize lists "trim", "case", "width", "phone", "company", applied to every text in On.
	Normalize []string `json:"normalize,omitempty"`
	// Mode is "block" (default) or "warn".
	Mode    string     `json:"mode,omitempty"`
	Message rules.Text `json:"message,omitzero"`
}

// Grant gives a role rights over the records of a form.
type Grant struct {
	Role    string  `json:"role"`
	Records Records `json:"records"`
	// Do lists create, read, edit, delete, assign, override, import, export, reveal.
	Do       []string `json:"do"`
	Hide     []string `json:"hide,omitempty"`
	ReadOnly []string `json:"readOnly,omitempty"`
	// Mask are phone numbers that are shown in part, as 138****8000: to all that asks for them they are hidden. Whoever creates a record types them.
	Mask []string `json:"mask,omitempty"`
}

// Records is the scope of a grant: "none", "own", "participant", "pool", "team", "teamTree", "all", or a condition.
type Records struct {
	Scope string
	Where string
}

func (r Records) MarshalJSON() ([]byte, error) {
	if r.Where != "" {
		return json.Marshal(struct {
			Where string `json:"where"`
		}{r.Where})
	}
	return json.Marshal(r.Scope)
}

// Related shows the records of another form that point here through a reference field.
type Related struct {
	Form string     `json:"form"`
	Via  string     `json:"via"`
	Name rules.Text `json:"name,omitzero"`
}

// OptionList is a dictionary of options shared across the forms of an app (ENG-02).
type OptionList struct {
	Key   string     `json:"key"`
	Was   []string   `json:"was,omitempty"`
	Name  rules.Text `json:"name,omitzero"`
	Items []Option   `json:"items"`
}

// Option is one choice. A retired option can no longer be chosen but still shows where it was.
type Option struct {
	Key     string     `json:"key"`
	Name    rules.Text `json:"name"`
	Color   string     `json:"color,omitempty"`
	Retired bool       `json:"retired,omitempty"`
	// Under lists the options of another field (Field.OptionsBy) for which this one is offered; without it, for all.
	Under []string `json:"under,omitempty"`
	// Items are the options below this one in a cascade.
	Items []Option `json:"items,omitempty"`
}
