package forms

// Settled says that no value of a record changes unless somebody changes a field: nothing is computed from the time, the stage or
// a rule, and nothing is emptied by hiding. A caller then need not compute a record anew because something around it changed.
func (s *Schema) Settled() bool {
	for _, f := range s.order {
		if f.restless {
			return false
		}
		hides := f.visible != nil || f.section >= 0 && f.parent == nil && s.sections[f.section].visible != nil
		if f.clears() && hides {
			return false
		}
	}
	return true
}
