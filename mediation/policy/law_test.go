package policy_test

import "testing"

func TestRulesThatBendTheLawDoNotLoad(t *testing.T) {
	src := source(t, "yongkang.yaml")
	bendsAreRefused(t, src, []bend{
		{"agreements about status are confirmed", "except: [marriage_family]", "except: []", "confirmation.except", "marriage_family"},
		{"… as nothing is said", "\n  except: [marriage_family]", "", "confirmation.except", "marriage_family"},
		{"letters are no petitions", "  channels: [letter, visit, net]\n  transfer", "  channels: [visit, net]\n  transfer", "petition.channels", "letter"},
		{"visits are no petitions", "  channels: [letter, visit, net]\n  transfer", "  channels: [letter, net]\n  transfer", "petition.channels", "visit"},
		{"nothing is an accusation", ", accusation: 3}", "}", "intake.categories", "30"},
		{"the administration's disputes are mediated", "en: expropriation}, mediable: false, route: reconsideration}", "en: expropriation}, mediable: true}", "intake.categories[7].mediable", "人民调解法2"},
	})
}
