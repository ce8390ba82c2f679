package org

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// User is a person who can sign in. ID is the user name; it never changes.
type User struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	// Language is "zh-CN", "zh-TW" or "en"; Theme is "light", "dark" or "" (as the system asks).
	Language string `json:"language,omitempty"`
	Theme    string `json:"theme,omitempty"`
	// Admin has both rights, and stands in where an approval finds nobody. Rights over records come from roles alone, for an admin too.
	Admin bool `json:"admin,omitempty"`
	// Rights are those of one who is no admin: at most one.
	Rights []Right `json:"rights,omitempty"`
	// Roles are "<app>/<role>".
	Roles []string `json:"roles,omitempty"`
	Team  string   `json:"team,omitempty"`
	// Email is where mails go, Phone by what group robots call; both may be empty.
	Email string `json:"email,omitempty"`
	Phone string `json:"phone,omitempty"`
	// Notify is how he wants to be told; nil: in the product.
	Notify *Notify `json:"notify,omitempty"`
	// Active is false for a leaver, who keeps his history and can do nothing.
	Active bool `json:"active"`
}

// Team is a node of the tree of teams. Parent is empty at the root; Manager is a user id.
type Team struct {
	Key     string `json:"key"`
	Name    string `json:"name"`
	Parent  string `json:"parent,omitempty"`
	Manager string `json:"manager,omitempty"`
}

// Directory is an immutable snapshot of people and teams. Every list it answers is sorted by user id or team key, so that
// whoever asks twice gets the same. Safe for concurrent use. The nil Directory is empty.
type Directory struct {
	users     map[string]User
	teams     map[string]Team
	order     []string
	teamKeys  []string
	children  map[string][]string
	managed   map[string][]string
	byRole    map[string][]string
	absences  map[string][]Absence
	calendars calendars
	zone      *time.Location
}

// New takes a snapshot. Of two users or teams with one id the later counts. A parent that does not exist, or that would
// close a circle, counts as none when the tree is walked.
func New(users []User, teams []Team) *Directory {
	d := &Directory{users: map[string]User{}, teams: map[string]Team{}, children: map[string][]string{},
		managed: map[string][]string{}, byRole: map[string][]string{}}
	for _, t := range teams {
		d.teams[t.Key] = t
	}
	for _, u := range users {
		u.Roles = slices.Clone(u.Roles)
		d.users[u.ID] = u
	}
	for key, t := range d.teams {
		d.teamKeys = append(d.teamKeys, key)
		d.children[t.Parent] = append(d.children[t.Parent], key)
		if t.Manager != "" {
			d.managed[t.Manager] = append(d.managed[t.Manager], key)
		}
	}
	for id, u := range d.users {
		d.order = append(d.order, id)
		for _, r := range u.Roles {
			if u.Active && !slices.Contains(d.byRole[r], id) {
				d.byRole[r] = append(d.byRole[r], id)
			}
		}
	}
	slices.Sort(d.order)
	slices.Sort(d.teamKeys)
	for _, m := range []map[string][]string{d.children, d.managed, d.byRole} {
		for _, list := range m {
			slices.Sort(list)
		}
	}
	return d
}

// User finds a person, leavers included.
func (d *Directory) User(id string) (User, bool) {
	if d == nil {
		return User{}, false
	}
	u, ok := d.users[id]
	return u, ok
}

// Name of a person to show; the id itself when there is no such person any more.
func (d *Directory) Name(id string) string {
	if u, ok := d.User(id); ok && u.Name != "" {
		return u.Name
	}
	return id
}

// Active says whether the person exists and has not left.
func (d *Directory) Active(id string) bool {
	u, ok := d.User(id)
	return ok && u.Active
}

// Users are all people by id, leavers included.
func (d *Directory) Users() []User {
	if d == nil {
		return nil
	}
	out := make([]User, len(d.order))
	for i, id := range d.order {
		out[i] = d.users[id]
	}
	return out
}

// Team finds a team.
func (d *Directory) Team(key string) (Team, bool) {
	if d == nil {
		return Team{}, false
	}
	t, ok := d.teams[key]
	return t, ok
}

// Teams are all teams by key.
func (d *Directory) Teams() []Team {
	if d == nil {
		return nil
	}
	out := make([]Team, len(d.teamKeys))
	for i, key := range d.teamKeys {
		out[i] = d.teams[key]
	}
	return out
}

// TeamOf is the team a person is in; empty for none.
func (d *Directory) TeamOf(user string) string {
	u, _ := d.User(user)
	return u.Team
}

// HasRole says whether an active person plays "<app>/<role>".
func (d *Directory) HasRole(user, appRole string) bool {
	return d.Active(user) && slices.Contains(d.users[user].Roles, appRole)
}

// Roles are the role keys an active person plays in an app, without the app, sorted.
func (d *Directory) Roles(user, app string) []string {
	if !d.Active(user) {
		return nil
	}
	var out []string
	for _, r := range d.users[user].Roles {
		if a, role, ok := strings.Cut(r, "/"); ok && a == app && !slices.Contains(out, role) {
			out = append(out, role)
		}
	}
	slices.Sort(out)
	return out
}

// ByRole are the active people who play "<app>/<role>": all of them, or with team not empty those in that team or managing
// it.
func (d *Directory) ByRole(appRole, team string) []string {
	if d == nil {
		return nil
	}
	if team == "" {
		return slices.Clone(d.byRole[appRole])
	}
	var out []string
	for _, id := range d.byRole[appRole] {
		if d.users[id].Team == team || d.teams[team].Manager == id {
			out = append(out, id)
		}
	}
	return out
}

// Operators are the active people who may operate.
func (d *Directory) Operators() []string {
	if d == nil {
		return nil
	}
	var out []string
	for _, id := range d.order {
		if u := d.users[id]; u.Active && u.May(Operate) {
			out = append(out, id)
		}
	}
	return out
}

// Admins are the active admins.
func (d *Directory) Admins() []string {
	if d == nil {
		return nil
	}
	var out []string
	for _, id := range d.order {
		if u := d.users[id]; u.Admin && u.Active {
			out = append(out, id)
		}
	}
	return out
}

// Plainly is the directory as it would be if a person could neither design nor operate.
func (d *Directory) Plainly(id string) *Directory {
	u, ok := d.User(id)
	if !ok || !u.Staff() {
		return d
	}
	out := *d
	out.users = maps.Clone(d.users)
	u.Give()
	out.users[id] = u
	return &out
}

// Managers are the people above a person, nearest first: the manager of the team, then of its parent and so on up the
// tree. The person is never among them, nobody is twice, and a leaver's place is passed over.
func (d *Directory) Managers(user string) []string {
	u, ok := d.User(user)
	if !ok {
		return nil
	}
	var out []string
	seen := map[string]bool{}
	for key := u.Team; key != "" && !seen[key]; {
		seen[key] = true
		t, ok := d.teams[key]
		if !ok {
			break
		}
		if m := t.Manager; m != user && d.Active(m) && !slices.Contains(out, m) {
			out = append(out, m)
		}
		key = t.Parent
	}
	return out
}

// Manager is the manager at a level: 1 is the direct one. Empty when the tree does not reach that high.
func (d *Directory) Manager(user string, level int) string {
	if ms := d.Managers(user); level >= 1 && level <= len(ms) {
		return ms[level-1]
	}
	return ""
}

// Members are the active people of a team; with tree also those of every team below it.
func (d *Directory) Members(team string, tree bool) []string {
	if d == nil {
		return nil
	}
	in := map[string]bool{team: true}
	if tree {
		for _, key := range d.Tree(team) {
			in[key] = true
		}
	}
	var out []string
	for _, id := range d.order {
		if u := d.users[id]; u.Active && u.Team != "" && in[u.Team] {
			out = append(out, id)
		}
	}
	return out
}

// TeamsOf are the teams a person belongs to: the own one and those he manages, sorted.
func (d *Directory) TeamsOf(user string) []string {
	u, ok := d.User(user)
	if !ok {
		return nil
	}
	out := slices.Clone(d.managed[user])
	if _, known := d.teams[u.Team]; known && !slices.Contains(out, u.Team) {
		out = append(out, u.Team)
	}
	slices.Sort(out)
	return out
}

// TreesOf are the teams of TeamsOf with every team below them, sorted.
func (d *Directory) TreesOf(user string) []string {
	var out []string
	for _, key := range d.TeamsOf(user) {
		out = append(out, d.Tree(key)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Tree is a team and every team below it, sorted; empty when there is no such team.
func (d *Directory) Tree(team string) []string {
	if d == nil {
		return nil
	}
	if _, ok := d.teams[team]; !ok {
		return nil
	}
	seen := map[string]bool{team: true}
	out := []string{team}
	for i := 0; i < len(out); i++ {
		for _, child := range d.children[out[i]] {
			if !seen[child] {
				seen[child] = true
				out = append(out, child)
			}
		}
	}
	slices.Sort(out)
	return out
}

// WithZone is the same company with its time zone.
func (d *Directory) WithZone(zone *time.Location) *Directory {
	next := *d
	next.zone = zone
	return &next
}

// Zone is where the company is, and its people who have not said otherwise: UTC when that is not known.
func (d *Directory) Zone() *time.Location {
	if d == nil || d.zone == nil {
		return time.UTC
	}
	return d.zone
}

// Circular says whether giving the team this parent would close a circle.
func (d *Directory) Circular(team, parent string) bool {
	return parent != "" && slices.Contains(d.Tree(team), parent)
}
