// Package org owns people, teams, roles and working calendars: who is there, who manages whom, who plays a role, and which
// days and hours are worked. It is pure: a Directory is an immutable snapshot that the engine builds from the store, and a
// Calendar is data. It may import rules only, and never reads a clock.
package org
