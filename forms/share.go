package forms

// Shared is a field as another app may know it: what its values are and how they are called, without what computes, shows or checks
// it. ok is false for a table and for what holds no value.
func (s *Schema) Shared(key string) (out Field, ok bool) {
	f := s.byKey[key]
	if f == nil || f.def.Type == "table" || f.def.Type == "static" {
		return out, false
	}
	d := f.def
	out = Field{Key: key, Type: d.Type, Name: d.Name, Kind: d.Kind, Scale: d.Scale, Unit: d.Unit, Currency: f.currency, Options: d.Options, Form: d.Form}
	switch d.Type {
	case "rating", "slider":
		out.Min, out.Max, out.Step = d.Min, d.Max, d.Step
	case "autonumber":
		out.Type, out.Kind = "text", ""
	}
	return out, true
}
