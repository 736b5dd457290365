// Command clientcmd-oracle answers what client-go makes of kubeconfigs, flags
// and environment: the connection that kubectl would use, or the class of the
// error.
//
// It reads JSON objects from standard input, one a line, and writes one JSON
// object a line in the same order. tests/kubeconfig.rs compares these answers
// with those of src/kubeconfig.
//
// Files are written where they are said to be, so the program must run in a
// mount namespace of its own with an empty /var/run: it refuses to write
// anywhere else.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
)

// root is where a case's files are, beside those of the ServiceAccount.
const root = "/var/run"

// question is one case: flags by name, the environment, and files by path.
type question struct {
	Flags       map[string]string   `json:"flags"`
	Lists       map[string][]string `json:"lists"`
	Environment map[string]string   `json:"environment"`
	Files       map[string]string   `json:"files"`
	Directory   string              `json:"directory"`
}

func main() {
	klog.SetLogger(logr.Discard())
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "clientcmd-oracle:", err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	if entries, err := os.ReadDir(root); err != nil || len(entries) > 0 {
		return fmt.Errorf("%s is not an empty file system of this program's own", root)
	}
	os.Clearenv()
	questions := json.NewDecoder(bufio.NewReaderSize(in, 1<<16))
	buffer := bufio.NewWriterSize(out, 1<<16)
	answers := json.NewEncoder(buffer)
	for {
		var asked question
		switch err := questions.Decode(&asked); {
		case errors.Is(err, io.EOF):
			return buffer.Flush()
		case err != nil:
			return err
		}
		given, err := ask(&asked)
		if err != nil {
			return err
		}
		if err := answers.Encode(given); err != nil {
			return err
		}
	}
}

// ask lays out the case's machine, resolves, and clears the machine away.
func ask(asked *question) (answer, error) {
	for path, content := range asked.Files {
		if !strings.HasPrefix(path, root+"/") {
			return answer{}, fmt.Errorf("%s is not in %s", path, root)
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return answer{}, err
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			return answer{}, err
		}
	}
	if err := os.MkdirAll(asked.Directory, 0o700); err != nil {
		return answer{}, err
	}
	if err := os.Chdir(asked.Directory); err != nil {
		return answer{}, err
	}
	for name, value := range asked.Environment {
		if err := os.Setenv(name, value); err != nil {
			return answer{}, err
		}
	}
	// As a shell does, so that no symbolic link is resolved.
	if err := os.Setenv("PWD", asked.Directory); err != nil {
		return answer{}, err
	}
	given := resolve(asked)
	os.Clearenv()
	if err := os.Chdir("/"); err != nil {
		return answer{}, err
	}
	entries, err := os.ReadDir(root)
	if err != nil {
		return answer{}, err
	}
	for _, entry := range entries {
		if err := os.RemoveAll(filepath.Join(root, entry.Name())); err != nil {
			return answer{}, err
		}
	}
	return given, nil
}
