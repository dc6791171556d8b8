enum StoryParser {
    static func acts(_ story: StoryText, _ report: inout RuleText) -> [Int]? { nil }
}
