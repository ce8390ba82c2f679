package process

import (
	"maps"
	"slices"
	"time"

	"pipewright/forms"
)

// Bounds of what a record keeps of itself (semantics 4); the whole history is in the events.
const (
	maxPeople = 200
	maxRounds = 20
	maxLinks  = 100
	maxCopies = 100
)

// Clone copies the state deeply enough that Apply on the copy leaves s as it was. A nil state clones to an empty one.
func (s *State) Clone() *State {
	if s == nil {
		return &State{Data: forms.Stored{}}
	}
	c := *s
	c.Data = maps.Clone(s.Data)
	c.Touched = maps.Clone(s.Touched)
	c.Entered = maps.Clone(s.Entered)
	c.Checklist = maps.Clone(s.Checklist)
	c.Activities = maps.Clone(s.Activities)
	c.ActivityPeople = maps.Clone(s.ActivityPeople)
	c.Answers = maps.Clone(s.Answers)
	for key, answers := range c.Answers {
		c.Answers[key] = maps.Clone(answers)
	}
	c.People = slices.Clone(s.People)
	c.Rounds = slices.Clone(s.Rounds)
	c.Timers = slices.Clone(s.Timers)
	c.Links = slices.Clone(s.Links)
	c.TakenUp = slices.Clone(s.TakenUp)
	c.Copies = slices.Clone(s.Copies)
	c.Round = s.Round.clone()
	return &c
}

func (r *Round) clone() *Round {
	if r == nil {
		return nil
	}
	c := *r
	c.Proposed = maps.Clone(r.Proposed)
	c.Picks = maps.Clone(r.Picks)
	c.Steps = slices.Clone(r.Steps)
	for i := range c.Steps {
		c.Steps[i].Slots = slices.Clone(c.Steps[i].Slots)
	}
	return &c
}

// Fold replays events into a state.
func Fold(id string, events []Event) *State {
	s := (*State)(nil).Clone()
	s.ID = id
	for i := range events {
		s.Apply(&events[i])
	}
	return s
}

// Apply folds one event into the state: the same function when it happens and on replay. It needs no definition and never
// fails: whether an event may happen was decided before it was written.
func (s *State) Apply(e *Event) {
	s.Seq, s.Rev = e.Seq, e.Rev
	s.UpdatedAt = e.At
	switch p := e.Payload.(type) {
	case Created:
		s.create(e, &p)
	case Imported:
		s.create(e, &p.Created)
		s.Imported = true
		s.Stage, s.Since, s.ClosedAt = p.Stage, p.Since, p.Closed
		if !p.At.IsZero() {
			s.CreatedAt = p.At
		}
		if !p.Since.IsZero() {
			s.LastActivity = p.Since
		}
		if p.Stage != "" {
			s.Entry = 1
			s.Entered = map[string]time.Time{p.Stage: p.Since}
		}
	case Changed:
		s.change(e, p.Set, p.Clear)
		s.active(e)
	case Entered:
		entry := s.Entry
		s.Stage, s.Entry, s.Since = p.To, p.Entry, p.Since
		if s.Entered == nil {
			s.Entered = map[string]time.Time{}
		}
		s.Entered[p.To] = e.At
		s.ActivityPeople = nil
		if p.Entry != entry {
			s.DueAt, s.LateSince = time.Time{}, time.Time{}
		}
		s.ClosedAt = time.Time{}
		if p.End != "" {
			s.ClosedAt = e.At
			s.Pool, s.Reclaim = nil, nil
		}
		s.active(e)
	case Ticked:
		s.Checklist = mark(s.Checklist, p.Item, p.Done, e)
		s.active(e)
	case ActivityOpened, ActivityAnswered, ActivityMoved, ActivityLate:
		s.applyActivity(e)
	case ActivityDone:
		s.Activities = mark(s.Activities, p.Activity, p.Done, e)
		s.active(e)
	case Assigned:
		s.assign(e, p.Owner, p.Team)
	case Claimed:
		s.assign(e, p.Owner, p.Team)
		s.active(e)
	case PooledIn:
		former := s.Owner
		if former == "" && s.Pool != nil {
			former = s.Pool.Former
		}
		s.assign(e, "", "")
		s.Taken, s.Pool = nil, &Pooled{Key: p.Pool, Since: e.At, Former: former}
	case Held:
		s.Hold = nil
		if len(p.Slots) > 0 {
			s.Hold = &Hold{User: p.User, Slots: p.Slots}
		}
	case ReclaimNoticed:
		s.Reclaim = nil
		if !p.At.IsZero() {
			s.Reclaim = &GoingBack{Pool: p.Pool, At: p.At, From: p.From, After: p.After}
		}
	case Numbered:
		s.Number = p.Number
	case Titled:
		s.Title = p.Title
	case TimersSet:
		s.Timers = slices.DeleteFunc(s.Timers, func(t Timer) bool { return slices.Contains(p.Remove, t.ID) })
		s.Timers = append(s.Timers, p.Add...)
		if !p.Due.IsZero() || p.Undue {
			s.DueAt = p.Due
		}
	case Rescheduled:
		s.reschedule(&p)
	case Reminded, Revealed:
	case StageLate:
		if s.LateSince.IsZero() {
			s.LateSince = e.At
		}
	case Pressed:
		s.active(e)
	case Noted:
		s.active(e)
	case LinkAdded:
		s.link(p.Link)
	case Joined:
		for _, who := range p.People {
			s.join(who.User, who.Why)
		}
	case Left:
		s.People = slices.DeleteFunc(s.People, func(who Person) bool { return slices.Contains(p.People, who) })
	case Copied:
		for _, user := range p.People {
			s.Copies = append(s.Copies, Copy{Round: p.Round, User: user, At: e.At})
		}
		s.Copies = s.Copies[max(0, len(s.Copies)-maxCopies):]
	case ReadCopy:
		for i := range s.Copies {
			if c := &s.Copies[i]; c.Round == p.Round && c.User == e.By && c.Read.IsZero() {
				c.Read = e.At
			}
		}
	case Migrated:
		s.place(e, &p.To, p.Set, p.Clear)
	case Unmigrated:
		s.place(e, &p.To, p.Set, p.Clear)
	case Merged:
		into := Merging(p)
		s.Merged = &into
	case Unmerged:
		s.Merged = nil
	case Absorbed:
		s.TakenUp = append(s.TakenUp, TakenUp{p.Merge, p.From})
		for _, l := range p.Links {
			s.link(l)
		}
		s.active(e)
	case Unabsorbed:
		s.TakenUp = slices.DeleteFunc(s.TakenUp, func(t TakenUp) bool { return t.Merge == p.Merge })
		s.Links = slices.DeleteFunc(s.Links, func(l Link) bool { return slices.Contains(p.Links, l) })
	case Repointed:
		for i := range s.Links {
			if s.Links[i].ID == p.From {
				s.Links[i].ID = p.To
			}
		}
	case Deleted:
		s.Deleted = e.At
	case Purged: // the last event: nothing is left to fold it into
	case Restored:
		s.Deleted = time.Time{}
	default:
		s.applyRound(e)
	}
}

// create begins the record.
func (s *State) create(e *Event, p *Created) {
	s.App, s.Form, s.Process, s.Release = p.App, p.Form, p.Process, e.Release
	s.Data = maps.Clone(p.Data)
	if s.Data == nil {
		s.Data = forms.Stored{}
	}
	s.Number, s.Owner, s.Team = p.Number, p.Owner, p.Team
	s.CreatedAt, s.CreatedBy, s.LastActivity = e.At, e.By, e.At
	if e.By != "" && e.By != p.Owner {
		s.join(e.By, "creator")
	}
	if p.Owner != "" {
		s.join(p.Owner, "owner")
	}
	if p.Link != nil {
		s.link(*p.Link)
	}
}

// change sets and clears stored fields.
func (s *State) change(e *Event, set forms.Stored, clear []string) {
	for _, k := range clear {
		delete(s.Data, k)
		s.touch(k, e.Rev)
	}
	for k, v := range set {
		s.Data[k] = v
		s.touch(k, e.Rev)
	}
}

// place puts the record into another release. Nobody has worked on it, so idleness runs on; it stays where it is, so its entry does as well.
func (s *State) place(e *Event, p *Placed, set forms.Stored, clear []string) {
	at := (&State{Entered: p.Entered, Checklist: p.Checklist, Activities: p.Activities, ActivityPeople: p.ActivityPeople, Answers: p.Answers, Round: p.Round, Rounds: p.Rounds,
		Timers: p.Timers}).Clone() // an event never shares anything with a state
	s.Release, s.Form, s.Process, s.Stage, s.DueAt = p.Release, p.Form, p.Process, p.Stage, p.DueAt
	s.Entered, s.Checklist, s.Activities, s.ActivityPeople = at.Entered, at.Checklist, at.Activities, at.ActivityPeople
	s.Answers, s.Round, s.Rounds, s.Timers = at.Answers, at.Round, at.Rounds, at.Timers
	s.change(e, set, clear)
}

// active notes that somebody worked on the record: idle runs from here.
func (s *State) active(e *Event) {
	s.LastActivity = e.At
}

func (s *State) touch(key string, rev int64) {
	if s.Touched == nil {
		s.Touched = map[string]int64{}
	}
	s.Touched[key] = rev
}

func mark(m map[string]Mark, key string, done bool, e *Event) map[string]Mark {
	if !done {
		delete(m, key)
		return m
	}
	if m == nil {
		m = map[string]Mark{}
	}
	m[key] = Mark{By: e.By, At: e.At}
	return m
}

// assign gives the record to somebody, or to nobody; the former owner goes on taking part.
func (s *State) assign(e *Event, owner, team string) {
	if s.Owner != "" && s.Owner != owner {
		for i := range s.People {
			if s.People[i].User == s.Owner && s.People[i].Why == "owner" {
				s.People[i].Why = "formerOwner"
			}
		}
	}
	s.Owner, s.Team = owner, team
	if owner != "" {
		s.join(owner, "owner")
	}
	taken := &Gained{At: e.At}
	if s.Pool != nil {
		taken.Pool = s.Pool.Key
	} else if s.Taken != nil {
		taken.Pool = s.Taken.Pool
	}
	s.Taken, s.Pool, s.Reclaim = taken, nil, nil
}

// join makes a person a participant; the same reason is kept once. The oldest who is not the owner makes room.
func (s *State) join(user, why string) {
	who := Person{User: user, Why: why}
	if slices.Contains(s.People, who) {
		return
	}
	s.People = append(s.People, who)
	if len(s.People) > maxPeople {
		i := slices.IndexFunc(s.People, func(p Person) bool { return p.Why != "owner" })
		s.People = slices.Delete(s.People, i, i+1)
	}
}

func (s *State) link(l Link) {
	if slices.Contains(s.Links, l) {
		return
	}
	s.Links = append(s.Links, l)
	if len(s.Links) > maxLinks {
		s.Links = s.Links[1:]
	}
}

// reschedule puts moved timers in the places of those they were, and moves what is due.
func (s *State) reschedule(p *Rescheduled) {
	s.Timers = slices.Clone(s.Timers)
	for i := range s.Timers {
		for _, m := range p.Moved {
			if m.From == s.Timers[i].ID {
				s.Timers[i] = m.To
				break
			}
		}
	}
	if !p.Due.IsZero() {
		s.DueAt = p.Due
	}
	if len(p.Activities) > 0 {
		s.ActivityPeople = maps.Clone(s.ActivityPeople)
	}
	for key, at := range p.Activities {
		if open, ok := s.ActivityPeople[key]; ok {
			open.DueAt = at
			s.ActivityPeople[key] = open
		}
	}
}
