package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"pipewright/rules"
	"pipewright/runtime/org"
	"pipewright/runtime/process"
	"pipewright/runtime/query"
	"pipewright/runtime/store"
)

// directoryFresh is how long a snapshot of the people serves without asking whether another node changed them.
const directoryFresh = time.Second

const directoryID = "directory"

// watched are the versions of what a directory is made of: people and teams, calendars, the company's zone.
type watched struct{ people, calendars, zone int64 }

func (e *Engine) watched(ctx context.Context) (v watched, err error) {
	docs, err := e.store.GetMany(ctx, collLeases, []string{directoryID, calendarsID, zoneID})
	for _, d := range docs {
		switch d.ID {
		case directoryID:
			v.people = d.Ver
		case calendarsID:
			v.calendars = d.Ver
		case zoneID:
			v.zone = d.Ver
		}
	}
	return v, err
}

// peopleCache holds the snapshot and the versions it was made of.
type peopleCache struct {
	mu      sync.Mutex
	dir     *org.Directory
	ver     watched
	checked time.Time
}

// Directory is a snapshot of users and teams, at most a second behind other nodes.
func (e *Engine) Directory(ctx context.Context) (*org.Directory, error) {
	p := &e.people
	p.mu.Lock()
	defer p.mu.Unlock()
	now := e.now()
	if p.dir != nil && now.Sub(p.checked) < directoryFresh && !now.Before(p.checked) {
		return p.dir, nil
	}
	ver, err := e.watched(ctx)
	if err != nil {
		return nil, err
	}
	if p.dir == nil || ver != p.ver {
		if p.dir, err = e.readDirectory(ctx); err != nil {
			return nil, err
		}
		p.ver = ver
	}
	p.checked = now
	return p.dir, nil
}

func (e *Engine) readDirectory(ctx context.Context) (*org.Directory, error) {
	users, err := readDocs[org.User](ctx, e.store, collUsers)
	if err != nil {
		return nil, err
	}
	teams, err := readDocs[org.Team](ctx, e.store, collTeams)
	if err != nil {
		return nil, err
	}
	absences, err := readDocs[org.Absence](ctx, e.store, collAbsences, query.Cmp{Col: "to", Op: query.Gt, Value: e.instant().UnixMilli()})
	if err != nil {
		return nil, err
	}
	calendars, _, err := e.readCalendars(ctx)
	if err != nil {
		return nil, err
	}
	zone, err := e.readZone(ctx)
	if err != nil {
		return nil, err
	}
	return org.New(users, teams).WithAbsences(absences).WithCalendars(calendars.list()).WithZone(zone), nil
}

// readDocs reads the bodies of a small collection, those that meet every one of the filters.
func readDocs[T any](ctx context.Context, s store.Store, coll string, where ...query.Filter) ([]T, error) {
	var out []T
	q := query.Query{Limit: store.MaxPage}
	if len(where) > 0 {
		q.Filter = query.And(where)
	}
	for {
		page, err := s.Query(ctx, coll, q)
		if err != nil {
			return nil, err
		}
		for _, d := range page.Docs {
			var v T
			if err := json.Unmarshal(d.Body, &v); err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		if q.After = page.Next; q.After == "" {
			return out, nil
		}
	}
}

// sharedVersion is the version of a document in leases that nodes watch; 0 when it is not there.
func (e *Engine) sharedVersion(ctx context.Context, id string) (int64, error) {
	d, err := e.store.Get(ctx, collLeases, id)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	return d.Ver, err
}

// bump moves a shared version, so that other nodes read anew.
func (e *Engine) bump(ctx context.Context, id string) error {
	for {
		ver, err := e.sharedVersion(ctx, id)
		if err != nil {
			return err
		}
		d := store.Doc{ID: id, Ver: ver + 1, Body: json.RawMessage(`{"v":` + strconv.FormatInt(ver+1, 10) + `}`), Cols: map[string]any{"kind": "version"}}
		if ver == 0 {
			err = e.store.Insert(ctx, collLeases, d)
		} else {
			err = e.store.Replace(ctx, collLeases, d, ver)
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
}

// SaveUsers adds or replaces users, whatever was there: for setting up. Errors: *process.Rejection when a name is malformed or a team unknown.
func (e *Engine) SaveUsers(ctx context.Context, users ...org.User) error {
	for _, u := range users {
		d, err := e.userDoc(ctx, &u)
		if err != nil {
			return err
		}
		if err := e.put(ctx, collUsers, u.ID, d.Cols, u); err != nil {
			return err
		}
	}
	return e.peopleChanged(ctx)
}

// AddUser adds a user. Errors: those of SaveUsers, and *process.Rejection conflict when somebody has the name.
func (e *Engine) AddUser(ctx context.Context, u org.User) error {
	d, err := e.userDoc(ctx, &u)
	if err != nil {
		return err
	}
	if err := e.store.Insert(ctx, collUsers, d); errors.Is(err, store.ErrExists) {
		return reject("conflict", rules.Say("用户名“{name}”已被使用", "使用者名稱「{name}」已被使用", "The user name “{name}” is taken", "name", u.ID),
			rules.Errorf("/username", "key.duplicate", rules.Say("已被使用", "已被使用", "Taken")))
	} else if err != nil {
		return err
	}
	return e.peopleChanged(ctx)
}

// ChangeUser changes a user as he is stored now, not as a snapshot shows him: what somebody else has just changed, his rights above all, stays.
// change is called anew when others were first. Errors: those of SaveUsers and of change, *process.Rejection not.found and conflict.
func (e *Engine) ChangeUser(ctx context.Context, id string, change func(u *org.User) error) (org.User, error) {
	return changeDoc(ctx, e, collUsers, id, e.userDoc, change, func(was, next *org.User, ver int64) (func(), error) {
		if !isAdmin(was) || isAdmin(next) {
			return nil, nil
		}
		return e.guardLastAdmin(ctx, id, ver)
	})
}

// changeDoc changes what is stored of one of the people or teams, if nobody has since it was read. A guard may stop it, and is told when it is over.
func changeDoc[T any](ctx context.Context, e *Engine, coll, id string, lay func(context.Context, *T) (store.Doc, error), change func(*T) error,
	guard func(was, next *T, ver int64) (done func(), err error)) (out T, err error) {
	if store.CheckID(id) != nil {
		return out, notFound()
	}
	for range maxTries {
		old, err := e.store.Get(ctx, coll, id)
		if errors.Is(err, store.ErrNotFound) {
			return out, notFound()
		}
		if err != nil {
			return out, err
		}
		var was, v T
		for _, one := range []*T{&was, &v} {
			if err := json.Unmarshal(old.Body, one); err != nil {
				return out, err
			}
		}
		if err := change(&v); err != nil {
			return out, err
		}
		changed, err := replaceGuarded(ctx, e, coll, old, &v, lay, func() (func(), error) {
			if guard == nil {
				return nil, nil
			}
			return guard(&was, &v, old.Ver)
		})
		if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) {
			continue
		}
		if err != nil {
			return out, err
		}
		if !changed {
			return v, nil
		}
		return v, e.peopleChanged(ctx)
	}
	return out, conflict()
}

// replaceGuarded puts a value in the place of what was read. Errors: those of guard, lay and store.Replace.
func replaceGuarded[T any](ctx context.Context, e *Engine, coll string, old store.Doc, v *T, lay func(context.Context, *T) (store.Doc, error), guard func() (func(), error)) (changed bool, err error) {
	done, err := guard()
	if err != nil {
		return false, err
	}
	if done != nil {
		defer done()
	}
	d, err := lay(ctx, v)
	if err != nil || bytes.Equal(d.Body, old.Body) {
		return false, err
	}
	d.Ver = old.Ver + 1
	return true, e.store.Replace(ctx, coll, d, old.Ver)
}

// userDoc checks a user and lays him out. The open decisions of one who is no longer active are passed on.
func (e *Engine) userDoc(ctx context.Context, u *org.User) (store.Doc, error) {
	dir, err := e.Directory(ctx)
	if err != nil {
		return store.Doc{}, err
	}
	if !validKey(u.ID) {
		return store.Doc{}, badRequest(rules.Say("用户名“{name}”只能用小写字母、数字、点、横线和下划线，最多 40 个字符", "使用者名稱「{name}」只能用小寫字母、數字、點、橫線和底線，最多 40 個字元",
			"The user name “{name}” may hold small letters, digits, dots, dashes and underscores only, 40 at most", "name", u.ID))
	}
	if _, ok := dir.Team(u.Team); u.Team != "" && !ok {
		return store.Doc{}, badRequest(rules.Say("没有团队“{team}”", "沒有團隊「{team}」", "There is no team “{team}”", "team", u.Team))
	}
	if dir.Active(u.ID) && !u.Active {
		if err := e.passOnLater(ctx, "left|"+u.ID+"|"+e.newID(), u.ID, e.instant()); err != nil {
			return store.Doc{}, err
		}
	}
	u.Roles = slices.Clone(u.Roles)
	slices.Sort(u.Roles)
	u.Roles = slices.Compact(u.Roles)
	d := store.Doc{ID: u.ID, Ver: 1, Cols: map[string]any{}}
	if u.Team != "" {
		d.Cols["team"] = u.Team
	}
	d.Body, err = marshal(u)
	return d, err
}

// SaveTeams adds or replaces teams, whatever was there: for setting up. Errors: *process.Rejection when a key is malformed or teams would contain
// each other.
func (e *Engine) SaveTeams(ctx context.Context, teams ...org.Team) error {
	for _, t := range teams {
		d, err := e.teamDoc(ctx, &t)
		if err != nil {
			return err
		}
		if err := e.put(ctx, collTeams, t.Key, d.Cols, t); err != nil {
			return err
		}
	}
	return e.peopleChanged(ctx)
}

// AddTeam adds a team. Errors: those of SaveTeams, and *process.Rejection conflict when there is one of the key.
func (e *Engine) AddTeam(ctx context.Context, t org.Team) error {
	d, err := e.teamDoc(ctx, &t)
	if err != nil {
		return err
	}
	if err := e.store.Insert(ctx, collTeams, d); errors.Is(err, store.ErrExists) {
		return reject("conflict", rules.Say("已有团队“{key}”", "已有團隊「{key}」", "There is a team “{key}” already", "key", t.Key))
	} else if err != nil {
		return err
	}
	return e.peopleChanged(ctx)
}

// ChangeTeam changes a team as it is stored now, see ChangeUser.
func (e *Engine) ChangeTeam(ctx context.Context, key string, change func(t *org.Team) error) (org.Team, error) {
	return changeDoc(ctx, e, collTeams, key, e.teamDoc, change, nil)
}

// teamDoc checks a team and lays it out.
func (e *Engine) teamDoc(ctx context.Context, t *org.Team) (store.Doc, error) {
	dir, err := e.Directory(ctx)
	if err != nil {
		return store.Doc{}, err
	}
	if !validKey(t.Key) {
		return store.Doc{}, badRequest(rules.Say("团队代号“{key}”只能用小写字母、数字、点、横线和下划线", "團隊代號「{key}」只能用小寫字母、數字、點、橫線和底線",
			"The team key “{key}” may hold small letters, digits, dots, dashes and underscores only", "key", t.Key))
	}
	if dir.Circular(t.Key, t.Parent) {
		return store.Doc{}, badRequest(rules.Say("团队“{team}”不能放在它自己的下级里", "團隊「{team}」不能放在它自己的下級裡", "The team “{team}” cannot be inside itself", "team", t.Name))
	}
	d := store.Doc{ID: t.Key, Ver: 1}
	d.Body, err = marshal(t)
	return d, err
}

// RemoveTeam takes out a team that nothing stands in: one that was made by mistake, or has become empty. Errors: *process.Rejection not.found,
// team.used with what holds it.
func (e *Engine) RemoveTeam(ctx context.Context, key string) error {
	e.forgetPeople() // as it is now, also on another node
	dir, err := e.Directory(ctx)
	if err != nil {
		return err
	}
	t, ok := dir.Team(key)
	if !ok {
		return reject("not.found", rules.Say("没有这个团队", "沒有這個團隊", "There is no such team"))
	}
	used := func(zhCN, zhTW, en string, args ...any) error {
		args = append(args, "team", t.Name)
		return reject("team.used", rules.Say("不能删除团队“{team}”："+zhCN, "不能刪除團隊「{team}」："+zhTW, "The team “{team}” cannot be deleted: "+en, args...))
	}
	n := 0
	for _, u := range dir.Users() {
		if u.Team == key {
			n++
		}
	}
	if n > 0 {
		return used("还有 {n} 人在里面，请先把他们调到别的团队", "還有 {n} 人在裡面，請先把他們調到別的團隊", "people are still in it ({n}); put them into another team first", "n", n)
	}
	for _, o := range dir.Teams() {
		if o.Parent == key {
			return used("“{below}”在它下面，请先移走", "「{below}」在它下面，請先移走", "“{below}” is below it; move that first", "below", o.Name)
		}
	}
	if k, _, err := e.readCalendars(ctx); err != nil {
		return err
	} else if slices.ContainsFunc(k.Items, func(it keptCalendar) bool { return it.Team == key && len(it.Years)+len(it.Week) > 0 }) {
		return used("它有自己的工作日历，请先清除", "它有自己的工作行事曆，請先清除", "it has a working calendar of its own; clear that first")
	}
	apps, err := e.defs.Live(ctx)
	if err != nil {
		return err
	}
	for _, app := range apps {
		if places := process.NamedTeam(app.Def, key); len(places) > 0 {
			return used("应用“{app}”的流程里写到了它（{at}）", "應用「{app}」的流程裡寫到了它（{at}）", "the app “{app}” names it ({at})", "app", app.Def.Name, "at", places[0])
		}
		if err := e.prepare(ctx, app); err != nil {
			return err
		}
		for _, f := range formsOf(app) {
			n, err := e.count(ctx, RecordCollection(f), query.Cmp{Col: "team", Op: query.Eq, Value: key})
			if err != nil {
				return err
			}
			if n > 0 {
				return used("“{form}”里有 {n} 条记录属于它，请先转给别的团队的人", "「{form}」裡有 {n} 筆記錄屬於它，請先轉給別的團隊的人", "“{form}” has records in it ({n}); assign them to people of another team first", "form", f.Def.Name, "n", n)
			}
		}
	}
	for range maxTries {
		doc, err := e.store.Get(ctx, collTeams, key)
		if errors.Is(err, store.ErrNotFound) {
			return e.peopleChanged(ctx)
		}
		if err != nil {
			return err
		}
		if err = e.store.Delete(ctx, collTeams, key, doc.Ver); err == nil {
			return e.peopleChanged(ctx)
		} else if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	return conflict()
}

func (e *Engine) peopleChanged(ctx context.Context) error {
	err := e.bump(ctx, directoryID)
	e.forgetPeople()
	return err
}

// forgetPeople has this node read the directory anew.
func (e *Engine) forgetPeople() {
	e.people.mu.Lock()
	e.people.dir = nil
	e.people.mu.Unlock()
}

// put writes a document whatever was there: the last one wins.
func (e *Engine) put(ctx context.Context, coll, id string, cols map[string]any, v any) error {
	body, err := marshal(v)
	if err != nil {
		return err
	}
	for range maxTries {
		d := store.Doc{ID: id, Ver: 1, Cols: cols, Body: body}
		err = e.store.Insert(ctx, coll, d)
		if !errors.Is(err, store.ErrExists) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
		old, getErr := e.store.Get(ctx, coll, id)
		if errors.Is(getErr, store.ErrNotFound) {
			continue
		}
		if getErr != nil {
			return getErr
		}
		d.Ver = old.Ver + 1
		err = e.store.Replace(ctx, coll, d, old.Ver)
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnknown) {
			return err
		}
	}
	return err
}

func validKey(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789.-_") == "" && s[0] != '.' && s[0] != '-'
}
