package process

import (
	"encoding/json"

	"pipewright/rules"
)

// View is a board or a list.
type View struct {
	Key     string     `json:"key"`
	Name    rules.Text `json:"name,omitzero"`
	Process string     `json:"process,omitempty"`
	Form    string     `json:"form,omitempty"`
	// Kind is "board" or "list".
	Kind    string   `json:"kind"`
	Where   string   `json:"where,omitempty"`
	Columns []string `json:"columns,omitempty"`
	Sort    []string `json:"sort,omitempty"`
	Sum     []string `json:"sum,omitempty"`
	Card    []string `json:"card,omitempty"`
}

// Report is a figure or a table of figures.
type Report struct {
	Key     string     `json:"key"`
	Name    rules.Text `json:"name,omitzero"`
	Process string     `json:"process,omitempty"`
	Form    string     `json:"form,omitempty"`
	// Kind is "summary" (default), "funnel", "snapshot": how a process stands against its positions of Weeks ago, "forecast": what is won and
	// expected by month and owner beside the target, of Months from this one on, or "quota": the quarter against its target, week by week, or
	// "velocity": by owner how fast business comes in, of what closed in the last Weeks (13), "stay": by stage how long records stay there, of the
	// stays that ended in the last Weeks (13), or "ageing": the open records of each stage by how long they have been there.
	Kind string `json:"kind,omitempty"`
	// Rows is a table of the form: a summary is then of its rows, whose columns are named row.column beside what is the record's.
	Rows string `json:"rows,omitempty"`
	// Weeks back of a snapshot, 1 (default) to 104: the Monday of last week, of the week before that, and so on.
	Weeks int `json:"weeks,omitempty"`
	// Months ahead of a forecast, this one included: 1 (default) to 24.
	Months   int        `json:"months,omitempty"`
	Where    string     `json:"where,omitempty"`
	Group    []GroupBy  `json:"group,omitempty"`
	Measures []MeasureD `json:"measures,omitempty"`
	// Chart is "number", "bar", "line", "pie", "funnel", "table", or "heat": the first group down, the second across, the first measure as shades.
	Chart string `json:"chart,omitempty"`
}

// GroupBy is one level of grouping: a field or system name, dates by unit, figures by the ranges between bounds.
type GroupBy struct {
	By   string `json:"by"`
	Unit string `json:"unit,omitempty"`
	// Bounds, ascending, are where the ranges of a figure begin: what is a bound belongs to the range above it.
	Bounds []json.Number `json:"bounds,omitempty"`
}

// MeasureD is one figure of a report.
type MeasureD struct {
	Key   string     `json:"key"`
	Name  rules.Text `json:"name,omitzero"`
	Count bool       `json:"count,omitempty"`
	Sum   string     `json:"sum,omitempty"`
	Min   string     `json:"min,omitempty"`
	Max   string     `json:"max,omitempty"`
	// Avg is the mean of the values there are.
	Avg string `json:"avg,omitempty"`
	// Ratio is one measure of the report in relation to another.
	Ratio *RatioD `json:"ratio,omitempty"`
	// Where narrows the records that this measure counts.
	Where string `json:"where,omitempty"`
}

// RatioD names two measures of the same report: how much of the whole the part is.
type RatioD struct {
	Part  string `json:"part"`
	Whole string `json:"whole"`
	// Times makes a number of it, such as days of a period (90); 0 leaves the share.
	Times int `json:"times,omitempty"`
}

// Dashboard is a page of reports.
type Dashboard struct {
	Key   string     `json:"key"`
	Name  rules.Text `json:"name"`
	Cards []string   `json:"cards"`
}
