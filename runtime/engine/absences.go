package engine

import (
	"context"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/store"
)

const (
	// maxAbsences is the most current and coming absences of one person: each is looked at whenever work is given out.
	maxAbsences = 50
	// maxAbsenceNote is the longest note on one, in characters.
	maxAbsenceNote = 200
)

// SaveAbsence enters an absence; the same again under its id does nothing more. Errors: *process.Rejection when its people, times or app make
// no sense, or when the id is another absence's (op.reused).
func (e *Engine) SaveAbsence(ctx context.Context, a org.Absence) error {
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	a.From, a.To = a.From.UTC(), a.To.UTC()
	if there, err := e.Absence(ctx, a.ID); err == nil {
		return sameAbsence(there, a)
	} else if _, refused := asRejection(err); !refused {
		return err
	}
	bad := func(path string, msg rules.Text) error {
		return badRequest(msg, rules.Errorf(path, "field.invalid", msg))
	}
	switch {
	case !dir.Active(a.User):
		return bad("/user", rules.Say("没有在职的人“{user}”", "沒有在職的人「{user}」", "There is no active person “{user}”", "user", a.User))
	case !a.From.Before(a.To):
		return bad("/to", rules.Say("结束要晚于开始", "結束要晚於開始", "The end must be after the beginning"))
	case !a.To.After(e.instant()):
		return bad("/to", rules.Say("这段时间已经过去", "這段時間已經過去", "That time is over already"))
	case a.Substitute == a.User:
		return bad("/substitute", rules.Say("不能由本人代理自己", "不能由本人代理自己", "Nobody stands in for himself"))
	case a.Substitute != "" && !dir.Active(a.Substitute):
		return bad("/substitute", rules.Say("没有在职的人“{user}”", "沒有在職的人「{user}」", "There is no active person “{user}”", "user", a.Substitute))
	case utf8.RuneCountInString(a.Note) > maxAbsenceNote:
		return bad("/note", rules.Say("说明最多 {max} 字", "說明最多 {max} 字", "The note has at most {max} characters", "max", maxAbsenceNote))
	case len(dir.Absences(a.User)) >= maxAbsences:
		return bad("/user", rules.Say("同一个人最多登记 {max} 段未结束的缺席", "同一個人最多登記 {max} 段未結束的缺席", "One person has at most {max} absences that are not over", "max", maxAbsences))
	}
	if a.App != "" {
		if _, err := e.current(ctx, a.App); err != nil {
			return err
		}
	}
	if err := e.absenceBegins(ctx, &a); err != nil {
		return err
	}
	body, err := marshal(a)
	if err != nil {
		return err
	}
	err = e.store.Insert(ctx, collAbsences, store.Doc{ID: a.ID, Ver: 1, Cols: map[string]any{"user": a.User, "to": a.To.UnixMilli()}, Body: body})
	if errors.Is(err, store.ErrExists) || errors.Is(err, store.ErrUnknown) { // somebody was quicker, or it was this very one
		var there org.Absence
		if there, err = e.Absence(ctx, a.ID); err == nil {
			err = sameAbsence(there, a)
		}
	}
	if err != nil {
		return err
	}
	return e.peopleChanged(ctx)
}

// sameAbsence: what is sent again must be what was sent before.
func sameAbsence(there, again org.Absence) error {
	there.From, there.To = there.From.UTC(), there.To.UTC()
	if there != again {
		return opReused()
	}
	return nil
}

// Absence finds one, over or not. Errors: *process.Rejection not.found.
func (e *Engine) Absence(ctx context.Context, id string) (a org.Absence, err error) {
	if store.CheckID(id) != nil {
		return a, noAbsence()
	}
	doc, err := e.store.Get(ctx, collAbsences, id)
	if errors.Is(err, store.ErrNotFound) {
		return a, noAbsence()
	}
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(doc.Body, &a)
}

// RemoveAbsence takes one out; one that is not there any more is no error.
func (e *Engine) RemoveAbsence(ctx context.Context, id string) error {
	for range maxTries {
		doc, err := e.store.Get(ctx, collAbsences, id)
		if errors.Is(err, store.ErrNotFound) {
			return e.peopleChanged(ctx)
		}
		if err != nil {
			return err
		}
		if err = e.store.Delete(ctx, collAbsences, id, doc.Ver); err == nil {
			return e.peopleChanged(ctx)
		} else if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	return conflict()
}

func noAbsence() error {
	return reject("not.found", rules.Say("没有这段缺席", "沒有這段缺席", "There is no such absence"))
}
