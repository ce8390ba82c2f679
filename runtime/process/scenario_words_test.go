package process

import (
	"strings"
	"testing"
)

// TestFailedScenarioInWords: what is otherwise than a scenario expects is told with the names of steps, people, stages and options, in each language.
func TestFailedScenarioInWords(t *testing.T) {
	t.Parallel()
	def, problems := Parse([]byte(`{"spec": "pipewright/1", "key": "shop", "name": "Shop", "roles": [{"key": "rep", "name": "Rep"}],
		"options": [{"key": "heat", "items": [{"key": "hot", "name": {"zh-CN": "热", "en": "Hot"}}, {"key": "cold", "name": {"zh-CN": "冷", "en": "Cold"}}]}],
		"forms": [{"key": "deal", "name": "Deal", "fields": [{"key": "name", "type": "text", "name": {"zh-CN": "名称", "en": "Name"}, "required": true},
			{"key": "heat", "type": "select", "options": "heat", "name": {"zh-CN": "热度", "en": "Heat"}}],
			"grants": [{"role": "rep", "records": "all", "do": ["create", "read", "edit"]}]}],
		"processes": [{"key": "deal", "form": "deal", "name": "Deal", "start": "talk", "stages": [
			{"key": "talk", "name": {"zh-CN": "洽谈", "en": "Talk"}, "owner": {"who": [{"role": "rep"}]}, "goal": "x", "fields": {"edit": ["*"]}},
			{"key": "won", "name": {"zh-CN": "赢单", "en": "Won"}, "end": "won"}],
			"transitions": [{"key": "win", "name": "Win", "from": ["talk"], "to": "won", "approval": "price"}]}],
		"approvals": [{"key": "price", "name": "Price", "steps": [{"key": "boss", "name": {"zh-CN": "“老板”审批", "en": "The boss"}, "who": [{"user": "mgr.wang"}]}]}],
		"tests": [{"name": "all otherwise", "as": "rep.li", "given": {"form": "deal", "data": {"name": "x", "heat": "cold"}}, "steps": [
			{"do": "win", "expect": {"stage": "won", "owner": "mgr.wang", "waitingFor": [], "approvers": ["rep.li"], "round": "passed", "escalated": true, "skipped": ["boss"], "started": ["deal"], "data": {"heat": "hot"}}},
			{"set": {"name": null}, "expect": {"problems": ["forbidden"]}},
			{"set": {"name": null}},
			{"expect": {"problems": ["required"]}}]}]}`))
	if def == nil {
		t.Fatal(problems)
	}
	def.Tests[0].Steps[3].Set = Wire{"heat": []byte(`"hot"`)}
	app, _ := Compile(def, nil, 1, Options{SkipTexts: true})
	results, _ := RunTests(app, smallCompany{})
	var zh, en strings.Builder
	for _, p := range results[0].Problems {
		zh.WriteString(p.Path + " " + p.Message.In("zh-CN") + "\n")
		en.WriteString(p.Path + " " + p.Message.In("en") + "\n")
	}
	const at = "/tests/0/steps/"
	for got, want := range map[string]string{
		zh.String(): at + "0/expect/stage 阶段：应是 赢单，实际是 洽谈\n" +
			at + "0/expect/owner 负责人：应是 王，实际是 李\n" +
			at + "0/expect/waitingFor 等待审批的节点：应是 空，实际是 “老板”审批\n" +
			at + "0/expect/approvers 审批人：应是 李，实际是 王\n" +
			at + "0/expect/escalated 已升级：应是 是，实际是 否\n" +
			at + "0/expect/skipped 跳过的节点：应是 “老板”审批，实际是 空\n" +
			at + "0/expect/round 审批状态：应是 审批通过，实际是 审批中\n" +
			at + "0/expect/started 新建的记录：应是 Deal，实际是 空\n" +
			at + "0/expect/data/heat 热度：应是 热，实际是 冷\n" +
			at + "1/expect/problems 应被拒绝（没有权限），实际的原因是：“名称”必须填写\n" +
			at + "2 被拒绝：“名称”必须填写\n" +
			at + "3/expect/problems 应被拒绝（有必填的没填），实际办成了\n",
		en.String(): at + "0/expect/stage stage: should be Won, is Talk\n" +
			at + "0/expect/owner owner: should be 王, is 李\n" +
			at + "0/expect/waitingFor steps waited for: should be nothing, is The boss\n" +
			at + "0/expect/approvers approvers: should be 李, is 王\n" +
			at + "0/expect/escalated escalated: should be yes, is no\n" +
			at + "0/expect/skipped steps passed by: should be The boss, is nothing\n" +
			at + "0/expect/round state of the approval: should be approved, is under way\n" +
			at + "0/expect/started records begun: should be Deal, is nothing\n" +
			at + "0/expect/data/heat Heat: should be Hot, is Cold\n" +
			at + "1/expect/problems It should be refused (it is not allowed), but it was for: “Name” is required\n" +
			at + "2 Refused: “Name” is required\n" +
			at + "3/expect/problems It should be refused (something required is missing), but it was done\n",
	} {
		if got != want {
			t.Errorf("told\n%s\nwant\n%s", got, want)
		}
	}
}
