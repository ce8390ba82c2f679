package forms

import (
	"bytes"
	"encoding/json"
	"fmt"

	"pipewright/rules"
)

// UnmarshalStrict reads a scope word or {"where": condition} and names every mistake by path.
func (r *Records) UnmarshalStrict(raw json.RawMessage, path string) []rules.Problem {
	wrong := func(path string) []rules.Problem {
		return []rules.Problem{rules.Errorf(path, "shape.type", rules.Say(
			"这里应是记录范围（none、own、participant、pool、team、teamTree、all），或 {\"where\": 条件}",
			"這裡應是記錄範圍（none、own、participant、pool、team、teamTree、all），或 {\"where\": 條件}",
			"A scope of records is expected here (none, own, participant, pool, team, teamTree, all), or {\"where\": condition}"))}
	}
	switch first(raw) {
	case '"':
		s, ok := readString(raw)
		if !ok {
			return wrong(path)
		}
		*r = Records{Scope: s}
		return nil
	case '{':
		ms, err := members(raw)
		if err != nil {
			return wrong(path)
		}
		var ps []rules.Problem
		out := Records{}
		for _, m := range ms {
			s, ok := readString(m.value)
			switch {
			case m.key != "where":
				ps = append(ps, rules.Errorf(path+"/"+m.key, "shape.unknownMember", rules.Say(
					"没有“{member}”这一项，这里只能写 where", "沒有「{member}」這一項，這裡只能寫 where",
					"There is no member “{member}” here; only where", "member", m.key)))
			case m.twice:
				ps = append(ps, rules.Errorf(path+"/where", "key.duplicate", rules.Say("where 写了两次", "where 寫了兩次", "where is given twice")))
			case !ok || s == "":
				ps = append(ps, wrong(path+"/where")...)
			default:
				out.Where = s
			}
		}
		if out.Where == "" && len(ps) == 0 {
			return wrong(path)
		}
		*r = out
		return ps
	}
	return wrong(path)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Records) UnmarshalJSON(raw []byte) error {
	if ps := r.UnmarshalStrict(raw, ""); len(ps) > 0 {
		return fmt.Errorf("forms: %s", ps[0].Message.In("en"))
	}
	return nil
}

// first is the first byte of a JSON text after white space, 0 when there is none.
func first(raw []byte) byte {
	t := bytes.TrimLeft(raw, " \t\r\n")
	if len(t) == 0 {
		return 0
	}
	return t[0]
}
