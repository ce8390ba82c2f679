package process

import "pipewright/rules"

// Pool holds records nobody owns, for its members to claim (CN-01).
type Pool struct {
	Key  string     `json:"key"`
	Was  []string   `json:"was,omitempty"`
	Name rules.Text `json:"name"`
	Help rules.Text `json:"help,omitzero"`
	Form string     `json:"form"`
	// Members may claim: users, roles and teams. What they see of a record in the pool their grants with the scope "pool" say.
	Members Whos `json:"members"`
	// Cap is the most open records of the form a member may hold; 0 is no cap.
	Cap int `json:"cap,omitempty"`
	// Protect is how long a record is not taken back after its owner got it.
	Protect string `json:"protect,omitempty"`
	// Reclaim says which records of members go back at night.
	Reclaim []ReclaimRule `json:"reclaim,omitempty"`
	// Cooldown is how long the former owner may not claim a record that went back.
	Cooldown string `json:"cooldown,omitempty"`
	// ClaimPerDay is the most claims of a member in a day of the app's zone; 0 is no limit.
	ClaimPerDay int `json:"claimPerDay,omitempty"`
}

// ReclaimRule takes a record back when If is true, and has been since its owner was told, Notice ago.
type ReclaimRule struct {
	If     string `json:"if"`
	Notice string `json:"notice,omitempty"`
}

// PoolAction puts a record into a pool.
type PoolAction struct {
	In string `json:"in"`
}
