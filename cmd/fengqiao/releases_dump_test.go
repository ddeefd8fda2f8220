package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/bson"
	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/options"

	"fengqiao/internal/seal"
)

// files are the contents of an archive, by their slashed names.
type files map[string][]byte

// pack writes an archive: the same files give the same bytes.
func pack(t *testing.T, name string, content files) {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(z)
	for _, file := range slices.Sorted(maps.Keys(content)) {
		if err := w.WriteHeader(&tar.Header{Name: file, Mode: 0o600, Size: int64(len(content[file]))}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content[file]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), z.Close(), os.WriteFile(name, b.Bytes(), 0o644)); err != nil {
		t.Fatal(err)
	}
}

func unpack(t *testing.T, name string) files {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	content := files{}
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return content
		}
		if err != nil {
			t.Fatal(err)
		}
		if content[h.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
}

// filesOf reads a data folder that nobody has open.
func filesOf(t *testing.T, dir string) files {
	t.Helper()
	content := files{}
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content[name], err = os.ReadFile(filepath.Join(dir, name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// folder writes the files whose names begin so into a data folder.
func (f files) folder(t *testing.T, prefix string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range f {
		if !strings.HasPrefix(name, prefix) {
			continue
		}
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, content, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// databases opens the two databases of a store past the program, as mongodump does.
func databases(t *testing.T, address string) map[string]*mongo.Database {
	t.Helper()
	client, err := mongo.Connect(t.Context(), options.Client().ApplyURI(address))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Disconnect(t.Context()) })
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	return map[string]*mongo.Database{"fengqiao": client.Database(name), "fengqiao_keys": client.Database(name + "_keys")}
}

// dumped is every collection of both databases in mongodump's form: DATABASE/COLLECTION.bson, one document after the other.
func dumped(t *testing.T, address string) files {
	t.Helper()
	content := files{}
	for name, db := range databases(t, address) {
		collections, err := db.ListCollectionNames(t.Context(), bson.D{})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range collections {
			if strings.HasPrefix(c, "system.") {
				continue
			}
			cursor, err := db.Collection(c).Find(t.Context(), bson.D{}, options.Find().SetSort(bson.D{{Key: "_id", Value: 1}}))
			if err != nil {
				t.Fatal(err)
			}
			var all []byte
			for cursor.Next(t.Context()) {
				all = append(all, cursor.Current...)
			}
			if err := errors.Join(cursor.Err(), cursor.Close(t.Context())); err != nil {
				t.Fatal(err)
			}
			content[path.Join(name, c+".bson")] = all
		}
	}
	return content
}

// load brings a dump into an empty store.
func (f files) load(t *testing.T, address string) {
	t.Helper()
	for name, db := range databases(t, address) {
		for file, content := range f {
			collection, in := strings.CutPrefix(file, name+"/")
			if !in || len(content) == 0 {
				continue
			}
			var documents []any
			for len(content) > 0 {
				n := binary.LittleEndian.Uint32(content)
				documents = append(documents, bson.Raw(content[:n]))
				content = content[n:]
			}
			if _, err := db.Collection(strings.TrimSuffix(collection, ".bson")).InsertMany(t.Context(), documents); err != nil {
				t.Fatalf("%s: %v", file, err)
			}
		}
	}
}

// keyOnly is a data folder with nothing but the installation key, for the store beside it.
func (f files) keyOnly(t *testing.T) string {
	t.Helper()
	return files{seal.KeyFile: f[seal.KeyFile]}.folder(t, "")
}
