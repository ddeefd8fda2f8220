package policy

import "slices"

// What the law says of words that the county's rules use for their lists. They are known by their keys, which are those of the national statistics; a county that
// has no such category or channel is asked for none.
var (
	// byPetition are the channels whose matters are petitions (信访工作条例17): letters, the net, visits. Some counties call their own people's rounds visits,
	// so it is by the other two that one is known to take petitions in.
	byPetition = []string{"letter", "visit", "net"}
	// administrative are the categories of disputes with the administration, which people's mediation may not take (人民调解法2): they go the petition's,
	// reconsideration's or court's road.
	administrative = []string{"expropriation"}
	// ofStatus are the categories whose agreements no court confirms (最高法确认规定4): marriage, adoption, status.
	ofStatus = []string{"marriage_family", "adoption", "status"}
)

// checkLaw refuses lists that would let a county's rules bend the law.
func (c *checker) checkLaw() {
	accusations := false
	for i, cat := range c.Intake.Categories {
		accusations = accusations || cat.Accusation > 0
		path := item("intake.categories", i) + ".mediable"
		if _, said := c.at[path]; said && cat.Mediable && slices.Contains(administrative, cat.Key) {
			c.wrong(path, "%s是行政争议，不属于人民调解范围（人民调解法2）", "%s is a dispute with the administration, which people's mediation may not take (People's Mediation Law 2)", cat.Key)
		}
		if _, read := c.at["confirmation"]; read && slices.Contains(ofStatus, cat.Key) && !slices.Contains(c.Confirmation.Except, cat.Key) {
			c.wrong("confirmation.except", "须包含%s：法院不予确认（最高法确认规定4）", "it must contain %s, which courts do not confirm", cat.Key)
		}
	}
	if _, read := c.at["petition"]; !read {
		return
	}
	if len(c.Intake.Categories) > 0 && !accusations {
		c.wrong("intake.categories", "按信访程序办理的，须有一个检举控告类别（accusation），不得向被检举人透露（信访工作条例30）",
			"where petitions take their course, one category must be of accusations (accusation), which are not disclosed to the accused (regulation 30)")
	}
	takes := func(channel string) bool {
		return slices.ContainsFunc(c.Intake.Channels, func(x Channel) bool { return x.Key == channel })
	}
	unknown := func(channel string) bool { return !takes(channel) } // told of elsewhere
	if !takes("letter") && !takes("net") || slices.ContainsFunc(c.Petition.Channels, unknown) {
		return
	}
	for _, channel := range byPetition {
		if takes(channel) && len(c.Petition.Channels) > 0 && !slices.Contains(c.Petition.Channels, channel) {
			c.wrong("petition.channels", "须包含%s：来信、来访、网上来的都是信访（信访工作条例17）", "it must contain %s: what comes by letter, visit or net is a petition (regulation 17)", channel)
		}
	}
}
