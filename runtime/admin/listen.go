package admin

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const unixPrefix = "unix:"

// dialTimeout is what connecting to a listener on this machine may take.
const dialTimeout = 5 * time.Second

// Listen opens an address, "host:port" or "unix:/path". A socket gets mode
// 0600. One that is there already is replaced if nobody answers on it, as after
// a crash. Of two gateways that open the same path in the same moment, the
// later one has it.
func Listen(address string) (net.Listener, error) {
	path, unix := strings.CutPrefix(address, unixPrefix)
	if !unix {
		return net.Listen("tcp", address)
	}
	if err := checkStale(path); err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	l, err := listenUnix(path)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return l, nil
}

// checkStale says why a path is not free to be taken.
func checkStale(path string) error {
	fi, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case fi.Mode()&fs.ModeSocket == 0:
		return errors.New("there is a file that is no socket; remove it or choose another path")
	}
	c, err := net.DialTimeout("unix", path, dialTimeout)
	if err != nil {
		if refused(err) {
			return nil
		}
		return fmt.Errorf("there is a socket, and it is not sure that nobody listens on it: %w", err)
	}
	_ = c.Close()
	return errors.New("somebody listens there already; is another gateway running?")
}

// listenUnix makes the socket in a directory that is closed to others, and
// moves it to its place when its mode is right. Changing the mode in place
// would leave a moment; the process's umask is for all threads.
func listenUnix(path string) (net.Listener, error) {
	dir, err := os.MkdirTemp(filepath.Dir(path), ".portico")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	private := filepath.Join(dir, "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: private, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("%w (the path may be too long)", err)
	}
	l.SetUnlinkOnClose(false)
	if err = os.Chmod(private, 0o600); err == nil {
		err = os.Rename(private, path)
	}
	var fi fs.FileInfo
	if err == nil {
		fi, err = os.Lstat(path)
	}
	if err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &socket{UnixListener: l, path: path, file: fi}, nil
}

// socket removes its file when it is closed, unless another has taken its
// place.
type socket struct {
	*net.UnixListener
	path  string
	file  fs.FileInfo
	close sync.Once
}

func (s *socket) Close() error {
	err := s.UnixListener.Close()
	s.close.Do(func() {
		if fi, statErr := os.Lstat(s.path); statErr == nil && os.SameFile(fi, s.file) {
			err = errors.Join(err, os.Remove(s.path))
		}
	})
	return err
}
