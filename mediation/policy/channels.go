package policy

import "slices"

// Registers tells whether somebody of the role may register a matter by a channel. Where the policy says of any channel who may, one that it does
// not have is nobody's: else it would be the way around.
func (i *Intake) Registers(channel, role string) bool {
	restricts := false
	for _, c := range i.Channels {
		if c.Key == channel {
			return len(c.By) == 0 || slices.Contains(c.By, role)
		}
		restricts = restricts || len(c.By) > 0
	}
	return !restricts
}

// checkChannels finds channels by which nobody could register anything.
func (c *checker) checkChannels() {
	for i := range c.Intake.Channels {
		path := item("intake.channels", i) + ".by"
		if _, read := c.at[path]; read && len(c.Intake.Channels[i].By) == 0 {
			c.wrong(path, "至少须有一项", "there must be at least one")
		}
		c.knownAll(path, c.Intake.Channels[i].By, c.ReportRoles)
	}
}
