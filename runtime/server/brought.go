package server

import (
	"encoding/json"
	"mime"
	"slices"
	"strings"

	"pipewright/designer"
	"pipewright/rules"
	"pipewright/runtime/process"
)

// brought is a definition as somebody brings it: as one file, or as the files of a folder, which tell where in them a problem is.
type brought struct {
	text  []byte
	files []process.File
}

type filesIn struct {
	// Files are the texts of a folder's files, by their names in it.
	Files map[string]string `json:"files"`
}

// brought reads {"definition": …}, a definition itself, {"files": {name: text}}, or the zipped files of a folder. What is not written as it should be is
// refused with the file and the line.
func (c *call) brought() (brought, error) {
	if kind, _, err := mime.ParseMediaType(c.GetHeader("Content-Type")); err == nil && kind == "application/zip" {
		all, err := c.zipped()
		if err != nil {
			return brought{}, err
		}
		return joined(ofApp(all))
	}
	raw, err := c.body()
	if err != nil {
		return brought{}, err
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) == nil && len(members) == 1 {
		switch {
		case members["definition"] != nil:
			return brought{text: members["definition"]}, nil
		case members["files"] != nil:
			var in filesIn
			if err := c.bind(&in); err != nil {
				return brought{}, err
			}
			if len(in.Files) > maxFolderFiles {
				return brought{}, tooLargeFolder
			}
			return joined(ofApp(in.Files))
		}
	}
	return brought{text: raw}, nil
}

// joined is one definition made of the files of a folder.
func joined(files []process.File) (brought, error) {
	b := brought{files: files}
	def, wrong := process.ParseFolder(files)
	if len(wrong) > 0 {
		var bad []string
		problems := make([]rules.Problem, len(wrong))
		for i, w := range wrong {
			problems[i] = b.placed(w.Problem, w.File)
			if !slices.Contains(bad, w.File) {
				bad = append(bad, w.File)
			}
		}
		return b, badRequest(rules.Say("这些文件的写法不对：{files}", "這些檔案的寫法不對：{files}", "Not written as they should be: {files}", "files", strings.Join(bad, ", ")), problems...)
	}
	if def == nil {
		return b, badRequest(rules.Say("这里没有 {file}：请选应用的文件夹", "這裡沒有 {file}：請選應用的資料夾", "There is no {file} here: choose the folder of an app", "file", process.HeadFile))
	}
	var err error
	b.text, err = process.Format(def)
	return b, err
}

// definition reads what was brought as one definition; one that is not written as it should be is refused with the lines.
func (b brought) definition() (*process.Definition, error) {
	def, problems := process.Parse(b.text)
	if def != nil && !rules.HasErrors(problems) {
		return def, nil
	}
	for i := range problems {
		problems[i] = b.placed(problems[i], "")
	}
	return nil, badRequest(rules.Say("这份定义的写法不对", "這份定義的寫法不對", "This definition is not written as it should be"), problems...)
}

// located tells problems with the file and the line of their places.
func (b brought) located(problems []rules.Problem) []rules.Problem {
	homes := process.Homes(b.files)
	out := make([]rules.Problem, len(problems))
	for i, p := range problems {
		file := ""
		if len(b.files) > 0 {
			file = process.HeadFile
			if parts := strings.SplitN(strings.TrimPrefix(p.Path, "/"), "/", 3); len(parts) > 1 && homes[parts[0]][parts[1]] != "" {
				file = homes[parts[0]][parts[1]]
			}
		}
		out[i] = b.placed(p, file)
	}
	return out
}

// placed puts the file and the line of a problem before what it says.
func (b brought) placed(p rules.Problem, file string) rules.Problem {
	text := b.text
	for _, f := range b.files {
		if f.Name == file {
			text = f.Text
		}
	}
	line := p.Line // of a text that cannot be read at all
	if p.Path != "" || line == 0 {
		line, _ = designer.Locate(text, p.Path)
	}
	switch {
	case line > 0 && file != "":
		p.Message = rules.Say("{file} 第 {line} 行：{why}", "{file} 第 {line} 行：{why}", "{file}, line {line}: {why}", "file", file, "line", line, "why", p.Message)
	case line > 0:
		p.Message = rules.Say("第 {line} 行：{why}", "第 {line} 行：{why}", "Line {line}: {why}", "line", line, "why", p.Message)
	case file != "":
		p.Message = rules.Say("{file}：{why}", "{file}：{why}", "{file}: {why}", "file", file, "why", p.Message)
	}
	return p
}

// broughtOut is what would become of the draft; nothing is kept.
type broughtOut struct {
	Definition json.RawMessage       `json:"definition"`
	Changes    []designer.Difference `json:"changes"`
	Problems   []problemWire         `json:"problems"`
}

// readBrought tells what a folder or a file would change in the draft, and what is wrong with it.
func (s *Server) readBrought(c *call) (any, error) {
	b, err := c.brought()
	if err != nil {
		return nil, err
	}
	def, err := b.definition()
	if err != nil {
		return nil, err
	}
	if app := c.Param("app"); def.Key != app {
		return nil, badRequest(rules.Say("这是应用“{key}”，不是“{app}”", "這是應用「{key}」，不是「{app}」", "This is the app “{key}”, not “{app}”", "key", def.Key, "app", app))
	}
	draft, err := s.Designer.Draft(c.ctx(), def.Key)
	if err != nil {
		return nil, err
	}
	text, err := process.Format(def)
	if err != nil {
		return nil, err
	}
	changes, err := designer.Diff(draft.Definition, string(text))
	if err != nil {
		return nil, err
	}
	problems, err := s.Designer.CheckAmong(c.ctx(), text)
	if err != nil {
		return nil, err
	}
	return broughtOut{text, list(changes), wireProblems(b.located(problems))}, nil
}
