package process

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"pipewright/forms"
	"pipewright/rules"
)

// Options are what the checker cannot know by itself.
type Options struct {
	// Cron checks a five-field schedule in a zone and answers its next fires; it is the engine's own parser, so that the
	// checker and the clock never disagree. Without it only the number of fields is checked.
	Cron func(spec, zone string) ([]time.Time, error)
	// SkipTexts leaves out the warnings about missing languages; the engine needs none when it loads a release.
	SkipTexts bool
	// Other is the live release of another app, nil when there is none. Shared, when not nil, is what a release has kept of
	// the other apps it uses; then Other is not asked.
	Other  func(app string) *App
	Shared map[string]*Shared
}

// Compile turns a definition into an App and reports every problem of stages 1 to 10 of the check, each with its path. The
// App may be run only if no problem is an error (rules.HasErrors); it is never nil, so that an editor can go on with the
// parts that are sound. st nil means every key is its own storage key; release is 0 for a draft.
func Compile(def *Definition, st *Storage, release int, opts ...Options) (*App, []rules.Problem) {
	c := &compiler{
		def: def,
		app: &App{
			Def: def, Storage: st, Release: release, Zone: time.UTC,
			Forms: map[string]*Form{}, Processes: map[string]*Process{}, Chains: map[string]*CompiledChain{},
			Rules: map[string]*rules.CompiledRule{}, Automations: map[string]*CompiledAutomation{}, Pools: map[string]*CompiledPool{},
			Messages: map[string]*CompiledMessage{}, Public: map[string]*CompiledPublic{}, Tracking: map[string]*CompiledTracking{}, Prints: map[string]*CompiledPrint{},
		},
	}
	if len(opts) > 0 {
		c.opts = opts[0]
	}
	c.checkShape()
	c.index()
	c.compileSettings()
	c.compileForms()
	c.compilePools()
	c.compileProcesses()
	c.compileChains()
	c.checkStages()
	c.checkApprovals()
	c.compileMessages()
	c.compilePublic()
	c.compileTracking()
	c.compilePrints()
	c.compileAutomations()
	c.checkLoops()
	c.compileReports()
	c.checkGrants()
	c.checkOptions()
	c.checkTests()
	if !c.opts.SkipTexts {
		c.checkTexts()
	}
	return c.app, c.problems
}

// compiler holds one run of Compile.
type compiler struct {
	def      *Definition
	app      *App
	opts     Options
	problems []rules.Problem

	roles     map[string]bool
	options   map[string]bool
	formDefs  map[string]*forms.Form
	procDefs  map[string]*ProcessDef
	procOf    map[string]*ProcessDef // by form
	chainDefs map[string]*Chain
	ruleDefs  map[string]*rules.Rule
	reports   map[string]bool
	world     *forms.World
	envs      map[string]*rules.Env // by form
	stageEnvs map[string]*rules.Env // by form, stage being one of its process
	// ruleReads are the fields and other names each rule reads, by rule key.
	ruleReads map[string][]string
	// looped: the automation being compiled has an action that runs for each of many.
	looped bool
	// adrift: the trigger of the automation being compiled does not say which record it is about, which is told at the trigger.
	adrift bool
}

func (c *compiler) add(problems ...rules.Problem) {
	for _, p := range problems {
		if !c.adrift || p.Code != "expr.unknownName" { // whose names they would be is not known
			c.problems = append(c.problems, p)
		}
	}
}

func (c *compiler) fail(path, code string, zhCN, zhTW, en string, args ...any) {
	c.add(rules.Errorf(path, code, rules.Say(zhCN, zhTW, en, args...)))
}

// recordless reports what needs a record where there is none; not where that is only because the trigger is not right yet.
func (c *compiler) recordless(path, zhCN, zhTW, en string, args ...any) {
	if !c.adrift {
		c.fail(path, "ref.kind", zhCN, zhTW, en, args...)
	}
}

func (c *compiler) warn(path, code string, zhCN, zhTW, en string, args ...any) {
	c.add(rules.Warnf(path, code, rules.Say(zhCN, zhTW, en, args...)))
}

// index makes the tables by key; of two with the same key the first counts.
func (c *compiler) index() {
	c.roles, c.options, c.reports = map[string]bool{}, map[string]bool{}, map[string]bool{}
	c.formDefs, c.procDefs, c.procOf = map[string]*forms.Form{}, map[string]*ProcessDef{}, map[string]*ProcessDef{}
	c.chainDefs, c.ruleDefs = map[string]*Chain{}, map[string]*rules.Rule{}
	c.envs, c.stageEnvs, c.ruleReads = map[string]*rules.Env{}, map[string]*rules.Env{}, map[string][]string{}
	for i := range c.def.Roles {
		c.roles[c.def.Roles[i].Key] = true
	}
	for i := range c.def.Options {
		c.options[c.def.Options[i].Key] = true
	}
	for i := range c.def.Forms {
		keep(c.formDefs, c.def.Forms[i].Key, &c.def.Forms[i])
	}
	for i := range c.def.Processes {
		keep(c.procDefs, c.def.Processes[i].Key, &c.def.Processes[i])
	}
	for i := range c.def.Approvals {
		keep(c.chainDefs, c.def.Approvals[i].Key, &c.def.Approvals[i])
	}
	for i := range c.def.Rules {
		keep(c.ruleDefs, c.def.Rules[i].Key, &c.def.Rules[i])
	}
	for i := range c.def.Reports {
		c.reports[c.def.Reports[i].Key] = true
	}
	for i := range c.def.Processes {
		p := &c.def.Processes[i]
		if first := c.procOf[p.Form]; first != nil && p.Form != "" {
			c.fail("/processes/"+p.Key+"/form", "ref.kind",
				"表单“{form}”已经有流程“{first}”：一个表单最多一个流程", "表單「{form}」已經有流程「{first}」：一個表單最多一個流程",
				"The form “{form}” already has the process “{first}”: a form has at most one", "form", p.Form, "first", first.Key)
			continue
		}
		c.procOf[p.Form] = p
	}
}

func keep[T any](m map[string]*T, key string, v *T) {
	if m[key] == nil {
		m[key] = v
	}
}

// compileSettings checks the app's own zone, currency and languages.
func (c *compiler) compileSettings() {
	if z := c.def.Timezone; z != "" {
		if loc, ok := zone(z); ok {
			c.app.Zone = loc
		} else {
			c.fail("/timezone", "ref.unknown", "没有时区“{zone}”，应写如 Asia/Shanghai", "沒有時區「{zone}」，應寫如 Asia/Shanghai",
				"There is no time zone “{zone}”; write one like Asia/Shanghai", "zone", z)
		}
	}
	for i, l := range c.def.Languages {
		if !slices.Contains(rules.Languages, l) {
			c.add(wrongWord("/languages/"+itoa(i), l, rules.Languages))
		}
	}
	if c.opts.Shared != nil {
		return // a release that is live goes on as it was published
	}
	if code := c.def.Currency; code != "" {
		if _, ok := forms.CurrencyScale(code); !ok {
			p := rules.Errorf("/currency", "ref.unknown", rules.Say("“{code}”不是通行的 ISO 4217 货币代码，应写如 CNY、USD", "「{code}」不是通行的 ISO 4217 貨幣代碼，應寫如 CNY、USD",
				"“{code}” is not an ISO 4217 currency in use; write one like CNY or USD", "code", code))
			if right := currencyMeant(code); right != "" {
				p.Fix = replaceFix("/currency", right)
			}
			c.add(p)
		}
	}
	if name := c.def.Calendar; name != "" && !slices.Contains(Calendars, name) {
		c.add(wrongWord("/calendar", name, Calendars))
	}
}

// Calendars are the built-in working calendars that an app may name.
var Calendars = []string{"CN"}

// currencyMeant is the code of a currency that people write in another way; "" when it is not sure.
func currencyMeant(written string) string {
	code := strings.ToUpper(strings.TrimSpace(written))
	switch code {
	case "RMB", "CNH", "人民币", "人民幣":
		return "CNY"
	case "NTD", "NT", "NT$", "新台币", "新臺幣", "新台幣":
		return "TWD"
	}
	if _, ok := forms.CurrencyScale(code); ok {
		return code
	}
	return ""
}

// zone finds a time zone by its IANA name; Local would differ from machine to machine and is refused.
func zone(name string) (*time.Location, bool) {
	if name == "" || name == "Local" {
		return nil, false
	}
	loc, err := time.LoadLocation(name)
	return loc, err == nil
}

// expr compiles an expression slot. An empty slot is no program and no problem.
func (c *compiler) expr(path, src string, env *rules.Env, want rules.Type) *rules.Program {
	if src == "" || env == nil {
		return nil
	}
	p, problems := rules.Compile(src, env, want)
	c.add(rules.WithPath(problems, path)...)
	if rules.HasErrors(problems) {
		return nil
	}
	return p
}

// text compiles a text slot, language by language.
func (c *compiler) text(path string, t rules.Text, env *rules.Env) map[string]*rules.Template {
	if len(t) == 0 || env == nil {
		return nil
	}
	out := make(map[string]*rules.Template, len(t))
	for _, lang := range append([]string{""}, rules.Languages...) {
		src, ok := t[lang]
		if !ok {
			continue
		}
		at := path
		if lang != "" {
			at += "/" + lang
		}
		tpl, problems := rules.CompileTemplate(src, env)
		c.add(rules.WithPath(problems, at)...)
		if !rules.HasErrors(problems) {
			out[lang] = tpl
		}
	}
	return out
}

// duration reads a duration slot that must be positive.
func (c *compiler) duration(path, src string) *rules.Duration {
	if src == "" {
		return nil
	}
	d, err := rules.ParseDuration(src)
	if err != nil || d.Negative || d.IsZero() {
		c.fail(path, "shape.type",
			"“{text}”不是时长。应写如 P3D（3 天）、PT4H（4 小时）、P3BD（3 个工作日）、PT4BH（4 个工作小时）",
			"「{text}」不是時長。應寫如 P3D（3 天）、PT4H（4 小時）、P3BD（3 個工作日）、PT4BH（4 個工作小時）",
			"“{text}” is not a duration. Write one like P3D (3 days), PT4H (4 hours), P3BD (3 working days), PT4BH (4 working hours)", "text", src)
		return nil
	}
	return &d
}

// unknown reports a reference to something that is not there, with the nearest name.
func (c *compiler) unknown(path string, what rules.Text, key string, known []string) {
	p := rules.Errorf(path, "ref.unknown", rules.Say(
		"没有{what}“{key}”", "沒有{what}「{key}」", "There is no {what} “{key}”", "what", what, "key", key))
	if near, sure := rules.Nearest(key, known); near != "" {
		p.Message = rules.Say("没有{what}“{key}”，是不是“{near}”？", "沒有{what}「{key}」，是不是「{near}」？",
			"There is no {what} “{key}”; did you mean “{near}”?", "what", what, "key", key, "near", near)
		if sure {
			p.Fix = replaceFix(path, near)
		}
	}
	c.add(p)
}

// replaceFix writes another word at a path.
func replaceFix(path, word string) *rules.Fix {
	raw, _ := json.Marshal(word)
	return &rules.Fix{
		Title:   rules.Say("改为“{word}”", "改為「{word}」", "Change to “{word}”", "word", word),
		Changes: []rules.Change{{Path: path, Value: raw}},
	}
}

// setFix gives a member a value.
func setFix(path string, value any, zhCN, zhTW, en string) *rules.Fix {
	raw, _ := json.Marshal(value)
	return &rules.Fix{Title: rules.Say(zhCN, zhTW, en), Changes: []rules.Change{{Path: path, Value: raw}}}
}
