package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/engine"
	"pipewright/runtime/process"
)

// checkOptions is what the checker asks the clock's own parser.
func checkOptions() process.Options {
	return process.Options{Cron: func(spec, zone string) ([]time.Time, error) {
		return engine.Next(spec, zone, time.Now(), 1)
	}}
}

// readFile reads a definition or data file; "-" is standard input, a folder with an app.json an app in parts, joined.
func readFile(name string, in io.Reader) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(in)
	}
	if len(partFiles(name)) > 0 {
		return readFolder(name)
	}
	return os.ReadFile(name)
}

// partFiles are the files of an app's folder: its app.json, then processes/*.json by name. None for anything else.
func partFiles(name string) []string {
	head := filepath.Join(name, "app.json")
	if !fileExists(head) {
		return nil
	}
	parts, _ := filepath.Glob(filepath.Join(name, "processes", "*.json"))
	slices.Sort(parts)
	return append([]string{head}, parts...)
}

// folderFiles are the files of an app's folder that make up its definition.
func folderFiles(dir string) ([]process.File, error) {
	names := partFiles(dir)
	if order := filepath.Join(dir, process.OrderFile); fileExists(order) {
		names = append(names, order)
	}
	var files []process.File
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		inside, err := filepath.Rel(dir, name)
		if err != nil {
			return nil, err
		}
		files = append(files, process.File{Name: filepath.ToSlash(inside), Text: raw})
	}
	return files, nil
}

// problemsError is everything that is wrong with files, a line each; the program ends with 1.
type problemsError []string

func (e problemsError) Error() string { return strings.Join(e, "\n") }

// readFolder is one definition made of the files of a folder. What is wrong with their shape is told of all of them, each with its file and line.
func readFolder(dir string) ([]byte, error) {
	files, err := folderFiles(dir)
	if err != nil {
		return nil, err
	}
	def, wrong := process.ParseFolder(files)
	if len(wrong) == 0 {
		return process.Format(def)
	}
	lines := make(problemsError, len(wrong))
	for i, w := range wrong {
		at := slices.IndexFunc(files, func(f process.File) bool { return f.Name == w.File })
		p := located(files[at].Text, []rules.Problem{w.Problem})[0]
		lines[i] = problemLine(fmt.Sprintf("%s:%d:%d", filepath.Join(dir, w.File), p.Line, p.Col), p, language())
	}
	return nil, lines
}

// writeFolder writes a definition into an app's folder. What the folder holds already stays in the file it is in; renamed says what a thing was called
// there, "" for its own key. Parts that hold nothing any more are removed.
func writeFolder(dir string, text []byte, renamed func(list, key string) string) error {
	def, problems := process.Parse(text)
	if def == nil || rules.HasErrors(problems) {
		return fmt.Errorf("%s: what would be written is not written as it should be", dir)
	}
	before, err := folderFiles(dir)
	if err != nil {
		return err
	}
	homes := process.Homes(before)
	after, err := process.Split(def, func(list, key string) string {
		if was := renamed(list, key); was != "" {
			key = was
		}
		return homes[list][key]
	})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, process.PartsDir), 0o755); err != nil {
		return err
	}
	written := map[string]bool{}
	for _, f := range after {
		written[f.Name] = true
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(f.Name)), f.Text, 0o644); err != nil {
			return err
		}
	}
	for _, f := range before {
		if !written[f.Name] {
			if err := os.Remove(filepath.Join(dir, filepath.FromSlash(f.Name))); err != nil {
				return err
			}
		}
	}
	// An app in one file has no folder of parts; one that holds something else stays.
	_ = os.Remove(filepath.Join(dir, process.PartsDir))
	return nil
}

// sameKeys is for a definition in which nothing was renamed.
func sameKeys(string, string) string { return "" }

// placeIn is the file of a folder that holds what a problem is about, with its line and column there.
func placeIn(files []string, p rules.Problem) (file string, line, col int) {
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		// The list and the element: in a file without the element, Locate stops at the list.
		steps := strings.SplitN(strings.TrimPrefix(p.Path, "/"), "/", 3)
		l0, c0 := designer.Locate(raw, "/"+steps[0])
		l1, c1 := designer.Locate(raw, "/"+strings.Join(steps[:min(2, len(steps))], "/"))
		if l0 == l1 && c0 == c1 && len(steps) > 1 {
			continue
		}
		line, col = designer.Locate(raw, p.Path)
		return name, line, col
	}
	return files[0], 1, 1
}

// checkFile reports every problem of a definition, with the line and column of each place in the text.
func checkFile(raw []byte, others ...*process.App) []rules.Problem {
	opts := checkOptions()
	opts.Other = func(key string) *process.App {
		for _, a := range others {
			if a.Def.Key == key {
				return a
			}
		}
		return nil
	}
	d := &designer.Designer{Config: designer.Config{Check: opts}}
	return located(raw, d.Check(raw))
}

// located puts to each problem its line and column in a text.
func located(raw []byte, problems []rules.Problem) []rules.Problem {
	for i := range problems {
		if p := &problems[i]; p.Line == 0 {
			p.Line, p.Col = designer.Locate(raw, p.Path)
		}
	}
	return problems
}

// otherApps compiles the definitions of apps that another uses.
func otherApps(names []string, in io.Reader, out io.Writer) ([]*process.App, error) {
	var list []*process.App
	for _, name := range names {
		app, err := loadFile(name, in, out, language())
		if err != nil {
			return nil, err
		}
		list = append(list, app)
	}
	return list, nil
}

// loadFile compiles a definition file; its errors are printed and end the command.
func loadFile(name string, in io.Reader, out io.Writer, lang string) (*process.App, error) {
	raw, err := readFile(name, in)
	if err != nil {
		return nil, err
	}
	def, problems := process.Parse(raw)
	var app *process.App
	if def != nil {
		var more []rules.Problem
		app, more = process.Compile(def, nil, 0, process.Options{Cron: checkOptions().Cron, SkipTexts: true})
		problems = append(problems, more...)
	}
	if rules.HasErrors(problems) {
		errors := slices.DeleteFunc(problems, func(p rules.Problem) bool { return p.Severity != rules.Error })
		printProblems(out, name, errors, lang)
		return nil, exitError(1)
	}
	return app, nil
}

// printProblems writes a problem a line, as compilers do: file:line:col: severity: message (code, path).
func printProblems(out io.Writer, file string, problems []rules.Problem, lang string) {
	parts := partFiles(file)
	for _, p := range problems {
		place := file
		if len(parts) > 0 {
			name, line, col := placeIn(parts, p)
			place = fmt.Sprintf("%s:%d:%d", name, line, col)
		} else if p.Line > 0 {
			place = fmt.Sprintf("%s:%d:%d", file, p.Line, p.Col)
		}
		fmt.Fprintln(out, problemLine(place, p, lang))
	}
}

func problemLine(place string, p rules.Problem, lang string) string {
	what := p.Code
	if p.Path != "" {
		what += ", " + p.Path
	}
	return fmt.Sprintf("%s: %s: %s (%s)", place, p.Severity, p.Message.In(lang), what)
}

func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

// language of the messages: LC_ALL, LC_MESSAGES or LANG; English when they say nothing.
func language() string {
	for _, name := range []string{"PIPEWRIGHT_LANG", "LC_ALL", "LC_MESSAGES", "LANG"} {
		v := strings.ReplaceAll(os.Getenv(name), "_", "-")
		switch {
		case v == "":
			continue
		case strings.HasPrefix(v, "zh-TW"), strings.HasPrefix(v, "zh-HK"), strings.HasPrefix(v, "zh-Hant"):
			return "zh-TW"
		case strings.HasPrefix(v, "zh"):
			return "zh-CN"
		}
		return "en"
	}
	return "en"
}
