package project

import (
	"archive/zip"
	"bytes"
	"flag"
	"io/fs"
	"maps"
	"os"
	"slices"
	"testing"
)

var update = flag.Bool("update", false, "write sdk.zip")

const sdkFolder = "../../../sdk"

// TestTheArchiveIsTheSDKs compares what the archive holds with the folder sdk,
// file by file: bytes of the archive itself depend on the compressor.
func TestTheArchiveIsTheSDKs(t *testing.T) {
	sdk := os.DirFS(sdkFolder)
	want, err := contents(sdk)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		pack(t, sdk, want)
	}
	b, err := os.ReadFile("sdk.zip") // what is embedded is as old as this test's binary
	if err != nil {
		t.Fatal(err)
	}
	packed, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	const how = "; run: go generate ./runtime/workbench/project"
	found := 0
	err = fs.WalkDir(packed, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		found++
		have, err := fs.ReadFile(packed, name)
		if err != nil {
			return err
		}
		from, ok := want[name]
		if !ok {
			t.Errorf("the archive has %s, which is not in the folder"+how, name)
			return nil
		}
		now, err := fs.ReadFile(sdk, from)
		if err != nil {
			return err
		}
		if !bytes.Equal(have, now) {
			t.Errorf("%s has changed since it was packed"+how, from)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if found != len(want) || found < 10 {
		t.Errorf("the archive has %d files, the folder %d"+how, found, len(want))
	}
}

func pack(t *testing.T, sdk fs.FS, files map[string]string) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate}) // without a time
		if err != nil {
			t.Fatal(err)
		}
		content, err := fs.ReadFile(sdk, files[name])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("sdk.zip", b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
