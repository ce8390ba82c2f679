package server

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strings"

	"pipewright/rules"
	"pipewright/runtime/process"
)

// maxFolderFiles is how many files the folder of an app may have.
const maxFolderFiles = 1000

// sendFolder answers a definition as the files of a folder, zipped. The same definition gives the same bytes: the files have no time.
func (c *call) sendFolder(def *process.Definition, problems []rules.Problem) error {
	if def == nil || rules.HasErrors(problems) {
		return refuse(http.StatusUnprocessableEntity, "check.failed", rules.Say("请先改正写法不对的地方，才能导出为文件夹", "請先改正寫法不對的地方，才能匯出為資料夾",
			"Mend what is not written as it should be first, then it can be exported as a folder"), problems...)
	}
	files, err := process.Split(def, nil)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range files {
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Deflate})
		if err != nil {
			return err
		}
		if _, err := to.Write(f.Text); err != nil {
			return err
		}
	}
	if err := w.Close(); err != nil {
		return err
	}
	c.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": def.Key + ".zip"}))
	c.Data(http.StatusOK, "application/zip", out.Bytes())
	return nil
}

// zipped reads the zipped files of a folder. What they hold together is bounded, whatever the size of the zip.
func (c *call) zipped() (map[string]string, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxDefinition))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return nil, tooLargeFolder
	}
	if err != nil {
		return nil, badRequest(rules.Say("请求没有传完", "請求沒有傳完", "The body broke off"))
	}
	notZip := badRequest(rules.Say("这不是能读的 zip 文件", "這不是能讀的 zip 檔案", "This is no zip file that can be read"))
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return nil, notZip
	}
	if len(z.File) > maxFolderFiles {
		return nil, tooLargeFolder
	}
	out := map[string]string{}
	left := int64(maxDefinition)
	for _, f := range z.File {
		if path.Ext(f.Name) != ".json" {
			continue // a README, a folder
		}
		in, err := f.Open()
		if err != nil {
			return nil, notZip
		}
		text, err := io.ReadAll(io.LimitReader(in, left+1))
		in.Close()
		if err != nil {
			return nil, notZip
		}
		if left -= int64(len(text)); left < 0 {
			return nil, tooLargeFolder
		}
		out[f.Name] = string(text)
	}
	return out, nil
}

// ofApp are the files of an app among those of a folder, which may lie in one folder more. What else is there, such as a README, is left out.
func ofApp(all map[string]string) []process.File {
	root, found := "", false
	for name := range all {
		if dir, base := path.Split(name); base == process.HeadFile && (!found || len(dir) < len(root)) {
			root, found = dir, true
		}
	}
	var files []process.File
	for name, text := range all {
		name, inside := strings.CutPrefix(name, root)
		if inside && (name == process.HeadFile || name == process.OrderFile || path.Dir(name) == process.PartsDir && path.Ext(name) == ".json") {
			files = append(files, process.File{Name: name, Text: []byte(text)})
		}
	}
	return files
}

var tooLargeFolder = refuse(http.StatusRequestEntityTooLarge, "body.tooLarge", rules.Say("文件太多或太大：一共最多 {mb} MB、{n} 个", "檔案太多或太大：一共最多 {mb} MB、{n} 個",
	"The files are too many or too large: at most {mb} MB and {n} files in all", "mb", maxDefinition>>20, "n", maxFolderFiles))
