package designer

import (
	"reflect"
	"strings"
	"testing"

	"pipewright/runtime/process"
)

const toldApp = `{"key": "a", "name": "A", "roles": [{"key": "fin", "name": {"zh-CN": "财务", "en": "Finance"}}, {"key": "rep", "name": {"zh-CN": "销售", "en": "Sales"}}],
 "options": [{"key": "tiers", "items": [{"key": "gold", "name": {"zh-CN": "金牌", "en": "Gold"}}]}],
 "forms": [{"key": "deal", "name": {"zh-CN": "商机", "en": "Deal"}, "fields": [{"key": "amount", "type": "money", "name": {"zh-CN": "金额", "en": "Amount"}},
   {"key": "account", "type": "reference", "form": "account", "name": {"zh-CN": "客户", "en": "Account"}}],
   "grants": [{"role": "rep", "records": "own", "do": ["read"]}]},
  {"key": "account", "name": "Account", "fields": [{"key": "tier", "type": "select", "options": "tiers", "name": {"zh-CN": "等级", "en": "Tier"}}]}],
 "processes": [{"key": "p", "form": "deal", "name": "Sales", "stages": [{"key": "s", "name": "Offer", "fields": {"require": ["account"]},
   "activities": [{"key": "cost", "name": "Costing", "who": [{"role": "rep"}]}]}, {"key": "t", "name": "Won"}],
   "transitions": [{"key": "win", "name": "Win", "from": ["s"], "to": "t", "if": "amount > 100", "approval": "chain"}]}],
 "approvals": [{"key": "chain", "name": "Big", "steps": [{"key": "one", "name": "One", "who": [{"role": "fin"}], "runIf": "amount > 5"}]}],
 "rules": [{"key": "tab", "name": "Tab", "kind": "table", "form": "deal", "in": [{"key": "amount"}], "out": [{"key": "level", "name": "Level", "type": "text"}], "rows": [{"if": ["> 5"], "then": ["'a'"]}, {"if": [""], "then": ["'b'"]}]}],
 "automations": [{"key": "auto", "name": "Auto", "on": {"created": "deal"}, "do": [{"set": {"amount": "1"}}]}]}`

// Nothing of a difference is told in the words of the definition: fields, roles and options have their names, formulas are read by them, and lists
// of actions, people and rows are compared one by one.
func TestDiffNamesThings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ from, to, zh, en string }{
		{`"require": ["account"]`, `"require": ["account", "amount"]`, "流程“Sales”的阶段“Offer”：新增必填字段：金额", "process “Sales”, stage “Offer”: required fields added: Amount"},
		{`"if": "amount > 100"`, `"if": "amount > 200 and account.tier == 'gold'"`, "流程“Sales”的流转“Win”：条件由 金额 > 100 改为 金额 > 200 并且 客户.等级 == '金牌'",
			"process “Sales”, transition “Win”: condition changed from Amount > 100 to Amount > 200 and Account.Tier == 'Gold'"},
		{`"who": [{"role": "rep"}]}]`, `"who": [{"role": "rep"}], "ladder": [{"after": "P3BD", "do": "remind"}, {"after": "PT8H", "do": "escalate"}]}]`,
			"阶段“Offer”的协办任务“Costing”：设置超时怎么办为 多久以后 3 个工作日，做什么 提醒；多久以后 8 小时，做什么 升级给上级", "stage “Offer”, activity “Costing”: what happens when it is late set to after 3 working days, what happens remind; after 8 hours, wh…"},
		{`"who": [{"role": "fin"}]`, `"who": [{"managerOf": "owner", "level": 2}]`, "审批链“Big”的审批节点“One”：人员由 角色“财务” 改为 负责人往上 2 级的上级",
			"approval chain “Big”, step “One”: people changed from role “Finance” to the manager 2 up from the owner"},
		{`"do": ["read"]`, `"do": ["read", "edit"]`, "表单“商机”的权限“销售”：新增可做：编辑", "form “Deal”, grants “Sales”: allowed added: edit"},
		{`"> 5"`, `"> 7"`, "规则“Tab”的行“第 1 项”：“金额”由 > 5 改为 > 7", "rule “Tab”, rows “no. 1”: “Amount” changed from > 5 to > 7"},
		{`{"key": "t", "name": "Won"}],
   "transitions": [{"key": "win", "name": "Win", "from": ["s"], "to": "t"`, `{"key": "u", "name": "Closed"}],
   "transitions": [{"key": "win", "name": "Win", "from": ["s"], "to": "u"`, "流程“Sales”：新增阶段“Closed” | 流程“Sales”：删除阶段“Won” | 流程“Sales”的流转“Win”：目标由 “Won” 改为 “Closed”",
			"process “Sales”: stage “Closed” added | process “Sales”: stage “Won” removed | process “Sales”, transition “Win”: to changed from “Won” to “Closed”"},
		{`"do": [{"set": {"amount": "1"}}]`, `"do": [{"set": {"amount": "2"}}, {"assign": {"role": "fin"}}]`,
			"自动化“Auto”的动作“第 1 项”：金额由 1 改为 2 | 自动化“Auto”：动作新增第 2 项：分配给 角色“财务”", "automation “Auto”, actions “no. 1”: Amount changed from 1 to 2 | automation “Auto”: actions: no. 2 added: assign to role “Finance”"},
	} {
		to := strings.Replace(toldApp, c.from, c.to, 1)
		list, err := Diff(toldApp, to)
		if err != nil || to == toldApp {
			t.Fatal(err)
		}
		var zh, en []string
		for _, d := range list {
			zh, en = append(zh, d.Text.In("zh-CN")), append(en, d.Text.In("en"))
		}
		if strings.Join(zh, " | ") != c.zh || strings.Join(en, " | ") != c.en {
			t.Errorf("%s\n%s\nwant\n%s\n%s", strings.Join(zh, " | "), strings.Join(en, " | "), c.zh, c.en)
		}
	}
}

// What scenarios give and expect goes by the names of its fields, not by what else is called so, and their steps are nobody's approval.
func TestDiffOfScenarios(t *testing.T) {
	t.Parallel()
	app := func(data, stage string) string {
		return `{"key": "a", "name": "A", "forms": [{"key": "deal", "name": "Deal", "fields": [{"key": "position", "type": "text", "name": {"zh-CN": "职务", "en": "Job"}}]}],
 "tests": [{"name": "Walk", "given": {"form": "deal", "data": {"position": "` + data + `", "path": "` + data + `"}}, "steps": [{"expect": {"stage": "` + stage + `"}}]}]}`
	}
	list, err := Diff(app("x", "one"), app("y", "two"))
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, d := range list {
		got += d.Text.In("en") + "\n"
	}
	if want := "scenario “Walk”: Job changed from “x” to “y”\nscenario “Walk”: path changed from “x” to “y”\nscenario “Walk”, step “no. 1”: stage changed from “one” to “two”\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// A conflict lines its three sides up, down to the places where they differ.
func TestMergeConflictsSideBySide(t *testing.T) {
	t.Parallel()
	full := strings.Replace(toldApp, `{"key": "a", "name": "A",`, `{"spec": "pipewright/1", "key": "a", "name": "A",`, 1)
	m, err := Merge(full, strings.Replace(full, `"amount > 100"`, `"amount > 200"`, 1), strings.Replace(full, `"amount > 100"`, `"account.tier == 'gold'"`, 1), nil)
	if err != nil || len(m.Conflicts) != 1 || len(m.Conflicts[0].Lines) != 1 {
		t.Fatalf("%v %+v", err, m.Conflicts)
	}
	if l := m.Conflicts[0].Lines[0]; !l.Name.IsZero() || l.Base.In("zh-CN") != "金额 > 100" || l.Mine.In("zh-CN") != "金额 > 200" || l.Theirs.In("en") != "Account.Tier == 'Gold'" {
		t.Errorf("%s", body(l))
	}
	m, err = Merge(full, strings.Replace(full, `{"set": {"amount": "1"}}`, `{"set": {"amount": "2"}}`, 1), strings.Replace(full, `{"set": {"amount": "1"}}`, `{"set": {"amount": "3"}}, {"stop": true}`, 1), nil)
	if err != nil || len(m.Conflicts) != 1 {
		t.Fatalf("%v %+v", err, m.Conflicts)
	}
	var got []string
	for _, l := range m.Conflicts[0].Lines {
		got = append(got, strings.Join([]string{l.Name.In("zh-CN"), l.Base.In("zh-CN"), l.Mine.In("zh-CN"), l.Theirs.In("zh-CN")}, " | "))
	}
	if strings.Join(got, "\n") != "第 1 项 · 赋值 · 金额 | 1 | 2 | 3\n第 2 项 · 停止 | 没有 | 没有 | 是" {
		t.Errorf("%s", strings.Join(got, "\n"))
	}
}

// Every member of the language has a word that people know it by.
func TestEveryMemberHasAWord(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var walk func(reflect.Type)
	walk = func(of reflect.Type) {
		for of.Kind() == reflect.Pointer || of.Kind() == reflect.Slice || of.Kind() == reflect.Map {
			of = of.Elem()
		}
		if of.Kind() != reflect.Struct || seen[of] {
			return
		}
		seen[of] = true
		for i := range of.NumField() {
			name, _, _ := strings.Cut(of.Field(i).Tag.Get("json"), ",")
			if _, ok := memberWords[name]; name != "" && name != "-" && !ok {
				if _, ok := thingWords[name]; !ok {
					t.Errorf("%s of %s has no word", name, of.Name())
				}
			}
			walk(of.Field(i).Type)
		}
	}
	walk(reflect.TypeFor[process.Definition]())
}

// The blocks of a print are told by what they are and say.
func TestDiffTellsBlocks(t *testing.T) {
	t.Parallel()
	const app = `{"key": "a", "name": "A", "forms": [{"key": "deal", "name": {"zh-CN": "商机", "en": "Deal"}, "fields": [{"key": "amount", "type": "money", "name": {"zh-CN": "金额", "en": "Amount"}}]}],
		"prints": [{"key": "q", "form": "deal", "name": "Quote", "blocks": [{"key": "b1", "kind": "heading", "text": "Quotation"}, {"key": "b2", "kind": "amount", "value": "amount"}]}]}`
	for from, want := range map[string]string{
		`"text": "Quotation"`: "print “Quote”, block “heading: Quotation”: alignment set to centred",
		`"value": "amount"`:   "print “Quote”, block “amount”: value shown changed from “Amount” to Amount * 2",
	} {
		to := map[string]string{`"text": "Quotation"`: from + `, "align": "center"`, `"value": "amount"`: `"value": "amount * 2"`}[from]
		list, err := Diff(app, strings.Replace(app, from, to, 1))
		if err != nil || len(list) != 1 || list[0].Text.In("en") != want {
			t.Errorf("%+v %v, want %s", list, err, want)
		}
	}
}
