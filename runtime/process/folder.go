package process

import (
	"path"
	"reflect"
	"slices"
	"strings"

	"pipewright/rules"
	"pipewright/rules/strict"
)

// The files of an app's folder: its head, a part for a process, and, where the parts one after another would not give the order of the whole, the
// order of the lists it matters for.
const (
	HeadFile  = "app.json"
	PartsDir  = "processes"
	OrderFile = "order.json"
)

// File is a file of an app's folder; Name has slashes.
type File struct {
	Name string
	Text []byte
}

// Order is the keys (of scenarios, the names) of a list of the definition, by the list's name.
type Order map[string][]string

// Split writes a definition as the files of a folder, the same files for the same definition: what belongs to one process goes into
// processes/<its key>.json, all else stays in app.json. An app with a single process is one file. where names the file of a thing that is to stay where it
// was, by its list and key; "" leaves it to the rule, as does a nil where.
func Split(def *Definition, where func(list, key string) string) ([]File, error) {
	head := *def
	parts := map[string]*Part{}
	of := func(file string) reflect.Value {
		if file == HeadFile {
			return reflect.ValueOf(&head).Elem()
		}
		if parts[file] == nil {
			parts[file] = &Part{}
		}
		return reflect.ValueOf(parts[file]).Elem()
	}
	whole, homes := reflect.ValueOf(def).Elem(), homesOf(def)
	eachList(func(field, list string) {
		items := whole.FieldByName(field)
		of(HeadFile).FieldByName(field).SetZero()
		for i := range items.Len() {
			file := ""
			if where != nil {
				file = where(list, thingKey(items.Index(i)))
			}
			if file == "" {
				file = homes.file(items.Index(i))
			}
			into := of(file).FieldByName(field)
			into.Set(reflect.Append(into, items.Index(i)))
		}
	})
	text, err := Format(&head)
	if err != nil {
		return nil, err
	}
	files := []File{{HeadFile, text}}
	joined := head
	for _, name := range sortedKeys(parts) {
		if text, err = FormatPart(parts[name]); err != nil {
			return nil, err
		}
		files = append(files, File{name, text})
		joined.Join(parts[name])
	}
	order := Order{}
	eachList(func(field, list string) {
		want := thingKeys(whole.FieldByName(field))
		if !slices.Equal(want, thingKeys(reflect.ValueOf(joined).FieldByName(field))) {
			order[list] = want
		}
	})
	if len(order) > 0 {
		if text, err = strict.Canonical(order); err != nil {
			return nil, err
		}
		files = append(files, File{OrderFile, text})
	}
	return files, nil
}

// Misread is what is wrong with the shape of a file of a folder.
type Misread struct {
	File    string
	Problem rules.Problem
}

// ParseFolder reads the files of a folder: app.json, any number of parts, which are joined by name, and the order of the lists, if there is one. What is wrong
// with their shape is told of all of them; the definition is nil when there is no app.json or it cannot be read.
func ParseFolder(files []File) (*Definition, []Misread) {
	var def *Definition
	var order Order
	var wrong []Misread
	for _, f := range slices.SortedFunc(slices.Values(files), func(a, b File) int { return strings.Compare(headFirst(a.Name), headFirst(b.Name)) }) {
		var problems []rules.Problem
		switch {
		case f.Name == HeadFile:
			def, problems = Parse(f.Text)
		case f.Name == OrderFile:
			problems = strict.Decode(f.Text, &order)
		case path.Dir(f.Name) == PartsDir:
			var part *Part
			if part, problems = ParsePart(f.Text); part != nil && def != nil {
				def.Join(part)
			}
		}
		for _, p := range problems {
			if p.Severity == rules.Error {
				wrong = append(wrong, Misread{f.Name, p})
			}
		}
	}
	if def != nil && len(wrong) == 0 {
		def.reorder(order)
	}
	return def, wrong
}

// Homes tell which file of a folder holds a thing, by its list and key. Files that cannot be read hold nothing.
func Homes(files []File) map[string]map[string]string {
	out := map[string]map[string]string{}
	for _, f := range files {
		part, _ := ParsePart(f.Text)
		if f.Name == HeadFile {
			if def, _ := Parse(f.Text); def != nil {
				part = def.asPart()
			}
		}
		if part == nil || f.Name == OrderFile {
			continue
		}
		eachList(func(field, list string) {
			for _, key := range thingKeys(reflect.ValueOf(part).Elem().FieldByName(field)) {
				if out[list] == nil {
					out[list] = map[string]string{}
				}
				out[list][key] = f.Name
			}
		})
	}
	return out
}

// asPart is the lists of a definition alone.
func (def *Definition) asPart() *Part {
	part := &Part{}
	eachList(func(field, _ string) {
		reflect.ValueOf(part).Elem().FieldByName(field).Set(reflect.ValueOf(def).Elem().FieldByName(field))
	})
	return part
}

// headFirst sorts the head before everything else.
func headFirst(name string) string {
	if name == HeadFile {
		return ""
	}
	return name
}

// reorder puts the lists in an order; what the order does not name comes last, as it stands.
func (def *Definition) reorder(order Order) {
	whole := reflect.ValueOf(def).Elem()
	eachList(func(field, list string) {
		keys, ok := order[list]
		if !ok {
			return
		}
		rank := map[string]int{}
		for i, k := range keys {
			rank[k] = i + 1
		}
		items := whole.FieldByName(field)
		by := make([]int, items.Len())
		for i := range by {
			by[i] = i
		}
		at := func(i int) int {
			if r := rank[thingKey(items.Index(i))]; r > 0 {
				return r
			}
			return len(keys) + 1
		}
		slices.SortStableFunc(by, func(a, b int) int { return at(a) - at(b) })
		sorted := reflect.MakeSlice(items.Type(), 0, items.Len())
		for _, i := range by {
			sorted = reflect.Append(sorted, items.Index(i))
		}
		items.Set(sorted)
	})
}

// eachList calls f with the lists that a part may hold: the name of the Go field and of the member.
func eachList(f func(field, list string)) {
	t := reflect.TypeFor[Part]()
	for i := range t.NumField() {
		list, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		f(t.Field(i).Name, list)
	}
}

// thingKey is the key of a thing, or the name of a scenario.
func thingKey(v reflect.Value) string {
	if key := v.FieldByName("Key"); key.IsValid() {
		return key.String()
	}
	return v.FieldByName("Name").String()
}

func thingKeys(list reflect.Value) []string {
	out := make([]string, list.Len())
	for i := range out {
		out[i] = thingKey(list.Index(i))
	}
	return out
}

// homes are the processes that forms and approval chains belong to, and the processes themselves; "" for what several share.
type homes map[string]string

func homesOf(def *Definition) homes {
	out := homes{}
	if len(def.Processes) < 2 {
		return out
	}
	belong := func(name, process string) {
		if was, ok := out[name]; ok && was != process {
			process = ""
		}
		out[name] = process
	}
	for i := range def.Processes {
		p := &def.Processes[i]
		belong(p.Key, p.Key)
		belong("form "+p.Form, p.Key)
		for j := range p.Stages {
			if a := p.Stages[j].Approval; a != nil {
				belong("chain "+a.Chain, p.Key)
			}
		}
		for j := range p.Transitions {
			belong("chain "+p.Transitions[j].Approval, p.Key)
		}
	}
	return out
}

// file is where a thing goes by what it is about.
func (h homes) file(v reflect.Value) string {
	text := func(name string) string {
		if f := v.FieldByName(name); f.IsValid() && f.Kind() == reflect.String {
			return f.String()
		}
		return ""
	}
	process := ""
	switch x := v.Addr().Interface().(type) {
	case *ProcessDef:
		process = h[x.Key]
	case *Chain:
		process = h["chain "+x.Key]
	case *Test:
		process = h["form "+x.Given.Form]
	case *Automation:
		process = h.trigger(&x.On)
	default:
		if process = h[text("Process")]; process == "" {
			if process = h["form "+text("Form")]; process == "" && v.Type().Name() == "Form" {
				process = h["form "+text("Key")]
			}
		}
	}
	if process == "" {
		return HeadFile
	}
	return PartsDir + "/" + process + ".json"
}

// trigger is the process of what an automation waits for.
func (h homes) trigger(on *Trigger) string {
	for _, at := range []string{on.Stage, on.Transition, on.Due, on.Idle, on.Activity, on.Checklist} {
		if process, _, ok := strings.Cut(at, "."); ok && h[process] != "" {
			return h[process]
		}
	}
	form, _, _ := strings.Cut(on.Date, ".")
	for _, f := range []string{on.Form, on.Created, on.Updated, form} {
		if h["form "+f] != "" {
			return h["form "+f]
		}
	}
	return h["chain "+on.Approval]
}
