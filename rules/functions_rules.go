package rules

import (
	"errors"
	"sort"
)

var ruleFunctions = []Function{
	{Name: "decide", Signatures: []string{"decide('rule').output"}, Example: "decide('tier').level", Result: "vp",
		Doc:   Say("运行一个决策表或评分卡，取其结果", "執行一個決策表或評分卡，取其結果", "Runs a decision table or scorecard and takes one of its results"),
		lower: lowerDecide},
}

func lowerDecide(l *lowering, s *site) operand {
	if !l.arity(s, 1, 1) {
		return l.broken(s.loc)
	}
	o, ok := l.argument(s, 0, KindText)
	if !ok {
		return l.broken(s.loc)
	}
	key, isText := o.lit.(string)
	if !isText {
		return l.fail("expr.type", o.loc, Say("decide 里应写定规则的名字，如 decide('tier')", "decide 裡應寫定規則的名字，如 decide('tier')", "decide takes a fixed rule name, such as decide('tier')"))
	}
	var t Type
	if l.env != nil {
		t, ok = l.env.Rules[key]
	} else {
		ok = false
	}
	if !ok {
		var known []string
		if l.env != nil {
			for k := range l.env.Rules {
				known = append(known, k)
			}
		}
		sort.Strings(known)
		return l.unknownName(key, o.loc, known)
	}
	if t.Kind != KindRecord {
		return l.fail("expr.type", o.loc, Say("规则“{key}”不是决策表或评分卡，直接写 {key} 即可", "規則「{key}」不是決策表或評分卡，直接寫 {key} 即可",
			"The rule “{key}” is no decision table or scorecard; write {key} alone", "key", key))
	}
	l.decides[key] = true
	return operand{node: call(opDecide, s.loc, frameNode(s.loc), constant(key, s.loc)), typ: t, null: true}
}

func opDecide(f, rule any) any {
	fr := f.(*frame)
	if fr.scope.Decide == nil {
		return nil
	}
	v, err := fr.scope.Decide(rule.(string))
	if err != nil {
		var e *EvalError
		if errors.As(err, &e) {
			raise(e.Code, Say("规则“{rule}”：{why}", "規則「{rule}」：{why}", "Rule “{rule}”: {why}", "rule", rule, "why", e.Message))
		}
		raise("expr.value", Say("规则“{rule}”无法运行：{why}", "規則「{rule}」無法執行：{why}", "The rule “{rule}” cannot run: {why}", "rule", rule, "why", err))
	}
	return v
}
