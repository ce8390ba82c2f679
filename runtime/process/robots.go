package process

import (
	"pipewright/rules"
)

// RobotAction speaks in a group chat. To is the key of a robot of the installation: its address and secret are in the settings, never in a
// definition.
type RobotAction struct {
	To   string     `json:"to"`
	Text rules.Text `json:"text"`
	At   Whos       `json:"at,omitempty"`
}

// RobotDeed is something to say in a group, to the people at in particular.
type RobotDeed struct {
	To   string
	Text rules.Text
	At   []string
}

func (c *compiler) robot(path string, d *RobotAction, a *CompiledAction, ctx whoContext) {
	if d.To != "" && !keyPattern.MatchString(d.To) {
		c.fail(path+"/to", "setting.conflict", "“{key}”不是机器人的标识", "「{key}」不是機器人的識別名", "“{key}” is no key of a robot", "key", d.To)
	}
	env := ctx.env
	if env == nil {
		env = c.recordEnv(nil)
	}
	a.Text = c.text(path+"/text", d.Text, env)
	a.Who = c.whos(path+"/at", d.At, ctx)
}

func (d *decider) robot(deed *Deed, a *CompiledAction, sc *rules.Scope, initiator string) *rules.Problem {
	people, ok := d.resolve(a.Who, initiator, nil)
	if !ok {
		return nil
	}
	text, problem := d.render(a, sc)
	if problem != nil {
		return problem
	}
	deed.Robot = &RobotDeed{To: a.Def.Robot.To, Text: text, At: people}
	return nil
}
