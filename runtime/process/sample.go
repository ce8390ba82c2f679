package process

import (
	"encoding/json"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// Dated puts dates and instants in place of durations that count from now ("-P10D", "P2W"), in date and datetime fields and
// columns: sample data is always as old as the day it is loaded. Everything else stays as it is.
func Dated(app *App, form string, data Wire, now time.Time, calendar rules.Calendar) Wire {
	f := app.Forms[form]
	if f == nil {
		return data
	}
	return dated(f.Schema.Fields(), data, func(kind, text string) (string, bool) {
		d, err := rules.ParseDuration(text)
		if err != nil {
			return "", false
		}
		at := d.Add(now, app.Zone, calendar)
		if kind == "date" {
			return rules.DateOf(at, app.Zone).String(), true
		}
		return at.UTC().Truncate(time.Millisecond).Format(time.RFC3339Nano), true
	})
}

func dated(fields []forms.FieldInfo, data Wire, at func(kind, text string) (string, bool)) Wire {
	out := make(Wire, len(data))
	for k, raw := range data {
		out[k] = raw
	}
	for _, f := range fields {
		raw, given := data[f.Def.Key]
		if !given {
			continue
		}
		switch f.Def.Type {
		case "date", "datetime":
			var text string
			if json.Unmarshal(raw, &text) != nil {
				continue
			}
			if moment, ok := at(f.Def.Type, text); ok {
				out[f.Def.Key], _ = json.Marshal(moment)
			}
		case "table":
			var rows []Wire
			if json.Unmarshal(raw, &rows) != nil {
				continue
			}
			for i := range rows {
				rows[i] = dated(f.Columns, rows[i], at)
			}
			out[f.Def.Key], _ = json.Marshal(rows)
		}
	}
	return out
}
