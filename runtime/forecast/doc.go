// Package forecast rolls figures of won and open business up the teams of a company, beside what was planned for them: the targets, and what
// managers say a month will come to. It is pure: it knows no context, clock, randomness or I/O.
package forecast
