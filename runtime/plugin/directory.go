package plugin

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"sync"
	"time"
)

// Directory finds, builds and shares plugins. It is safe for concurrent use.
type Directory struct {
	path  string
	quiet time.Duration
	poll  time.Duration
	build BuildFunc
	probe func(ctx context.Context, name string, source []byte) (kinds []string, err error) // of scripts; nil without an engine
	held  held
	parse func(file string, src []byte) (Settings, error)
	aside func(wait func())
	wrap  func(name string, g Guest) Guest
	log   *slog.Logger
	since time.Time // of New

	closing sync.Once
	closed  chan struct{}

	// loading has room for the one Load that runs, which has resting for
	// itself. What was observed is kept from one Load to the next: a file whose
	// times lie in the future rests by observation alone.
	loading chan struct{}
	resting *resting

	mu      sync.Mutex // guards what follows
	known   view       // what the directory looked like when it was last loaded
	extra   view       // the extra files of Watch when they were last reported, by path
	records map[string]*record
	shared  map[sharedKey]*Plugin // those that further Sets may have
	live    map[*Plugin]struct{}  // those and what is being closed
	past    map[string]*PluginStats
}

type sharedKey struct{ name, key string }

// New returns a directory. It reads nothing yet but the list of files, which
// Watch compares with. Close it when done.
func New(o Options) (*Directory, error) {
	if o.Directory == "" {
		return nil, errors.New("the plugin directory has no name")
	}
	if o.Build == nil && o.Engine == nil {
		return nil, errors.New("neither an engine nor another way to build plugins is given")
	}
	d := &Directory{
		path:    filepath.Clean(o.Directory),
		quiet:   o.Quiet,
		poll:    o.Poll,
		build:   o.Build,
		parse:   o.Parse,
		aside:   o.Aside,
		wrap:    o.Wrap,
		log:     o.Log,
		since:   time.Now(),
		closed:  make(chan struct{}),
		loading: make(chan struct{}, 1),
		extra:   view{},
		records: map[string]*record{},
		shared:  map[sharedKey]*Plugin{},
		live:    map[*Plugin]struct{}{},
		past:    map[string]*PluginStats{},
	}
	if d.quiet <= 0 {
		d.quiet = DefaultQuiet
	}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if d.build == nil {
		b := builder{o.Engine, d.log, o.Now, &d.held}
		d.build, d.probe = b.build, b.probe
	}
	if d.parse == nil {
		d.parse = noSettings
	}
	if d.aside == nil {
		d.aside = func(wait func()) { wait() }
	}
	d.resting = newResting(d.quiet)
	d.known, _, _ = d.look() // what cannot be read is a view too
	return d, nil
}

func noSettings(_ string, src []byte) (Settings, error) {
	if src != nil {
		return Settings{}, errors.New("settings of plugins are not supported here")
	}
	return Settings{}, nil
}

// Close ends every Watch. The plugins live until their Sets are closed. A
// second Close does nothing.
func (d *Directory) Close() error {
	d.closing.Do(func() {
		close(d.closed)
		d.held.close()
	})
	return nil
}

// lock lets one Load run at a time.
func (d *Directory) lock(ctx context.Context) error {
	select {
	case d.loading <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (d *Directory) unlock() { <-d.loading }

func (d *Directory) file(name, suffix string) string {
	return filepath.Join(d.path, name+suffix)
}
