// Package org owns people, teams, roles, absences and working calendars: who is there, who manages whom, who plays a role, who
// is away and who stands in, and which days and hours are worked. It is pure: a Directory is an immutable snapshot that the
// engine builds from the store, and a Calendar is data. It may import rules only, and never reads a clock.
package org
