package process

// rescheduled tells the moved timers, and shows the new dates on the open tasks of their steps and activities.
func (w *effects) rescheduled(e *Event, p *Rescheduled) {
	steps := map[string]bool{}
	for _, m := range p.Moved {
		w.add(e, "timer", w.s.ID+"|"+m.To.ID, func(x *Effect) { x.Timer = &m.To })
		if m.To.Kind == "step" {
			steps[m.To.Key] = true
		}
	}
	if r := w.s.Round; r != nil {
		for i := range r.Steps {
			if !steps[r.Steps[i].Key] {
				continue
			}
			for n, slot := range r.Steps[i].Slots {
				if slot.State == Open {
					w.slotTask(e, r, r.Steps[i].Key, n, slot)
				}
			}
		}
	}
	for _, key := range sortedKeys(p.Activities) {
		for _, user := range w.s.WaitsFor(key) {
			w.task(e, w.activityTask(key, user), w.activityOpen(key, user, ""))
		}
	}
}
