package simulate

import (
	"bufio"
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
)

// disk is a file system that a test can fill.
type disk struct {
	t    *testing.T
	root string
}

func (d *disk) filler() string { return filepath.Join(d.root, "filler") }

// diskSize is enough for the run and its logs, and little enough to be filled at once.
const diskSize = 96 << 20

// smallDisk puts the data folder of an installation on a file system of its own, in memory, in a namespace that an unprivileged user may make
// where the system lets them. The program runs in there.
func smallDisk(t *testing.T, in *installation) *disk {
	t.Helper()
	holder := exec.Command("unshare", "--user", "--map-root-user", "--mount", "sh", "-c",
		`mkdir -p "$1" && mount -t tmpfs -o "size=$2" tmpfs "$1" && echo mounted && exec cat`, "sh", in.data(), strconv.Itoa(diskSize))
	stay, err := holder.StdinPipe() // until it is closed the namespace stays
	if err != nil {
		t.Fatal(err)
	}
	said, err := holder.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var complaint bytes.Buffer
	holder.Stderr = &complaint
	if err := holder.Start(); err != nil {
		t.Skip("NOT TESTED: a full disk needs a mount namespace:", err)
	}
	t.Cleanup(func() {
		_ = stay.Close()
		_ = holder.Wait()
	})
	if line, err := bufio.NewReader(said).ReadString('\n'); line != "mounted\n" {
		t.Skip("NOT TESTED: a full disk needs a mount namespace, which this system refuses:", err, complaint.String())
	}
	pid := strconv.Itoa(holder.Process.Pid)
	in.within = []string{"nsenter", "--target", pid, "--user", "--mount", "--preserve-credentials", "--wd=" + in.dir, "--"}
	if out, err := exec.Command(in.within[0], append(in.within[1:], "true")...).CombinedOutput(); err != nil {
		t.Skipf("NOT TESTED: a full disk needs a mount namespace, which cannot be entered: %v %s", err, out)
	}
	return &disk{t: t, root: filepath.Join("/proc", pid, "root", in.data())}
}

// fill takes all the room that there is but so many bytes.
func (d *disk) fill(leave int64) {
	d.t.Helper()
	f, err := os.OpenFile(d.filler(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		d.t.Fatal(err)
	}
	for block := make([]byte, 64<<10); err == nil; {
		_, err = f.Write(block)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		d.t.Fatal("the disk cannot be filled:", err)
	}
	if leave > 0 {
		info, err := f.Stat()
		if err == nil {
			err = f.Truncate(info.Size() - leave)
		}
		if err != nil {
			d.t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		d.t.Fatal(err)
	}
}

// left is how much room there is, in bytes.
func (d *disk) left() uint64 {
	d.t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(d.root, &s); err != nil {
		d.t.Fatal(err)
	}
	return s.Bavail * uint64(s.Bsize)
}

// free gives the room back.
func (d *disk) free() {
	d.t.Helper()
	if err := os.Remove(d.filler()); err != nil {
		d.t.Fatal(err)
	}
}
