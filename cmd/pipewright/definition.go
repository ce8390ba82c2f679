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
	if parts := partFiles(name); len(parts) > 0 {
		return joinParts(parts)
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

// joinParts is one definition made of the files of a folder. What is wrong with the shape of a file is told with its name.
func joinParts(files []string) ([]byte, error) {
	var def *process.Definition
	for i, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		var part *process.Part
		var problems []rules.Problem
		if i == 0 {
			def, problems = process.Parse(raw)
		} else {
			part, problems = process.ParsePart(raw)
		}
		for _, p := range problems {
			if p.Line == 0 {
				p.Line, p.Col = designer.Locate(raw, p.Path)
			}
			return nil, fmt.Errorf("%s:%d:%d: %s (%s, %s)", name, p.Line, p.Col, p.Message.In(language()), p.Code, p.Path)
		}
		if part != nil {
			def.Join(part)
		}
	}
	return process.Format(def)
}

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
	problems := d.Check(raw)
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
		fmt.Fprintf(out, "%s: %s: %s (%s, %s)\n", place, p.Severity, p.Message.In(lang), p.Code, p.Path)
	}
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
