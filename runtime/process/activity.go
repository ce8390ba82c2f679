package process

import "slices"

// WaitsFor are the people an activity of the record's stage still waits for: of one that each must do those who have not, of another all
// who were asked, as long as it is not done.
func (s *State) WaitsFor(key string) []string {
	open := s.ActivityPeople[key]
	if _, done := s.Activities[key]; done {
		return nil
	}
	if !open.Each {
		return open.People
	}
	var out []string
	for _, user := range open.People {
		if !s.Answers[key][user].Passed {
			out = append(out, user)
		}
	}
	return out
}

// applyActivity folds what people are asked to do in a stage.
func (s *State) applyActivity(e *Event) {
	switch p := e.Payload.(type) {
	case ActivityOpened:
		if s.ActivityPeople == nil {
			s.ActivityPeople = map[string]ActivityOpen{}
		}
		s.ActivityPeople[p.Activity] = ActivityOpen{People: p.People, DueAt: p.DueAt, From: p.From, Each: p.Each}
		for _, user := range p.People {
			s.join(user, "activity")
		}
	case ActivityAnswered:
		s.answer(e, &p)
		s.active(e)
	case ActivityMoved:
		open := s.ActivityPeople[p.Activity]
		open.People = slices.DeleteFunc(slices.Clone(open.People), func(user string) bool { return user == p.From })
		if p.To != "" && !slices.Contains(open.People, p.To) {
			open.People = append(open.People, p.To)
			s.join(p.To, "activity")
		}
		s.ActivityPeople[p.Activity] = open
	case ActivityLate:
		open := s.ActivityPeople[p.Activity]
		open.Late = true
		s.ActivityPeople[p.Activity] = open
	}
}

func (s *State) answer(e *Event, p *ActivityAnswered) {
	if s.Answers == nil {
		s.Answers = map[string]map[string]Answer{}
	}
	answers := s.Answers[p.Activity]
	if answers == nil {
		answers = map[string]Answer{}
		s.Answers[p.Activity] = answers
	}
	if p.Undone {
		delete(answers, p.Person)
		return
	}
	answers[p.Person] = Answer{At: e.At, Result: p.Result, Passed: p.Passed, Tries: answers[p.Person].Tries + 1}
}

// GroupState is how a group of a checklist stands: how many of the items that count are ticked, and whether it may begin yet.
type GroupState struct {
	Met, Of int
	Begun   bool
}

// Complete says whether nothing of the group is left to do.
func (g GroupState) Complete() bool { return g.Met == g.Of }

// Group finds how a group stands. Ordered ones begin when those before them are complete.
func (st *CompiledStage) Group(key string, s *State) GroupState {
	out := GroupState{Begun: true}
	for _, a := range st.Activities {
		if a.Group == nil {
			continue
		}
		met, of := a.ticked(s)
		if a.Group.Key == key {
			out.Met, out.Of = met, of
			out.Begun = out.Begun || !a.Group.Ordered
			return out
		}
		out.Begun = out.Begun && met == of
	}
	return out
}

// ticked counts the items of a group that must be ticked, or all of them if none must.
func (a *CompiledActivity) ticked(s *State) (met, of int) {
	must := slices.ContainsFunc(a.Items, func(item *CheckItem) bool { return item.Required })
	for _, item := range a.Items {
		if must && !item.Required {
			continue
		}
		of++
		if _, done := s.Checklist[a.stage()+"."+item.Key]; done {
			met++
		}
	}
	return met, of
}

func (a *CompiledActivity) stage() string {
	key := a.Group.Key
	return a.Key[:len(a.Key)-len(key)-1]
}

// asks says whether people are asked: always to do an activity, to see to a group only if it has an owner or a deadline.
func (a *CompiledActivity) asks() bool { return a.Group == nil || len(a.Who) > 0 || a.Due != nil }
