package access

import (
	"pipewright/runtime/org"
	"pipewright/runtime/process"
)

// Company answers the check of approvals from a directory.
func Company(dir *org.Directory) process.Org { return company{dir} }

type company struct{ dir *org.Directory }

func (c company) People(n process.PeopleNeed) []string { return Resolve(c.dir, n) }
func (c company) Team(user string) string              { return c.dir.TeamOf(user) }
func (c company) Name(user string) string              { return c.dir.Name(user) }
