package process

import (
	"slices"

	"pipewright/rules"
)

func (w *effects) askActivity(e *Event, p *ActivityOpened) {
	for _, user := range w.s.WaitsFor(p.Activity) {
		w.task(e, w.activityTask(p.Activity, user), w.activityOpen(p.Activity, user, e.By))
	}
}

// activityOpen is the task of one who is to do an activity.
func (w *effects) activityOpen(key, user, by string) *TaskEffect {
	return &TaskEffect{Kind: "activity", State: Open, User: user, Step: key, Name: w.activityName(key), DueAt: w.s.ActivityPeople[key].DueAt, By: by}
}

// activityDone closes the tasks of an activity, or opens them again. Where each must do it, those of others are opened and closed by what each
// says.
func (w *effects) activityDone(e *Event, p *ActivityDone) {
	open := w.s.ActivityPeople[p.Activity]
	for _, user := range open.People {
		if open.Each && w.s.Answers[p.Activity][user].Passed {
			continue
		}
		t := w.activityOpen(p.Activity, user, "")
		if p.Done {
			t.State = "done"
		}
		w.task(e, w.activityTask(p.Activity, user), t)
	}
}

// activityAnswered closes the task of one who has done his part; one whose result does not count keeps it.
func (w *effects) activityAnswered(e *Event, p *ActivityAnswered) {
	if !w.s.ActivityPeople[p.Activity].Each {
		return // ActivityDone says the rest
	}
	t := w.activityOpen(p.Activity, p.Person, "")
	if p.Passed {
		t.State = "done"
	} else if !p.Undone {
		return
	}
	w.task(e, w.activityTask(p.Activity, p.Person), t)
}

func (w *effects) activityMoved(e *Event, p *ActivityMoved) {
	if p.From != "" {
		w.task(e, w.activityTask(p.Activity, p.From), &TaskEffect{Kind: "activity", State: Cancelled, User: p.From, Step: p.Activity, Name: w.activityName(p.Activity), Result: Moved})
	}
	if slices.Contains(w.s.WaitsFor(p.Activity), p.To) {
		w.task(e, w.activityTask(p.Activity, p.To), w.activityOpen(p.Activity, p.To, e.By))
	}
}

// closeActivities cancels the tasks of activities that nobody needs any more.
func (w *effects) closeActivities(e *Event, left *State, result string) {
	keys := make([]string, 0, len(left.ActivityPeople))
	for k := range left.ActivityPeople {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	for _, k := range keys {
		for _, user := range left.WaitsFor(k) {
			id := "a|" + k + "|" + itoa(left.Entry) + "|" + user
			w.task(e, id, &TaskEffect{Kind: "activity", State: Cancelled, User: user, Step: k, Name: w.activityName(k), Result: result})
		}
	}
}

// reopenActivities gives people back what they were to do on a record that went to the recycle bin.
func (w *effects) reopenActivities(e *Event) {
	for _, key := range sortedKeys(w.s.ActivityPeople) {
		for _, user := range w.s.WaitsFor(key) {
			w.task(e, w.activityTask(key, user), w.activityOpen(key, user, ""))
		}
	}
}

func (w *effects) activityTask(key, user string) string {
	return "a|" + key + "|" + itoa(w.s.Entry) + "|" + user
}

func (w *effects) activityName(key string) rules.Text {
	form := w.app.Forms[w.s.Form]
	if form != nil && form.Process != nil {
		for _, st := range form.Process.Stages {
			for _, a := range st.Activities {
				if a.Key == key {
					return named(a.Name, key)
				}
			}
		}
	}
	return rules.Text{"": key}
}
