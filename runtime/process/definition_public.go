package process

import (
	"pipewright/rules"
)

// PublicForm is a form that anybody fills in by a link, without signing in: each one sent begins a record. It acts as the app's own
// actor (semantics 8).
type PublicForm struct {
	Key  string     `json:"key"`
	Was  []string   `json:"was,omitempty"`
	Form string     `json:"form"`
	Name rules.Text `json:"name"`
	// Intro stands above the fields, Submit on the button.
	Intro  rules.Text `json:"intro,omitzero"`
	Submit rules.Text `json:"submit,omitzero"`
	// Fields are those that are asked for, in the form's own order and sections; whatever else is sent is refused.
	Fields []string `json:"fields"`
	// Set gives more fields values: field → expression over what was sent.
	Set Assigns `json:"set,omitempty"`
	// Source keeps where the visitor came from: field → parameter of the link's address, such as utm_source, or "referrer" for the host of
	// the page that led here. What does not fit into its field is left out.
	Source map[string]string `json:"source,omitempty"`
	// Thanks is what the visitor reads after sending.
	Thanks rules.Text `json:"thanks,omitzero"`
	// Files lets the visitor upload files into fields that hold some.
	Files bool `json:"files,omitempty"`
}

// Tracking is a page on which a customer follows one record by a link, without signing in. It shows what is listed and nothing else.
type Tracking struct {
	Key string   `json:"key"`
	Was []string `json:"was,omitempty"`
	// Form or Process says whose records; exactly one is given.
	Form    string     `json:"form,omitempty"`
	Process string     `json:"process,omitempty"`
	Name    rules.Text `json:"name"`
	// If says when more than the way is shown: while it does not hold, Message and Fields are kept back.
	If string `json:"if,omitempty"`
	// Message is a text slot above everything.
	Message rules.Text `json:"message,omitzero"`
	// Fields are field keys, columns of tables ("lines.qty"), and the system names number, title, createdAt, updatedAt and since.
	Fields []string `json:"fields,omitempty"`
	// Stages are the way in the customer's words, in order; stages that no step is for show as what has been reached before them.
	Stages []TrackingStage `json:"stages,omitempty"`
	// Expiry is how long after a link was last handed out it works; P90D by default.
	Expiry string `json:"expiry,omitempty"`
	// By are the roles that may hand out links; without them whoever may edit the record.
	By []string `json:"by,omitempty"`
}

// TrackingStage is one step of the way as the customer reads it.
type TrackingStage struct {
	Key  string     `json:"key"`
	Name rules.Text `json:"name"`
	// In are the stages of the process that the step stands for; absent: the stage of the same key.
	In []string `json:"in,omitempty"`
	// Message is a text slot that shows while the record stands there.
	Message rules.Text `json:"message,omitzero"`
}

// Print is a paper made of a record: blocks put together one below the other, or HTML with {{ expression }} slots. PDF is the browser's to make.
type Print struct {
	Key  string     `json:"key"`
	Was  []string   `json:"was,omitempty"`
	Form string     `json:"form"`
	Name rules.Text `json:"name"`
	// If says when it is offered; By are the roles it is offered to, without them whoever sees the record.
	If string   `json:"if,omitempty"`
	By []string `json:"by,omitempty"`
	// Blocks are what stands on the paper; with them there is no Body.
	Blocks []Block `json:"blocks,omitempty"`
	// Body, Header and Footer are HTML. An element with data-each="lines" is repeated for each row of that table, one with data-if="…" shows
	// when the expression is true.
	Body   rules.Text `json:"body,omitzero"`
	Header rules.Text `json:"header,omitzero"`
	Footer rules.Text `json:"footer,omitzero"`
	// CSS is for this paper alone; it names no other address.
	CSS string `json:"css,omitempty"`
	// Page is "A4" (default), "A4 landscape", "A5" or "A5 landscape".
	Page string `json:"page,omitempty"`
}

// Block is one piece of a paper. Which members it has depends on Kind (blockMembers).
type Block struct {
	Key string `json:"key"`
	// Kind is "heading", "text", "fields", "table", "amount", "image", "sign", "code", "line", "break" or "html".
	Kind string `json:"kind"`
	// On puts it at the "top" or "bottom" of every page.
	On string `json:"on,omitempty"`
	If string `json:"if,omitempty"`
	// Text is what a heading or a text says, with slots and **bold**; what stands before an amount; what the row of sums is called.
	Text rules.Text `json:"text,omitzero"`
	// Level is that of a heading, 1 (default) to 3.
	Level int `json:"level,omitempty"`
	// Align is "left" (default), "center" or "right".
	Align string `json:"align,omitempty"`
	// Look is "note" for a small text, "box" for one with a frame or fields in one; of a code "bars" instead of a square.
	Look string `json:"look,omitempty"`
	// Value is the amount, or what the code says: an expression.
	Value string `json:"value,omitempty"`
	// Words writes the amount in capitals as well: "beside" it or "below".
	Words string `json:"words,omitempty"`
	// Rows are those of the table: an expression, mostly a field.
	Rows string `json:"rows,omitempty"`
	// Numbered counts the rows in a column of their own.
	Numbered bool `json:"numbered,omitempty"`
	// Cells are the fields, the columns of the table, or who signs.
	Cells []BlockCell `json:"cells,omitempty"`
	// Across is how many fields or signatures stand beside each other: 2 by default.
	Across int `json:"across,omitempty"`
	// Source is the picture, data:image/…; Width how wide it is, in millimetres.
	Source string `json:"source,omitempty"`
	Width  int    `json:"width,omitempty"`
	// HTML is what no other block can say.
	HTML rules.Text `json:"html,omitzero"`
}

// BlockCell is one value of a block with its name.
type BlockCell struct {
	// Value is an expression over the record, in a table over its row. Of a signature it may be left out.
	Value string `json:"value,omitempty"`
	// Name is what it is called; absent: as the field is.
	Name rules.Text `json:"name,omitzero"`
	// Width of a column is in hundredths of the paper's.
	Width int `json:"width,omitempty"`
	// Align is "left", "center" or "right"; figures stand right by default.
	Align string `json:"align,omitempty"`
	// Sum adds the column up below the rows.
	Sum bool `json:"sum,omitempty"`
}
