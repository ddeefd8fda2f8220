package policy

import (
	"slices"
	"time"
)

// Source (来源) is who brought matters in, whatever the channel: police, court, petition. It is kept from intake to report.
type Source struct {
	Key      string
	Name     Text
	Channels []string
}

// Backlog (积案) says how the pile is looked at.
type Backlog struct {
	// Bands are the ages at which a new band of the backlog begins, ascending; none: there is one band.
	Bands []time.Duration
}

// SourceOf is the source that a channel belongs to, "" if none.
func (i *Intake) SourceOf(channel string) string {
	for _, s := range i.Sources {
		if slices.Contains(s.Channels, channel) {
			return s.Key
		}
	}
	return ""
}

// Source returns the source of that key.
func (i *Intake) Source(key string) (*Source, bool) {
	for n := range i.Sources {
		if i.Sources[n].Key == key {
			return &i.Sources[n], true
		}
	}
	return nil, false
}

var sourceKeys = []key[Source]{
	word("key", required, Text{"来源标识", "the source's word"}, func(s *Source) *string { return &s.Key }),
	named(Text{"来源名称", "its name"}, func(s *Source) *Text { return &s.Name }),
	list("channels", required, kindWords, Text{"属于它的渠道，一个渠道只属于一个来源", "the channels that are its; a channel is one source's"}, parseWord, func(s *Source) *[]string { return &s.Channels }),
}

var kindDurations = Text{"时长列表", "list of durations"}

var backlogKeys = []key[Backlog]{
	list("bands", required, kindDurations, Text{"积案按立案多久分段，由短到长，如[30d, 90d, 180d, 365d]", "ages at which a band of the backlog begins, shortest first, such as [30d, 90d, 180d, 365d]"}, parseDuration,
		func(b *Backlog) *[]time.Duration { return &b.Bands }),
}

func (c *checker) checkSources() {
	if len(c.Intake.Sources) > 0 {
		unique(c, "intake.sources", c.Intake.Sources, func(s *Source) string { return s.Key })
	}
	channels := make([]string, len(c.Intake.Channels))
	for i, x := range c.Intake.Channels {
		channels[i] = x.Key
	}
	whose := map[string]string{}
	for i, s := range c.Intake.Sources {
		for j, channel := range s.Channels {
			path := item(item("intake.sources", i)+".channels", j)
			c.known(path, channel, channels)
			if other, taken := whose[channel]; taken {
				c.wrong(path, "渠道%q已属于来源%q，一件事会算两次", "the channel %q is the source %q's: a matter would count twice", channel, other)
			}
			whose[channel] = s.Key
		}
	}
	for i, d := range c.Backlog.Bands {
		if i > 0 && d <= c.Backlog.Bands[i-1] {
			c.wrong(item("backlog.bands", i), "须由短到长", "they are listed shortest first")
		}
	}
}
