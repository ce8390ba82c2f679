package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
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

// readFile reads a definition or data file; "-" is standard input.
func readFile(name string, in io.Reader) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(name)
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
	for _, p := range problems {
		place := file
		if p.Line > 0 {
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
