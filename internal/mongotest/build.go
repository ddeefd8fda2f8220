package mongotest

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// sources of the stand-in: a pom that names its libraries, and the Java files.
//
//go:embed server/pom.xml server/*.java
var sources embed.FS

// buildTime bounds the fetching of some megabytes of libraries and the compiling of two files.
const buildTime = 10 * time.Minute

// buildStandIn returns the class path of the built stand-in. It is built once a machine, into the user's cache folder
// under a hash of its sources; of several test binaries that want it at the same time one builds and the others wait.
func buildStandIn(ctx context.Context, log io.Writer) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir() // a user without a home, as in some containers
	}
	digest, err := sourceDigest()
	if err != nil {
		return "", err
	}
	parent := filepath.Join(cache, "fengqiao")
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return "", err
	}
	built := filepath.Join(parent, "mongo-java-server-"+digest)
	unlock, err := lockFile(built + ".lock")
	if err != nil {
		return "", err
	}
	defer unlock()
	if _, err := os.Stat(built); err == nil {
		return classPath(built), nil
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	_, _ = fmt.Fprintln(log, "mongotest: building a MongoDB stand-in with Maven, once for this machine …")
	ctx, cancel := context.WithTimeout(ctx, buildTime)
	defer cancel()
	work, err := os.MkdirTemp(parent, "build-")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(work) }() // gone already if all went well
	if err := build(ctx, work); err != nil {
		return "", err
	}
	// The name appears with everything in it or not at all.
	return classPath(built), os.Rename(work, built)
}

// build brings the libraries and compiles the sources into dir.
func build(ctx context.Context, dir string) error {
	files, err := sources.ReadDir("server")
	if err != nil {
		return err
	}
	compile := []string{"-cp", "lib/*", "-d", "classes"}
	for _, file := range files {
		content, err := sources.ReadFile("server/" + file.Name())
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, file.Name()), content, 0o644); err != nil {
			return err
		}
		if filepath.Ext(file.Name()) == ".java" {
			compile = append(compile, file.Name())
		}
	}
	if err := run(ctx, dir, "mvn", "-q", "-B", "dependency:copy-dependencies"); err != nil {
		return err
	}
	return run(ctx, dir, "javac", compile...)
}

func classPath(dir string) string {
	return filepath.Join(dir, "classes") + string(os.PathListSeparator) + filepath.Join(dir, "lib", "*")
}

// sourceDigest changes with every source file, so that a changed stand-in is built anew.
func sourceDigest() (string, error) {
	hash := sha256.New()
	err := fs.WalkDir(sources, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := sources.ReadFile(path)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(hash, "%s %d\n%s", path, len(content), content)
		return err
	})
	return hex.EncodeToString(hash.Sum(nil))[:16], err
}
