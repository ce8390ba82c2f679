package org

import "slices"

// Right is what one may do beside work on records.
type Right string

// The rights: apart from each other, and from rights over records, which come from roles.
const (
	// Design is to edit, check, try out and publish apps.
	Design Right = "design"
	// Operate is to look after people, settings, jobs, secrets, the audit and backups, and to grant what apps ask for.
	Operate Right = "operate"
)

// Rights are all there are.
var Rights = []Right{Design, Operate}

// May says whether a person has a right.
func (u *User) May(r Right) bool { return u.Admin || slices.Contains(u.Rights, r) }

// Staff says whether a person has any right at all.
func (u *User) Staff() bool { return u.Admin || len(u.Rights) > 0 }

// Has are the rights of a person, an admin's too.
func (u *User) Has() []Right {
	return slices.DeleteFunc(slices.Clone(Rights), func(r Right) bool { return !u.May(r) })
}

// Give leaves a person these rights and no others: with both he is an admin.
func (u *User) Give(rights ...Right) {
	u.Rights = slices.DeleteFunc(slices.Clone(Rights), func(r Right) bool { return !slices.Contains(rights, r) })
	if u.Admin = len(u.Rights) == len(Rights); u.Admin || len(u.Rights) == 0 {
		u.Rights = nil
	}
}

// Within says whether a person has no right that another lacks, so that the other may change who he is and what he may.
func (u *User) Within(by *User) bool {
	return !slices.ContainsFunc(u.Has(), func(r Right) bool { return !by.May(r) })
}
