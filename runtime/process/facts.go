package process

import (
	"encoding/json"

	"pipewright/forms"
	"pipewright/rules"
)

// NeedKind names a kind of fact.
type NeedKind string

const (
	// NeedRecord: the fields of a record that a reference points to.
	NeedRecord NeedKind = "record"
	// NeedLinked: how many records of another form point here, by stage.
	NeedLinked NeedKind = "linked"
	// NeedPeople: who a who stands for, now.
	NeedPeople NeedKind = "people"
	// NeedTeam: the team of a person.
	NeedTeam NeedKind = "team"
	// NeedNumber: the next number of a series, claimed by the shell for this record.
	NeedNumber NeedKind = "number"
	// NeedUnique: a unique value claimed by the shell for this record.
	NeedUnique NeedKind = "unique"
	// NeedRollup: the records that point here, summed up.
	NeedRollup NeedKind = "rollup"
	// NeedFile: what was uploaded under an id.
	NeedFile NeedKind = "file"
	// NeedRate: what one unit of a currency is worth in another on a day.
	NeedRate NeedKind = "rate"
	// NeedLoad: how many open records each of some people own (leastLoaded).
	NeedLoad NeedKind = "load"
	// NeedAway: which of some people do not work now.
	NeedAway NeedKind = "away"
	// NeedSlot: a free one of Limit slots of a series, claimed by the shell for this record; 0 when all are taken. With Mode "must" the
	// open records of Form that the person Users names owns and that hold none count too; with "try" they do not, and a slot whose
	// holder may be gone is not looked into.
	NeedSlot NeedKind = "slot"
	// NeedQuota: one more of Limit in a series, counted by the shell under the name ID, once however often it is asked for; 0 when it is
	// used up.
	NeedQuota NeedKind = "quota"
	// NeedLink: the address of the tracking page Mode of the record ID.
	NeedLink NeedKind = "link"
	// NeedTurn: whose turn it is among some people; the shell moves the series on for this record.
	NeedTurn NeedKind = "turn"
	// NeedPast: the record as it stood before and after a migration, whose id is Series.
	NeedPast NeedKind = "past"
)

// Need is a fact that Decide lacks. The shell fetches it under Key and asks again, at most 8 rounds (semantics 3).
type Need struct {
	Kind NeedKind
	Key  string
	// Of is the form whose rollups sum up the records of Form that point to ID through Via.
	Of string
	// Form and ID of a record; Form and Via of linked records pointing to ID.
	Form, ID, Via string
	People        *PeopleNeed
	// Series, Pattern and Value of a number or a unique claim: the series name "app/form|period", the pattern's text around
	// the sequence, and for unique the claim's name. Mode "warn" does not claim but answers who holds it.
	Series string
	Mode   string
	Users  []string
	Limit  int
	Rate   *RateNeed
}

// RateNeed asks for the newest rate not after a day. Base is the app's currency, by way of which a rate may be found.
type RateNeed struct {
	From, To, Base string
	On             rules.Date
}

// RateFact is a rate, or that there is none.
type RateFact struct {
	Missing bool
	Rate    rules.Rate
}

// PeopleNeed is a who bound to a record: what org needs to resolve it.
type PeopleNeed struct {
	App       string `json:"app"`
	Who       Who    `json:"who"`
	Owner     string `json:"owner,omitempty"`
	Initiator string `json:"initiator,omitempty"`
	Team      string `json:"team,omitempty"`
	// User is the value of the user field that Who.Field or Who.ManagerOf names.
	User string `json:"user,omitempty"`
}

// Key names the fact.
func (n PeopleNeed) Key() string {
	b, _ := json.Marshal(n)
	return "people:" + string(b)
}

// Facts are what the shell has fetched so far. The zero value holds nothing.
type Facts struct {
	// People are active users by PeopleNeed.Key, in a stable order.
	People map[string][]string
	// Teams of people, by user; empty for a person without one.
	Teams map[string]string
	// Records by "form/id"; a record that is not there is present with Missing.
	Records map[string]RecordFact
	// Linked counts by stage, by need key.
	Linked map[string]map[string]int
	// Calendar of the app for the company as a whole; nil means Monday to Friday. The shell always brings it, so it is never a need.
	Calendar rules.Calendar
	// CalendarOf is that of the team which a record's owner is in, or of the record's own team where he is in none that is known; nil: all
	// go by Calendar.
	CalendarOf func(owner, team string) rules.Calendar
	// KnowsUser and KnowsTeam say whether there is one; nil: whatever is named.
	KnowsUser, KnowsTeam func(key string) bool
	// StandIns are the people who are absent at the instant of the command, each with who stands in, at most two steps away (empty:
	// nobody). The shell always brings it, so it is never a need.
	StandIns map[string]string
	// Called says what a user or team is called, for texts that people read; nil: by the id. The shell always brings it, and nothing is decided by it.
	Called func(typ, id string) string
	// Numbers claimed, by need key.
	Numbers map[string]string
	// Unique answers by need key: empty when this record holds the claim, else the id of the record that does.
	Unique map[string]string
	// Files by need key.
	Files map[string]FileFact
	// Rollups by need key; see NewRoll.
	Rollups map[string]*Roll
	// Rates by need key.
	Rates map[string]RateFact
	// Loads are open records by user, by need key.
	Loads map[string]map[string]int
	// Away are the absent ones of the people asked about, by need key.
	Away map[string][]string
	// Slots and Quotas are numbers from 1 by need key, 0 for none left.
	Slots  map[string]int
	Quotas map[string]int
	// Live is the newest release of the app; nil means the one that decides. The shell always brings it.
	Live *App
	// Links are addresses of tracking pages, by need key.
	Links map[string]string
	// Turns are whose turn it is, by need key.
	Turns map[string]string
	// Trace hears which rows and items of rules applied; nil but in scenarios. It is no fact: nothing depends on it.
	Trace func(rule string, rows []int)
	// Past is what was asked by NeedPast; both states are nil when the record has not been migrated so, or its history is gone.
	Past *Past
}

// Past is a record before and after a command.
type Past struct{ Before, After *State }

// RecordFact is another record as the reader's release sees it, with the version it was read at.
type RecordFact struct {
	Missing bool
	// Unseen marks a record that the person who acts may not read: he cannot point to it anew.
	Unseen bool
	Ver    int64
	// Rev is the revision of the data, which a write that was computed from it names as its base.
	Rev    int64
	Title  string
	Stage  string
	Owner  string
	Team   string
	Pool   string
	Values forms.Values
	// State is the whole record, for actions that run on it; not to be changed.
	State *State
}
